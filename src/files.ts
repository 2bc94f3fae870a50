/**
 * Where the files are kept that people share: `tertulia/files`.
 *
 * @module tertulia/files
 */

export { directoryFiles } from './files/directory.ts'
export { type MemoryFilesOptions, memoryFiles } from './files/memory.ts'
export { DEFAULT_FILE_TYPES, FILE_TYPES, type FileType } from './files/type.ts'
export type { FileStore } from './spi/files.ts'
