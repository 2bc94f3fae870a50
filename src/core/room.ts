/** One room as one node sees it: who is in it here, and how far its log has been delivered. */

import type { Entry, Gap, Person, Push, ServerEvent } from '../protocol/types.ts'
import type { Page, RoomRecord } from '../spi/storage.ts'
import type { Frame } from '../spi/transport.ts'
import { Ahead } from './ahead.ts'
import { Attendance } from './attendance.ts'
import type { Outbox } from './outbox.ts'
import { Packs } from './packs.ts'
import { Recent, type RecentLimits } from './recent.ts'
import { isAct, type Rules, rulesOf } from './rules.ts'

/** A connection, as a room sees it. */
export interface Subscriber {
  readonly outbox: Outbox
}

/** What a room needs from the rest. */
export interface RoomHost<S extends Subscriber> extends RecentLimits {
  /** The room has something to hand out at the end of this turn. */
  dirty(room: Room<S>): void
  /** Reads entries after `seq` from storage. */
  read(room: Room<S>, after: number): Promise<Page | null>
  /** The log isn't the one it was, or there is none any more. */
  replaced(room: Room<S>, page: Page | null): void
  /** Storage didn't answer. */
  failed(room: Room<S>, error: unknown): void
  /** An act was handed out: something was done to a person, or to the room. */
  acted(room: Room<S>, entry: Entry): void
  /**
   * Acts may have gone by unseen; `reset`: the log is another one. Settles when those who may not stay
   * are out (never rejects); null: nobody has to go.
   */
  unsure(room: Room<S>, reset: boolean): Promise<void> | null
  /** So much was handed out, to all together. */
  delivered?(count: number): void
}

/** Logs that are known to be no more, at most. */
const PAST = 16

/**
 * `position` is the last entry handed out here. What extends it by exactly one is handed out;
 * what is beyond is a gap, read from storage; what is behind was handed out already.
 */
export class Room<S extends Subscriber> {
  readonly name: string
  permanent: boolean
  readonly only: readonly Person[] | undefined
  epoch: string
  position: number
  closed = false
  /** What holds here beyond the usual; null: nothing. */
  rules: Rules | null
  /** Acts handed out so far. */
  acts = 0
  /** Operations under way that need the room to stay open. */
  holds = 0
  readonly sessions = new Set<S>()
  private readonly people = new Attendance()
  private readonly host: RoomHost<S>
  /** The newest entries, up to `position`. */
  private readonly recent: Recent
  /** Epochs of logs that are no more. */
  private readonly past = new Set<string>()
  /** Entries that came early. */
  private readonly ahead = new Ahead()
  /** The newest entry that anybody told of. */
  private told = 0
  /** How often what was in memory became old. */
  private forgotten = 0
  private repairing: Promise<boolean> | null = null
  private repairAgain: Promise<boolean> | null = null
  /** Looks under way into who may stay. */
  private doubts = 0
  /** What happened in this turn. */
  private events: ServerEvent[] = []
  private packs: Packs | null = null
  /** Those who joined in this turn, and how many of `events` were before them. */
  private newcomers: Map<S, number> | null = null

  constructor(record: RoomRecord, host: RoomHost<S>) {
    this.name = record.room
    this.permanent = record.permanent
    this.only = record.only
    this.epoch = record.epoch
    this.position = record.head
    this.rules = rulesOf(record.settings)
    this.host = host
    this.recent = new Recent(host)
  }

  // ── the log ────────────────────────────────────────────────────────────────────────────────

  /** Takes an entry that is stored in the log of this epoch, from wherever it comes. */
  entry(entry: Entry, epoch: string): void {
    if (epoch !== this.epoch) return void this.settle(epoch)
    if (entry.seq <= this.position) return
    if (entry.seq > this.position + 1) {
      this.ahead.add(entry)
      return this.hear(entry.seq)
    }
    this.advance(entry)
    this.follow()
  }

  /** Storage has entries up to here: fetches what is missing. */
  head(epoch: string, seq: number): void {
    if (epoch !== this.epoch) void this.settle(epoch)
    else if (seq > this.position) this.hear(seq)
  }

