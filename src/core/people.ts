/** Finding the person that somebody means, by id or by name. */

import { ChatError } from '../errors.ts'
import { nameKey } from '../protocol/names.ts'
import type { Person } from '../protocol/types.ts'
import type { MemberFilter, MemberRecord } from '../spi/records.ts'
import type { Core, Room } from './model.ts'
import { CONNECTED } from './remote.ts'
import { recordOf, recordsOf } from './standing.ts'

/** Records that are looked through for a name, a page at a time. */
const PAGE = 500
const PAGES = 20

/**
 * The person of this id or name: who is in the room; who is connected, here or on another node; of
 * whom the room keeps a record (by name only those of `filter`); who said something in the room a
 * short while ago; who has an account. Ids come first: a name that looks like somebody's id gains nothing. Rejects with
 * `person_not_found`.
 */
export async function findPerson(
  core: Core,
  room: Room,
  wanted: string,
  filter: MemberFilter | undefined,
): Promise<Person> {
  const person =
    connectedById(core, room, wanted) ??
    (await recordOf(core, room.name, wanted))?.person ??
    connectedByName(core, wanted) ??
    (filter === undefined ? undefined : await inRecords(core, room, wanted, filter)) ??
    heard(room, wanted) ??
    (await ownerOf(core, wanted))
  if (person === null) throw new ChatError('person_not_found')
  return { id: person.id, name: person.name }
}

function connectedById(core: Core, room: Room, id: string): Person | undefined {
  const known = room.person(id) ?? core.directory.get(id)?.person
  if (known !== undefined || core.presence === null) return known
  for (const person of core.presence.remote.people(CONNECTED)) if (person.id === id) return person
  return undefined
}

/** Who is connected under this name, here or on another node. */
export function connectedByName(core: Core, name: string): Person | undefined {
  return core.directory.named(name)?.person ?? core.presence?.remote.named(name)
}

/** Who has an account of this name, connected or not. */
export async function ownerOf(core: Core, name: string): Promise<Person | null> {
  return core.accounts === null ? null : core.ask(core.accounts.owner(name))
}

/** Who has this name among those of whom the room keeps something. */
async function inRecords(
  core: Core,
  room: Room,
  name: string,
  filter: MemberFilter,
): Promise<Person | undefined> {
  const key = nameKey(name)
  const { members } = recordsOf(core)
  let after = ''
  for (let page = 0; page < PAGES; page++) {
    const records: readonly MemberRecord[] = await core.ask(
      members.list(room.name, filter, after, PAGE),
    )
    const found = records.find(({ person }) => nameKey(person.name) === key)
    if (found !== undefined) return found.person
    const last = records.at(-1)
    if (last === undefined || records.length < PAGE) return undefined
    after = last.person.id
  }
  return undefined
}

/** Who said something in the room, as far as it is in memory, and may have left since. */
function heard(room: Room, wanted: string): Person | undefined {
  const key = nameKey(wanted)
  const entries = room.recentAfter(room.oldest - 1) ?? []
  return entries.findLast(
    ({ kind, from }) => kind === 'message' && (from.id === wanted || nameKey(from.name) === key),
  )?.from
}
