/** Coming in: `hello`, and the greeting of those who speak text. */

import { ChatError, CLOSE, isChatError } from '../errors.ts'
import { langOf, texts } from '../i18n/languages.ts'
import { cleanName, nameKey } from '../protocol/names.ts'
import type { Op, Operations, Person, Results } from '../protocol/types.ts'
import { GUEST, identify, type Known } from './identity.ts'
import { isPrivate, join, leave } from './membership.ts'
import type { Session } from './model.ts'
import { checkFree, checkOwner, claim, guestName, rename } from './naming.ts'
import { CONNECTED } from './remote.ts'
import { makeTicket, readTicket } from './tickets.ts'

/** What people may ask by text before they are somebody. */
const BEFORE: readonly (Op | null)[] = ['help', 'ping', 'lang', 'register', 'login', 'quit']

/** What somebody wants to come in by. */
interface Wanted {
  readonly name: string | undefined
  readonly ticket: string | undefined
  /** null: a guest. */
  readonly known: Known | null
}

/** Makes a connection somebody. */
export async function hello(
  session: Session,
  request: Operations['hello'],
): Promise<Results['hello']> {
  const { core } = session
  if (session.presence !== null) throw new ChatError('hello_twice')
  if (request.version !== 1) throw new ChatError('unsupported_version')
  session.lang = langOf(request.lang, session.lang)
  const { name, ticket, token } = request
  const person = await comeIn(session, { name, ticket, known: await identify(session, token) })
  const { limits } = core
  return {
    version: 1,
    server: core.name,
    person,
    ...ticketOf(session, person),
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
      ...(core.files === null ? undefined : { fileBytes: limits.fileBytes }),
    },
  }
}

/**
 * A text session's first frame: the person comes in, as the application knows them or as a guest,
 * and enters the default room. A first `/nick` is the name to come in by; a first `/login` or
 * `/register` is done instead. Resolves to whether the frame is used up by that.
 */
export async function greet(session: Session, first: string): Promise<boolean> {
  const { core } = session
  const request = core.codecs.text(session.lang).decode(first)
  const known = await identify(session, undefined)
  const isLogin = request.op === 'login' || request.op === 'register'
  if (known === null && isLogin && core.accounts !== null) return false
  if (known === null && !core.guests) {
    session.refuse(0, null, outside(session))
    return !BEFORE.includes(request.op)
  }
  const name = known === null && request.op === 'nick' ? request.name : undefined
  const used = await welcome(session, { name, ticket: undefined, known })
  return used || name !== undefined
}

/** What somebody is told who isn't anybody yet: programs say hello, people may log in. */
export function outside({ text, lang, core }: Session): ChatError {
  if (!text) return new ChatError('hello_required')
  const { logIn, outside } = texts(lang).you
  return new ChatError('unauthorized', core.accounts === null ? outside : logIn)
}

/** Comes in and is greeted, in the default room. Resolves to whether it was by the name given. */
async function welcome(session: Session, wanted: Wanted): Promise<boolean> {
  const { core } = session
  const { name } = wanted
  let named = false
  if (name !== undefined) {
    try {
      await comeIn(session, wanted)
      named = true
    } catch (error) {
      // A name that can't be had is no reason to stay outside; anything else is.
      if (!isChatError(error) || !error.code.startsWith('name_')) throw error
      session.refuse(null, 'nick', error)
    }
  }
  if (session.ended) return true
  if (session.presence === null) await comeIn(session, { ...wanted, name: undefined })
  if (session.presence === null) return true
  session.outbox.event({
    type: 'welcome',
    person: session.presence.person,
    room: core.defaultRoom,
  })
  await enterDefault(session)
  return named
}

/**
 * Makes a text session somebody else (null: a guest): in the room it is in, which it leaves as who it
 * was. `done` is called in between, to tell the client.
 */
export async function become(
  session: Session,
  known: Known | null,
  done: (person: Person) => void,
): Promise<void> {
  const { core, current } = session
  const wanted: Wanted = { name: undefined, ticket: undefined, known }
  if (session.presence === null) {
    await welcome(session, wanted)
    return
  }
  const place = current !== null && !isPrivate(current.name) ? current.name : core.defaultRoom
  // Nobody else may be in it, and nothing have been said: it is kept until they are back.
  const room = place === undefined ? null : await core.rooms.hold(place)
  try {
    await session.settled()
    await consent(session, wanted)
    const person = known?.person ?? guest(session)
    session.depart(CLOSE.normal)
    done(enter(session, known, person))
    if (place === undefined) return
    try {
      await move(session, { room: place, recent: 0 })
    } catch (error) {
      session.refuse(0, 'join', error)
      if (place !== core.defaultRoom) await enterDefault(session)
    }
  } finally {
    if (room !== null) core.rooms.release(room)
  }
}

