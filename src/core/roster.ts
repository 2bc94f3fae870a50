/** Who is what in a room, present or not. */

import type { MemberInfo, Request, Results } from '../protocol/types.ts'
import type { MemberRecord } from '../spi/records.ts'
import { roomOf } from './membership.ts'
import type { Session } from './model.ts'
import { demand, isBanned, isMuted, recordsOf, whoIn } from './standing.ts'

/** For good is no number in JSON. */
export const shownTime = (until: number): number | null => (Number.isFinite(until) ? until : null)

/** Handles `roster`: a page, from which those are left out of whom only a read mark is kept. */
export async function roster(
  session: Session,
  { room: name, filter, after = '', limit }: Request<'roster'>,
): Promise<Results['roster']> {
  const { core } = session
  const { members } = recordsOf(core)
  const room = roomOf(session, name)
  demand(filter === 'role' ? 'roster' : 'rosterAll', whoIn(session, room))
  const most = Math.min(limit ?? core.limits.listPage, core.limits.listPage)
  const page = await core.ask(members.list(room.name, filter, after, most + 1))
  const now = core.clock.now()
  const list = page
    .slice(0, most)
    .map((record) => infoOf(record, now, filter === 'role'))
    .filter((info) => Object.keys(info).length > 1)
  const last = page[most - 1]
  const more = page.length > most && last !== undefined
  const next = more ? { next: last.person.id } : undefined
  return { room: room.name, members: list, more, ...next }
}

function infoOf(record: MemberRecord, now: number, roleOnly: boolean): MemberInfo {
  const { person, role, invited, mutedUntil = 0, bannedUntil = 0 } = record
  return {
    person,
    ...(role === undefined ? undefined : { role }),
    ...(invited === undefined || roleOnly ? undefined : { invited }),
    ...(isMuted(record, now) && !roleOnly ? { mutedUntil: shownTime(mutedUntil) } : undefined),
    ...(isBanned(record, now) && !roleOnly ? { bannedUntil: shownTime(bannedUntil) } : undefined),
  }
}
