/** Contract of a file store: where the bytes of the files are that people share. */

import type { Readable } from 'node:stream'

/**
 * Keeps bytes under ids. What a file is called, whose it is and who may have it is not its business.
 *
 * - An id has 1 to 64 of `A-Z a-z 0-9 _ -` and comes from the server, never from a client.
 * - `put` stores all the bytes of the stream or nothing: when it rejects, or the stream fails, no
 *   part of them stays. It resolves once they are as durable as the store makes them; the id was
 *   never used before.
 * - `get` gives a stream of the bytes from `start` (inclusive, default 0) to `end` (exclusive,
 *   default the end); `null`: there is no such file.
 * - `delete` of what is not there does no harm.
 *
 * Failures reject with a `ChatError`, code `unavailable`; a full disk with `quota_exceeded`.
 */
export interface FileStore {
  readonly name: string
  open(): Promise<void>
  put(id: string, bytes: Readable): Promise<void>
  get(
    id: string,
    part?: { readonly start?: number; readonly end?: number },
  ): Promise<Readable | null>
  delete(ids: readonly string[]): Promise<void>
  /** Ids that are kept, in any order; so that what nobody knows of can be swept away. */
  list(): AsyncIterable<string>
  close(): Promise<void>
}
