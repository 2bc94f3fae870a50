/** Events as lines for people. What is written here becomes safe for a terminal in {@link lines}. */

import { CLOSE } from '../errors.ts'
import type { Catalog } from '../i18n/catalog.ts'
import { langOf, texts } from '../i18n/languages.ts'
import { isChange } from './entry.ts'
import { COMMANDS, type Command } from './text-commands.ts'
import type { Entry, Gap, JoinResult, Person, Push, Reply, RoomInfo } from './types.ts'
import { visible } from './visible.ts'

/** Lines in one payload. Each is one line whatever names and texts are in it. */
export function lines(list: readonly string[]): string {
  return list.map(visible).join('\n')
}

/** A room's name as people see it. The rooms of private conversations have no name to show. */
export function label(catalog: Catalog, room: string): string {
  return room.startsWith('@') ? catalog.privateRoom : `#${room}`
}

const told = (text: string): string => `* ${text}`
const nameOf = (person: Person): string => person.name
const pad = (part: number): string => String(part).padStart(2, '0')

/**
 * `[#geral] Alice: hello`, `[#geral] * notice`, `[Alice → Bob] hello`, or, for what changes something,
 * `[#geral] * Alice edited: hallo`.
 */
export function entryLine(catalog: Catalog, entry: Entry): string {
  const { kind, from, to } = entry
  if (kind === 'message' && to !== undefined) {
    return `[${from.name} → ${to.name}] ${shown(catalog, entry)}`
  }
  const room = label(catalog, entry.room)
  return kind === 'message'
    ? `[${room}] ${from.name}: ${shown(catalog, entry)}`
    : `[${room}] * ${happening(catalog, entry)}`
}

/** What was said as it is now: edited, deleted, with reactions. */
function shown({ marks }: Catalog, entry: Entry): string {
  const { text, deleted, edited, reactions, details } = entry
  if (deleted === true) return `(${marks.deleted})`
  const mark = edited === undefined ? '' : ` (${marks.edited})`
  const held = (reactions ?? []).map((one) => `${one.text} ${one.count}`)
  const { file } = details ?? {}
  const attached = file === undefined ? '' : `(${marks.file(file.name, file.size)})`
  const words = text === '' || attached === '' ? text + attached : `${text} ${attached}`
  return `${words}${mark}${held.length === 0 ? '' : ` [${held.join(', ')}]`}`
}

/** What an entry tells that is no message of somebody. */
function happening(catalog: Catalog, entry: Entry): string {
  const { kind, from, to, text, details } = entry
  const { room } = catalog
  const by = from.name
  const now = entry.deleted === true ? `(${catalog.marks.deleted})` : text
  switch (kind) {
    case 'message':
    case 'notice':
      return shown(catalog, entry)
    case 'edit':
      return room.edited(by, now)
    case 'delete':
      return room.deleted(by)
    case 'react':
      return room.reacted(by, now)
    case 'unreact':
      return room.unreacted(by, now)
    default: {
      const whom = to?.name ?? ''
      const act =
        kind === 'settings'
          ? room.acts.settings(by, details?.settings?.topic)
          : kind === 'role'
            ? room.acts.role(by, whom, details?.role)
            : room.acts[kind](by, whom)
      return text === '' ? act : `${act}: ${text}`
    }
  }
}

/**
 * Entries of the past, each with its time (`[14:03]`), and a line with the day where it changes. Days
 * and times are those of the server's time zone, `TZ`. What changed them is seen in them, and has no
 * lines of its own.
 */
function pastLines(catalog: Catalog, entries: readonly Entry[]): string[] {
  const list: string[] = []
  let before = ''
  for (const entry of entries) {
    if (isChange(entry.kind)) continue
    const at = new Date(entry.ts)
    const day = catalog.day(at.getFullYear(), at.getMonth() + 1, at.getDate())
    if (day !== before) list.push(`— ${day} —`)
    before = day
    list.push(`[${pad(at.getHours())}:${pad(at.getMinutes())}] ${entryLine(catalog, entry)}`)
  }
  return list
}

function gapLine(catalog: Catalog, room: string, gap: Gap): string {
  return `[${label(catalog, room)}] * ${catalog.room.gap(gap.from, gap.to)}`
}

function resetLine(catalog: Catalog, room: string): string {
  return `[${label(catalog, room)}] * ${catalog.room.reset}`
}

function joinLines(catalog: Catalog, ok: JoinResult): string[] {
  const room = label(catalog, ok.room)
  const list = ok.created ? [told(catalog.you.first(room))] : []
  list.push(told(catalog.you.joined(room, ok.count, ok.members.map(nameOf))))
  const topic = ok.settings?.topic
  if (topic !== undefined) list.push(told(catalog.you.topic(room, topic)))
  if (ok.reset === true) list.push(resetLine(catalog, ok.room))
  if (ok.gap !== undefined) list.push(gapLine(catalog, ok.room, ok.gap))
  list.push(...pastLines(catalog, ok.entries))
  return list
}

