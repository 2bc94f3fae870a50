/** What owners and moderators do to people: put out, ban, mute, invite, give roles. */

import { ChatError } from '../errors.ts'
import type { Done, EntryDetails, Person, Request, Role } from '../protocol/types.ts'
import type { MemberChange, MemberFilter, MemberRecord } from '../spi/records.ts'
import { banAddresses, liftAddresses } from './address-bans.ts'
import { takePlace } from './kept.ts'
import { isPrivate, personOf, roomName } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { findPerson } from './people.ts'
import { isAbove, isAdmin, type Rank } from './permissions.ts'
import { ADDRESS, demand, mayActOn, rankOf, recordOf, recordsOf } from './standing.ts'

type ActOp = 'invite' | 'kick' | 'ban' | 'unban' | 'mute' | 'unmute' | 'role'
type Act = { [O in ActOp]: Request<O> }[ActOp]

/** Where people are looked for who aren't here, besides. */
const AMONG: { readonly [O in ActOp]?: MemberFilter } = {
  unban: 'banned',
  unmute: 'muted',
  role: 'role',
}

/** Acts in a room are done one after the other, so that each sees what the one before it did. */
const turns = new WeakMap<Room, Promise<unknown>>()

/** Does something when what was begun before in this room is done. */
export function inTurn<T>(room: Room, work: () => Promise<T>): Promise<T> {
  const before = turns.get(room) ?? Promise.resolve()
  const mine = before.then(work, work)
  turns.set(room, mine)
  return mine
}

/**
 * Opens the room that somebody means to act in, in which they needn't be, and keeps it open until it
 * is released. Private conversations have no owners: `forbidden`. Rejects with `room_not_found`.
 */
export async function holdNamed(session: Session, raw: string): Promise<Room> {
  const { core } = session
  if (raw === '' && session.current === null) throw new ChatError('not_member')
  const name = raw === '' ? (session.current?.name ?? '') : roomName(core, raw)
  if (isPrivate(name)) {
    // Nobody is told which private conversations there are.
    const inside = session.rooms.some((room) => room.name === name)
    throw new ChatError(inside ? 'forbidden' : 'room_not_found')
  }
  const room = await core.rooms.hold(name)
  if (room === null) throw new ChatError('room_not_found')
  return room
}

/** The rank of a session in a room, as storage knows it at this moment. */
export async function rankIn(session: Session, room: Room): Promise<Rank> {
  if (isAdmin(session)) return 'admin'
  const { core } = session
  return rankOf(await recordOf(core, room.name, personOf(session).id), core.clock.now())
}

/** Refuses a reason or topic that is too long: `text_too_long`. */
export function checkReason(core: Core, text: string): void {
  const most = core.limits.reasonChars
  if (text.length > most && [...text].length > most) throw new ChatError('text_too_long')
}

/**
 * Handles everything that is done to a person: first what is kept of them is changed, then it is
 * noted who did it, then it is told in the room's log. The reply comes when it stands there. If that
 * fails, what was changed holds, and it can be done again.
 */
export async function act(session: Session, asked: Act): Promise<Done> {
  const { core } = session
  recordsOf(core)
  checkReason(core, asked.reason ?? '')
  const request = withEnd(asked, core.clock.now())
  const room = await holdNamed(session, request.room)
  try {
    return await inTurn(room, () => perform(session, room, request))
  } finally {
    core.rooms.release(room)
  }
}

/** What is asked for so long from now ends at a time. Throws `bad_request` if that has passed. */
function withEnd(request: Act, now: number): Act {
  if (request.op !== 'ban' && request.op !== 'mute') return request
  const { until, forMs } = request
  if (until !== undefined && until <= now) throw new ChatError('bad_request', 'until: has passed')
  return forMs === undefined ? request : { ...request, until: now + forMs }
}

