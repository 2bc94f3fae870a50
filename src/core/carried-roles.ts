/** What a guest was in rooms goes with them when they get an account, or come in by theirs. */

import type { Person } from '../protocol/types.ts'
import { inTurn } from './acts.ts'
import type { Core, Room } from './model.ts'
import { isAbove, type Rank } from './permissions.ts'
import { isBanned, recordOf, recordsOf, stand } from './standing.ts'

/** Rooms that are looked at: a guest has a role in few. */
const ROOMS = 100

/**
 * Moves the roles of a guest to the person they are now, unless that one has a higher one in the room,
 * or is banned from it. What fails is logged, and stays with the guest.
 */
export async function carryRoles(core: Core, guest: Person, person: Person): Promise<void> {
  const { records } = core.storage
  if (records === undefined) return
  try {
    for (const { member } of await core.ask(records.members.of(guest.id, '', ROOMS))) {
      if (member.role !== undefined) await carryIn(core, member.room, guest, person)
    }
  } catch (error) {
    core.logger.warn({ err: error, id: person.id }, 'roles of a guest could not be carried over')
  }
}

async function carryIn(core: Core, name: string, guest: Person, person: Person): Promise<void> {
  const room = await core.rooms.hold(name)
  if (room === null) return
  try {
    await inTurn(room, () => carry(core, room, guest, person))
  } finally {
    core.rooms.release(room)
  }
}

async function carry(core: Core, room: Room, guest: Person, person: Person): Promise<void> {
  const { members, audit } = recordsOf(core)
  const [was, now] = await Promise.all([
    recordOf(core, room.name, guest.id),
    recordOf(core, room.name, person.id),
  ])
  const role = was?.role
  const rank: Rank = now?.role ?? 'visitor'
  if (role === undefined || isBanned(now, core.clock.now())) return
  const higher = isAbove(role, rank)
  // In this order: the room is never without its owner.
  const kept = higher ? await core.ask(members.put(room.name, person, { role })) : now
  await core.ask(members.put(room.name, guest, { role: null }))
  if (!higher) return
  if (room.has(person.id)) stand(room, kept, core.clock.now())
  if (core.closing) return
  const ts = core.clock.now()
  const act = { ts, act: 'role', by: person, room: room.name, to: person, note: `was ${guest.id}` }
  await core.ask(audit.add(act, core.limits.auditEntries))
  const { epoch } = room
  const entry = { room: room.name, epoch, kind: 'role', ts, from: person, text: '' } as const
  await core.append({ ...entry, to: person, details: { role } })
}
