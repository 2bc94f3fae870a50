/** The bytes of one file on their way into the store: measured, looked at, and cut off when need be. */

import { Readable } from 'node:stream'
import { ChatError, isChatError } from '../errors.ts'
import type { Timer } from '../spi/clock.ts'
import type { FileStore } from '../spi/files.ts'
import type { Core } from './model.ts'

/** Looks at the content of a file as it comes. */
export interface FileInspection {
  /** Takes the next bytes. Throws `file_type_refused`. */
  look(bytes: Uint8Array): void
  /** It has all been looked at: its media type. Throws `file_type_refused`. */
  end(): string
}

/** What came in. */
export interface Taken {
  readonly type: string
  readonly size: number
}

/** See the file. */
export class Intake {
  private readonly core: Core
  private readonly inspection: FileInspection
  private readonly isWanted: () => boolean
  private readonly stopped: Promise<never>
  private cut: (error: ChatError) => void = () => {}
  private failure: ChatError | null = null
  private stream: Readable | null = null
  private ended: () => void = () => {}
  private type = ''
  private size = 0

  /** @param isWanted asked with each part: who brings it is still here */
  constructor(core: Core, inspection: FileInspection, isWanted: () => boolean) {
    this.core = core
    this.inspection = inspection
    this.isWanted = isWanted
    this.stopped = new Promise((_, reject) => {
      this.cut = reject
    })
    this.stopped.catch(() => {})
  }

  /** Ends it before its time. */
  stop(error: ChatError): void {
    this.failure ??= error
    this.cut(error)
    this.stream?.destroy(error)
    this.ended()
  }

  /**
   * Puts the bytes into the store. Rejects with `file_too_large`, `file_type_refused`,
   * `frame_timeout`, what it was stopped with, or what the store refuses it for; then nothing of it
   * is there, or will be in a moment.
   */
  async into(store: FileStore, id: string, bytes: AsyncIterable<Uint8Array>): Promise<Taken> {
    const { clock, limits } = this.core
    if (this.failure !== null) throw this.failure
    let timer: Timer = clock.after(limits.uploadMs, () =>
      this.stop(new ChatError('frame_timeout', 'the file did not come in time')),
    )
    const late = new Promise<never>((_, reject) => {
      this.ended = () => {
        timer.cancel()
        timer = clock.after(limits.storageMs, () =>
          reject(new ChatError('unavailable', undefined, { retryAfterMs: 1000 })),
        )
      }
    })
    this.stream = Readable.from(this.measured(bytes), { objectMode: false })
    // Whether or not the store listens at that moment.
    this.stream.on('error', () => {})
    const put = store.put(id, this.stream)
    try {
      await Promise.race([put, late])
    } catch (error) {
      this.failure ??= this.refusal(error)
      this.cut(this.failure)
      // Whatever becomes of it later, it isn't wanted any more.
      put
        .then(
          () => store.delete([id]),
          () => {},
        )
        .catch(() => {})
      throw this.failure
    } finally {
      timer.cancel()
    }
    return { type: this.type, size: this.size }
  }

  private async *measured(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const source = bytes[Symbol.asyncIterator]()
    try {
      for (;;) {
        // A source that says nothing must not keep it from being stopped.
        const next = await Promise.race([source.next(), this.stopped])
        if (!this.isWanted()) throw new ChatError('closed')
        if (next.done === true) break
        this.size += next.value.length
        if (this.size > this.core.limits.fileBytes) throw new ChatError('file_too_large')
        this.inspection.look(next.value)
        yield next.value
      }
      this.type = this.inspection.end()
    } catch (error) {
      this.failure ??= this.refusal(error)
      throw this.failure
    } finally {
      void source.return?.()?.catch(() => {})
      this.ended()
    }
  }

  private refusal(error: unknown): ChatError {
    if (isChatError(error)) return error
    this.core.logger.warn({ err: error }, 'a file could not be kept')
    return new ChatError('unavailable', undefined, { cause: error, retryAfterMs: 1000 })
  }
}
