/** Where one is in a room's log: each entry is told once, in order, whatever comes when. */

import type { ChatError } from '../errors.ts'
import type { Entry, Gap, JoinResult, Position, Results } from '../protocol/types.ts'

/** An answer without anything new is asked for again after this, in ms. */
const AGAIN_MS = 1000
/** So much that came early is remembered, while what is missing is read. */
const MOST_EARLY = 1000

/** What a {@link RoomLog} needs. */
export interface LogOwner {
  /** Asks for the page after a seq, of the connection of the moment; nothing comes when it is lost. */
  page(
    after: number,
    ok: (page: Results['history']) => void,
    failed: (error: ChatError) => void,
  ): void
  later(ms: number, task: () => void): void
  entry(entry: Entry): void
  gap(gap: Gap): void
  reset(epoch: string, recent: readonly Entry[]): void
  /** The log isn't the one that is known: what it is, a `join` tells. */
  doubtful(): void
}

/** Follows one room's log over all connections. */
export class RoomLog {
  readonly #owner: LogOwner
  #epoch: string | undefined
  #seq = 0
  /** Up to here there is more to be read before what comes live can be told. */
  #until = 0
  #paging = false
  /** Counts connections, resets, and so on: answers from before don't count. */
  #era = 0
  #early: (Entry | Gap)[] = []

  constructor(owner: LogOwner) {
    this.#owner = owner
  }

  get position(): Position | undefined {
    return this.#epoch === undefined ? undefined : { epoch: this.#epoch, seq: this.#seq }
  }

  /** Begins here. */
  begin({ epoch, seq }: Position): void {
    this.#epoch = epoch
    this.#seq = seq
    this.#anew()
  }

  /** The connection is gone, and with it what came early. */
  lost(): void {
    this.#anew()
  }

  /** The answer to a join with {@link position} as `since`; without position, to the first one. */
  joined({ epoch, head, entries, more, reset, gap }: JoinResult): void {
    if (this.#epoch === undefined) {
      this.#restart(epoch, head)
    } else if (reset === true || epoch !== this.#epoch) {
      this.#restart(epoch, head)
      this.#owner.reset(epoch, entries)
    } else {
      const early = this.#early
      this.#anew()
      this.#early = early
      if (!this.#page(entries, gap)) return
      if (more || this.#seq < head) this.#until = head
    }
    this.#settle()
  }

  /** Something came live. */
  live(item: Entry | Gap): void {
    if (this.#early.length < MOST_EARLY) this.#early.push(item)
    else {
      // Too much to be remembered: all of it is read instead.
      this.#early = []
      this.#until = Math.max(this.#until, 'seq' in item ? item.seq : item.to)
    }
    this.#settle()
  }

  /** The log is another one now; it is empty, or not known yet. */
  reset(epoch: string, head: number): void {
    if (head > 0) {
      // Nothing of it is told before the newest of its entries are there.
      this.#anew()
      this.#until = Number.POSITIVE_INFINITY
      this.#paging = true
      return this.#owner.doubtful()
    }
    this.#restart(epoch, head)
    this.#owner.reset(epoch, [])
  }

  #restart(epoch: string, head: number): void {
    const early = this.#early
    this.begin({ epoch, seq: head })
    this.#early = early
  }

  #anew(): void {
    this.#era += 1
    this.#until = 0
    this.#paging = false
    this.#early = []
  }

  /** Tells what can be told; asks for what is missing. */
  #settle(): void {
    while (!this.#paging && this.#seq >= this.#until) {
      const item = this.#early.shift()
      if (item === undefined) return
      const from = 'seq' in item ? item.seq : item.from
      if (from > this.#seq + 1) {
        // A jump: what is between has to be read first.
        this.#early.unshift(item)
        this.#until = from - 1
      } else this.#take(item)
    }
    this.#read()
  }

  /** False: whoever was told of an entry left, or something else made an end of this page. */
  #page(entries: readonly Entry[], gap: Gap | undefined): boolean {
    const era = this.#era
    if (gap !== undefined) this.#take(gap)
    for (const entry of entries) {
      // Never over a hole, whatever a server says.
      if (era !== this.#era || entry.seq > this.#seq + 1) break
      this.#take(entry)
    }
    return era === this.#era
  }

  #take(item: Entry | Gap): void {
    if ('seq' in item) {
      if (item.seq <= this.#seq) return
      this.#seq = item.seq
      this.#owner.entry(item)
    } else if (item.to > this.#seq) {
      const from = Math.max(item.from, this.#seq + 1)
      this.#seq = item.to
      this.#owner.gap({ from, to: item.to })
    }
  }

  #read(): void {
    if (this.#paging) return
    this.#paging = true
    const era = this.#era
    const after = this.#seq
    const again = (ms: number): void => {
      this.#owner.later(ms, () => {
        if (era !== this.#era) return
        this.#paging = false
        this.#settle()
      })
    }
    this.#owner.page(
      after,
      ({ epoch, entries, gap }) => {
        if (era !== this.#era) return
        if (epoch !== this.#epoch) return this.#owner.doubtful()
        if (!this.#page(entries, gap)) return
        if (this.#seq === after) return again(AGAIN_MS)
        this.#paging = false
        this.#settle()
      },
      (error) => {
        if (era !== this.#era) return
        if (error.retryable) again(error.retryAfterMs ?? AGAIN_MS)
        else this.#owner.doubtful()
      },
    )
  }
}
