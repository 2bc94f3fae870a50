/** Where the recording client is in one room's log. */

import type { Entry, Gap, Position, Results } from '../protocol/types.ts'

/** Entries as they stand on the wire, as far as they matter here. */
type Paged<R extends { readonly entries: readonly Entry[] }> = Omit<R, 'entries'> & {
  readonly entries: readonly { readonly seq: number }[]
}

/** The answer to `join` as it stands on the wire. */
export type Joined = Paged<Results['join']>
/** The answer to `history` as it stands on the wire. */
export type Paging = Paged<Results['history']>

/**
 * Keeps `(epoch, seq)` as PROTOCOL.md asks of clients. It believes the server: whether that was
 * right is for the history checker to say.
 */
export class RecordingRoom {
  readonly name: string
  /** It wants to be in it. */
  wanted = true
  /** It is in it. */
  inside = false
  private epoch: string | null = null
  /** The last entry of which all before are there. */
  private at = 0
  /** Head of the log at joining. */
  private head = 0
  /** The last entry that came by itself. */
  private live = 0

  constructor(name: string) {
    this.name = name
  }

  /** Where to go on; undefined: it was never here. */
  get position(): Position | undefined {
    return this.epoch === null ? undefined : { epoch: this.epoch, seq: this.at }
  }

  /** What was missed is there. */
  get caughtUp(): boolean {
    return this.inside && this.at >= this.head
  }

  /** Comes back as somebody who was never here. */
  forget(): void {
    this.epoch = null
    this.at = 0
  }

  /** @param since what was asked for */
  joined(ok: Joined, since: Position | undefined): void {
    const { epoch, head, entries, gap, more } = ok
    const goesOn = since !== undefined && ok.reset !== true
    this.inside = true
    this.epoch = epoch
    this.at = goesOn ? since.seq : (entries[0]?.seq ?? head + 1) - 1
    this.head = head
    this.live = head
    this.take(entries, gap, more)
  }

  /** The page after the position. False: it leads nowhere. */
  page(ok: Paging): boolean {
    if (ok.epoch !== this.epoch) return true
    const before = this.at
    this.take(ok.entries, ok.gap, ok.more)
    return this.at > before
  }

  /** Something came by itself: an entry, or what is missing up to one. */
  came(seq: number): void {
    this.live = seq
    if (this.at >= this.head) this.at = seq
  }

  reset(epoch: string, head: number): void {
    this.epoch = epoch
    this.at = head
    this.head = head
    this.live = head
  }

  private take(
    entries: readonly { readonly seq: number }[],
    gap: Gap | undefined,
    more: boolean,
  ): void {
    if (gap !== undefined) this.at = Math.max(this.at, Math.min(gap.to, this.head))
    for (const { seq } of entries) if (seq <= this.head) this.at = Math.max(this.at, seq)
    if (!more) this.at = Math.max(this.at, this.head)
    if (this.at >= this.head) this.at = Math.max(this.at, this.live)
  }
}
