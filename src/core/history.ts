/** Pages of a room's past. */

import { ChatError } from '../errors.ts'
import type { Entry, Operations, Request, Results } from '../protocol/types.ts'
import type { Range } from '../spi/storage.ts'
import { fitting, gapBefore, inMemory, readPage } from './catch-up.ts'
import { roomOf } from './membership.ts'
import type { Core, Room, Session } from './model.ts'

/**
 * Answers with one page: after a seq or from a time on (oldest first), before a seq, or the newest.
 * `more` tells whether there is more in the direction one was going; never beyond what has been handed out live.
 */
export async function history(session: Session, request: Request<'history'>): Promise<undefined> {
  const room = roomOf(session, request.room)
  const page = await pageOf(session.core, room, request)
  // Nothing is shown to who isn't in it any more; the answer is given in the moment of looking.
  if (!session.rooms.includes(room)) {
    throw new ChatError(room.closed ? 'room_closed' : 'not_member')
  }
  session.reply(request.id, 'history', page)
  return undefined
}

async function pageOf(
  core: Core,
  room: Room,
  request: Operations['history'],
): Promise<Results['history']> {
  const most = core.limits.historyPage
  const limit = Math.min(request.limit ?? most, most)
  const { after } = request
  const isBackward = after === undefined && request.at === undefined
  if (after !== undefined) await inMemory(core, room, after)
  const head = room.position
  const near = after === undefined ? null : room.recentAfter(after)
  if (near !== null) return fromMemory(core, room, near.slice(0, limit))
  const page = await readPage(core, room, rangeOf(request, head, limit))
  if (page?.epoch !== room.epoch) {
    // The room finds out that its log is another one, or that there is none any more.
    void room.repair()
    throw new ChatError(page === null ? 'room_closed' : 'unavailable')
  }
  const entries = fitting(
    page.entries.filter((entry) => entry.seq <= head),
    core.limits.historyPageUnits,
    isBackward,
  )
  const first = entries[0]?.seq
  const last = entries.at(-1)?.seq ?? after ?? 0
  const more = isBackward ? first !== undefined && first > page.first : last < head
  const gap = after === undefined || after >= head ? undefined : gapBefore(page, after)
  return {
    room: room.name,
    epoch: page.epoch,
    head,
    entries,
    more: more && entries.length > 0,
    ...(gap === undefined ? undefined : { gap }),
  }
}

/** Which part of the log is meant: never more than was handed out. */
function rangeOf({ after, before, at }: Operations['history'], head: number, limit: number): Range {
  if (after !== undefined) return { after, limit }
  if (at !== undefined) return { at, limit }
  return { before: Math.min(before ?? head + 1, head + 1), limit }
}

/** What somebody who comes back asks for is mostly what everybody has just heard. */
function fromMemory(core: Core, room: Room, near: readonly Entry[]): Results['history'] {
  const entries = fitting(near, core.limits.historyPageUnits, false)
  const last = entries.at(-1)?.seq ?? room.position
  const { name, epoch, position: head } = room
  return { room: name, epoch, head, entries, more: last < head }
}
