/** Reading pages of rooms' logs: what many ask for, at once or one soon after another, is read once. */

import { ChatError } from '../errors.ts'
import { amended, entryUnits } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Page, Range } from '../spi/storage.ts'
import { isUnsure } from './recent.ts'

/** Pages that are kept, at most, and their text, in UTF-16 units. */
const PAGES = 64
const UNITS = 1024 * 1024
/** So often it is read again when too much was changed during the reading. */
const TRIES = 3

/** What reading needs to know of a room. */
export interface PagedRoom {
  readonly name: string
  readonly epoch: string
  /** Storage has at least the entries up to here. */
  readonly position: number
  /** Changes of earlier entries handed out so far. */
  readonly altered: number
  /** Those after the first `count`; null: they aren't known any more. */
  changesAfter(count: number): readonly Entry[] | null
}

/** A page that is being read, or was. */
interface Reading {
  readonly room: PagedRoom
  /** Of the room, when the reading began. */
  readonly position: number
  readonly altered: number
  readonly page: Promise<Page | null>
  /** Its text; 0 while it is being read. */
  units: number
}

/**
 * Reads pages of logs. Who asks for what is being read gets the same; full pages after a seq are
 * kept for some time, since those who come back after an outage want the same ones. Two things make
 * that safe. A page is shared only if it has all that was handed out when it is asked for. And the
 * changes that the room has handed out since it was read are applied to it: nobody is shown a text
 * that others were told is deleted. A kept page to which a change can't be applied (see
 * {@link isUnsure}) is read again.
 */
export class Pages {
  private readonly readings = new Map<string, Reading>()
  private units = 0
  private readonly load: (room: string, range: Range) => Promise<Page | null>
  private readonly step: number
  private readonly most: number

  /**
   * @param load reads from storage
   * @param most entries in a page, at most
   */
  constructor(load: (room: string, range: Range) => Promise<Page | null>, most: number) {
    this.load = load
    this.most = most
    this.step = Math.ceil(most / 4)
  }

  /** Reads a part of a room's log; `null`: there is no such room. */
  async read(room: PagedRoom, range: Range): Promise<Page | null> {
    const { after, limit } = range
    if (after === undefined || limit < this.most) return this.take(room, range, false)
    // Longer pages from places that all share: those who stopped at much the same seq read the same.
    const from = after - (after % this.step)
    const page = await this.take(room, { after: from, limit: limit + this.step }, true)
    if (page === null) return null
    const entries = page.entries.filter(({ seq }) => seq > after).slice(0, limit)
    return { ...page, entries }
  }

  private async take(room: PagedRoom, range: Range, keep: boolean): Promise<Page | null> {
    const { after, before, at, limit } = range
    const key = JSON.stringify([room.name, room.epoch, after, before, at, limit])
    for (let tries = 0; tries < TRIES; tries++) {
      const known = this.known(key, room, range)
      const wasKept = known !== null && known.units > 0
      const reading = known ?? this.begin(key, room, range, keep)
      const page = await reading.page
      if (page === null || page.epoch !== room.epoch) return page
      const changes = room.changesAfter(reading.altered)
      if (changes?.length === 0) return page
      if (changes !== null) {
        const entries: Entry[] = []
        let unsure = false
        for (const entry of page.entries) {
          let now = entry
          for (const change of changes) {
            // What is read just now is as good as it gets: it may have the change, or not.
            unsure ||= wasKept && isUnsure(now, change)
            now = amended(now, change)
          }
          entries.push(now)
        }
        if (!unsure) return { ...page, entries }
      }
      this.drop(key, reading)
    }
    throw new ChatError('unavailable', undefined, { retryAfterMs: 1000 })
  }

  /** A reading that has all that this one would have. */
  private known(key: string, room: PagedRoom, range: Range): Reading | null {
    const { before, at, after = 0, limit } = range
    const reading = this.readings.get(key)
    if (reading === undefined) return null
    let end = before === undefined ? after + limit : before - 1
    if (at !== undefined) end = Number.POSITIVE_INFINITY
    if (reading.room !== room || reading.position < Math.min(end, room.position)) return null
    // Those that are asked for stay longest.
    this.readings.delete(key)
    this.readings.set(key, reading)
    return reading
  }

  private begin(key: string, room: PagedRoom, range: Range, keep: boolean): Reading {
    const { position, altered } = room
    const page = this.load(room.name, range)
    const reading: Reading = { room, position, altered, page, units: 0 }
    this.drop(key, this.readings.get(key))
    this.readings.set(key, reading)
    page.then(
      (found) => {
        const isFull = found?.epoch === room.epoch && found.entries.length === range.limit
        if (keep && isFull) this.keep(key, reading, found.entries)
        else this.drop(key, reading)
      },
      () => this.drop(key, reading),
    )
    return reading
  }

  private keep(key: string, reading: Reading, entries: readonly Entry[]): void {
    if (this.readings.get(key) !== reading) return
    reading.units = entries.reduce((sum, entry) => sum + entryUnits(entry), 1)
    this.units += reading.units
    for (const [oldest, one] of this.readings) {
      if (this.readings.size <= PAGES && this.units <= UNITS) return
      // What is being read ends by itself.
      if (one.units > 0) this.drop(oldest, one)
    }
  }

  private drop(key: string, reading: Reading | undefined): void {
    if (reading === undefined || this.readings.get(key) !== reading) return
    this.readings.delete(key)
    this.units -= reading.units
  }
}
