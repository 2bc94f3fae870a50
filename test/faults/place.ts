/** What a client keeps of one room: where it is in the log, and what it still has to ask for. */

import type { Gap, Position } from '../../src/protocol/types.ts'

/** What is used of the answers to `join` and `history`. */
export interface Told {
  readonly epoch: string
  readonly head: number
  readonly entries: readonly { readonly seq: number }[]
  readonly more: boolean
  readonly reset?: boolean
  readonly gap?: Gap
}

/** A room as one client knows it. It follows `PROTOCOL.md`; judging is the checker's. */
export class Place {
  readonly room: string
  /** The last entry handled; undefined before the first join. */
  position: Position | undefined
  /** It wants to be there, and comes back when the connection is lost. */
  wanted = true
  /** It is in the room, by the connection it has now. */
  inside = false
  /** A page was asked for and isn't there yet. */
  asking = false
  private head = 0
  private readonly early = new Set<number>()

  constructor(room: string) {
    this.room = room
  }

  get seq(): number {
    return this.position?.seq ?? 0
  }

  /** It is in the room and has everything up to the moment of joining, and what came since. */
  get live(): boolean {
    return this.inside && this.seq >= this.head && this.early.size === 0
  }

  /** It isn't in the room any more. */
  out(): void {
    this.inside = false
    this.asking = false
    this.early.clear()
  }

  joined(told: Told): void {
    if (this.position === undefined || told.reset === true) {
      this.set(told.epoch, (told.entries[0]?.seq ?? told.head + 1) - 1)
    }
    this.inside = true
    this.head = Math.max(this.head, told.head)
    this.take(told)
  }

  /** It was put into a private conversation. */
  opened(epoch: string, head: number): void {
    // What a client has of a conversation goes on by `join`, like any other room.
    if (this.position?.epoch === epoch && this.position.seq < head) return
    if (this.position?.epoch !== epoch) this.set(epoch, head)
    this.inside = true
    this.head = head
  }

  page(told: Told): void {
    if (told.epoch === this.position?.epoch) this.take(told)
  }

  entry(seq: number): void {
    if (this.position === undefined) return
    if (seq > this.seq + 1) this.early.add(seq)
    else if (seq === this.seq + 1) this.go(seq)
  }

  gap({ from, to }: Gap): void {
    if (from <= this.seq + 1) {
      if (to > this.seq) this.go(to)
    } else {
      for (let seq = from; seq <= to; seq++) this.early.add(seq)
    }
  }

  /** The log is another one from now on. */
  reset(epoch: string, head: number): void {
    this.set(epoch, head)
    this.head = head
  }

  private set(epoch: string, seq: number): void {
    this.position = { epoch, seq }
    this.head = 0
    this.early.clear()
  }

  private take({ entries, gap }: Told): void {
    if (gap !== undefined) this.gap(gap)
    for (const { seq } of entries) this.entry(seq)
    this.go(this.seq)
  }

  private go(to: number): void {
    let seq = to
    while (this.early.delete(seq + 1)) seq += 1
    for (const one of this.early) if (one <= seq) this.early.delete(one)
    if (this.position !== undefined) this.position = { epoch: this.position.epoch, seq }
  }
}
