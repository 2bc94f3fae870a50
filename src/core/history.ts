/** Pages of a room's past. */

import { ChatError } from '../errors.ts'
import type { Request, Results } from '../protocol/types.ts'
import { fitting, gapBefore, readPage } from './catch-up.ts'
import { roomOf } from './membership.ts'
import type { Session } from './model.ts'

/**
 * One page: after a seq (oldest first), before a seq, or the newest. `more` tells whether there is
 * more in the direction one was going; never beyond what has been handed out live.
 */
export async function history(
  session: Session,
  request: Request<'history'>,
): Promise<Results['history']> {
  const { core } = session
  const room = roomOf(session, request.room)
  const most = core.limits.historyPage
  const limit = Math.min(request.limit ?? most, most)
  const { after } = request
  const head = room.position
  const page = await readPage(
    core,
    room,
    after === undefined
      ? { before: Math.min(request.before ?? head + 1, head + 1), limit }
      : { after, limit },
  )
  if (page === null) throw new ChatError('room_closed')
  if (page.epoch !== room.epoch) throw new ChatError('unavailable')
  const entries = fitting(
    page.entries.filter((entry) => entry.seq <= head),
    core.limits.historyPageUnits,
    after === undefined,
  )
  const first = entries[0]?.seq
  const last = entries.at(-1)?.seq ?? after ?? 0
  const more = after === undefined ? first !== undefined && first > page.first : last < head
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
