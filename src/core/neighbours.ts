/** What the other nodes' people mean for the rooms of this one. */

import { readMissed, spliced } from './catch-up.ts'
import type { Link } from './link.ts'
import { announce } from './membership.ts'
import { openFor } from './messages.ts'
import type { Core } from './model.ts'
import { type OpenMessage, Presence } from './presence.ts'
import { CONNECTED } from './remote.ts'

/** The presence of a node that has others beside it. */
export function presenceOf(core: Core, link: Link): Presence {
  return new Presence({
    node: link.node,
    clock: core.clock,
    leaseMs: core.limits.presenceMs,
    publish: (message) => link.tell(message),

    came(place, person) {
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
      if (place === CONNECTED) {
        const here = core.directory.get(person.id)
        // The same person is connected here too, and is called the same.
        if (here !== undefined && core.directory.free(person.name, person.id)) {
          core.directory.rename(here, person.name)
        }
        return
      }
      const room = core.rooms.open.get(place)
      if (room === undefined) return
      room.rename(person)
      announce(core, room, { ev: 'renamed', room: place, person, was })
    },

    open(message) {
      if (!message.ids.some((id) => core.directory.get(id) !== undefined)) return
      follow(core, message).catch((error) => {
        core.logger.warn({ err: error, room: message.room }, 'a conversation was not opened')
      })
    },
  })
}

/** What was said since the other node spoke of the conversation is still to be heard here. */
async function follow(core: Core, { room: name, epoch, head, ids }: OpenMessage): Promise<void> {
  const room = await core.rooms.hold(name)
  if (room === null) return
  try {
    const missed = await readMissed(core, room, { since: { epoch, seq: head } })
    openFor(core, room, ids, head, spliced(core, room, missed).entries)
  } finally {
    core.rooms.release(room)
  }
}
