/** The adapters that need nothing but this process: `tertulia/memory`. */

export { memoryBroker } from './brokers/memory.ts'
export { type MemoryStorageOptions, memoryStorage } from './storage/memory.ts'
export { memoryTransport } from './transports/memory.ts'
