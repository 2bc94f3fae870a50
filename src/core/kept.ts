/** How much is kept of a room's members. */

import { ChatError } from '../errors.ts'
import type { MemberRecord } from '../spi/records.ts'
import type { Core, Room } from './model.ts'
import { recordsOf } from './standing.ts'

/** Records counted at once. */
const PAGE = 1000
/** Read marks are a part of it at most, so that there is always place for a ban. */
const MARKS = 1 / 2

interface Count {
  readonly epoch: string
  readonly found: Promise<number>
  added: number
}

const counts = new WeakMap<Room, Count>()

/**
 * Takes the place of one more record: of somebody who has read (`mark`), or to whom something is done.
 * Rejects with `room_full` when as many are kept as may be (counted when the room was opened, and what
 * this node added: several nodes may go over by some).
 */
export async function takePlace(core: Core, room: Room, mark: boolean): Promise<void> {
  const most = core.limits.membersKept
  let count = counts.get(room)
  if (count?.epoch !== room.epoch) {
    const found = countAll(core, room, most)
    count = { epoch: room.epoch, found, added: 0 }
    counts.set(room, count)
    found.catch(() => counts.delete(room))
  }
  const known = await count.found
  if (known + count.added >= (mark ? Math.ceil(most * MARKS) : most)) {
    throw new ChatError('room_full')
  }
  count.added += 1
}

async function countAll(core: Core, room: Room, most: number): Promise<number> {
  const { members } = recordsOf(core)
  let count = 0
  let after = ''
  while (count < most) {
    const page: readonly MemberRecord[] = await core.ask(
      members.list(room.name, undefined, after, PAGE),
    )
    count += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = last.person.id
  }
  return count
}
