/** Coming into rooms and going out of them, and telling the others. */

import { ChatError } from '../errors.ts'
import { cleanRoomName } from '../protocol/names.ts'
import type { Operations, Person, Push, Results } from '../protocol/types.ts'
import type { MemberRecord } from '../spi/records.ts'
import type { StoredSettings } from '../spi/storage.ts'
import { admit, checkSpace } from './admission.ts'
import { current, readMissed, spliced } from './catch-up.ts'
import type { Core, Room, Session } from './model.ts'
import { isMuted, recordOf, shownSettings, stand, unstand } from './standing.ts'

type LeaveReason = Extract<Push, { ev: 'left' }>['why']

/** How often a large room tells how many are in it, at most, in ms. */
const COUNT_MS = 1000
const counting = new WeakSet<Room>()
/** How soon it is tried again to give a room its owner, in ms. */
const OWNER_MS = 1000

/** What the names of private conversations look like: two ids. */
const PRIVATE = /^@[\w.-]{1,64}:[\w.-]{1,64}$/

/** Private conversations have names that no room can be given. */
export const isPrivate = (name: string): boolean => name.startsWith('@')

/** The room's canonical name; names of private conversations are taken as they are. */
export function roomName(core: Core, raw: string): string {
  if (!isPrivate(raw)) return cleanRoomName(raw, core.limits.roomNameChars)
  if (!PRIVATE.test(raw)) throw new ChatError('room_not_found')
  return raw
}

/** The person of a session that said hello. */
export function personOf(session: Session): Person {
  if (session.presence === null) throw new ChatError('closed')
  return session.presence.person
}

/** The room of this name that the session is in; `''` is its current one. Throws `not_member`. */
export function roomOf(session: Session, raw: string): Room {
  if (raw === '') {
    if (session.current === null) throw new ChatError('not_member')
    return session.current
  }
  for (const room of session.rooms) if (room.name === raw) return room
  const name = roomName(session.core, raw)
  for (const room of session.rooms) if (room.name === name) return room
  throw new ChatError('not_member')
}

/**
 * Joins a room, making it if asked. `joined` tells the client, in the moment in which it comes in:
 * whatever happens to the room next is told behind that.
 */
export async function join(
  session: Session,
  request: Operations['join'],
  joined: (ok: Results['join']) => void,
): Promise<void> {
  const { core } = session
  const { limits } = core
  const name = roomName(core, request.room)
  const inside = session.rooms.find((room) => room.name === name)
  if (inside === undefined && openRooms(session) >= limits.roomsPerConnection && !session.text) {
    throw new ChatError('too_many_rooms')
  }
  let room = await core.rooms.hold(name)
  let created = false
  if (room === null) {
    if (request.create === false || isPrivate(name)) throw new ChatError('room_not_found')
    const made = await createRoom(session, name, false)
    room = made.room
    created = made.created
  }
  try {
    if (room.only !== undefined && !room.only.some(({ id }) => id === personOf(session).id)) {
      // Nobody is told which private conversations there are.
      throw new ChatError('room_not_found')
    }
    let admission = await admit(session, room, request.password)
    if (inside === undefined) {
      await core.hooks.run('beforeJoin', { person: actorOf(session), room: name })
    }
    let missed = await readMissed(core, room, request)
    // The log may have become another one meanwhile, or the person may have been banned.
    for (;;) {
      if (admission.acts !== room.acts) admission = await admit(session, room, request.password)
      else if (!current(room, missed) && !room.closed) {
        missed = await readMissed(core, room, request)
      } else break
    }
    const { record } = admission
    // From here on nothing waits: what the reply says and what follows it fit together.
    const person = personOf(session)
    if (room.closed) throw new ChatError('room_closed')
    if (!room.sessions.has(session)) {
      if (room.sessions.size >= limits.membersPerRoom) throw new ChatError('room_full')
      checkSpace(session, room, record)
      enter(session, room, person)
      stand(room, record, core.clock.now())
    }
    const answer = { ...spliced(core, room, missed), ...standingOf(core, room, record) }
    core.counts.joined(request.since, answer)
    const { members } = room.list(0, limits.listPage)
    const { epoch, permanent, position, count } = room
    joined({ room: name, epoch, head: position, created, permanent, count, members, ...answer })
  } finally {
    core.rooms.release(room)
  }
}

/** Makes a room for a session, with the hook's consent; holds it. */
export async function createRoom(
  session: Session,
  name: string,
  permanent: boolean,
  settings?: () => Promise<StoredSettings>,
): Promise<{ room: Room; created: boolean }> {
  const { core } = session
  const person = actorOf(session)
  const change = await core.hooks.run('beforeCreate', { person, room: name, permanent: false })
  // Clients may ask for a permanent room; only the host program can grant it.
  const granted = change?.permanent ?? (session.trusted && permanent)
  takeCreate(session)
  const set = settings === undefined ? undefined : { settings: await settings() }
  const made = await core.rooms.make(name, { permanent: granted, ...set })
  const { records } = core.storage
  if (!made.created || records === undefined || session.trusted) return made
  await makeOwner(core, made.room, made.room.epoch, personOf(session))
  return made
}

