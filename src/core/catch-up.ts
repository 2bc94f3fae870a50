/** What somebody who comes into a room, or back to it, has missed. */

import { ChatError } from '../errors.ts'
import { amended, entryUnits } from '../protocol/entry.ts'
import type { Entry, Gap, Operations, Results } from '../protocol/types.ts'
import type { Page, Range } from '../spi/storage.ts'
import type { Core, Room } from './model.ts'

/** What was read before joining; `spliced` makes it fit the moment of joining. */
export interface Missed {
  readonly epoch: string
  /** The entries follow this seq. */
  readonly after: number
  readonly entries: readonly Entry[]
  readonly limit: number
  /** Changes that the room had handed out before anything was read. */
  readonly altered: number
  /** The newest are wanted, not the first after a position. */
  readonly newest?: true
  readonly reset?: true
  readonly gap?: Gap
}

type Answer = Pick<Results['join'], 'entries' | 'more' | 'reset' | 'gap'>

/**
 * Reads what a joining client gets: the first page after `since`, or the newest `recent` entries.
 * What is still in memory is not read: {@link spliced} adds it.
 */
export async function readMissed(
  core: Core,
  room: Room,
  request: Pick<Operations['join'], 'since' | 'recent'>,
): Promise<Missed> {
  const { since } = request
  const most = core.limits.historyPage
  const recent = Math.min(request.recent ?? 0, most)
  if (since === undefined) return readNewest(core, room, recent)
  const { epoch, seq } = since
  // The client knows of a log, or of entries, that this node doesn't: either the node is behind, or
  // the log was replaced, or cut short. Storage knows.
  if (epoch !== room.epoch) await answered(room.settle(epoch))
  else if (seq > room.position) await answered(room.repair())
  if (epoch !== room.epoch || seq > room.position) {
    const missed = await readNewest(core, room, request.recent === undefined ? most : recent)
    return { ...missed, reset: true }
  }
  const limit = most
  const { altered } = room
  if (await inMemory(core, room, seq)) return { epoch, after: seq, entries: [], limit, altered }
  const page = await readPage(core, room, { after: seq, limit })
  if (page === null || page.epoch !== epoch) {
    // The room finds out, and whoever asked reads again.
    await answered(room.repair())
    return { epoch, after: seq, entries: [], limit, altered }
  }
  const { entries } = page
  const gap = gapBefore(page, seq)
  if (gap === undefined) return { epoch, after: seq, entries, limit, altered }
  return { epoch, after: gap.to, entries, limit, altered, gap }
}

/**
 * The answer at this very moment: what was read, and what has come since. The caller joins before
 * anything else can happen, so the live stream goes on right behind `room.position`. What was read
 * MUST still be {@link current}.
 */
export function spliced(core: Core, room: Room, missed: Missed): Answer {
  // Storage may be ahead of what was handed out here: that comes as the live stream.
  let entries: readonly Entry[] = (asNow(room, missed.entries, missed.altered) ?? []).filter(
    (entry) => entry.seq <= room.position,
  )
  const covered = (): number => entries.at(-1)?.seq ?? Math.min(missed.after, room.position)
  const tail = room.recentAfter(covered())
  if (tail !== null && tail.length > 0) {
    const take = missed.newest ? tail.length : Math.max(0, missed.limit - entries.length)
    entries = [...entries, ...tail.slice(0, take)]
    if (missed.newest) entries = entries.slice(-missed.limit)
  }
  entries = fitting(entries, core.limits.historyPageUnits, missed.newest === true)
  return {
    entries,
    more: covered() < room.position,
    ...(missed.reset === undefined ? undefined : { reset: missed.reset }),
    ...(missed.gap === undefined ? undefined : { gap: missed.gap }),
  }
}

/** Whether what was read is of the log that the room has now, and can be made to fit this moment. */
export function current(room: Room, missed: Missed): boolean {
  return missed.epoch === room.epoch && room.changesAfter(missed.altered) !== null
}

/**
 * Entries that were read when the room had handed out `altered` changes, as they are now; null: too
 * much was changed since. It is asked in the moment of handing them out: whoever comes gets no
 * change from before, so nothing may be shown to them that it took away.
 */
function asNow(room: Room, entries: readonly Entry[], altered: number): readonly Entry[] | null {
  if (entries.length === 0) return entries
  const changes = room.changesAfter(altered)
  if (changes === null || changes.length === 0) return changes === null ? null : entries
  return entries.map((entry) => changes.reduce(amended, entry))
}

/** The first entries (or, `newest`, the last) that fit into a page by their text; one at least. */
export function fitting(
  entries: readonly Entry[],
  units: number,
  newest: boolean,
): readonly Entry[] {
  let sum = 0
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[newest ? entries.length - 1 - i : i] as Entry
    sum += entryUnits(entry)
    if (sum > units && i > 0) return newest ? entries.slice(-i) : entries.slice(0, i)
  }
  return entries
}

/** Which entries after `seq` are no longer kept. */
export function gapBefore(page: Page, seq: number): Gap | undefined {
  return page.first > seq + 1 ? { from: seq + 1, to: page.first - 1 } : undefined
}

/** Reads a page of a room's log; what others read at the same time is shared. */
export function readPage(core: Core, room: Room, range: Range): Promise<Page | null> {
  return core.pages.read(room, range)
}

async function readNewest(core: Core, room: Room, count: number): Promise<Missed> {
  const { epoch, altered } = room
  // Whatever comes before the moment of joining is not asked for.
  if (count === 0) return { epoch, after: Number.POSITIVE_INFINITY, entries: [], limit: 0, altered }
  const after = Math.max(0, room.position - count)
  if (await inMemory(core, room, after)) {
    return { epoch, after, entries: [], limit: count, altered, newest: true }
  }
  const head = room.position
  const page = await readPage(core, room, { before: head + 1, limit: count })
  if (page?.epoch !== epoch) await answered(room.repair())
  const entries = page?.epoch === epoch ? page.entries : []
  const from = (entries[0]?.seq ?? head + 1) - 1
  return { epoch, after: from, entries, limit: count, altered, newest: true }
}

/** Whether the entries after `seq` are in memory, once those that may be kept there were read. */
export async function inMemory(core: Core, room: Room, seq: number): Promise<boolean> {
  if (room.recentAfter(seq) !== null) return true
  if (!room.recallable(seq)) return false
  const { epoch, altered } = room
  const limit = core.limits.recentEntries
  const page = await readPage(core, room, { before: room.oldest, limit })
  // Others may have waited for the same page, and were first.
  if (page?.epoch === epoch && room.epoch === epoch && room.recallable(seq)) {
    const entries = asNow(room, page.entries, altered)
    if (entries !== null) room.recall(entries)
  }
  return room.epoch === epoch && room.recentAfter(seq) !== null
}

async function answered(answer: Promise<boolean>): Promise<void> {
  if (!(await answer)) throw new ChatError('unavailable', undefined, { retryAfterMs: 1000 })
}
