/** Deletes in the background, in small steps, what is no longer kept. */

import { ChatError } from '../../errors.ts'
import type { Clock, Timer } from '../../spi/clock.ts'
import type { Statement } from './dialect.ts'
import type { Queries, RowOf } from './queries.ts'

/** How much of a room's log is kept, unless the room has settings of its own. Absent: no end. */
export interface Retention {
  /**
   * Entries kept per room, the newest. Those before are given up at once (storage no longer gives
   * them) and deleted a little later; until then their keys still protect against doubles.
   */
  readonly entriesPerRoom?: number
  /** Entries older than this are given up, by their `ts`: looked at every ten minutes. */
  readonly days?: number
}

/** What a sweeper works with. */
export interface SweeperParts {
  readonly run: <S extends Statement>(statement: S) => Promise<readonly RowOf<S>[]>
  readonly queries: Queries
  readonly retention: Retention
  readonly clock: Clock
}

/** Entries deleted by one statement: some milliseconds of a database's time. */
const STEP = 200
/** Rooms looked up at once. */
const ROOMS = 50
/** After an append it may wait this long, so that there is something to do, in ms. */
const APPENDED_MS = 2000
/** Ages are looked at this often, in ms. */
const AGES_MS = 10 * 60_000
/** Pause between two steps: as long as the last one took, but at least and at most this, in ms. */
const PAUSE_MS = [5, 10_000] as const
/** After trouble with the database, in ms. */
const TROUBLE_MS = 30_000
const DAY_MS = 24 * 60 * 60_000

/** Refuses impossible values. */
export function checkRetention({ entriesPerRoom, days }: Retention): void {
  const fail = (what: string): never => {
    throw new ChatError('invalid_options', `retention.${what}`)
  }
  if (entriesPerRoom !== undefined && !(Number.isSafeInteger(entriesPerRoom) && entriesPerRoom > 0))
    fail('entriesPerRoom must be a whole number, at least 1')
  if (days !== undefined && !(Number.isFinite(days) && days > 0)) fail('days must be more than 0')
}

/** A room from which entries are to be given up. */
interface Crowded {
  readonly id: number
  readonly head: number
  readonly first: number
  readonly most: number
}

/**
 * Works in the process that has the storage open, by timers that keep nothing alive. It is not the
 * append that deletes: nobody's message should wait for that. Several nodes may sweep at once, and
 * none needs to: whatever was left is found again after a restart.
 */
export class Sweeper {
  private readonly parts: SweeperParts
  private timer: Timer | null = null
  private due = Number.POSITIVE_INFINITY
  private running: Promise<void> | null = null
  private stopped = true
  /** Found by the last look, not yet dealt with. */
  private crowded: Crowded[] = []
  /** When ages are to be looked at again. */
  private agesDue = 0
  /** Ages are looked at by room id, from here. */
  private agesAfter = 0
  /** There may be entries that become too old. */
  private aging = false

  constructor(parts: SweeperParts) {
    this.parts = parts
  }

  start(): void {
    this.stopped = false
    this.agesDue = this.parts.clock.monotonic()
    this.wake()
  }

  /** Resolves when the step that is under way is done. */
  async stop(): Promise<void> {
    this.stopped = true
    this.timer?.cancel()
    this.timer = null
    await this.running
  }

  /** Entries were stored: a log may have become too long. */
  appended(): void {
    this.wake()
  }

  /** There may be something to do, soon. */
  wake(): void {
    this.within(APPENDED_MS)
  }

  private within(ms: number): void {
    const { clock } = this.parts
    const due = clock.monotonic() + ms
    if (this.stopped || (this.timer !== null && this.due <= due)) return
    this.timer?.cancel()
    this.due = due
    this.timer = clock.after(ms, () => {
      this.timer = null
      // What came meanwhile may have escaped the step that is under way.
      if (this.running !== null) return this.within(APPENDED_MS)
      this.running = this.work().finally(() => {
        this.running = null
      })
    })
  }

  private async work(): Promise<void> {
    const { clock } = this.parts
    const began = clock.monotonic()
    try {
      const more = await this.step()
      const now = clock.monotonic()
      const [least, most] = PAUSE_MS
      if (more) this.within(Math.min(Math.max(least, now - began), most))
      else if (this.aging) this.within(Math.max(least, this.agesDue - now))
    } catch {
      // The storage's own calls tell of trouble; nothing is lost by sweeping later.
      this.within(TROUBLE_MS)
    }
  }

  /** Does at most one deletion. Resolves to whether there may be more to do. */
  private async step(): Promise<boolean> {
    return (await this.sweepGone()) || (await this.cutLong()) || (await this.cutOld())
  }

  private async sweepGone(): Promise<boolean> {
    const { run, queries } = this.parts
    const [row] = await run(queries.goneRoom())
    if (row === undefined) return false
    const room = Number(row.room_id)
    // Reactions first: nobody should count how many hold what is gone anyway.
    for (const table of ['changes', 'reactions', 'holders', 'entries'] as const) {
      const deleted = await run(queries.deleteRows(table, room, STEP))
      if (deleted.length >= STEP) return true
    }
    if ((await run(queries.deleteMembers(room, STEP))).length >= STEP) return true
    await run(queries.forgetGone(room))
    return true
  }

  private async cutLong(): Promise<boolean> {
    const { run, queries, retention } = this.parts
    if (this.crowded.length === 0) {
      const rows = await run(queries.crowded(retention.entriesPerRoom, ROOMS))
      this.crowded = rows.map((row) => ({
        id: Number(row.id),
        head: Number(row.head),
        first: Number(row.first_seq),
        most: Number(row.most),
      }))
    }
    const room = this.crowded.pop()
    if (room === undefined) return false
    await run(queries.cut(room.id, Math.min(room.head - room.most + 1, room.first + STEP)))
    return true
  }

  private async cutOld(): Promise<boolean> {
    const { run, queries, retention, clock } = this.parts
    const { days } = retention
    this.aging = days !== undefined || (await run(queries.anyAging())).length > 0
    if (!this.aging || clock.monotonic() < this.agesDue) return false
    const now = Math.trunc(clock.now())
    const ms = days === undefined ? undefined : Math.trunc(days * DAY_MS)
    const [row] = await run(queries.aged(now, ms, this.agesAfter, 1))
    if (row === undefined) {
      this.agesAfter = 0
      this.agesDue = clock.monotonic() + AGES_MS
      return false
    }
    const cutoff = now - Number(row.most)
    const room = Number(row.id)
    const first = Number(row.first_seq)
    const rows = await run(queries.oldest(room, first, STEP))
    const young = rows.findIndex(({ ts }) => Number(ts) >= cutoff)
    const cut = first + (young < 0 ? rows.length : young)
    await run(queries.cut(room, cut))
    // The rest of the room's old entries is found by the same look.
    this.agesAfter = room - 1
    return true
  }
}
