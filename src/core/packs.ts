/** What a room tells in one turn, packed for those who were there for a part of it. */

import type { ServerEvent } from '../protocol/types.ts'
import type { Frame } from '../spi/transport.ts'
import type { Wire } from './wire.ts'

/** Frames by the place of their first event and how many events they hold; null: nobody is told. */
type Blocks = Map<string, Frame | null>

/**
 * Packs parts of what was told in one turn, in blocks of 1, 2, 4, … events, each beginning at a
 * multiple of its length, so that those who came and went at different moments share them: with
 * hundreds of newcomers in one turn an event is packed a few times, not once for each of them.
 */
export class Packs {
  /** More may be added to it during the turn. */
  private readonly events: readonly ServerEvent[]
  private readonly byWire: Blocks[] = []

  constructor(events: readonly ServerEvent[]) {
    this.events = events
  }

  /** The frames of all events so far but the first `skip`. */
  *from(skip: number, wire: Wire): Iterable<Frame> {
    const { length } = this.events
    let at = skip
    while (at < length) {
      // The longest block that may begin here is the lowest bit that is set.
      let size = at === 0 ? 2 ** 30 : at & -at
      while (at + size > length) size >>= 1
      const frame = this.block(at, size, wire)
      if (frame !== null) yield frame
      at += size
    }
  }

  private block(at: number, size: number, wire: Wire): Frame | null {
    let blocks = this.byWire[wire.index]
    if (blocks === undefined) {
      blocks = new Map()
      this.byWire[wire.index] = blocks
    }
    const key = `${at} ${size}`
    let frame = blocks.get(key)
    if (frame === undefined) {
      frame = wire.pack(this.events.slice(at, at + size), true)
      blocks.set(key, frame)
    }
    return frame
  }
}
