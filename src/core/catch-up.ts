/** What somebody who comes into a room, or back to it, has missed. */

import { ChatError } from '../errors.ts'
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
  const recent = Math.min(request.recent ?? 0, core.limits.historyPage)
  if (since === undefined) return readNewest(core, room, recent)
  if (since.epoch === room.epoch && since.seq > room.position) {
    // The client has seen more than this node: the node is behind, unless the log was cut short.
    const page = await readPage(core, room, { after: room.position, limit: 1 })
    await room.repair()
    const isLonger = page !== null && page.epoch === room.epoch && page.head >= since.seq
    if (isLonger && since.seq > room.position) throw new ChatError('unavailable')
  }
  if (since.epoch !== room.epoch || since.seq > room.position) {
    const missed = await readNewest(
      core,
      room,
      request.recent === undefined ? core.limits.historyPage : recent,
    )
    return { ...missed, reset: true }
  }
  const { epoch, seq } = since
  const limit = core.limits.historyPage
  if (room.recentAfter(seq) !== null) return { epoch, after: seq, entries: [], limit }
  const page = await readPage(core, room, { after: seq, limit })
  if (page === null || page.epoch !== epoch) {
    await room.repair()
    return { epoch, after: seq, entries: [], limit }
  }
  const { entries } = page
  const gap = gapBefore(page, seq)
  if (gap === undefined) return { epoch, after: seq, entries, limit }
  return { epoch, after: gap.to, entries, limit, gap }
}

/**
 * The answer at this very moment: what was read, and what has come since. The caller joins before
 * anything else can happen, so the live stream goes on right behind `room.position`.
 */
export function spliced(core: Core, room: Room, missed: Missed): Answer {
  if (missed.epoch !== room.epoch) return { entries: [], more: room.position > 0, reset: true }
  // Storage may be ahead of what was handed out here: that comes as the live stream.
  let entries: readonly Entry[] = missed.entries.filter((entry) => entry.seq <= room.position)
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

/** The first entries (or, `newest`, the last) that fit into a page by their text; one at least. */
export function fitting(
  entries: readonly Entry[],
  units: number,
  newest: boolean,
): readonly Entry[] {
  let sum = 0
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[newest ? entries.length - 1 - i : i] as Entry
    sum += entry.text.length
    if (sum > units && i > 0) return newest ? entries.slice(-i) : entries.slice(0, i)
  }
  return entries
}

/** Which entries after `seq` are no longer kept. */
export function gapBefore(page: Page, seq: number): Gap | undefined {
  return page.first > seq + 1 ? { from: seq + 1, to: page.first - 1 } : undefined
}

/** Reads a page of a room's log from storage. */
export function readPage(core: Core, room: Room, range: Range): Promise<Page | null> {
  return core.ask(core.storage.read(room.name, range))
}

async function readNewest(core: Core, room: Room, count: number): Promise<Missed> {
  const { epoch } = room
  // Whatever comes before the moment of joining is not asked for.
  if (count === 0) return { epoch, after: Number.POSITIVE_INFINITY, entries: [], limit: 0 }
  const after = Math.max(0, room.position - count)
  if (room.recentAfter(after) !== null) {
    return { epoch, after, entries: [], limit: count, newest: true }
  }
  const page = await readPage(core, room, { before: room.position + 1, limit: count })
  const entries = page?.epoch === epoch ? page.entries : []
  return {
    epoch,
    after: (entries[0]?.seq ?? room.position + 1) - 1,
    entries,
    limit: count,
    newest: true,
  }
}
