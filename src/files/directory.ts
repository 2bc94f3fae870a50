/** Files in a directory. */

import { createHash, randomBytes } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ChatError, isChatError } from '../errors.ts'
import type { FileStore } from '../spi/files.ts'

/** What is being written; one file system with the rest, so that renaming is one step. */
const COMING = 'coming'
/** What a process that has ended left there is thrown away after this, in ms. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const ID = /^[\w-]{1,64}$/
const KEPT = /^(?:[0-9a-f]{2}){1,64}$/

/**
 * Keeps each file in a directory, two folders deep. A file is there when all of it is, and has been
 * written through to the disk. Several servers may share the directory, also over a network.
 *
 * On the disk a file is called by the hexadecimal form of its id: case and reserved names of the file
 * system don't matter.
 *
 * @param path made when it isn't there; only the owner may read what is in it
 * @example createChatServer({ files: directoryFiles('./tertulia-files') })
 */
export function directoryFiles(path: string): FileStore {
  const root = resolve(path)
  const coming = join(root, COMING)

  const placeOf = (id: string): string => {
    if (!ID.test(id)) throw new ChatError('unavailable', undefined, { cause: `the id ${id}` })
    const hash = createHash('sha256').update(id).digest('hex')
    return join(root, hash.slice(0, 2), hash.slice(2, 4), Buffer.from(id).toString('hex'))
  }

  return {
    name: 'directory',
    open: () =>
      told(async () => {
        await mkdir(coming, { recursive: true, mode: 0o700 })
        await forgetOld(coming)
      }),

    async put(id, bytes) {
      const place = placeOf(id)
      const file = join(
        coming,
        `${Buffer.from(id).toString('hex')}.${randomBytes(6).toString('hex')}`,
      )
      try {
        await told(async () => {
          await write(file, bytes)
          await mkdir(dirname(place), { recursive: true, mode: 0o700 })
          await rename(file, place)
          // So that the name is on the disk, too, and those of the folders it is in.
          for (const folder of [dirname(place), dirname(dirname(place)), root]) await flush(folder)
        })
      } catch (error) {
        bytes.destroy()
        await rm(file, { force: true }).catch(() => {})
        throw error
      }
    },

    get: (id, { start = 0, end = Number.POSITIVE_INFINITY } = {}) =>
      told(async () => {
        const handle = await opened(placeOf(id))
        if (handle === null) return null
        if (end <= start) {
          await handle.close()
          return Readable.from([])
        }
        const last = Number.isFinite(end) ? { end: end - 1 } : undefined
        return handle.createReadStream({ start, ...last })
      }),

    delete: (ids) =>
      told(async () => {
        for (const id of ids) await rm(placeOf(id), { force: true })
      }),

    async *list() {
      for await (const first of entriesOf(root)) {
        if (!/^[0-9a-f]{2}$/.test(first.name)) continue
        for await (const second of entriesOf(join(root, first.name))) {
          for await (const { name } of entriesOf(join(root, first.name, second.name))) {
            if (KEPT.test(name)) yield Buffer.from(name, 'hex').toString()
          }
        }
      }
    },

    async close() {},
  }
}

async function write(file: string, bytes: Readable): Promise<void> {
  // Made before anything can fail: what is there can be removed, what is only on its way can't.
  const handle = await open(file, 'wx', 0o600)
  // `flush` waits for the disk before it closes.
  await pipeline(bytes, handle.createWriteStream({ flush: true }))
}

/** Makes sure that the names in a folder are on the disk. Where that can't be done, it needn't. */
async function flush(folder: string): Promise<void> {
  let handle: FileHandle
  try {
    handle = await open(folder, 'r')
  } catch {
    return
  }
  await handle.sync().catch(() => {})
  await handle.close()
}

async function opened(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function* entriesOf(folder: string): AsyncIterable<Dirent> {
  try {
    yield* await opendir(folder)
  } catch (error) {
    // Removed meanwhile, or no folder: nothing is in it.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw refusal(error)
  }
}

async function forgetOld(coming: string): Promise<void> {
  for await (const { name } of entriesOf(coming)) {
    const file = join(coming, name)
    const found = await stat(file).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > FORGOTTEN_MS) await rm(file, { force: true })
  }
}

/** Errors of the file system become those of the contract. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw refusal(error)
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

function refusal(error: unknown): ChatError {
  if (isChatError(error)) return error
  const isFull = FULL.has(codeOf(error) as string)
  return new ChatError(isFull ? 'quota_exceeded' : 'unavailable', undefined, { cause: error })
}
