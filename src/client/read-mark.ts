/** How far one has read in a room. */

import { isChatError } from '../errors.ts'
import type { RoomHost } from './room-host.ts'

/** The mark of one room: it never goes back, and many calls make few requests. */
export class ReadMark {
  /** Seq up to which one has read, as the server knows it. */
  seq = 0
  readonly #host: Pick<RoomHost, 'request' | 'closed'>
  readonly #moved: (seq: number) => void
  #want = 0
  #marking: Promise<void> | null = null

  constructor(host: Pick<RoomHost, 'request' | 'closed'>, moved: (seq: number) => void) {
    this.#host = host
    this.#moved = moved
  }

  /** What the server says. `isOther`: of another log than before. */
  set(seq: number, isOther = false): void {
    if (isOther) this.#want = this.seq = 0
    if (seq <= this.seq) return
    this.seq = seq
    this.#moved(seq)
  }

  /** Notes that one has read so far; while one note is on its way, later ones become one. */
  mark(room: string, seq: number): Promise<void> {
    this.#want = Math.max(this.#want, seq)
    if (this.#want <= this.seq) return Promise.resolve()
    this.#marking ??= this.#run(room).finally(() => {
      this.#marking = null
    })
    return this.#marking
  }

  async #run(room: string): Promise<void> {
    while (this.#want > this.seq) {
      const asked = this.#want
      try {
        const { seq } = await this.#host.request('read', { room, seq: asked })
        this.set(seq)
        // The server knows of no more than that.
        if (this.#want === asked) this.#want = Math.min(asked, this.seq)
      } catch (error) {
        // The connection was lost in between: it is said again by the next one.
        if (isChatError(error) && error.code === 'closed' && !this.#host.closed()) continue
        this.#want = this.seq
        throw error
      }
    }
  }
}
