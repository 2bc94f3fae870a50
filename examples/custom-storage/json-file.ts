/** One JSON file that is always whole: what it holds changes from one complete state to the next. */

import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ChatError } from 'tertulia'

// JSON has no Infinity, and bans may last for ever.
const encode = (_: string, value: unknown): unknown => (value === Infinity ? 'for ever' : value)
const decode = (key: string, value: unknown): unknown =>
  value === 'for ever' && key.endsWith('Until') ? Infinity : value

/** A value of JSON that is kept in a file. */
export class JsonFile<T> {
  private readonly path: string
  private readonly fresh: T
  private value: T | null = null
  /** What the file holds. */
  private saved = ''
  private last: Promise<unknown> = Promise.resolve()

  /** @param fresh what it holds where there is no file yet */
  constructor(path: string, fresh: T) {
    this.path = path
    this.fresh = fresh
  }

  /** Reads it. Rejects when there is something that isn't JSON: that is for a human to look at. */
  async open(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true })
    this.saved = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return JSON.stringify(this.fresh, encode)
    })
    try {
      this.value = JSON.parse(this.saved, decode) as T
    } catch (cause) {
      throw new Error(`${this.path} holds no JSON: mend it, or put it elsewhere`, { cause })
    }
  }

  /** Looks at the value, which is in the file as it is. The result must not be part of it. */
  read<R>(work: (value: T) => R): Promise<R> {
    return this.turn(async (value) => work(value))
  }

  /**
   * Changes the value; resolves when the change is on the disk. Rejects with `unavailable` when it
   * can't be: then it is as it was before, in the file and here.
   */
  change<R>(work: (value: T) => R): Promise<R> {
    return this.turn(async (value) => {
      try {
        const result = work(value)
        const json = JSON.stringify(value, encode)
        // Much changes nothing: a look for what has expired, a setting that is there.
        if (json !== this.saved) await this.write(json)
        this.saved = json
        return result
      } catch (error) {
        this.value = JSON.parse(this.saved, decode) as T
        throw error
      }
    })
  }

  /** Waits for what is under way; afterwards nothing can be read or changed. */
  async close(): Promise<void> {
    await this.last
    this.value = null
  }

  /** One after the other, so that nobody sees what isn't on the disk yet. */
  private turn<R>(work: (value: T) => Promise<R>): Promise<R> {
    const result = this.last.then(() => {
      if (this.value === null) throw new ChatError('unavailable', 'The storage is closed.')
      return work(this.value)
    })
    this.last = result.catch(() => {})
    return result
  }

  /**
   * Writes another file, makes sure that it is on the disk, and gives it the name. Whoever pulls the
   * plug finds the old file or the new one, never half of one.
   */
  private async write(json: string): Promise<void> {
    try {
      await withFile(`${this.path}.new`, 'w', async (file) => {
        await file.writeFile(json)
        await file.sync()
      })
      await rename(`${this.path}.new`, this.path)
      // The name is on the disk when the folder is.
      await withFile(dirname(this.path), 'r', (folder) => folder.sync())
    } catch (cause) {
      throw new ChatError('unavailable', 'The file cannot be written.', { cause })
    }
  }
}

async function withFile(
  path: string,
  flags: string,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
