/**
 * The adapters that need nothing but this process: `tertulia/memory`.
 *
 * @module tertulia/memory
 */

export { memoryBroker } from './brokers/memory.ts'
export { type MemoryStorageOptions, memoryStorage } from './storage/memory.ts'
export {
  type Link,
  type MemoryClient,
  type MemoryConnectOptions,
  type MemoryEnd,
  type MemoryTransport,
  memoryTransport,
} from './transports/memory.ts'
