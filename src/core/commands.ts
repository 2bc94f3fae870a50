/** The table of operations: name, handler, who may, what it costs. */

import { ChatError, CLOSE } from '../errors.ts'
import { langOf, texts } from '../i18n/languages.ts'
import { cleanName } from '../protocol/names.ts'
import type { Op, Request, Results } from '../protocol/types.ts'
import { ACCOUNT_COMMANDS } from './account-commands.ts'
import { act } from './acts.ts'
import { ADMIN_COMMANDS } from './admin-commands.ts'
import { change } from './changes.ts'
import { enterDefault, hello, move, ticketOf } from './entrance.ts'
import { files } from './file-messages.ts'
import { history } from './history.ts'
import { read, unread } from './marks.ts'
import {
  actorOf,
  createRoom,
  isPrivate,
  join,
  leave,
  personOf,
  roomName,
  roomOf,
} from './membership.ts'
import { sendPrivate, sendToRoom } from './messages.ts'
import type { Core, Session } from './model.ts'
import { checkFree, checkOwner, rename } from './naming.ts'
import { isAdmin } from './permissions.ts'
import { changedSettings, closeRoom, set } from './room-settings.ts'
import { roster } from './roster.ts'
import { mayVoice, recordsOf, shownSettings } from './standing.ts'

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
  help: {
    cost: 1,
    early: true,
    run: (session) => ({ ops: opsOf(session.core, isAdmin(session)) }),
  },
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
      if (session.text) await move(session, request)
      else await join(session, request, (ok) => session.reply(request.id, 'join', ok))
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
  edit: { cost: 2, run: change },
  delete: { cost: 2, run: change },
  react: { cost: 2, run: change },
  msg: { cost: 1, run: sendPrivate },
  history: { cost: 2, run: history },
  typing: {
    cost: 1,
    run(session, request) {
      const room = roomOf(session, request.room)
      const person = personOf(session)
      if (room.rules !== null) mayVoice(session, room, room.rules, 'typing')
      const push = { ev: 'typing', room: room.name, person, on: request.on ?? true } as const
      room.push(push)
      session.core.link?.signal(room.name, push)
      return {}
    },
  },
  set: { cost: 5, run: set },
  close: { cost: 5, run: closeRoom },
  invite: { cost: 2, run: act },
  kick: { cost: 2, run: act },
  ban: { cost: 2, run: act },
  unban: { cost: 2, run: act },
  mute: { cost: 2, run: act },
  unmute: { cost: 2, run: act },
  role: { cost: 2, run: act },
  roster: { cost: 2, run: roster },
  files: { cost: 2, run: files },
  read: { cost: 1, run: read },
  unread: { cost: 2, run: unread },
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
  ...ACCOUNT_COMMANDS,
  ...ADMIN_COMMANDS,
}

/** What `help` lists. */
const OPS = Object.keys(COMMANDS) as Op[]
/** Operations that need a storage that applies changes, or keeps something about people. */
const CHANGING: readonly Op[] = ['edit', 'delete', 'react']
const KEEPING: readonly Op[] = [
  ...(['set', 'close', 'invite', 'kick', 'ban', 'unban', 'mute', 'unmute', 'role'] as const),
  ...(['roster', 'read', 'unread'] as const),
]

function opsOf({ storage, accounts, files: kept }: Core, admin: boolean): Op[] {
  return OPS.filter(
    (op) =>
      (kept !== null || op !== 'files') &&
      (accounts !== null || !Object.hasOwn(ACCOUNT_COMMANDS, op)) &&
      (admin || !Object.hasOwn(ADMIN_COMMANDS, op)) &&
      (storage.supports.changes || !CHANGING.includes(op)) &&
      (storage.records !== undefined || !KEEPING.includes(op)),
  )
}

async function nick(session: Session, request: Request<'nick'>): Promise<Results['nick']> {
  const { core } = session
  // The name is that of their account, or what the application calls them.
  if (session.identity.verified) throw new ChatError('forbidden')
  let name = cleanName(request.name, core.limits.nameChars)
  const change = await core.hooks.run('beforeNick', { person: actorOf(session), name })
  if (change !== undefined) name = cleanName(change.name, core.limits.nameChars)
  if (name !== session.presence?.person.name && !session.trusted) await checkOwner(core, name)
  const { presence } = session
  if (presence === null) throw new ChatError('closed')
  if (name !== presence.person.name) {
    checkFree(core, name, presence.person.id)
    rename(core, presence, name)
  }
  return { person: presence.person, ...ticketOf(session, presence.person) }
}

async function create(session: Session, request: Request<'create'>): Promise<Results['create']> {
  const { core } = session
  if (isPrivate(request.room)) throw new ChatError('room_invalid')
  const name = roomName(core, request.room)
  const known = await core.rooms.hold(name)
  if (known !== null) {
    core.rooms.release(known)
    throw new ChatError('room_exists')
  }
  const { settings: given } = request
  // Without records nobody could be let in, or change anything of it.
  if (given !== undefined) recordsOf(core)
  const settings = given && (() => changedSettings(core, undefined, given, session.info.address))
  const { room, created } = await createRoom(session, name, request.permanent ?? false, settings)
  const { epoch, permanent } = room
  const shown = shownSettings(room.rules?.settings)
  core.rooms.release(room)
  if (!created) throw new ChatError('room_exists')
  return {
    room: name,
    epoch,
    permanent,
    ...(shown === undefined ? undefined : { settings: shown }),
  }
}

async function rooms(session: Session, request: Request<'rooms'>): Promise<Results['rooms']> {
  const { core } = session
  const most = core.limits.listPage
  const limit = Math.min(request.limit ?? most, most)
  const records = await core.ask(core.storage.rooms.list(request.after ?? '', limit + 1))
  const list = records.slice(0, limit).map(({ room, permanent, settings = {} }) => ({
    room,
    count: core.rooms.open.get(room)?.count ?? core.presence?.remote.count(room) ?? 0,
    permanent,
    ...(settings.password === undefined ? undefined : { password: true as const }),
    ...(settings.readOnly === true ? { readOnly: true as const } : undefined),
    ...(settings.topic === undefined ? undefined : { topic: settings.topic }),
  }))
  return { rooms: list, more: records.length > limit }
}
