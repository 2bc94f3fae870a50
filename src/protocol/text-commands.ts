/** The commands of the text protocol: one row each, from which `/help` is made as well. */

import type { CommandName } from '../i18n/catalog.ts'
import { findLang } from '../i18n/languages.ts'
import { NAME_CHARS, PASSWORD_CHARS, REASON_CHARS, TERM_MS } from './fields.ts'
import { cleanRoomName } from './names.ts'
import { parseSetting } from './text-settings.ts'
import type { Op, Request } from './types.ts'

/** A request that has no id yet. */
export type Ask = { [K in Op]: Omit<Request<K>, 'id'> }[Op]

/** One command. */
export interface Command {
  readonly name: CommandName
  readonly op: Op
  /** Other names; the first one is Portuguese and is shown to those who speak it. */
  readonly aliases: readonly [string, ...string[]]
  /**
   * Reads what stands after the name, trimmed. `null`: something is missing, or has the wrong form.
   *
   * @throws ChatError `room_invalid`
   */
  parse(rest: string): Ask | null
}

/** Messages that `/history` shows unless it is told how many. */
const HISTORY = 20
const HISTORY_MOST = 1000

/** `"Ana Maria" and the rest`, or one word and the rest. Quotes as keyboards and phones make them. */
const TO_AND_TEXT = /^(?:["“”«]([^"“”«»]+)["“”»]|([^\s"“”«]\S*))\s+(\S[\s\S]*)$/
const QUOTED = /^["“”«]([^"“”«»]*)["“”»]$/

/** The same, where what follows may be absent. */
const PERSON_AND_REASON = /^(?:["“”«]([^"“”«»]+)["“”»]|([^\s"“”«]\S*))(?:\s+(\S[\s\S]*))?$/
/** A room, and its password; what looks like another room is none. */
const ROOM_AND_PASSWORD = /^(\S+)(?:\s+([^\s#][\s\S]*))?$/

/** The seq of the last message: people don't know its number. Programs can't ask for it. */
const LAST = 0

const roomOf = (text: string): string => cleanRoomName(text, NAME_CHARS)
const words = (text: string): string[] => (text === '' ? [] : text.split(/\s+/))

/** A room that has to be named. */
function needRoom(rest: string): string | null {
  const [room, ...more] = words(rest)
  return room === undefined || more.length > 0 ? null : roomOf(room)
}

/** A room that may be named; else the one the person is in. */
function mayRoom(rest: string): string | null {
  return rest === '' ? '' : needRoom(rest)
}

/** `/history`, `/history 50`, `/history #room`, `/history #room 50`. A bare number is a number. */
function parseHistory(rest: string): Ask | null {
  const list = words(rest)
  const last = list.at(-1)
  const counted = last !== undefined && /^\d+$/.test(last)
  const limit = counted ? Number(list.pop()) : HISTORY
  if (limit < 1 || limit > HISTORY_MOST || list.length > 1) return null
  const [room] = list
  return { op: 'history', room: room === undefined ? '' : roomOf(room), limit }
}

/** `10m`, `2h`, and what may follow: how long something is to last. */
const TERM_AND_REASON = /^(\d{1,12})([smhd])(?:\s+(\S[\s\S]*))?$/i
const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `/ban Bob`, `/ban Bob spam`, `/mute "Ana Maria" 10m for this reason`: with an end, or for good. */
function sanctioning(name: 'ban' | 'mute', aliases: Command['aliases']): Command {
  const { parse } = acting(name, aliases)
  return {
    name,
    op: name,
    aliases,
    parse(rest) {
      const ask = parse(rest)
      if (ask?.op !== name) return ask
      const { reason, ...whom } = ask
      const [, amount, unit = '', why] = TERM_AND_REASON.exec(reason ?? '') ?? []
      if (amount === undefined) return ask
      const forMs = Number(amount) * (UNITS_MS[unit.toLowerCase()] ?? 0)
      if (forMs < TERM_MS.min || forMs > TERM_MS.max) return null
      return { ...whom, forMs, ...(why === undefined ? undefined : { reason: why }) }
    },
  }
}

/** `/kick Bob`, `/kick "Ana Maria" for this reason`: something done to a person in this room. */
function acting(
  name: 'invite' | 'kick' | 'ban' | 'unban' | 'mute' | 'unmute',
  aliases: Command['aliases'],
): Command {
  return {
    name,
    op: name,
    aliases,
    parse(rest) {
      const [, quoted, word, reason] = PERSON_AND_REASON.exec(rest) ?? []
      const person = (quoted ?? word)?.trim()
      if (person === undefined || person === '' || person.length > NAME_CHARS) return null
      if (reason === undefined) return { op: name, room: '', person }
      return reason.length > REASON_CHARS ? null : { op: name, room: '', person, reason }
    },
  }
}

/** `/op Bob`: gives a person a role in this room. */
function giving(
  name: 'op' | 'deop',
  aliases: Command['aliases'],
  role: 'moderator' | null,
): Command {
  return {
    name,
    op: 'role',
    aliases,
    parse(rest) {
      const person = (QUOTED.exec(rest)?.[1] ?? rest).trim()
      return person === '' || person.length > NAME_CHARS
        ? null
        : { op: 'role', room: '', person, role }
    },
  }
}

/** `/login Ana my password`: a name, and a password that may have spaces. */
function entering(
  name: 'register' | 'login' | 'password',
  aliases: Command['aliases'],
  ask: (first: string, second: string) => Ask,
): Command {
  return {
    name,
    op: name,
    aliases,
    parse(rest) {
      const [, quoted, word, last] = TO_AND_TEXT.exec(rest) ?? []
      const first = quoted ?? word
      if (first === undefined || last === undefined) return null
      const second = QUOTED.exec(last)?.[1] ?? last
      const most = name === 'password' ? PASSWORD_CHARS : NAME_CHARS
      return first.length > most || second.length > PASSWORD_CHARS ? null : ask(first, second)
    },
  }
}

/** All commands, in the order of `/help`. */
export const COMMANDS: readonly Command[] = [
  { name: 'help', op: 'help', aliases: ['ajuda', '?'], parse: () => ({ op: 'help' }) },
  {
    name: 'nick',
    op: 'nick',
    aliases: ['nome', 'apelido', 'name'],
    parse(rest) {
      const name = QUOTED.exec(rest)?.[1] ?? rest
      return name === '' ? null : { op: 'nick', name }
    },
  },
  {
    name: 'join',
    op: 'join',
    aliases: ['entrar', 'j'],
    parse(rest) {
      const [, name, password] = ROOM_AND_PASSWORD.exec(rest) ?? []
      if (name === undefined || (password?.length ?? 0) > PASSWORD_CHARS) return null
      const room = roomOf(name)
      return password === undefined ? { op: 'join', room } : { op: 'join', room, password }
    },
  },
  {
    name: 'create',
    op: 'create',
    aliases: ['criar'],
    parse(rest) {
      const room = needRoom(rest)
      return room === null ? null : { op: 'create', room }
    },
  },
  {
    name: 'rooms',
    op: 'rooms',
    aliases: ['salas', 'list'],
    parse: () => ({ op: 'rooms' }),
  },
  {
    name: 'who',
    op: 'members',
    aliases: ['quem', 'pessoas', 'members'],
    parse(rest) {
      const room = mayRoom(rest)
      return room === null ? null : { op: 'members', room }
    },
  },
  {
    name: 'msg',
    op: 'msg',
    aliases: ['privado', 'pm', 'dm'],
    parse(rest) {
      const [, quoted, word, text] = TO_AND_TEXT.exec(rest) ?? []
      const to = (quoted ?? word)?.trim()
      if (to === undefined || to === '' || text === undefined) return null
      return to.length > NAME_CHARS ? null : { op: 'msg', to, text }
    },
  },
  { name: 'history', op: 'history', aliases: ['historico', 'histórico'], parse: parseHistory },
  {
    name: 'edit',
    op: 'edit',
    aliases: ['editar'],
    parse: (rest) => (rest === '' ? null : { op: 'edit', room: '', seq: LAST, text: rest }),
  },
  {
    name: 'delete',
    op: 'delete',
    aliases: ['apagar', 'del'],
    // Whoever names one must not lose another.
    parse: (rest) => (rest === '' ? { op: 'delete', room: '', seq: LAST } : null),
  },
  {
    name: 'react',
    op: 'react',
    aliases: ['reagir'],
    parse(rest) {
      const [text, ...more] = words(rest)
      return text === undefined || more.length > 0
        ? null
        : { op: 'react', room: '', seq: LAST, text }
    },
  },
  {
    name: 'topic',
    op: 'set',
    aliases: ['assunto', 'tópico', 'topico'],
    parse(rest) {
      if (rest.length > REASON_CHARS) return null
      return { op: 'set', room: '', settings: { topic: rest === '' ? null : rest } }
    },
  },
  {
    name: 'set',
    op: 'set',
    aliases: ['definir'],
    parse(rest) {
      const settings = parseSetting(rest)
      return settings === null ? null : { op: 'set', room: '', settings }
    },
  },
  {
    name: 'close',
    op: 'close',
    aliases: ['fechar'],
    // Everything said in it is gone: whoever wants that writes which.
    parse(rest) {
      const room = needRoom(rest)
      return room === null ? null : { op: 'close', room }
    },
  },
  acting('invite', ['convidar']),
  acting('kick', ['expulsar']),
  sanctioning('ban', ['banir']),
  acting('unban', ['desbanir']),
  sanctioning('mute', ['silenciar', 'calar']),
  acting('unmute', ['dessilenciar']),
  giving('op', ['promover'], 'moderator'),
  giving('deop', ['rebaixar'], null),
  {
    name: 'leave',
    op: 'leave',
    aliases: ['deixar', 'part'],
    parse(rest) {
      const room = mayRoom(rest)
      return room === null ? null : { op: 'leave', room }
    },
  },
  entering('register', ['registrar', 'cadastrar'], (name, password) => ({
    op: 'register',
    name,
    password,
  })),
  entering('login', ['acessar', 'conectar'], (name, password) => ({ op: 'login', name, password })),
  { name: 'logout', op: 'logout', aliases: ['desconectar'], parse: () => ({ op: 'logout' }) },
  entering('password', ['senha'], (old, next) => ({ op: 'password', old, new: next })),
  {
    name: 'lang',
    op: 'lang',
    aliases: ['idioma', 'língua', 'lingua'],
    parse(rest) {
      const lang = findLang(rest)
      return lang === undefined ? null : { op: 'lang', lang }
    },
  },
  { name: 'quit', op: 'quit', aliases: ['sair', 'exit'], parse: () => ({ op: 'quit' }) },
]

const BY_NAME = new Map(
  COMMANDS.flatMap((command) => [command.name, ...command.aliases].map((name) => [name, command])),
)

const LONGEST = 2 * Math.max(...[...BY_NAME.keys()].map((name) => name.length))

/** The command of this name, in whatever case and language it is written. */
export function commandOf(name: string): Command | undefined {
  if (name.length > LONGEST) return undefined
  return BY_NAME.get(name.normalize('NFC').toLowerCase())
}
