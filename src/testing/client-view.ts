/** What one client knows of a room's log, and whether the server told it rightly. */

import { amended, isChange } from '../protocol/entry.ts'
import type { Entry, Gap, Position, Results } from '../protocol/types.ts'

/** An entry as it stands on the wire, live or in a page: `ev` is its kind. */
export type SeenEntry = Omit<Entry, 'kind'> & { readonly ev: Entry['kind'] }

/** Pages as they stand on the wire. */
export type WirePage<R extends { entries: readonly Entry[] }> = Omit<R, 'entries'> & {
  readonly entries: readonly SeenEntry[]
}

type Item = { readonly entry: SeenEntry } | { readonly gap: Gap }

/**
 * Follows one room. It trusts nothing: whatever comes twice, too early, not at all, or out of
 * order becomes a problem in `problems`, and isn't quietly repaired.
 */
export class RoomView {
  /** What was seen, in order, without doubles; changed by the changes among it. */
  readonly seen: SeenEntry[] = []
  /** What the server said can't be had any more. */
  readonly gaps: Gap[] = []
  /** How often the log turned out to be another one. */
  resets = 0
  /** What the server did and mustn't. */
  readonly problems: string[] = []
  private epoch: string | null = null
  private at = 0
  /** Head of the log when the room was joined; live entries follow it. Null: not joined. */
  private joinedAt: number | null = null
  /** The seq that the next live entry must have. */
  private next = 0
  /** What came live while older ones were still on their way. */
  private early: Item[] = []

  /** Where to go on; undefined before the first join. */
  get position(): Position | undefined {
    return this.epoch === null ? undefined : { epoch: this.epoch, seq: this.at }
  }

  /** Joined, and everything up to the moment of joining is there. */
  get live(): boolean {
    return this.joinedAt !== null && this.at >= this.joinedAt
  }

  /** The connection is gone: so is what had come early. */
  left(): void {
    this.joinedAt = null
    this.early = []
  }

  /** The answer to `join` with {@link position} as `since`. */
  joined(ok: WirePage<Results['join']>): void {
    const known = this.epoch !== null
    if (ok.reset === true) this.restart(ok.epoch, (ok.entries[0]?.seq ?? ok.head + 1) - 1)
    else if (known && ok.epoch !== this.epoch) {
      this.complain(`join: the epoch is ${ok.epoch}, not ${this.epoch}, without a reset`)
    }
    this.epoch = ok.epoch
    if (ok.gap !== undefined) this.gap(ok.gap)
    for (const entry of ok.entries) this.take(entry, 'join')
    if (known && ok.more !== this.at < ok.head) {
      this.complain(`join: more is ${ok.more} at ${this.at} of ${ok.head}`)
    }
    if (this.at > ok.head) this.complain(`join: told of ${this.at}, but the head is ${ok.head}`)
    this.joinedAt = ok.head
    this.next = ok.head + 1
  }

  /** The answer to `history` after the position. True: there was something new in it. */
  page(ok: WirePage<Results['history']>): boolean {
    const before = this.at
    const until = this.joinedAt ?? 0
    // What lies behind the moment of joining comes live, or came.
    if (ok.gap !== undefined && ok.gap.from <= until) {
      this.gap({ from: ok.gap.from, to: Math.min(ok.gap.to, until) })
    }
    for (const entry of ok.entries) if (entry.seq <= until) this.take(entry, 'history')
    if (this.live) for (const item of this.early.splice(0)) this.append(item)
    return this.at > before
  }

  /** An entry that came by itself. */
  entry(entry: SeenEntry): void {
    if (this.joinedAt === null) return this.complain(`live: ${entry.seq} before the join's reply`)
    if (entry.seq !== this.next) this.complain(`live: ${entry.seq} instead of ${this.next}`)
    this.next = entry.seq + 1
    this.put({ entry })
  }

  /** A gap that was told by itself. */
  liveGap(gap: Gap): void {
    if (gap.from !== this.next) this.complain(`gap: from ${gap.from} instead of ${this.next}`)
    this.next = gap.to + 1
    this.put({ gap })
  }

  /** The log is another one from now on. */
  reset(epoch: string, head: number): void {
    this.restart(epoch, head)
    this.joinedAt = head
    this.next = head + 1
  }

  private restart(epoch: string, at: number): void {
    this.resets += 1
    this.epoch = epoch
    this.at = at
    this.seen.length = 0
    this.early = []
  }

  private put(item: Item): void {
    if (this.live) this.append(item)
    else this.early.push(item)
  }

  private append(item: Item): void {
    if ('gap' in item) this.gap(item.gap)
    else this.take(item.entry, 'live')
  }

  private gap(gap: Gap): void {
    if (gap.from !== this.at + 1) this.complain(`gap: from ${gap.from} after ${this.at}`)
    this.gaps.push({ from: gap.from, to: gap.to })
    this.at = gap.to
  }

  private take(entry: SeenEntry, by: string): void {
    if (entry.seq !== this.at + 1) {
      this.complain(`${by}: ${entry.seq} after ${this.at}`)
      if (entry.seq <= this.at) return
    }
    this.at = entry.seq
    if (isChange(entry.ev)) this.amend(entry)
    this.seen.push(entry)
  }

  private amend(change: SeenEntry): void {
    for (const [i, seen] of this.seen.entries()) {
      const { kind: ev, ...now } = amended(asEntry(seen), asEntry(change))
      this.seen[i] = { ev, ...now }
    }
  }

  private complain(problem: string): void {
    this.problems.push(problem)
  }
}

const asEntry = ({ ev: kind, ...rest }: SeenEntry): Entry => ({ kind, ...rest })