  /**
   * Compares the room with storage, and fetches what is missing. Resolves when a read that began
   * after this call was taken in: true, or false when storage didn't answer. Never rejects.
   */
  repair(): Promise<boolean> {
    if (this.repairing === null) return this.begin()
    // What is under way may have read before the caller learned what it knows.
    this.repairAgain ??= this.repairing.then(() => {
      this.repairAgain = null
      return this.repairing ?? this.begin()
    })
    return this.repairAgain
  }

  /**
   * Finds out whether the log of this epoch is this room's: it is, or it is no more, once this
   * resolves to true. False: storage didn't answer. Never rejects.
   */
  async settle(epoch: string): Promise<boolean> {
    if (epoch === this.epoch || this.past.has(epoch)) return true
    const answered = await this.repair()
    if (answered && epoch !== this.epoch) this.passed(epoch)
    return answered
  }

  /** The entries after `seq`, if they are all still in memory. */
  recentAfter(seq: number): readonly Entry[] | null {
    return this.recent.newest(this.position - seq)
  }

  /** Whether reading what is right before seq {@link oldest} would bring those after `seq` there. */
  recallable(seq: number): boolean {
    return this.recent.recallable(this.position - seq)
  }

  /** Seq of the oldest entry in memory. */
  get oldest(): number {
    return this.position - this.recent.count + 1
  }

  /** Takes entries, in order, that were read from storage into memory. */
  recall(entries: readonly Entry[]): void {
    const end = entries.findIndex(({ seq }) => seq === this.oldest - 1)
    this.recent.recall(entries.slice(0, end + 1))
  }

  /** Storage was changed otherwise than by entries: what is in memory, or being read, is old. */
  forget(): void {
    this.forgotten += 1
    this.ahead.clear()
    this.recent.clear()
  }

  /** How many changes of earlier entries were handed out here; see {@link changesAfter}. */
  get altered(): number {
    return this.recent.altered
  }

  /** The changes handed out after the first `count`; null: they aren't all known any more. */
  changesAfter(count: number): readonly Entry[] | null {
    return this.recent.changesAfter(count)
  }

  private advance(entry: Entry): void {
    this.position = entry.seq
    this.recent.push(entry)
    this.happen({ type: 'entry', entry })
    if (entry.kind !== 'message' && isAct(entry.kind)) {
      this.acts += 1
      this.host.acted(this, entry)
    }
  }

  /** Hands out what came early, as far as it follows now. */
  private follow(): void {
    let next = this.ahead.take(this.position + 1)
    while (next !== undefined) {
      this.advance(next)
      next = this.ahead.take(this.position + 1)
    }
  }

  /** Somebody told of this entry: whatever reads storage goes on until it is there. */
  private hear(seq: number): void {
    this.told = Math.max(this.told, seq)
    if (this.repairing === null) void this.begin()
  }

  private begin(): Promise<boolean> {
    const repairing = this.catchUp().finally(() => {
      this.repairing = null
    })
    this.repairing = repairing
    return repairing
  }

  private async catchUp(): Promise<boolean> {
    try {
      for (;;) {
        // What was handed out before the read was stored before it; what comes meanwhile may not be
        // in the page.
        const { epoch, position: asked, told, forgotten } = this
        const page = await this.host.read(this, asked)
        if (this.closed || this.epoch !== epoch) return true
        if (page === null || page.epoch !== epoch || page.head < asked) {
          this.host.replaced(this, page)
          return true
        }
        // It may have what is gone since.
        if (this.forgotten !== forgotten) continue
        if (page.first > this.position + 1)
          this.skip({ from: this.position + 1, to: page.first - 1 })
        for (const entry of page.entries) if (entry.seq === this.position + 1) this.advance(entry)
        this.ahead.drop(this.position)
        this.follow()
        if (this.position >= Math.max(page.head, this.told)) return true
        if (this.position === asked && this.told === told) {
          // Storage knows nothing of what was told.
          this.told = asked
          this.ahead.clear()
          return true
        }
      }
    } catch (error) {
      this.host.failed(this, error)
      return false
    }
  }

  /** These can't be had any more: says so and goes on behind them. */
  private skip(gap: Gap): void {
    this.position = gap.to
    this.recent.clear()
    this.push({ ev: 'gap', room: this.name, ...gap })
    this.doubt(false)
  }

