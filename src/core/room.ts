/** One room as one node sees it: who is in it here, and how far its log has been delivered. */

import type { Entry, Gap, Person, Push, ServerEvent } from '../protocol/types.ts'
import type { Page, RoomRecord } from '../spi/storage.ts'
import type { Frame } from '../spi/transport.ts'
import type { Outbox } from './outbox.ts'

/** A connection, as a room sees it. */
export interface Subscriber {
  readonly outbox: Outbox
}

/** What a room needs from the rest. */
export interface RoomHost<S extends Subscriber> {
  /** The room has something to hand out at the end of this turn. */
  dirty(room: Room<S>): void
  /** Reads entries after `seq` from storage. */
  read(room: Room<S>, after: number): Promise<Page | null>
  /** Entries kept for those who come back, and how much text of them. */
  readonly recentEntries: number
  readonly recentUnits: number
  /** The log isn't the one it was, or there is none any more. */
  replaced(room: Room<S>, page: Page | null): void
  /** Storage didn't answer. */
  failed(room: Room<S>, error: unknown): void
}

/** A person in a room: by one or several connections here, on another node, or both. */
interface Presence {
  person: Person
  sessions: number
  elsewhere: boolean
  /** Of their coming; increases, so the map is in order of it. */
  readonly number: number
}

/** Entries that came before those they follow, at most: storage has them anyway. */
const AHEAD = 1000

/**
 * `position` is the last entry handed out here. What extends it by exactly one is handed out;
 * what is beyond is a gap, read from storage; what is behind was handed out already.
 */
export class Room<S extends Subscriber> {
  readonly name: string
  readonly permanent: boolean
  readonly only: readonly Person[] | undefined
  epoch: string
  position: number
  closed = false
  /** Operations under way that need the room to stay open. */
  holds = 0
  readonly sessions = new Set<S>()
  private readonly people = new Map<string, Presence>()
  private arrivals = 0
  private readonly host: RoomHost<S>
  /** The newest entries, oldest first, without holes, ending with `position`. */
  private recent: Entry[] = []
  private recentUnits = 0
  /** Entries that came early, by seq. */
  private ahead: Map<number, Entry> | null = null
  private repairing: Promise<void> | null = null
  /** What happened in this turn. */
  private events: ServerEvent[] = []
  /** Those who joined in this turn, and how many of `events` were before them. */
  private newcomers: Map<S, number> | null = null

  constructor(record: RoomRecord, host: RoomHost<S>) {
    this.name = record.room
    this.permanent = record.permanent
    this.only = record.only
    this.epoch = record.epoch
    this.position = record.head
    this.host = host
  }

  // ── the log ────────────────────────────────────────────────────────────────────────────────

  /** Takes an entry that is stored, from wherever it comes. */
  entry(entry: Entry): void {
    if (entry.seq <= this.position) return
    if (entry.seq > this.position + 1) {
      this.ahead ??= new Map()
      if (this.ahead.size < AHEAD) this.ahead.set(entry.seq, entry)
      void this.repair()
      return
    }
    this.advance(entry)
    if (this.ahead !== null) this.follow(this.ahead)
  }

  /** Storage has entries up to here: fetches what is missing. */
  head(epoch: string, seq: number): void {
    if (epoch !== this.epoch || seq > this.position) void this.repair()
  }

  /** Reads what is missing from storage. Never rejects. */
  repair(): Promise<void> {
    this.repairing ??= this.catchUp().finally(() => {
      this.repairing = null
    })
    return this.repairing
  }

  /** The entries after `seq`, if they are all still in memory. */
  recentAfter(seq: number): readonly Entry[] | null {
    const missing = this.position - seq
    if (missing < 0 || missing > this.recent.length) return null
    return missing === 0 ? [] : this.recent.slice(-missing)
  }

  private advance(entry: Entry): void {
    this.position = entry.seq
    this.recent.push(entry)
    this.recentUnits += entry.text.length
    const { recentEntries, recentUnits } = this.host
    // Cut in halves, so that a push costs the same on average however long the list is.
    if (this.recent.length > recentEntries * 2 || this.recentUnits > recentUnits * 2) this.forget()
    this.happen({ type: 'entry', entry })
  }

  /** Keeps the newest entries, as many as may be. */
  private forget(): void {
    const { recentEntries, recentUnits } = this.host
    let from = this.recent.length
    let units = 0
    while (from > 0 && this.recent.length - from < recentEntries) {
      units += (this.recent[from - 1] as Entry).text.length
      if (units > recentUnits) break
      from -= 1
    }
    this.recent = this.recent.slice(from)
    this.recentUnits = this.recent.reduce((sum, { text }) => sum + text.length, 0)
  }

  private follow(ahead: Map<number, Entry>): void {
    let next = ahead.get(this.position + 1)
    while (next !== undefined) {
      ahead.delete(next.seq)
      this.advance(next)
      next = ahead.get(this.position + 1)
    }
    if (ahead.size === 0) this.ahead = null
  }