/**
 * Whoever made a room owns it. The room is there already: where storage fails in this moment, they
 * own it a little later.
 */
async function makeOwner(core: Core, room: Room, epoch: string, person: Person): Promise<void> {
  const { records } = core.storage
  if (records === undefined || room.closed || room.epoch !== epoch || core.closing) return
  try {
    await core.ask(records.members.put(room.name, person, { role: 'owner' }))
    // What is known of who is in it already is looked up again.
    room.acts += 1
    const record = await recordOf(core, room.name, person.id)
    if (room.has(person.id)) stand(room, record, core.clock.now())
  } catch (error) {
    core.logger.warn({ err: error, room: room.name }, 'a room has no owner yet')
    core.clock.after(OWNER_MS, () => void makeOwner(core, room, epoch, person))
  }
}

/** What the reply to `join` says of the room's settings, and of who comes in. */
function standingOf(
  core: Core,
  room: Room,
  record: MemberRecord | null,
): Pick<Results['join'], 'settings' | 'role' | 'mutedUntil' | 'read'> {
  const settings = room.rules === null ? undefined : shownSettings(room.rules.settings)
  if (settings === undefined && record === null) return {}
  const { role, mutedUntil = 0, read } = record ?? {}
  const until = Number.isFinite(mutedUntil) ? mutedUntil : null
  return {
    ...(settings === undefined ? undefined : { settings }),
    ...(role === undefined ? undefined : { role }),
    ...(isMuted(record, core.clock.now()) ? { mutedUntil: until } : undefined),
    ...(read === undefined ? undefined : { read }),
  }
}

/** Takes the making of one room from the address's allowance. Throws `rate_limited`. */
export function takeCreate(session: Session): void {
  if (session.trusted) return
  const { clock, limits } = session.core
  const { createsPerHour } = limits
  const { creates } = session.address
  const wait = creates.take(1, createsPerHour / 3600, createsPerHour, clock.monotonic())
  if (wait > 0) throw new ChatError('rate_limited', undefined, { retryAfterMs: wait })
}

/** Adds a session to a room and tells those who are in it. */
export function enter(session: Session, room: Room, person: Person): void {
  const { core } = session
  const came = !room.has(person.id)
  if (came && room.only === undefined) {
    announce(core, room, { ev: 'joined', room: room.name, person, count: room.count + 1 })
    core.events.emit('join', { room: room.name, person })
  }
  const first = room.add(session, person)
  session.rooms.push(room)
  if (first && room.only === undefined) core.presence?.came(room.name, person)
}

/** Takes a session out of a room and tells those who stay. */
export function leave(session: Session, room: Room, person: Person, why: LeaveReason): void {
  const { core } = session
  session.rooms = session.rooms.filter((other) => other !== room)
  if (session.current === room) session.current = null
  const last = room.remove(session, person.id)
  if (last) unstand(room, person.id)
  if (last && room.only === undefined) {
    core.presence?.went(room.name, person, why)
    // They may still be in it on another node.
    if (!room.has(person.id)) {
      // When everybody goes, nobody need be told of each.
      const push = { ev: 'left', room: room.name, person, count: room.count, why } as const
      if (!core.closing) announce(core, room, push)
      core.events.emit('leave', { room: room.name, person, why })
    }
  }
  core.rooms.vacated(room)
}

/** Takes a session out of all its rooms. */
export function leaveAll(session: Session, person: Person, why: LeaveReason): void {
  for (const room of session.rooms) leave(session, room, person, why)
}

/** Puts everybody out of a room that is no more. */
export function removeAll(room: Room): void {
  room.push({ ev: 'closed', room: room.name })
  for (const session of [...room.sessions]) {
    const { presence } = session
    session.rooms = session.rooms.filter((other) => other !== room)
    if (session.current === room) session.current = null
    if (presence === null) continue
    const { person } = presence
    const last = room.remove(session, person.id)
    if (!last || room.only !== undefined) continue
    session.core.presence?.went(room.name, person)
    session.core.events.emit('leave', { room: room.name, person, why: 'removed' })
  }
}

/** Tells a room who came or went; a large room only how many are in it now. */
export function announce(core: Core, room: Room, push: Push): void {
  const count = 'count' in push ? push.count : room.count
  if (count <= core.limits.presenceMembers) {
    room.push(push)
  } else if (!counting.has(room)) {
    counting.add(room)
    core.clock.after(COUNT_MS, () => {
      counting.delete(room)
      room.push({ ev: 'count', room: room.name, count: room.count })
    })
  }
}

/** Who does something, as hooks see it. */
export function actorOf(session: Session): Person & { connection?: Session['info'] } {
  const { id, name } = personOf(session)
  return session.trusted ? { id, name } : { id, name, connection: session.info }
}

function openRooms(session: Session): number {
  let open = 0
  for (const room of session.rooms) if (room.only === undefined) open += 1
  return open
}
