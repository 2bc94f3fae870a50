/** Who may have which name, and giving people others. */

import { ChatError } from '../errors.ts'
import { texts } from '../i18n/languages.ts'
import type { Connected } from './directory.ts'
import { announce } from './membership.ts'
import type { Core, Session } from './model.ts'
import { CONNECTED } from './remote.ts'

/** How often a free name for a guest is looked for. */
const NAME_TRIES = 20

/** Refuses a name that somebody has, here or on another node. Throws `name_taken`. */
export function checkFree(core: Core, name: string, id: string): void {
  if (!isFree(core, name, id)) throw new ChatError('name_taken')
}

function isFree(core: Core, name: string, id: string): boolean {
  return core.directory.free(name, id) && core.presence?.remote.free(name, id) !== false
}

/** Refuses a name that an account has, or one that looks like it: `name_taken`, `unavailable`. */
export async function checkOwner(core: Core, name: string): Promise<void> {
  if (core.accounts === null) return
  if ((await core.ask(core.accounts.owner(name))) !== null) throw new ChatError('name_taken')
}

/** A free name for one who gave none. Throws `overloaded`. */
export function guestName(session: Session, id: string): string {
  const word = texts(session.lang).guest
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0
  for (let i = 0; i < NAME_TRIES; i++) {
    const name = `${word}-${((hash + i * 7919) % 900_000) + 100_000}`
    if (isFree(session.core, name, id)) return name
  }
  throw new ChatError('overloaded')
}

/**
 * Gives a person who is here another name, and tells everybody. Throws `name_taken`. `told`: another
 * node did; the nodes would tell each other for ever if this one told it again.
 */
export function rename(core: Core, presence: Connected<Session>, name: string, told = false): void {
  const was = presence.person.name
  core.directory.rename(presence, name)
  const { person } = presence
  const note = (place: string): void => {
    if (told) core.presence?.called(place, person)
    else core.presence?.came(place, person)
  }
  note(CONNECTED)
  const done = new Set<string>()
  for (const { rooms } of presence.sessions) {
    for (const room of rooms) {
      if (done.has(room.name)) continue
      done.add(room.name)
      room.rename(person)
      announce(core, room, { ev: 'renamed', room: room.name, person, was })
      if (room.only === undefined) note(room.name)
    }
  }
  core.events.emit('nick', { person, was })
}

/** Takes a name from guests of this node: it is a person's who has shown who they are. */
export function displace(core: Core, name: string, id: string): void {
  for (const presence of core.directory.allNamed(name)) {
    if (presence.verified || presence.person.id === id) continue
    const [session] = presence.sessions
    if (session === undefined) continue
    try {
      rename(core, presence, guestName(session, presence.person.id))
    } catch (error) {
      core.logger.warn({ err: error, id: presence.person.id }, 'a guest could not be renamed')
    }
  }
}

/** A verified person is here under this name: guests, on whatever node, leave it to them. */
export function claim(core: Core, name: string, id: string): void {
  displace(core, name, id)
  if (core.presence?.remote.free(name, id) === false) core.link?.tell({ t: 'named', id, name })
}
