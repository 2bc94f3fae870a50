/** Who is connected to this node, as admins see it, and ending connections. */

import { CLOSE } from '../errors.ts'
import { texts } from '../i18n/languages.ts'
import type { AdminPerson, AdminSession } from '../protocol/admin-types.ts'
import { nameKey } from '../protocol/names.ts'
import type { Connected } from './directory.ts'
import type { Question } from './inquiry.ts'
import type { Core, Session } from './model.ts'
import { isAdmin, isVerified } from './permissions.ts'

/** Rooms shown of one connection. */
const ROOMS = 20
/** Connections shown of one person. */
const SESSIONS = 50

const numbers = new WeakMap<Session, number>()
let last = 0

/** What a connection is called among all of a server's. */
function idOf(core: Core, session: Session): string {
  let number = numbers.get(session)
  if (number === undefined) {
    number = ++last
    numbers.set(session, number)
  }
  return `${nodeOf(core)}.${number}`
}

/** What this node is called. */
export const nodeOf = ({ link }: Core): string => link?.node ?? 'node'

/** Those of this node, by id after `after`. */
export function peopleHere(
  core: Core,
  { after, limit, person }: Extract<Question, { what: 'people' }>,
): readonly AdminPerson[] {
  if (person !== undefined) {
    const found = find(core, person)
    return found === undefined ? [] : [shown(core, found)]
  }
  return smallest(core.directory.people(), after, limit).map((one) => shown(core, one))
}

/** Ends connections of this node; returns how many. The host's own participants stay. */
export function endHere(
  core: Core,
  { person, session: id, reason }: Extract<Question, { what: 'end' }>,
): number {
  const all =
    id !== undefined
      ? [...core.sessions].filter((session) => numbers.has(session) && idOf(core, session) === id)
      : person === undefined
        ? []
        : [...(find(core, person)?.sessions ?? [])]
  let ended = 0
  for (const session of all) {
    if (session.trusted || session.ended) continue
    session.end(CLOSE.removed, reason || texts(session.lang).errors.closed)
    ended += 1
  }
  return ended
}

/** The same person's connections on several nodes, together; by id. */
export function merged(lists: readonly (readonly AdminPerson[])[]): AdminPerson[] {
  const byId = new Map<string, AdminPerson>()
  for (const one of lists.flat()) {
    const known = byId.get(one.person.id)
    byId.set(
      one.person.id,
      known === undefined
        ? one
        : {
            ...known,
            verified: known.verified || one.verified,
            admin: known.admin || one.admin,
            sessions: [...known.sessions, ...one.sessions],
          },
    )
  }
  return [...byId.values()].sort((a, b) => (a.person.id < b.person.id ? -1 : 1))
}

function find(core: Core, person: string): Connected<Session> | undefined {
  return core.directory.get(person) ?? core.directory.named(person) ?? bySameName(core, person)
}

/** Persons with accounts may share a name, and then only one of them is found by it. */
function bySameName(core: Core, name: string): Connected<Session> | undefined {
  const key = nameKey(name)
  for (const one of core.directory.people()) if (one.key === key) return one
  return undefined
}

/** The first `limit` by id after `after`, in order: without sorting everybody. */
function smallest(
  people: Iterable<Connected<Session>>,
  after: string,
  limit: number,
): readonly Connected<Session>[] {
  const found: Connected<Session>[] = []
  for (const one of people) {
    const { id } = one.person
    if (id <= after) continue
    const end = found.at(-1)
    if (found.length >= limit && end !== undefined && id > end.person.id) continue
    let at = found.length
    while (at > 0 && (found[at - 1] as Connected<Session>).person.id > id) at -= 1
    found.splice(at, 0, one)
    if (found.length > limit) found.pop()
  }
  return found
}

function shown(core: Core, { person, sessions }: Connected<Session>): AdminPerson {
  const all = [...sessions]
  return {
    person,
    verified: all.some(isVerified),
    admin: all.some(isAdmin),
    sessions: all.slice(0, SESSIONS).map((session) => sessionOf(core, session)),
  }
}

function sessionOf(core: Core, session: Session): AdminSession {
  const { info, rooms, since } = session
  return {
    id: idOf(core, session),
    node: nodeOf(core),
    transport: info.transport,
    address: info.address,
    since: Math.round(core.clock.now() - (core.clock.monotonic() - since)),
    secure: info.secure,
    rooms: rooms
      .filter(({ only }) => only === undefined)
      .slice(0, ROOMS)
      .map(({ name }) => name),
  }
}
