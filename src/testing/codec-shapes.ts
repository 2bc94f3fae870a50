/** What may stand in the fields of a request. */

import assert from 'node:assert/strict'
import { isChatError } from '../errors.ts'
import type { Malformed, Op, Operations, Request } from '../protocol/types.ts'
import { isWellFormed } from '../protocol/validate.ts'
import { OPERATIONS } from './samples.ts'

type Check = (value: unknown) => boolean
type Shape<O extends Op> = { readonly [K in keyof Operations[O]]-?: readonly [Check, boolean] }

const isText: Check = (value) => typeof value === 'string' && isWellFormed(value)
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isLimit: Check = (value) => isCount(value) && (value as number) > 0
const isFlag: Check = (value) => typeof value === 'boolean'
const isPosition: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  isText((value as { epoch?: unknown }).epoch) &&
  isCount((value as { seq?: unknown }).seq)
/** What the settings of a room may be; `null` sets one back. */
const SETTINGS: Readonly<Record<string, string>> = {
  private: 'boolean',
  readOnly: 'boolean',
  slowMs: 'number',
  people: 'number',
  keepEntries: 'number',
  keepDays: 'number',
  password: 'string',
  topic: 'string',
}
const isSettings: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(
    ([key, given]) =>
      Object.hasOwn(SETTINGS, key) && (given === null || typeof given === SETTINGS[key]),
  )
const isOneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)
const isNumbers: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((given) => given === null || isLimit(given))
const isCid: Check = (value) => isText(value) && value !== ''

const must = (check: Check) => [check, true] as const
const may = (check: Check) => [check, false] as const

/** What is done to somebody in a room. */
const aimed = { room: must(isText), person: must(isText), reason: may(isText) }

const SHAPES: { readonly [O in Op]: Shape<O> } = {
  help: {},
  hello: {
    version: must(isCount),
    name: may(isText),
    token: may(isText),
    ticket: may(isText),
    lang: may(isText),
  },
  register: { name: must(isText), password: must(isText) },
  login: { name: must(isText), password: must(isText) },
  logout: { token: may(isText), everywhere: may(isFlag) },
  validate: { token: must(isText) },
  renew: { token: may(isText) },
  password: { old: must(isText), new: must(isText) },
  ping: {},
  nick: { name: must(isText) },
  lang: { lang: must(isText) },
  create: { room: must(isText), permanent: may(isFlag), settings: may(isSettings) },
  join: {
    room: must(isText),
    create: may(isFlag),
    since: may(isPosition),
    recent: may(isCount),
    password: may(isText),
  },
  set: { room: must(isText), settings: must(isSettings), permanent: may(isFlag) },
  close: { room: must(isText) },
  invite: aimed,
  kick: aimed,
  ban: { ...aimed, until: may(isCount), forMs: may(isCount), address: may(isFlag) },
  unban: aimed,
  mute: { ...aimed, until: may(isCount), forMs: may(isCount) },
  unmute: aimed,
  role: { ...aimed, role: must(isOneOf('owner', 'moderator', 'member', null)) },
  roster: {
    room: must(isText),
    filter: may(isOneOf('role', 'invited', 'muted', 'banned')),
    after: may(isText),
    limit: may(isLimit),
  },
  read: { room: must(isText), seq: must(isCount) },
  unread: { after: may(isText), limit: may(isLimit) },
  files: { room: must(isText), before: may(isCount), limit: may(isLimit) },
  leave: { room: must(isText) },
  rooms: { after: may(isText), limit: may(isLimit) },
  members: { room: must(isText), after: may(isText), limit: may(isLimit) },
  send: {
    room: must(isText),
    text: must(isText),
    cid: may(isCid),
    ref: may(isLimit),
    file: may(isText),
  },
  edit: { room: must(isText), seq: must(isCount), text: must(isText), cid: may(isCid) },
  delete: { room: must(isText), seq: must(isCount), cid: may(isCid) },
  react: {
    room: must(isText),
    seq: must(isCount),
    text: must(isText),
    on: may(isFlag),
    cid: may(isCid),
  },
  msg: { to: must(isText), text: must(isText), cid: may(isCid) },
  history: {
    room: must(isText),
    after: may(isCount),
    before: may(isCount),
    at: may(isCount),
    limit: may(isLimit),
  },
  typing: { room: must(isText), on: may(isFlag) },
  quit: {},
  admin_stats: {},
  admin_rooms: { after: may(isText), limit: may(isLimit) },
  admin_people: { after: may(isText), limit: may(isLimit), person: may(isText) },
  admin_disconnect: { person: may(isText), session: may(isText), reason: may(isText) },
  admin_accounts: { after: may(isText), limit: may(isLimit), name: may(isText) },
  admin_account: {
    account: must(isText),
    create: may(isFlag),
    password: may(isText),
    admin: may(isFlag),
    disabled: may(isFlag),
    logout: may(isFlag),
    delete: may(isFlag),
  },
  admin_limits: { set: may(isNumbers) },
  admin_sweep: {},
  admin_audit: { before: may(isCount), limit: may(isLimit) },
  admin_erase: { person: must(isText) },
  admin_export: { person: must(isText), next: may(isText), limit: may(isLimit) },
}

/** Fails when a field is missing, is unknown, or has the wrong shape. */
export function assertShape(decoded: Request | Malformed): void {
  const { id, op } = decoded
  assert(id === null || id === undefined || isText(id) || isCount(id), `id: ${String(id)}`)
  if (op === null) {
    assert(isChatError(decoded.error), 'a Malformed has a ChatError')
    return
  }
  assert.notEqual(id, null, 'the id of a request is null')
  assert(OPERATIONS.includes(op), `op: ${String(op)}`)
  const shape = SHAPES[op] as Readonly<Record<string, readonly [Check, boolean]>>
  const fields = decoded as unknown as Readonly<Record<string, unknown>>
  for (const [key, [check, required]] of Object.entries(shape)) {
    if (!(key in fields)) assert(!required, `${op}: ${key} is missing`)
    else assert(check(fields[key]), `${op}: ${key} is ${JSON.stringify(fields[key])}`)
  }
  for (const key of Object.keys(fields)) {
    assert(key === 'id' || key === 'op' || Object.hasOwn(shape, key), `${op}: ${key} is unknown`)
  }
}
