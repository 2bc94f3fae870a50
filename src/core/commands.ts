/** The table of operations: name, handler, who may, what it costs. */

import { ChatError, CLOSE } from '../errors.ts'
import { langOf, texts } from '../i18n/languages.ts'
import { cleanName } from '../protocol/names.ts'
import type { Op, Request, Results } from '../protocol/types.ts'
import { checkFree, enterDefault, hello, move, ticketOf } from './entrance.ts'
import { history } from './history.ts'
import {
  actorOf,
  announce,
  createRoom,
  join,
  leave,
  personOf,
  roomName,
  roomOf,
} from './membership.ts'
import { sendPrivate, sendToRoom } from './messages.ts'
import type { Session } from './model.ts'
import { CONNECTED } from './remote.ts'

/**
 * One operation. `run` gives the reply, or a promise of it (what comes after waits), or
 * undefined when the reply comes by itself later (a send, once it is stored).
 */
export interface Command<O extends Op> {
  /** What it takes from the allowance of commands. */
  readonly cost: number
  /** May be used before `hello`. */
  readonly early?: true
  run(
    session: Session,
    request: Request<O>,
  ): Results[O] | undefined | Promise<Results[O] | undefined>
}

/** Every operation of the protocol. */
export const COMMANDS: { readonly [O in Op]: Command<O> } = {
  help: { cost: 1, early: true, run: () => ({ ops: Object.keys(COMMANDS) as Op[] }) },
  hello: { cost: 1, early: true, run: hello },
  ping: { cost: 1, early: true, run: (session) => ({ ts: session.core.clock.now() }) },
  nick: { cost: 5, run: nick },
  lang: {
    cost: 1,
    early: true,
    run(session, request) {
      session.lang = langOf(request.lang, session.lang)
      if (session.text) session.speak(session.core.codecs.text(session.lang))
      return { lang: session.lang }
    },
  },
  create: { cost: 5, run: create },
  join: {
    cost: 5,
    async run(session, request) {
      if (!session.text) return join(session, request)
      await move(session, request)
      return undefined
    },
  },
  leave: {
    cost: 1,
    async run(session, request) {
      const room = roomOf(session, request.room)
      if (session.text && room.name === session.core.defaultRoom) {
        // There is nowhere to go back to.
        throw new ChatError('forbidden', texts(session.lang).you.home(`#${room.name}`))
      }
      // What was said before is heard before.
      await session.settled()
      if (session.presence === null || room.closed) throw new ChatError('not_member')
      leave(session, room, personOf(session), 'leave')
      if (session.text) {
        session.reply(request.id, 'leave', { room: room.name })
        if (room.name !== session.core.defaultRoom && session.current === null) {
          await enterDefault(session)
        }
        return undefined
      }
      return { room: room.name }
    },
  },
  rooms: { cost: 2, run: rooms },
  members: {
    cost: 1,
    run(session, request) {
      const room = roomOf(session, request.room)
      const most = session.core.limits.listPage
      const limit = Math.min(request.limit ?? most, most)
      const { members, next } = room.list(Number(request.after ?? 0) || 0, limit)
      const page = { room: room.name, count: room.count, members, more: next !== undefined }
      return next === undefined ? page : { ...page, next: `${next}` }
    },
  },
  send: { cost: 1, run: sendToRoom },
  msg: { cost: 1, run: sendPrivate },
  history: { cost: 2, run: history },
  typing: {
    cost: 1,
    run(session, request) {
      const room = roomOf(session, request.room)
      const person = personOf(session)
      const push = { ev: 'typing', room: room.name, person, on: request.on ?? true } as const
      room.push(push)
      session.core.link?.signal(room.name, push)
      return {}
    },
  },
  quit: {
    cost: 0,
    early: true,
    async run(session, request) {
      await session.settled()
      session.reply(request.id, 'quit', {})
      session.end(CLOSE.normal, texts(session.lang).goodbye)
      return undefined
    },
  },
}

async function nick(session: Session, request: Request<'nick'>): Promise<Results['nick']> {
  const { core } = session
  let name = cleanName(request.name, core.limits.nameChars)
  const change = await core.hooks.run('beforeNick', { person: actorOf(session), name })
  if (change !== undefined) name = cleanName(change.name, core.limits.nameChars)
  const { presence } = session
  if (presence === null) throw new ChatError('closed')
  const was = presence.person.name
  if (name === was) return { person: presence.person, ticket: ticketOf(core, presence.person) }
  checkFree(core, name, presence.person.id)
  core.directory.rename(presence, name)
  const { person } = presence
  core.presence?.came(CONNECTED, person)
  const told = new Set<string>()
  for (const { rooms } of presence.sessions) {
    for (const room of rooms) {
      if (told.has(room.name)) continue
      told.add(room.name)
      room.rename(person)
      announce(core, room, { ev: 'renamed', room: room.name, person, was })
      if (room.only === undefined) core.presence?.came(room.name, person)
    }
  }
  core.events.emit('nick', { person, was })
  return { person, ticket: ticketOf(core, person) }
}

async function create(session: Session, request: Request<'create'>): Promise<Results['create']> {
  const { core } = session
  const name = roomName(core, request.room)
  if (name.startsWith('@')) throw new ChatError('room_invalid')
  const known = await core.rooms.hold(name)
  if (known !== null) {
    core.rooms.release(known)
    throw new ChatError('room_exists')
  }
  const { room, created } = await createRoom(session, name, request.permanent ?? false)
  const { epoch, permanent } = room
  core.rooms.release(room)
  if (!created) throw new ChatError('room_exists')
  return { room: name, epoch, permanent }
}

async function rooms(session: Session, request: Request<'rooms'>): Promise<Results['rooms']> {
  const { core } = session
  const most = core.limits.listPage
  const limit = Math.min(request.limit ?? most, most)
  const records = await core.ask(core.storage.rooms.list(request.after ?? '', limit + 1))
  const list = records.slice(0, limit).map(({ room, permanent }) => ({
    room,
    count: core.rooms.open.get(room)?.count ?? core.presence?.remote.count(room) ?? 0,
    permanent,
  }))
  return { rooms: list, more: records.length > limit }
}
