/** Private conversations are opened on other nodes by hints: told again for a while, heard once. */

import type { Clock } from '../spi/clock.ts'

/** Who is connected as one of these should follow this private conversation, from `head` on. */
export interface OpenMessage {
  readonly t: 'open'
  readonly room: string
  readonly epoch: string
  readonly head: number
  readonly ids: readonly string[]
  /** Numbers what this node told so, upwards. */
  readonly n: number
  /** Told again, so long after it was told first, in ms. */
  readonly age?: number
}

/** Conversations that are told again, at most: those of the last messages. */
const MOST = 1000

interface Told {
  /** The last that was told, but from the first `head`: whoever heard none of them missed all. */
  readonly message: OpenMessage
  /** When the first, and the last, were told (monotonic). */
  readonly first: number
  readonly last: number
}

interface Heard {
  readonly n: number
  readonly until: number
}

/**
 * What one node told of conversations, and what it heard. A hint that got lost is made good by the next
 * repetition. Who heard it does nothing more: they may have left the conversation since.
 */
export class Openings {
  private readonly clock: Clock
  private readonly keepMs: number
  /** By room, the last at the end. */
  private readonly told = new Map<string, Told>()
  /** By node and room. */
  private readonly heard = new Map<string, Heard>()
  private count = 0

  /** @param keepMs how long what was told is told again */
  constructor(clock: Clock, keepMs: number) {
    this.clock = clock
    this.keepMs = keepMs
  }

  /** Notes what is told now, and gives it a number. */
  tell(open: Omit<OpenMessage, 't' | 'n' | 'age'>): OpenMessage {
    this.count += 1
    const message: OpenMessage = { t: 'open', ...open, n: this.count }
    const now = this.clock.monotonic()
    const known = this.told.get(open.room)
    const goesOn = known?.message.epoch === open.epoch && now - known.first < this.keepMs
    this.told.delete(open.room)
    this.told.set(
      open.room,
      goesOn
        ? { message: { ...message, head: known.message.head }, first: known.first, last: now }
        : { message, first: now, last: now },
    )
    if (this.told.size > MOST)
      for (const room of this.told.keys()) {
        this.told.delete(room)
        break
      }
    return message
  }

  /** What is to be told again; `isElsewhere`: a person is connected to another node. */
  again(isElsewhere: (id: string) => boolean): readonly OpenMessage[] {
    const now = this.clock.monotonic()
    for (const [key, { until }] of this.heard) if (until <= now) this.heard.delete(key)
    const messages: OpenMessage[] = []
    for (const [room, { message, last }] of this.told) {
      const age = now - last
      if (age > this.keepMs) this.told.delete(room)
      else if (message.ids.some(isElsewhere)) messages.push({ ...message, age })
    }
    return messages
  }

  /**
   * Hears what another node told. `open` returns null when nobody is here whom it is about, else
   * resolves to whether the conversation was opened.
   */
  hear(
    node: string,
    message: OpenMessage,
    open: (message: OpenMessage) => Promise<boolean> | null,
  ): void {
    const key = `${node} ${message.room}`
    const known = this.heard.get(key)
    if (message.age !== undefined && known !== undefined && known.n >= message.n) return
    const opening = open(message)
    if (opening === null) return
    const now = this.clock.monotonic()
    const heard = { n: Math.max(message.n, known?.n ?? 0), until: now + this.keepMs * 3 }
    this.heard.set(key, heard)
    void opening.then((done) => {
      // The next repetition tries again.
      if (!done && this.heard.get(key) === heard) this.heard.delete(key)
    })
  }
}
