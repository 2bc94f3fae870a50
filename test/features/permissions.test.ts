/** Every cell of the table of permissions, tried; and the table as the documents show it. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type { Participant } from '../../src/core/participant.ts'
import {
  outcome,
  RANKS,
  RULES,
  type Rule,
  type RuleName,
  type Who,
} from '../../src/core/permissions.ts'
import type { Op } from '../../src/protocol/types.ts'
import { overTcp, overWebSocket, person } from '../support/clients.ts'
import { ROOMY } from '../support/server.ts'

const names = Object.keys(RULES) as RuleName[]
const ruleOf = (name: RuleName): Rule => RULES[name]

/** Who tries: every rank, in the room and not, somebody muted, somebody banned. */
const columns: readonly (Who & { readonly title: string })[] = [
  ...RANKS.flatMap((rank) => [
    { title: `${rank} inside`, rank, inside: true },
    { title: `${rank} outside`, rank, inside: false },
  ]),
  { title: 'muted', rank: 'visitor', inside: true, muted: true },
  { title: 'banned', rank: 'visitor', inside: false, banned: true },
]

type Ask = (op: string, fields?: object) => Promise<object>

let chat: ChatServer
let url = ''
let tcpPort = 0
let admin: Participant
/** Who tries, when they are no admin; over WebSocket. */
let actor: Ask
/** To whom it is done; over TCP. */
let target: Ask
let rooms = 0

beforeAll(async () => {
  const much = { commandBurst: 1_000_000, createsPerHour: 100_000, roomsPerConnection: 10_000 }
  chat = createChatServer({ limits: { ...ROOMY, ...much } })
  const where = await chat.listen({ port: 0, tcpPort: 0 })
  url = where.url as string
  tcpPort = where.tcpPort as number
  admin = await chat.participant('Robin')
  actor = (await person(overWebSocket(url), 'Actor')).ask
  target = (await person(overTcp(tcpPort), 'Target')).ask
})
afterAll(() => chat.close())

/** What is asked for, in a room in which everything is prepared. */
const FIELDS: Partial<Record<RuleName, object>> = {
  joinLocked: {},
  sendReadOnly: { text: 'x' },
  send: { text: 'x' },
  sendSlow: { text: 'x' },
  read: { seq: 1 },
  edit: { seq: 2, text: 'x' },
  editReadOnly: { seq: 2, text: 'x' },
  editOthers: { seq: 1, text: 'x' },
  delete: { seq: 2 },
  deleteOthers: { seq: 1 },
  react: { seq: 1, text: '👍' },
  roster: { filter: 'role' },
  role: { person: 'Target', role: 'member' },
  set: { settings: { topic: 'x' } },
  setPermanent: { settings: {}, permanent: true },
}
const SETTINGS: Partial<Record<RuleName, object>> = {
  joinPrivate: { private: true },
  joinLocked: { password: 'abre-te' },
  joinFull: { people: 1 },
  sendReadOnly: { readOnly: true },
  editReadOnly: { readOnly: true },
  typingReadOnly: { readOnly: true },
  sendSlow: { slowMs: 60_000 },
}
/** What the host did to the target before. */
const BEFORE: Partial<Record<RuleName, Op>> = { unban: 'ban', unmute: 'mute' }
const PERSON: readonly RuleName[] = ['invite', 'kick', 'ban', 'unban', 'mute', 'unmute']

/** Prepares a room of its own and tries; resolves to the code of the error, `null`: it was done. */
async function attempt(name: RuleName, who: Who): Promise<string | null> {
  const rule = ruleOf(name)
  const room = `r${++rooms}`
  const host = admin.ask as Ask
  // Another one than the host, so that as many people are in the room as are meant to be.
  const helper = who.rank === 'admin' ? await chat.participant(`Helper${rooms}`) : null
  const me = helper === null ? actor : (helper.ask as Ask)
  const myName = helper?.person.name ?? 'Actor'
  await host('create', { room })
  await target('join', { room })
  await target('send', { room, text: 'of the target' })
  await me('join', { room })
  await me('send', { room, text: 'of the actor' })
  if (who.rank !== 'admin' && who.rank !== 'visitor') {
    await host('role', { room, person: myName, role: who.rank })
  }
  const settings = SETTINGS[name]
  if (settings !== undefined) await host('set', { room, settings })
  if (name === 'sendSlow' && who.inside) await me('send', { room, text: 'first' })
  if (who.muted === true) await host('mute', { room, person: myName })
  if (who.banned === true) await host('ban', { room, person: myName })
  else if (!who.inside) await me('leave', { room })
  const before = BEFORE[name]
  if (before !== undefined) await host(before, { room, person: 'Target' })
  const whom = PERSON.includes(name) ? { person: 'Target' } : {}
  const result = await me(rule.op, { room, ...whom, ...FIELDS[name] }).then(
    () => null,
    (error: { code: string }) => error.code,
  )
  for (const ask of [me, target]) await ask('leave', { room }).catch(() => {})
  await helper?.close()
  return result
}

describe.each(names)('%s', (name) => {
  it.each(columns)('$title', async ({ title: _title, ...who }) => {
    expect(await attempt(name, who)).toBe(outcome(ruleOf(name), who))
  })
})

it('the table has every operation that concerns a room, allowed and refused', () => {
  const cells = names.map((name) => columns.map((who) => outcome(ruleOf(name), who)))
  for (const [i, row] of cells.entries()) {
    if (ruleOf(names[i] as RuleName).rank !== null) expect(row, names[i]).toContain(null)
  }
  expect(new Set(cells.flat())).toEqual(
    new Set([
      null,
      ...['not_member', 'banned', 'muted', 'forbidden', 'invite_only', 'room_password'],
      ...['room_full', 'room_read_only', 'slow_mode'],
    ]),
  )
})

const cell = (code: string | null): string => (code === null ? '✓' : `\`${code}\``)

/** The table as Markdown. The cells of ranks are those of people where they have to be. */
function matrix(): string {
  const shown: readonly Omit<Who, 'inside'>[] = [
    ...RANKS.map((rank) => ({ rank })),
    { rank: 'visitor', muted: true },
    { rank: 'visitor', banned: true },
  ]
  const rows = names.map((name) => {
    const rule = ruleOf(name)
    const what = `\`${rule.op}\`${rule.when === undefined ? '' : `, ${rule.when}`}`
    const cells = shown.map((who) => {
      const inside = rule.inside && who.banned !== true
      return cell(outcome(rule, { ...who, inside }))
    })
    return `| ${what} | ${rule.inside ? 'yes' : '–'} | ${cells.join(' | ')} |`
  })
  const head = `| | in the room? | ${[...RANKS, 'muted', 'banned'].join(' | ')} |`
  return [head, `|---|---|${'---|'.repeat(RANKS.length + 2)}`, ...rows].join('\n')
}

it('PROTOCOL.md shows the table', () => {
  const path = fileURLToPath(new URL('../../PROTOCOL.md', import.meta.url))
  const [, shown] =
    /<!-- permissions -->\n([\s\S]*?)\n<!-- \/permissions -->/.exec(readFileSync(path, 'utf8')) ??
    []
  expect(shown).toBe(matrix())
})
