/** What Tab makes of a line: commands in either language, names, rooms, files. */

import { COMMANDS, commandOf } from '../../protocol/text-commands.ts'
import type { Op } from '../../protocol/types.ts'
import { LOCAL_COMMANDS, localOf } from './local-commands.ts'
import type { Completed } from './terminal.ts'

/** Where completions come from. All may be as of a moment ago. */
export interface Sources {
  /** Names of people here, without one's own. */
  people(): readonly string[]
  /** Names of rooms, without `#`: all there are, or those one is in. */
  rooms(mine: boolean): readonly string[] | Promise<readonly string[]>
  /** Paths that begin so; folders end with a slash. */
  files(begin: string): readonly string[] | Promise<readonly string[]>
}

const TAKES_ROOM: readonly Op[] = ['join', 'close', 'history', 'members']
const TAKES_PERSON: readonly Op[] = [
  ...(['msg', 'invite', 'kick', 'ban', 'unban', 'mute', 'unmute', 'role'] as const),
]
const SETTINGS = ['password', 'private', 'readonly', 'slow', 'topic']

/** What could stand at the end of what was typed, instead of its last part. */
interface Offer {
  /** Where that part begins. */
  readonly from: number
  readonly choices: readonly string[]
  /** Stands behind a choice when it is the only one. */
  readonly behind: string
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase()
const begins = (text: string, begin: string): boolean => folded(text).startsWith(folded(begin))

/** Completes what stands before the cursor; `undefined`: there is nothing to complete. */
export async function complete(
  text: string,
  cursor: number,
  sources: Sources,
): Promise<Completed | undefined> {
  const before = text.slice(0, cursor)
  const offer = await offerFor(before, sources)
  if (offer === undefined || offer.choices.length === 0) return undefined
  const { from, choices, behind } = offer
  const [only] = choices
  const typed = before.slice(from)
  const common = commonStart(choices)
  const put =
    choices.length === 1 && only !== undefined
      ? only + (only.endsWith('/') ? '' : behind)
      : // Never less than what was typed.
        common.length >= typed.length
        ? common
        : typed
  const done = before.slice(0, from) + put
  return { text: done + text.slice(cursor), cursor: done.length, choices }
}

async function offerFor(before: string, sources: Sources): Promise<Offer | undefined> {
  const command = /^\/(\S*)$/.exec(before)
  if (command !== null) {
    const choices = commandsFrom(command[1] ?? '').map((name) => `/${name}`)
    return { from: 0, choices, behind: ' ' }
  }
  const [, name, rest = ''] = /^\/(\S+)\s+(.*)$/s.exec(before) ?? []
  if (name !== undefined) {
    return argumentOf(name, rest, before.length - rest.length, sources)
  }
  return mentionIn(before, sources.people())
}

/** Names of commands that begin so: the English one, else those of its other names that do. */
function commandsFrom(begin: string): string[] {
  const rows = [...COMMANDS, ...LOCAL_COMMANDS]
  const found = rows.flatMap(({ name, aliases }) =>
    begins(name, begin) ? [name] : aliases.filter((alias) => begin !== '' && begins(alias, begin)),
  )
  return [...new Set(found)].sort()
}

async function argumentOf(
  name: string,
  rest: string,
  from: number,
  sources: Sources,
): Promise<Offer | undefined> {
  if (localOf(name)?.name === 'upload') {
    return { from, choices: await sources.files(rest), behind: '' }
  }
  const command = commandOf(name)
  if (command === undefined || localOf(name) !== undefined)
    return mentionIn(rest, sources.people(), from)
  const { op } = command
  if (TAKES_PERSON.includes(op)) {
    // What comes behind the name is text.
    if (/^(["“”«][^"“”»]*["“”»]|[^\s"“”«]\S*)\s/.test(rest)) {
      return op === 'msg' ? mentionIn(rest, sources.people(), from) : undefined
    }
    const begin = rest.replace(/^["“”«]/, '')
    const found = sources.people().filter((person) => begins(person, begin))
    return { from, choices: found.map(quoted), behind: ' ' }
  }
  if (/\s/.test(rest)) return op === 'edit' ? mentionIn(rest, sources.people(), from) : undefined
  if (TAKES_ROOM.includes(op) || op === 'leave') {
    const begin = rest.replace(/^#/, '')
    const rooms = await sources.rooms(op !== 'join' && op !== 'close')
    const found = rooms.filter((room) => begins(room, begin))
    return { from, choices: found.map((room) => `#${room}`), behind: op === 'join' ? '' : ' ' }
  }
  const words = op === 'lang' ? ['en', 'pt-BR'] : command.name === 'set' ? SETTINGS : []
  return { from, choices: words.filter((word) => begins(word, rest)), behind: ' ' }
}

const quoted = (name: string): string => (/\s/.test(name) ? `"${name}"` : name)

/** The last word of a text as the name of somebody: with `@`, or by itself. */
function mentionIn(text: string, people: readonly string[], at = 0): Offer | undefined {
  const word = /(^|\s)(@?)(\S+)$/.exec(text)
  if (word === null) return undefined
  const [, , sign = '', begin = ''] = word
  const from = at + text.length - sign.length - begin.length
  const found = people.filter((person) => begins(person, begin))
  return {
    from,
    choices: found.map((person) => sign + person),
    behind: from === 0 && sign === '' ? ': ' : ' ',
  }
}

/** What all begin with, whatever their case; in the case of the first. */
function commonStart(choices: readonly string[]): string {
  const [first = '', ...others] = choices
  let chars = [...first]
  for (const other of others) {
    while (chars.length > 0 && !begins(other, chars.join(''))) chars = chars.slice(0, -1)
  }
  return chars.join('')
}
