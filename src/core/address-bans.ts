/** Bans of addresses: those who come from where a banned person came from stay out too. */

import type { Person } from '../protocol/types.ts'
import { expelAddresses } from './acted.ts'
import { takePlace } from './kept.ts'
import type { Core, Room } from './model.ts'
import type { AddressMessage } from './presence.ts'
import { ADDRESS, addressId, isBanned, recordOf, recordsOf } from './standing.ts'

/** Records that are looked through at once when a ban is lifted. */
const PAGE = 500

/** Bans the addresses of a person's connections: here, and on the other nodes. */
export async function banAddresses(
  core: Core,
  room: Room,
  person: Person,
  until: number,
): Promise<void> {
  const ids = await banHere(core, room, person, until)
  // For good is no number in JSON.
  const end = Number.isFinite(until) ? { until } : undefined
  core.link?.tell({ t: 'address', room: room.name, ids, person, ...end })
}

/** Another node banned addresses. */
export async function hearAddresses(core: Core, message: AddressMessage): Promise<void> {
  const { room: name, ids, person, until = Number.POSITIVE_INFINITY } = message
  const known = core.rooms.open.get(name)
  if (known !== undefined) expelAddresses(core, known, new Set(ids))
  if (person === undefined || core.directory.get(person.id) === undefined) return
  const room = await core.rooms.hold(name)
  if (room === null) return
  try {
    const mine = await banHere(core, room, person, until)
    // Without a person: the others only have to look who is there.
    if (mine.length > 0) core.link?.tell({ t: 'address', room: name, ids: mine })
  } finally {
    core.rooms.release(room)
  }
}

async function banHere(core: Core, room: Room, person: Person, until: number): Promise<string[]> {
  const { members } = recordsOf(core)
  const ids = new Set<string>()
  for (const session of core.directory.get(person.id)?.sessions ?? []) {
    if (!session.trusted) ids.add(addressId(core, session.info.address))
  }
  for (const id of ids) {
    const known = await recordOf(core, room.name, id)
    if (known === null) await takePlace(core, room, false)
    // Banned with somebody else, it is not let in before that is over.
    const other = isBanned(known, core.clock.now()) && known?.person.name !== person.name
    const bannedUntil = Math.max(until, (other ? known?.bannedUntil : undefined) ?? 0)
    await core.ask(members.put(room.name, { id, name: person.name }, { bannedUntil }))
  }
  expelAddresses(core, room, ids)
  return [...ids]
}

/** Lifts the bans of the addresses that were banned with a person, as far as the name tells. */
export async function liftAddresses(core: Core, room: Room, person: Person): Promise<void> {
  if (person.id.startsWith(ADDRESS)) return
  const { members } = recordsOf(core)
  let after = ADDRESS
  for (;;) {
    const page = await core.ask(members.list(room.name, 'banned', after, PAGE))
    for (const { person: address } of page) {
      if (!address.id.startsWith(ADDRESS)) return
      if (address.name === person.name) {
        await core.ask(members.put(room.name, address, { bannedUntil: null }))
      }
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.person.id
  }
}
