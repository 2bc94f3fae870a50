/** Files in memory: for tests and trials. */

import { Readable } from 'node:stream'
import { ChatError } from '../errors.ts'
import type { FileStore } from '../spi/files.ts'

/** Options of {@link memoryFiles}. */
export interface MemoryFilesOptions {
  /** Bytes of all files together. Default 256 MiB. */
  readonly bytes?: number
}

const DEFAULT_BYTES = 256 * 1024 * 1024
/** Bytes of one chunk that is given. */
const CHUNK = 64 * 1024

/**
 * Keeps files in memory until the process ends.
 *
 * @example createChatServer({ files: memoryFiles() })
 */
export function memoryFiles({ bytes: most = DEFAULT_BYTES }: MemoryFilesOptions = {}): FileStore {
  const files = new Map<string, Buffer>()
  let used = 0
  return {
    name: 'memory',
    async open() {},
    async put(id, bytes) {
      const chunks: Buffer[] = []
      let size = 0
      try {
        for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
          size += chunk.length
          used += chunk.length
          if (used > most) throw new ChatError('quota_exceeded')
          chunks.push(Buffer.from(chunk))
        }
      } catch (error) {
        used -= size
        throw error
      }
      files.set(id, Buffer.concat(chunks, size))
    },
    async get(id, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
      const file = files.get(id)
      if (file === undefined) return null
      return Readable.from(chunksOf(file.subarray(start, Math.max(start, end))))
    },
    async delete(ids) {
      for (const id of ids) {
        used -= files.get(id)?.length ?? 0
        files.delete(id)
      }
    },
    async *list() {
      yield* [...files.keys()]
    },
    async close() {},
  }
}

function* chunksOf(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK)
}