  private async catchUp(): Promise<void> {
    try {
      for (;;) {
        // What was handed out before the read was stored before it; what comes meanwhile may not be
        // in the page.
        const asked = this.position
        const { epoch } = this
        const page = await this.host.read(this, asked)
        if (this.closed || this.epoch !== epoch) return
        if (page === null || page.epoch !== epoch || page.head < asked) {
          return this.host.replaced(this, page)
        }
        if (page.first > this.position + 1)
          this.skip({ from: this.position + 1, to: page.first - 1 })
        const before = this.position
        for (const entry of page.entries) if (entry.seq === this.position + 1) this.advance(entry)
        if (this.ahead !== null) {
          for (const seq of this.ahead.keys()) if (seq <= this.position) this.ahead.delete(seq)
          this.follow(this.ahead)
        }
        if (this.position >= page.head || this.position === before) return
      }
    } catch (error) {
      this.host.failed(this, error)
    }
  }

  /** These can't be had any more: says so and goes on behind them. */
  private skip(gap: Gap): void {
    this.position = gap.to
    this.recent = []
    this.recentUnits = 0
    this.push({ ev: 'gap', room: this.name, ...gap })
  }

  /** Goes on with another log, from its `head`. */
  restart(epoch: string, head: number): void {
    this.epoch = epoch
    this.position = head
    this.recent = []
    this.recentUnits = 0
    this.ahead = null
    this.push({ ev: 'reset', room: this.name, epoch, head })
  }

  // ── who is here ────────────────────────────────────────────────────────────────────────────

  get count(): number {
    return this.people.size
  }

  has(personId: string): boolean {
    return this.people.has(personId)
  }

  /** People in the order they came, after the one whose coming had the number `after`. */
  list(after: number, limit: number): { members: Person[]; next: number | undefined } {
    const members: Person[] = []
    let last = 0
    for (const { person, number } of this.people.values()) {
      if (number <= after) continue
      if (members.length === limit) return { members, next: last }
      members.push(person)
      last = number
    }
    return { members, next: undefined }
  }

  /** Adds a connection. True: it is the person's first on this node. */
  add(session: S, person: Person): boolean {
    this.sessions.add(session)
    if (this.events.length > 0) {
      this.newcomers ??= new Map()
      this.newcomers.set(session, this.events.length)
    }
    const known = this.people.get(person.id)
    if (known !== undefined) {
      known.sessions += 1
      return known.sessions === 1
    }
    this.people.set(person.id, { person, sessions: 1, elsewhere: false, number: ++this.arrivals })
    return true
  }

  /** A person is in the room on another node. True: they weren't in it anywhere we know of. */
  arrive(person: Person): boolean {
    const known = this.people.get(person.id)
    if (known !== undefined) {
      known.elsewhere = true
      return false
    }
    this.people.set(person.id, { person, sessions: 0, elsewhere: true, number: ++this.arrivals })
    return true
  }

  /** A person is on no other node any more. True: they aren't here either. */
  depart(personId: string): boolean {
    const known = this.people.get(personId)
    if (known === undefined) return false
    known.elsewhere = false
    return known.sessions === 0 && this.people.delete(personId)
  }

  /** Removes a connection, after giving it what happened before. True: it was their last here. */
  remove(session: S, personId: string): boolean {
    if (!this.sessions.has(session)) return false
    if (this.events.length > 0 && session.outbox.isOpen) this.give(session, [])
    this.sessions.delete(session)
    this.newcomers?.delete(session)
    const known = this.people.get(personId)
    if (known === undefined) return false
    known.sessions -= 1
    if (known.sessions > 0) return false
    if (!known.elsewhere) this.people.delete(personId)
    return true
  }

  rename(person: Person): void {
    const known = this.people.get(person.id)
    if (known !== undefined) known.person = person
  }

  // ── handing out ────────────────────────────────────────────────────────────────────────────

  /** Tells everybody here, at the end of this turn. */
  push(push: Push): void {
    this.happen({ type: 'push', push })
  }

  /** Hands out what happened in this turn: packed once per wire, whoever many get it. */
  flush(): void {
    if (this.events.length === 0) return
    const frames: (Frame | null)[] = []
    for (const session of this.sessions) this.give(session, frames)
    this.events = []
    this.newcomers = null
  }

  private give(session: S, frames: (Frame | null)[]): void {
    const { outbox } = session
    const { wire } = outbox
    const skip = this.newcomers === null ? 0 : (this.newcomers.get(session) ?? 0)
    if (skip > 0) {
      const rest = this.events.slice(skip)
      const frame = rest.length === 0 ? null : wire.pack(rest)
      if (frame !== null) outbox.frame(frame)
      return
    }
    const known = frames[wire.index]
    const frame = known === undefined ? wire.pack(this.events, true) : known
    if (known === undefined) frames[wire.index] = frame
    if (frame !== null) outbox.frame(frame)
  }

  private happen(event: ServerEvent): void {
    if (this.sessions.size === 0) return
    this.events.push(event)
    if (this.events.length === 1) this.host.dirty(this)
  }
}