/** Comes in as a guest after all. */
export async function comeAsGuest(session: Session): Promise<void> {
  await welcome(session, { name: undefined, ticket: undefined, known: null })
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
  await join(session, { recent: session.core.recentOnJoin, ...request }, (ok) => {
    const before = session.current
    const next = session.rooms.find((room) => room.name === ok.room) ?? null
    session.current = next
    session.reply(0, 'join', ok)
    if (before !== null && before !== next && session.presence !== null) {
      leave(session, before, session.presence.person, 'leave')
    }
  })
}

async function comeIn(session: Session, wanted: Wanted): Promise<Person> {
  const { core } = session
  const { known, ticket } = wanted
  if (known !== null) {
    await consent(session, wanted)
    return enter(session, known, known.person)
  }
  if (!core.guests && !session.trusted) {
    // A token would have been refused before: a ticket is all that can have been shown.
    const nothing = ticket === undefined
    throw new ChatError('unauthorized', nothing ? texts(session.lang).you.outside : undefined)
  }
  let was: Person | undefined
  if (ticket !== undefined) {
    const shown = readTicket(core.secret, ticket, core.clock.now())
    if (shown === null) throw new ChatError('unauthorized')
    // Who is here already by another connection may have another name by now.
    was = core.directory.get(shown.id)?.person ?? shown
  }
  const change = await consent(session, { ...wanted, name: wanted.name ?? was?.name }, was)
  const name = change ?? wanted.name ?? was?.name
  // The application says who it is; a ticket of somebody else doesn't count.
  const same = was !== undefined && (change === undefined || nameKey(was.name) === nameKey(change))
  const id = (same ? was?.id : undefined) ?? core.makeId()
  // Who is here already by another connection is called the same by this one.
  const called = (): string | undefined => core.directory.get(id)?.person.name
  const given = called() ?? name
  const clean = given === undefined ? undefined : cleanName(given, core.limits.nameChars)
  if (clean !== undefined && called() === undefined && !session.trusted) {
    await checkOwner(core, clean)
    if (session.ended) throw new ChatError('closed')
  }
  const free = called() ?? clean ?? guestName(session, id)
  checkFree(core, free, id)
  return enter(session, null, { id, name: free })
}

/** Asks the application's hook. Resolves to the name it gives, if it does. */
async function consent(
  session: Session,
  { name, known }: Wanted,
  was?: Person,
): Promise<string | undefined> {
  const { core } = session
  let given: string | undefined
  if (core.hooks.has('beforeConnect') && !session.trusted) {
    const change = await core.hooks.run('beforeConnect', {
      name: known?.person.name ?? name,
      person: known?.person ?? was,
      connection: session.info,
    })
    given = change?.name
  }
  if (session.ended) throw new ChatError('closed')
  if (known !== null && given !== undefined && given !== known.person.name) {
    const { id } = known.person
    core.logger.debug({ id }, 'beforeConnect cannot change the name of who was authenticated')
  }
  return given
}

function guest(session: Session): Person {
  const id = session.core.makeId()
  return { id, name: guestName(session, id) }
}

/** From now on the session is this person. Nothing waits here. */
function enter(session: Session, known: Known | null, person: Person): Person {
  const { core } = session
  const verified = known !== null
  if (verified) claim(core, person.name, person.id)
  const presence = core.directory.enter(session, person, verified || session.trusted)
  session.presence = presence
  session.identity = known?.identity ?? GUEST
  if (verified && presence.person.name !== person.name) rename(core, presence, person.name)
  core.presence?.came(CONNECTED, presence.person)
  session.connection.welcomed?.()
  core.events.emit('connect', { person: presence.person, connection: session.info })
  return presence.person
}

/** With this a guest can come back. Others have other means. */
export function ticketOf({ core, identity }: Session, person: Person): { ticket?: string } {
  if (identity.verified) return {}
  return { ticket: makeTicket(core.secret, person, core.clock.now() + core.limits.ticketMs) }
}
