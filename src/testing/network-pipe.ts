/** One direction of a simulated connection: things arrive late, in order, cut up, or never. */

import type { Clock, Timer } from '../spi/clock.ts'
import type { Closing } from './mailbox.ts'
import type { Random } from './random.ts'

/** How good a network is, each way. */
export interface NetworkQuality {
  /** Time on the way, in ms: at least and at most. Default 1 to 10. */
  readonly delay: readonly [number, number]
  /** Probability that a write arrives in pieces, cut anywhere. Default 0. */
  readonly split: number
  /** Probability that a client sends a payload twice. Default 0. */
  readonly duplicate: number
}

/** What travels besides bytes: the wire's own words. */
export type Signal = 'ping' | 'pong' | { readonly end: Closing }

/** The far end of a pipe. */
export interface PipeEnd {
  bytes(chunk: Uint8Array): void
  signal(signal: Signal): void
  /** Everything that was written has arrived. */
  emptied(): void
}

type Item = { readonly at: number } & ({ readonly bytes: Uint8Array } | { readonly signal: Signal })

/** Pieces that a split write comes in, at most. */
const PIECES = 4

/** What every link of a network shares. */
export interface NetworkParts {
  readonly clock: Clock
  readonly random: Random
  quality: NetworkQuality
}

/** A time on the way, at random. */
export const delayOf = ({ random, quality }: NetworkParts): number => random.int(...quality.delay)

/** Keeps the order whatever the delays, as TCP does. */
export class Pipe {
  /** Bytes that were written and haven't arrived. */
  waiting = 0
  private readonly parts: NetworkParts
  private readonly end: PipeEnd
  private queue: Item[] = []
  private timer: Timer | null = null
  private last = 0
  private paused = false
  private lost = false
  private dead = false

  constructor(parts: NetworkParts, end: PipeEnd) {
    this.parts = parts
    this.end = end
  }

  write(bytes: Uint8Array): void {
    if (this.dead || bytes.length === 0) return
    this.waiting += bytes.length
    for (const piece of this.pieces(bytes)) this.put({ at: this.arrival(), bytes: piece })
  }

  signal(signal: Signal): void {
    this.put({ at: this.arrival(), signal })
  }

  /** The far end takes nothing for a while. */
  pause(): void {
    this.paused = true
    this.timer?.cancel()
    this.timer = null
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.schedule()
  }

  /** What is on the way, and what will be written, arrives nowhere. It waits for ever. */
  lose(): void {
    this.lost = true
    this.queue = []
    this.timer?.cancel()
    this.timer = null
  }

  /** The far end is gone. */
  kill(): void {
    this.lose()
    this.dead = true
    this.waiting = 0
  }

  private arrival(): number {
    this.last = Math.max(this.last, this.parts.clock.monotonic() + delayOf(this.parts))
    return this.last
  }

  private pieces(bytes: Uint8Array): readonly Uint8Array[] {
    const { random, quality } = this.parts
    if (!random.chance(quality.split)) return [bytes]
    const cuts = Array.from({ length: random.int(1, PIECES - 1) }, () =>
      random.int(0, bytes.length),
    )
    const marks = [0, ...cuts.sort((a, b) => a - b), bytes.length]
    return marks
      .slice(1)
      .map((mark, i) => bytes.subarray(marks[i], mark))
      .filter((piece) => piece.length > 0)
  }

  private put(item: Item): void {
    if (this.lost) return
    this.queue.push(item)
    if (this.queue.length === 1) this.schedule()
  }

  private schedule(): void {
    const next = this.queue[0]
    if (next === undefined || this.paused || this.timer !== null) return
    const { clock } = this.parts
    this.timer = clock.after(Math.max(0, next.at - clock.monotonic()), () => {
      this.timer = null
      this.deliver()
    })
  }

  private deliver(): void {
    const now = this.parts.clock.monotonic()
    // Timers of real clocks ring a little early at times.
    const due = (): boolean => (this.queue[0]?.at ?? Number.POSITIVE_INFINITY) <= now + 1
    while (due() && !this.paused && !this.lost) {
      const item = this.queue.shift() as Item
      if ('signal' in item) this.end.signal(item.signal)
      else this.hand(item.bytes, due)
    }
    this.schedule()
  }

  /** Hands on a piece; at times with those behind it, as a socket that was read late. */
  private hand(first: Uint8Array, due: () => boolean): void {
    const pieces = [first]
    if (this.parts.random.chance(this.parts.quality.split)) {
      for (let next = this.queue[0]; next !== undefined && 'bytes' in next && due(); ) {
        pieces.push(next.bytes)
        this.queue.shift()
        next = this.queue[0]
      }
    }
    const chunk = pieces.length === 1 ? first : Buffer.concat(pieces)
    this.waiting -= chunk.length
    this.end.bytes(chunk)
    if (this.waiting === 0) this.end.emptied()
  }
}
