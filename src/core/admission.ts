/** Who may come into a room. */

import { ChatError } from '../errors.ts'
import type { MemberRecord } from '../spi/records.ts'
import type { Room, Session } from './model.ts'
import { isAdmin, isVerified, outcome, RULES } from './permissions.ts'
import { checkRoomPassword } from './room-password.ts'
import { addressId, demand, isBanned, recordOf, whoIn } from './standing.ts'

/** A person may come in, as things stood after so many acts in the room. */
export interface Admission {
  readonly acts: number
  readonly record: MemberRecord | null
}

/**
 * Looks whether a person may come into a room, in this order: `banned`, `invite_only`,
 * `room_password`. Who is in it already is only looked up. If more was done in the room
 * (`room.acts`) when they come in, it has to be asked again.
 */
export async function admit(
  session: Session,
  room: Room,
  password: string | undefined,
): Promise<Admission> {
  const { core } = session
  const { acts } = room
  const id = session.presence?.person.id
  if (id === undefined) throw new ChatError('closed')
  if (room.only !== undefined || room.sessions.has(session)) {
    return { acts, record: await recordOf(core, room.name, id) }
  }
  const isGuest = !isVerified(session)
  const [record, address] = await Promise.all([
    recordOf(core, room.name, id),
    isGuest ? recordOf(core, room.name, addressId(core, session.info.address)) : null,
    room.rules?.renewing,
  ])
  if (isAdmin(session)) return { acts, record }
  const now = core.clock.now()
  const who = whoIn(session, room, record)
  // Who has a role is known, wherever they come from: often from where the banned one came.
  const banned = who.banned === true || (who.rank === 'visitor' && isBanned(address, now))
  demand('join', { ...who, banned })
  const settings = room.rules?.settings ?? {}
  const known = record?.invited === true && who.rank === 'visitor' ? 'member' : who.rank
  if (settings.private === true) demand('joinPrivate', { ...who, rank: known })
  if (settings.password !== undefined && outcome(RULES.joinLocked, { ...who, rank: known })) {
    await checkRoomPassword(session, room, settings.password, password)
  }
  return { acts, record }
}

/** Refuses one more than may be in the room at a time: `room_full`. */
export function checkSpace(session: Session, room: Room, record: MemberRecord | null): void {
  const most = room.rules?.settings.people
  if (most === undefined || room.count < most) return
  if (session.presence !== null && room.has(session.presence.person.id)) return
  demand('joinFull', whoIn(session, room, record))
}