function roomLines(catalog: Catalog, rooms: readonly RoomInfo[], more: boolean): string[] {
  if (rooms.length === 0) return [told(catalog.you.noRooms)]
  const list = rooms.map(({ room, count, topic }) => {
    const line = `${label(catalog, room)} (${catalog.people(count)})`
    return topic === undefined ? line : `${line}: ${topic}`
  })
  if (more) list.push(told(catalog.you.moreRooms))
  return list
}

/** How a command is written: its name, and what comes after it. */
export function usageOf(catalog: Catalog, { name }: Command): string {
  return `/${name} ${catalog.commands[name].args}`.trimEnd()
}

function helpLines(catalog: Catalog, aliased: boolean, ops: readonly string[]): string[] {
  const rows = COMMANDS.filter(({ op }) => ops.includes(op)).map((command) => {
    const alias = aliased ? `, /${command.aliases[0]}` : ''
    return [usageOf(catalog, command) + alias, catalog.commands[command.name].about] as const
  })
  const width = Math.max(0, ...rows.map(([usage]) => usage.length))
  return [
    told(catalog.help.title),
    ...rows.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`),
    told(catalog.help.speak),
  ]
}

/** The lines of a successful reply; `null` where the room shows what came of it. */
export function replyLines(catalog: Catalog, aliased: boolean, reply: Reply): string[] | null {
  switch (reply.op) {
    case 'help':
      return helpLines(catalog, aliased, reply.ok.ops)
    case 'nick':
    case 'register':
    case 'login':
      return [told(catalog.you.renamed(reply.ok.person.name))]
    case 'logout':
      return [told(catalog.you.loggedOut)]
    case 'password':
      return [told(catalog.you.newPassword)]
    case 'lang':
      // In the new language, whichever codec is asked.
      return [told(texts(langOf(reply.ok.lang, 'en')).you.language)]
    case 'create':
      return [told(catalog.you.created(label(catalog, reply.ok.room)))]
    case 'join':
      return joinLines(catalog, reply.ok)
    case 'leave':
      return [told(catalog.you.left(label(catalog, reply.ok.room)))]
    case 'rooms':
      return roomLines(catalog, reply.ok.rooms, reply.ok.more)
    case 'members': {
      const { room, count, members } = reply.ok
      return [told(catalog.you.members(label(catalog, room), count, members.map(nameOf)))]
    }
    case 'history': {
      const { room, entries, gap } = reply.ok
      const list = gap === undefined ? [] : [gapLine(catalog, room, gap)]
      list.push(...pastLines(catalog, entries))
      return list.length > 0 ? list : [told(catalog.you.silence(label(catalog, room)))]
    }
    case 'close':
      return [told(catalog.you.closed(label(catalog, reply.ok.room)))]
    case 'quit':
      return [told(catalog.goodbye)]
    case 'hello':
    case 'ping':
    case 'send':
    case 'edit':
    case 'delete':
    case 'react':
    case 'msg':
    case 'typing':
    // People have no commands for these yet.
    case 'validate':
    case 'renew':
    case 'set':
    case 'invite':
    case 'kick':
    case 'ban':
    case 'unban':
    case 'mute':
    case 'unmute':
    case 'role':
    case 'roster':
    case 'read':
    case 'unread':
    case 'files':
    case 'admin_stats':
    case 'admin_rooms':
    case 'admin_people':
    case 'admin_disconnect':
    case 'admin_accounts':
    case 'admin_account':
    case 'admin_limits':
    case 'admin_sweep':
    case 'admin_audit':
    case 'admin_erase':
    case 'admin_export':
      return null
  }
}

/** The line of something the server tells unasked; `null` where people are not told. */
export function pushLine(catalog: Catalog, push: Push): string | null {
  const { room: say, you } = catalog
  const inRoom = (room: string, text: string): string => `[${label(catalog, room)}] * ${text}`
  switch (push.ev) {
    case 'removed':
      return told(you.removed(label(catalog, push.room), push.reason ?? ''))
    case 'joined':
      return inRoom(push.room, say.joined(push.person.name, push.count))
    case 'left': {
      const how = { leave: say.left, lost: say.lost, removed: say.removed }[push.why]
      return inRoom(push.room, how(push.person.name, push.count))
    }
    case 'renamed':
      return inRoom(push.room, say.renamed(push.was, push.person.name))
    case 'reset':
      return resetLine(catalog, push.room)
    case 'gap':
      return gapLine(catalog, push.room, push)
    case 'closed':
      return inRoom(push.room, say.closed)
    case 'close': {
      // Said already, by the reply to /quit.
      if (push.code === CLOSE.normal) return null
      if (push.code === CLOSE.finished) return told(push.reason)
      const wait = push.retryAfterMs
      const back = you.comeBack(wait === undefined ? undefined : secondsOf(wait))
      return told(you.closing(push.reason) + (push.reconnect ? ` ${back}` : ''))
    }
    case 'count':
    case 'typing':
    case 'opened':
    case 'read':
      return null
    default:
      return entryLine(catalog, { ...push, kind: push.ev })
  }
}

/** Milliseconds as the seconds people are told: never too few. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
