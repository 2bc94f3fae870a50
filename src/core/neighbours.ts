/** What the other nodes' people mean for the rooms of this one. */

import type { Person } from '../protocol/types.ts'
import { hearAddresses } from './address-bans.ts'
import { current, readMissed, spliced } from './catch-up.ts'
import type { Link } from './link.ts'
import { showRead } from './marks.ts'
import { announce } from './membership.ts'
import { openFor } from './messages.ts'
import type { Core } from './model.ts'
import { displace, rename } from './naming.ts'
import type { OpenMessage } from './openings.ts'
import { Presence } from './presence.ts'
import { CONNECTED } from './remote.ts'
import { hearRevocation } from './revocation.ts'

/** The presence of a node that has others beside it. */
export function presenceOf(core: Core, link: Link): Presence {
  return new Presence({
    node: link.node,
    clock: core.clock,
    leaseMs: core.limits.presenceMs,
    publish: (message) => link.tell(message),

    came(place, person) {
      if (place === CONNECTED) {
        // A guest's name may be that of an old ticket; others have just been told it.
        if (core.directory.get(person.id)?.verified) calledElsewhere(core, person)
        return
      }
      const room = core.rooms.open.get(place)
      if (room?.arrive(person)) {
        announce(core, room, { ev: 'joined', room: place, person, count: room.count })
      }
    },

    went(place, person, why) {
      const room = core.rooms.open.get(place)
      if (room?.depart(person.id)) {
        announce(core, room, { ev: 'left', room: place, person, count: room.count, why })
      }
    },

    renamed(place, person, was) {
      if (place === CONNECTED) return calledElsewhere(core, person)
      const room = core.rooms.open.get(place)
      if (room === undefined || room.person(person.id)?.name === person.name) return
      room.rename(person)
      announce(core, room, { ev: 'renamed', room: place, person, was })
    },

    open(message) {
      if (!message.ids.some((id) => core.directory.get(id) !== undefined)) return null
      return follow(core, message).then(
        () => true,
        (error) => {
          core.logger.warn({ err: error, room: message.room }, 'a conversation was not opened')
          return false
        },
      )
    },

    barred(message) {
      hearAddresses(core, message).catch((error) => {
        core.logger.warn({ err: error, room: message.room }, 'addresses were not banned here')
      })
    },

    read: ({ room, id, seq }) => showRead(core, id, room, seq),

    person(message) {
      if (message.t === 'named') displace(core, message.name, message.id)
      else hearRevocation(core, message)
    },
  })
}

/** A person who is connected to another node: connected here too, they are called the same. */
function calledElsewhere(core: Core, person: Person): void {
  const here = core.directory.get(person.id)
  if (here === undefined || here.person.name === person.name) return
  if (here.verified) rename(core, here, person.name, true)
  else if (core.directory.free(person.name, person.id)) core.directory.rename(here, person.name)
}

/** What was said since the other node spoke of the conversation is still to be heard here. */
async function follow(core: Core, message: OpenMessage): Promise<void> {
  const { room: name, epoch, head, ids, age } = message
  // Who came since is told of nothing from before.
  const before = age === undefined ? undefined : core.clock.monotonic() - age
  const room = await core.rooms.hold(name)
  if (room === null) return
  try {
    const missed = await readMissed(core, room, { since: { epoch, seq: head } })
    if (room.closed) return
    if (current(room, missed)) {
      const { entries, more, reset, gap } = spliced(core, room, missed)
      if (!more && !reset && gap === undefined) {
        return openFor(core, room, ids, head, entries, before)
      }
    }
    // So much was said meanwhile that it is easier to look it up.
    openFor(core, room, ids, room.position, [], before)
  } finally {
    core.rooms.release(room)
  }
}
