/** Who is meant by `@name` in what is said, and telling the host program. */

import type { Entry, EntryDetails, Person } from '../protocol/types.ts'
import type { Accounts } from '../spi/auth.ts'
import type { Core, Room } from './model.ts'
import { connectedByName } from './people.ts'
import { isBanned, recordOf } from './standing.ts'

/** `@name` or `@"two words"`, where no word ends before it (as in an address of mail). */
const MENTION =
  /(?<![\p{L}\p{N}\p{M}_])@(?:["“”«]([^"“”«»@\n]+)["“”»]|([\p{L}\p{N}\p{M}_.'’·-]+))/gu
/** Signs that may be of the name, or of the sentence around it. */
const TAIL = /[._'’·-]+$/u

/** Names that are looked for among accounts, for one message. */
const ABSENT = 10

/** Who was found for the details of a message that is on its way. */
const found = new WeakMap<EntryDetails, readonly Person[]>()

/** The names that a text mentions, as written, each once; at most so many. */
export function namesIn(text: string, nameChars: number, most: number): string[] {
  const names = new Set<string>()
  for (const [, quoted, word] of text.matchAll(MENTION)) {
    const name = (quoted ?? word ?? '').trim()
    if (name === '' || name.length > 2 * nameChars + 2) continue
    names.add(name)
    if (names.size === most) break
  }
  return [...names]
}

/**
 * Looks for people of the room whom a text mentions. Undefined: nobody. Those after the first
 * `limits.mentionsPerMessage` are not looked for.
 */
export function mentionsIn(core: Core, room: Room, text: string): EntryDetails | undefined {
  if (!text.includes('@')) return undefined
  return detailsOf(wanted(core, text).map((name) => here(core, room, name)))
}

/**
 * The same, and those who have an account and aren't in the room, unless they may not come in. A
 * service that doesn't answer finds nobody: that is no reason not to say it.
 */
export async function mentionsEverywhere(
  core: Core,
  accounts: Pick<Accounts, 'owner'>,
  room: Room,
  text: string,
): Promise<EntryDetails | undefined> {
  let absent = 0
  const people = wanted(core, text).map((name) => {
    const person = here(core, room, name)
    if (person !== undefined || ++absent > ABSENT) return person
    return there(core, accounts, room, name).catch(() => undefined)
  })
  return detailsOf(await Promise.all(people))
}

const wanted = (core: Core, text: string): string[] =>
  namesIn(text, core.limits.nameChars, core.limits.mentionsPerMessage)

function detailsOf(list: readonly (Person | undefined)[]): EntryDetails | undefined {
  const people = new Map<string, Person>()
  for (const person of list) if (person !== undefined) people.set(person.id, person)
  if (people.size === 0) return undefined
  const details: EntryDetails = { mentions: [...people.keys()] }
  found.set(details, [...people.values()])
  return details
}

function here(core: Core, room: Room, name: string): Person | undefined {
  return inRoom(core, room, name) ?? inRoom(core, room, name.replace(TAIL, ''))
}

async function there(
  core: Core,
  accounts: Pick<Accounts, 'owner'>,
  room: Room,
  name: string,
): Promise<Person | undefined> {
  const bare = name.replace(TAIL, '')
  const person =
    (await core.ask(accounts.owner(name))) ??
    (bare === '' || bare === name ? null : await core.ask(accounts.owner(bare)))
  if (person === null) return undefined
  if (room.only !== undefined) return isOf(room, person) ? person : undefined
  const record = await recordOf(core, room.name, person.id)
  if (isBanned(record, core.clock.now())) return undefined
  const { private: closed, password } = room.rules?.settings ?? {}
  const isFree = closed !== true && password === undefined
  return isFree || record?.role !== undefined || record?.invited === true ? person : undefined
}

function inRoom(core: Core, room: Room, name: string): Person | undefined {
  if (name === '') return undefined
  const person = connectedByName(core, name)
  if (person === undefined) return undefined
  const isIn = room.only === undefined ? room.has(person.id) : isOf(room, person)
  return isIn ? person : undefined
}

const isOf = (room: Room, person: Person): boolean =>
  room.only?.some(({ id }) => id === person.id) === true

/** Tells the host program whom a message that this node stored concerns. */
export function tellMentions(core: Core, entry: Entry): void {
  if (entry.kind !== 'message') return
  const room = core.rooms.open.get(entry.room)
  const people = (entry.details && found.get(entry.details)) ?? []
  for (const person of people) {
    const present = room?.has(person.id) === true
    core.events.emit('mention', { entry, person, present })
  }
  const { to } = entry
  if (to === undefined || people.some(({ id }) => id === to.id) || isConnected(core, to.id)) return
  core.events.emit('mention', { entry, person: to, present: false })
}

function isConnected(core: Core, id: string): boolean {
  return core.directory.get(id) !== undefined || core.presence?.remote.isConnected(id) === true
}