  /** Goes on with another log, from its `head`. */
  restart(epoch: string, head: number): void {
    if (epoch !== this.epoch) this.passed(this.epoch)
    this.past.delete(epoch)
    this.epoch = epoch
    this.position = head
    this.told = head
    this.ahead.clear()
    this.recent.clear()
    this.push({ ev: 'reset', room: this.name, epoch, head })
    // Before any answer that speaks of the new log.
    this.flush()
    this.doubt(true)
  }

  /** What happens from here on is handed out once it is known who may stay. */
  private doubt(reset: boolean): void {
    this.acts += 1
    // Everybody has to know by which log they are answered from now on.
    this.handOut()
    const looking = this.host.unsure(this, reset)
    if (looking === null) return
    this.doubts += 1
    void looking.finally(() => {
      this.doubts -= 1
      if (this.doubts === 0 && this.events.length > 0) this.host.dirty(this)
    })
  }

  private passed(epoch: string): void {
    this.past.add(epoch)
    if (this.past.size > PAST) for (const oldest of this.past) return void this.past.delete(oldest)
  }

  // ── who is here ────────────────────────────────────────────────────────────────────────────

  get count(): number {
    return this.people.count
  }

  has(personId: string): boolean {
    return this.people.get(personId) !== undefined
  }

  /** Who of those here has this id. */
  person(personId: string): Person | undefined {
    return this.people.get(personId)
  }

  /** People in the order they came, after the one whose coming had the number `after`. */
  list(after: number, limit: number): { members: Person[]; next: number | undefined } {
    return this.people.list(after, limit)
  }

  /** Adds a connection. True: it is the person's first on this node. */
  add(session: S, person: Person): boolean {
    this.sessions.add(session)
    if (this.events.length > 0) {
      this.newcomers ??= new Map()
      this.newcomers.set(session, this.events.length)
    }
    return this.people.add(person)
  }

  /** A person is in the room on another node. True: they weren't in it anywhere we know of. */
  arrive(person: Person): boolean {
    return this.people.arrive(person)
  }

  /** A person is on no other node any more. True: they aren't here either. */
  depart(personId: string): boolean {
    return this.people.depart(personId)
  }

  /** Removes a connection, after giving it what happened before. True: it was their last here. */
  remove(session: S, personId: string): boolean {
    if (!this.sessions.has(session)) return false
    if (this.events.length > 0 && session.outbox.isOpen) this.giveLast(session)
    this.sessions.delete(session)
    this.newcomers?.delete(session)
    return this.people.remove(personId)
  }

  rename(person: Person): void {
    this.people.rename(person)
  }

  // ── handing out ────────────────────────────────────────────────────────────────────────────

  /** Tells everybody here, at the end of this turn. */
  push(push: Push): void {
    this.happen({ type: 'push', push })
  }

  /** Hands out what happened in this turn: packed once per wire, whoever many get it. */
  flush(): void {
    if (this.doubts === 0) this.handOut()
  }

  private handOut(): void {
    if (this.events.length === 0) return
    const frames: (Frame | null)[] = []
    for (const session of this.sessions) {
      if (this.newcomers?.has(session)) this.givePart(session)
      else this.give(session, frames)
    }
    this.host.delivered?.(this.events.length * this.sessions.size)
    this.events = []
    this.packs = null
    this.newcomers = null
  }

  private give({ outbox }: S, frames: (Frame | null)[]): void {
    const { wire } = outbox
    let frame = frames[wire.index]
    if (frame === undefined) {
      frame = wire.pack(this.events, true)
      frames[wire.index] = frame
    }
    if (frame !== null) outbox.frame(frame)
  }

  /** To somebody who goes. While it isn't known who may stay, only that the room is gone. */
  private giveLast(session: S): void {
    if (this.doubts === 0) return this.givePart(session)
    for (const event of this.events.slice(this.newcomers?.get(session) ?? 0)) {
      if (event.type === 'push' && event.push.ev === 'closed') session.outbox.event(event)
    }
  }

  /** To somebody who wasn't, or won't be, here for the whole turn. */
  private givePart(session: S): void {
    const { outbox } = session
    this.packs ??= new Packs(this.events)
    const skip = this.newcomers?.get(session) ?? 0
    for (const frame of this.packs.from(skip, outbox.wire)) outbox.frame(frame)
  }

  private happen(event: ServerEvent): void {
    if (this.sessions.size === 0) return
    this.events.push(event)
    if (this.events.length === 1) this.host.dirty(this)
  }
}
