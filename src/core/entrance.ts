/** Coming in: `hello`, and the greeting of those who speak text. */

import { ChatError, isChatError } from '../errors.ts'
import { langOf, texts } from '../i18n/languages.ts'
import { cleanName, nameKey } from '../protocol/names.ts'
import type { Operations, Person, Results } from '../protocol/types.ts'
import { join, leave } from './membership.ts'
import type { Core, Session } from './model.ts'
import { CONNECTED } from './remote.ts'
import { makeTicket, readTicket } from './tickets.ts'

/** How often a free name for a guest is looked for. */
const NAME_TRIES = 20

/** Makes a connection somebody. */
export async function hello(
  session: Session,
  request: Operations['hello'],
): Promise<Results['hello']> {
  const { core } = session
  if (session.presence !== null) throw new ChatError('hello_twice')
  if (request.version !== 1) throw new ChatError('unsupported_version')
  session.lang = langOf(request.lang, session.lang)
  const person = await comeIn(session, request.name, request.ticket)
  const { limits } = core
  return {
    version: 1,
    server: core.name,
    person,
    ticket: ticketOf(core, person),
    ...(core.defaultRoom === undefined ? undefined : { defaultRoom: core.defaultRoom }),
    limits: {
      frameBytes: limits.frameBytes,
      messageChars: limits.messageChars,
      messageBytes: limits.messageBytes,
      historyPage: limits.historyPage,
      listPage: limits.listPage,
      commandsPerSecond: limits.commandsPerSecond,
      commandBurst: limits.commandBurst,
      pingMs: limits.pingMs,
    },
  }
}

/**
 * A text session's first frame: the person becomes a guest and enters the default room. A first
 * `/nick` is the name to come in by. Resolves to whether the frame is used up by that.
 */
export async function greet(session: Session, first: string): Promise<boolean> {
  const { core } = session
  const request = core.codecs.text(session.lang).decode(first)
  const wanted = request.op === 'nick' ? request.name : undefined
  let used = false
  if (wanted !== undefined) {
    try {
      await comeIn(session, wanted, undefined)
      used = true
    } catch (error) {
      // A name that can't be had is no reason to stay outside; anything else is.
      if (!isChatError(error) || !error.code.startsWith('name_')) throw error
      session.refuse(null, 'nick', error)
    }
  }
  if (session.ended) return true
  if (session.presence === null) await comeIn(session, undefined, undefined)
  if (session.presence === null) return true
  session.outbox.event({
    type: 'welcome',
    person: session.presence.person,
    room: core.defaultRoom,
  })
  await enterDefault(session)
  return used || wanted !== undefined
}

/** Puts a text session into the default room, when there is one. */
export async function enterDefault(session: Session): Promise<void> {
  const { core } = session
  if (core.defaultRoom === undefined) return
  try {
    await move(session, { room: core.defaultRoom })
  } catch (error) {
    session.refuse(0, 'join', error)
  }
}

/** Joins a room as people do by text: leaving the one they were in. */
export async function move(session: Session, request: Operations['join']): Promise<void> {
  // What was said in the room before is heard before.
  await session.settled()
  const ok = await join(session, { recent: session.core.recentOnJoin, ...request })
  const before = session.current
  const next = session.rooms.find((room) => room.name === ok.room) ?? null
  session.current = next
  session.reply(0, 'join', ok)
  if (before !== null && before !== next && session.presence !== null) {
    leave(session, before, session.presence.person, 'leave')
  }
}

async function comeIn(
  session: Session,
  name: string | undefined,
  ticket: string | undefined,
): Promise<Person> {
  const { core } = session
  let known: Person | undefined
  if (ticket !== undefined) {
    const was = readTicket(core.secret, ticket, core.clock.now())
    if (was === null) throw new ChatError('unauthorized')
    // Who is here already by another connection may have another name by now.
    known = core.directory.get(was.id)?.person ?? was
  }
  let wanted = name ?? known?.name
  let id = known?.id
  if (core.hooks.has('beforeConnect') && !session.trusted) {
    const change = await core.hooks.run('beforeConnect', {
      name: wanted,
      person: known,
      connection: session.info,
    })
    if (change !== undefined) {
      wanted = change.name
      // The application says who it is; a ticket of somebody else doesn't count.
      if (known !== undefined && nameKey(known.name) !== nameKey(wanted)) id = undefined
    }
  }
  if (session.ended) throw new ChatError('closed')
  id ??= core.makeId()
  // Who is here already by another connection is called the same by this one.
  wanted = core.directory.get(id)?.person.name ?? wanted
  const clean =
    wanted === undefined ? guestName(session, id) : cleanName(wanted, core.limits.nameChars)
  checkFree(core, clean, id)
  const presence = core.directory.enter(session, { id, name: clean })
  session.presence = presence
  core.presence?.came(CONNECTED, presence.person)
  session.connection.welcomed?.()
  core.events.emit('connect', { person: presence.person, connection: session.info })
  return presence.person
}

/** Refuses a name that somebody has, here or on another node. Throws `name_taken`. */
export function checkFree(core: Core, name: string, id: string): void {
  if (!isFree(core, name, id)) throw new ChatError('name_taken')
}

function isFree(core: Core, name: string, id: string): boolean {
  const elsewhere = core.presence?.remote.named(name)
  return core.directory.free(name, id) && (elsewhere === undefined || elsewhere.id === id)
}

function guestName(session: Session, id: string): string {
  const word = texts(session.lang).guest
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0
  for (let i = 0; i < NAME_TRIES; i++) {
    const name = `${word}-${((hash + i * 7919) % 900_000) + 100_000}`
    if (isFree(session.core, name, id)) return name
  }
  throw new ChatError('overloaded')
}

/** With this the person can come back. */
export function ticketOf(core: Core, person: Person): string {
  return makeTicket(core.secret, person, core.clock.now() + core.limits.ticketMs)
}