async function perform(session: Session, room: Room, request: Act): Promise<Done> {
  const { core } = session
  const { op } = request
  const me = personOf(session)
  const rank = await rankIn(session, room)
  demand(op, { rank, inside: room.sessions.has(session) })
  const to = await findPerson(core, room, request.person, AMONG[op])
  const record = await recordOf(core, room.name, to.id)
  await mayDo(core, room, { me, rank, to, record }, request)
  await keep(core, room, to, record, changeOf(request, record))
  const { members: _members, audit } = recordsOf(core)
  if (request.op === 'ban' && request.address === true) {
    await banAddresses(core, room, to, request.until ?? Number.POSITIVE_INFINITY)
  }
  if (op === 'unban') await liftAddresses(core, room, to)
  if (core.closing) throw new ChatError('shutting_down')
  const text = request.reason ?? ''
  const ts = core.clock.now()
  const note = text === '' ? undefined : { note: text }
  const line = { ts, act: op, by: me, room: room.name, to, ...note }
  await core.ask(audit.add(line, core.limits.auditEntries))
  const details = detailsOf(request)
  const draft = { room: room.name, epoch: room.epoch, kind: op, ts, from: me, text, to }
  const place = await core.append(details === undefined ? draft : { ...draft, details })
  return { room: room.name, person: to, seq: place.seq, ts: place.ts }
}

interface Case {
  readonly me: Person
  readonly rank: Rank
  readonly to: Person
  readonly record: MemberRecord | null
}

async function mayDo(core: Core, room: Room, { me, rank, to, record }: Case, request: Act) {
  // An address is banned with somebody; alone it can only be let in again.
  if (to.id.startsWith(ADDRESS) && request.op !== 'unban') throw new ChatError('person_not_found')
  if (request.op === 'kick' && !room.has(to.id)) throw new ChatError('person_not_found')
  if (request.op !== 'role' || to.id !== me.id) return mayActOn(core, rank, record, to)
  // One may step down, but not leave the room to nobody.
  const now = rankOf(record, core.clock.now())
  if (rank === 'admin') return
  if (!isAbove(now, request.role ?? 'visitor') || !(await hasOtherOwner(core, room, me.id))) {
    throw new ChatError('forbidden')
  }
}

async function hasOtherOwner(core: Core, room: Room, id: string): Promise<boolean> {
  const { members } = recordsOf(core)
  const { listPage } = core.limits
  let after = ''
  for (;;) {
    const page: readonly MemberRecord[] = await core.ask(
      members.list(room.name, 'role', after, listPage),
    )
    if (page.some(({ person, role }) => role === 'owner' && person.id !== id)) return true
    const last = page.at(-1)
    if (last === undefined) return false
    after = last.person.id
  }
}

/** Changes what is kept of a person; `null`: nothing of it. */
async function keep(
  core: Core,
  room: Room,
  to: Person,
  record: MemberRecord | null,
  change: MemberChange | null,
): Promise<void> {
  if (change === null) return
  if (record === null) await takePlace(core, room, false)
  const kept = await core.ask(recordsOf(core).members.put(room.name, to, change))
  if (kept === null) throw new ChatError('room_not_found')
}

function changeOf(request: Act, record: MemberRecord | null): MemberChange | null {
  switch (request.op) {
    case 'invite':
      return { invited: true }
    case 'kick':
      // Or they would be back at once in a room where only the invited come in.
      return record?.invited === true ? { invited: null } : null
    case 'ban': {
      const bannedUntil = request.until ?? Number.POSITIVE_INFINITY
      return { bannedUntil, role: null, invited: null }
    }
    case 'unban':
      return { bannedUntil: null }
    case 'mute':
      return { mutedUntil: request.until ?? Number.POSITIVE_INFINITY }
    case 'unmute':
      return { mutedUntil: null }
    case 'role':
      return { role: request.role }
  }
}

function detailsOf(request: Act): EntryDetails | undefined {
  if (request.op === 'role')
    return request.role === null ? undefined : { role: request.role as Role }
  if (request.op !== 'ban' && request.op !== 'mute') return undefined
  return request.until === undefined ? undefined : { until: request.until }
}
