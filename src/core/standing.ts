/** What somebody is in a room, and whether that is enough. */

import { createHmac } from 'node:crypto'
import { addressKey } from '../address.ts'
import { ChatError } from '../errors.ts'
import type { Person, RoomSettings } from '../protocol/types.ts'
import type { MemberRecord, Records } from '../spi/records.ts'
import type { StoredSettings } from '../spi/storage.ts'
import type { Core, Room, Session } from './model.ts'
import {
  isAbove,
  isAdmin,
  outcome,
  type Rank,
  RULES,
  type RuleName,
  type Who,
} from './permissions.ts'
import { Rules } from './rules.ts'

/** How the ids of records begin that stand for an address. */
export const ADDRESS = 'address:'

/** What is kept of people. Throws `unsupported` where nothing is. */
export function recordsOf(core: Core): Records {
  const { records } = core.storage
  if (records === undefined) throw new ChatError('unsupported')
  return records
}

/** What is kept of a person in a room. */
export async function recordOf(core: Core, room: string, id: string): Promise<MemberRecord | null> {
  const { records } = core.storage
  return records === undefined ? null : core.ask(records.members.get(room, id))
}

/**
 * The id of the record that stands for an address. It can't be read back: moderators see who is
 * banned, and an address is nobody's business.
 */
export function addressId(core: Core, address: string): string {
  const hmac = createHmac('sha256', core.secret).update(`address ${addressKey(address)}`)
  return ADDRESS + hmac.digest('base64url').slice(0, 22)
}

/** Has this moment not come yet? */
const isAhead = (until: number | undefined, now: number): boolean =>
  until !== undefined && until > now

/** May this person not come in? */
export const isBanned = (record: MemberRecord | null | undefined, now: number): boolean =>
  isAhead(record?.bannedUntil, now)

/** May this person not speak? */
export const isMuted = (record: MemberRecord | null | undefined, now: number): boolean =>
  isAhead(record?.mutedUntil, now)

/** The rank that a record gives. Who is banned has none. */
export function rankOf(record: MemberRecord | null | undefined, now: number): Rank {
  return isBanned(record, now) ? 'visitor' : (record?.role ?? 'visitor')
}

/** Who a session is in a room that it is in, or wants to come into. */
export function whoIn(session: Session, room: Room, record?: MemberRecord | null): Who {
  const now = session.core.clock.now()
  const id = session.presence?.person.id ?? ''
  const known = record === undefined ? room.rules?.standings.get(id) : record
  return {
    rank: isAdmin(session) ? 'admin' : rankOf(known, now),
    inside: room.sessions.has(session),
    muted: isMuted(known, now),
    banned: isBanned(known, now),
  }
}

/** Throws the error of the table, if there is one. */
export function demand(rule: RuleName, who: Who): void {
  const refusal = outcome(RULES[rule], who)
  if (refusal !== null) throw new ChatError(refusal)
}

/**
 * Refuses one who may not speak at this moment: `muted`, `room_read_only`, `slow_mode`. To be asked
 * only where a room has rules.
 */
export function mayVoice(
  session: Session,
  room: Room,
  rules: Rules,
  op: 'send' | 'edit' | 'react' | 'typing',
): void {
  const who = whoIn(session, room)
  demand(op, who)
  const { readOnly, slowMs = 0 } = rules.settings
  if (readOnly === true && op !== 'react') demand(`${op}ReadOnly`, who)
  if (op !== 'send' || slowMs === 0 || outcome(RULES.sendSlow, who) === null) return
  const id = session.presence?.person.id ?? ''
  const retryAfterMs = rules.wait(id, session.core.clock.monotonic())
  if (retryAfterMs > 0) throw new ChatError('slow_mode', undefined, { retryAfterMs })
}

/** A message of this session was taken in. */
export function spoken({ core, presence }: Session, rules: Rules): void {
  if (presence !== null) rules.spoken(presence.person.id, core.clock.monotonic())
}

/** Keeps in mind what somebody is who is in the room on this node. */
export function stand(room: Room, record: MemberRecord | null, now: number): void {
  if (record === null) return
  const { person, role } = record
  if (role !== undefined || isMuted(record, now)) {
    room.rules ??= new Rules()
    room.rules.standings.set(person.id, record)
  } else unstand(room, person.id)
}

/** Forgets what somebody is who isn't here any more. */
export function unstand(room: Room, personId: string): void {
  const { rules } = room
  if (rules === null) return
  rules.standings.delete(personId)
  if (rules.standings.size === 0 && isPlain(rules.settings)) room.rules = null
}

const isPlain = (settings: StoredSettings): boolean => Object.keys(settings).length === 0

/** Takes over a room's settings. */
export function settle(room: Room, settings: StoredSettings = {}): void {
  const { rules } = room
  if (rules !== null) rules.settings = settings
  else if (!isPlain(settings)) room.rules = new Rules(settings)
  if (rules?.standings.size === 0 && isPlain(settings)) room.rules = null
}

/** Settings as others see them: that there is a password, not which. Undefined: none. */
export function shownSettings(settings: StoredSettings | undefined): RoomSettings | undefined {
  if (settings === undefined || isPlain(settings)) return undefined
  const { password, ...rest } = settings
  return password === undefined ? rest : { ...rest, password: true }
}

/**
 * Refuses to act on somebody of the same or a higher rank, on an admin, or on oneself, unless one is
 * an admin.
 */
export function mayActOn(core: Core, rank: Rank, record: MemberRecord | null, to: Person): void {
  if (rank === 'admin') return
  const target = isAdminHere(core, to.id) ? 'admin' : rankOf(record, core.clock.now())
  if (!isAbove(rank, target)) throw new ChatError('forbidden')
}

/** Is this the program itself, or an admin who is connected here? */
function isAdminHere(core: Core, id: string): boolean {
  if (id === core.host.id) return true
  for (const session of core.directory.get(id)?.sessions ?? []) if (isAdmin(session)) return true
  return false
}
