/** How far people have read, and how much they haven't. */

import { ChatError } from '../errors.ts'
import type { Person, Request, Results } from '../protocol/types.ts'
import { takePlace } from './kept.ts'
import { personOf, roomOf } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { isBanned, recordOf, recordsOf } from './standing.ts'

/** Notes how far a person has read: never back, never beyond what there is. */
export async function read(session: Session, request: Request<'read'>): Promise<Results['read']> {
  const { core } = session
  const { members } = recordsOf(core)
  const room = roomOf(session, request.room)
  const me = personOf(session)
  // Another node may have told of an entry that this one hasn't heard of.
  if (request.seq > room.position) await room.repair()
  const seq = Math.min(request.seq, room.position)
  const known = await recordOf(core, room.name, me.id)
  if (known !== null && known.read >= seq) return { room: room.name, seq: known.read }
  if (known === null) await takePlace(core, room, true)
  const kept = await core.ask(members.put(room.name, me, { read: seq }))
  if (kept === null) throw new ChatError('room_closed')
  showRead(core, me.id, room.name, kept.read, session)
  core.link?.tell({ t: 'read', room: room.name, id: me.id, seq: kept.read })
  return { room: room.name, seq: kept.read }
}

/** Tells a person's connections on this node, but one, how far was read. */
export function showRead(core: Core, id: string, room: string, seq: number, but?: Session): void {
  for (const session of core.directory.get(id)?.sessions ?? []) {
    if (session === but) continue
    session.outbox.event({ type: 'push', push: { ev: 'read', room, seq } })
  }
}

/** Lists the rooms that one has to do with, and how much of each is unread. */
export async function unread(
  session: Session,
  { after = '', limit }: Request<'unread'>,
): Promise<Results['unread']> {
  const { core } = session
  const { members } = recordsOf(core)
  const most = Math.min(limit ?? core.limits.listPage, core.limits.listPage)
  const page = await core.ask(members.of(personOf(session).id, after, most + 1))
  const now = core.clock.now()
  const rooms = page
    .slice(0, most)
    .filter(({ member }) => !isBanned(member, now))
    .map(({ member, epoch, head, ...counts }) => ({
      room: member.room,
      epoch,
      head,
      read: member.read,
      unread: counts.unread,
      mentions: counts.mentions,
    }))
  const last = page[most - 1]
  const more = page.length > most && last !== undefined
  const next = more ? { next: last.member.room } : undefined
  return { rooms, more, ...next }
}

/** Both have to do with their conversation from its first word on: who is absent finds it unread. */
export async function noteBoth(core: Core, room: Room, both: readonly Person[]): Promise<void> {
  const { records } = core.storage
  if (records === undefined) return
  for (const person of both) await core.ask(records.members.put(room.name, person, {}))
}
