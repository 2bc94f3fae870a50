/** The fields of every operation, in one place: from any JSON object to a typed request. */

import { ChatError } from '../errors.ts'
import { ADMIN_FIELDS } from './admin-fields.ts'
import {
  boolean,
  CID_CHARS,
  type Field,
  ID_CHARS,
  integer,
  isInteger,
  isWellFormed,
  NAME_CHARS,
  nullable,
  oneOf,
  optional,
  PAGE,
  PASSWORD_CHARS,
  position,
  REASON_CHARS,
  required,
  STRING,
  settings,
  string,
  TERM_MS,
} from './fields.ts'
import type { Malformed, Op, Operations, Request, RequestId } from './types.ts'

export { isWellFormed } from './fields.ts'

type Fields<O extends Op> = {
  readonly [K in keyof Operations[O]]-?: Field<Exclude<Operations[O][K], undefined>>
}

const LANG_CHARS = 64
/** Of a ticket or a token. */
const TICKET_CHARS = 1024

const name = string(0, NAME_CHARS)
const room = required(string(1, NAME_CHARS))
const person = required(string(1, NAME_CHARS))
const password = string(0, PASSWORD_CHARS)
const token = string(0, TICKET_CHARS)
const reason = optional(string(0, REASON_CHARS))
const cid = optional(string(1, CID_CHARS))
const text = string(0, Number.MAX_SAFE_INTEGER)
const lang = string(0, LANG_CHARS)
const count = integer(0)
/** An entry there is: the first one has the seq 1. */
const seq = integer(1)
const limit = optional(integer(1, PAGE))
/** When something ends that is done to a person: at a time, or so long from now. */
const end = { until: optional(count), forMs: optional(integer(TERM_MS.min, TERM_MS.max)) }

// ── the table ───────────────────────────────────────────────────────────────────────────────────

const FIELDS: { readonly [O in Op]: Fields<O> } = {
  help: {},
  hello: {
    version: required(count),
    name: optional(name),
    token: optional(token),
    ticket: optional(string(0, TICKET_CHARS)),
    lang: optional(lang),
  },
  register: { name: required(name), password: required(password) },
  login: { name: required(name), password: required(password) },
  logout: { token: optional(token), everywhere: optional(boolean) },
  validate: { token: required(token) },
  renew: { token: optional(token) },
  password: { old: required(password), new: required(password) },
  ping: {},
  nick: { name: required(name) },
  lang: { lang: required(lang) },
  create: { room, permanent: optional(boolean), settings: optional(settings) },
  join: {
    room,
    create: optional(boolean),
    since: optional(position),
    recent: optional(integer(0, PAGE)),
    password: optional(password),
  },
  set: { room, settings: required(settings), permanent: optional(boolean) },
  close: { room },
  invite: { room, person, reason },
  kick: { room, person, reason },
  ban: { room, person, ...end, reason, address: optional(boolean) },
  unban: { room, person, reason },
  mute: { room, person, ...end, reason },
  unmute: { room, person, reason },
  role: {
    room,
    person,
    role: required(nullable(oneOf('owner', 'moderator', 'member'))),
    reason,
  },
  roster: {
    room,
    filter: optional(oneOf('role', 'invited', 'muted', 'banned')),
    after: optional(name),
    limit,
  },
  read: { room, seq: required(count) },
  unread: { after: optional(name), limit },
  files: { room, before: optional(count), limit },
  leave: { room },
  rooms: { after: optional(name), limit },
  members: { room, after: optional(name), limit },
  send: {
    room,
    text: required(text),
    cid,
    ref: optional(seq),
    file: optional(string(1, ID_CHARS)),
  },
  edit: { room, seq: required(seq), text: required(text), cid },
  delete: { room, seq: required(seq), cid },
  react: { room, seq: required(seq), text: required(text), on: optional(boolean), cid },
  msg: { to: person, text: required(text), cid },
  history: {
    room,
    after: optional(count),
    before: optional(count),
    at: optional(count),
    limit,
  },
  typing: { room, on: optional(boolean) },
  quit: {},
  ...ADMIN_FIELDS,
}

/** Fields of which only one may be given. */
const EITHER: Partial<Record<Op, readonly string[]>> = {
  ban: ['until', 'forMs'],
  mute: ['until', 'forMs'],
  history: ['after', 'before', 'at'],
}

interface Row {
  readonly op: Op
  readonly fields: readonly (readonly [string, Field<unknown>])[]
  readonly either: readonly string[] | undefined
}

/** The same by name: a Map, since a client may ask for the operation `constructor`. */
const ROWS: ReadonlyMap<unknown, Row> = new Map(
  Object.entries(FIELDS).map(([op, fields]) => [
    op,
    { op: op as Op, fields: Object.entries(fields), either: EITHER[op as Op] },
  ]),
)

/** Every operation of the protocol. */
export const OPS: readonly Op[] = Object.freeze(Object.keys(FIELDS) as Op[])

// ── reading ─────────────────────────────────────────────────────────────────────────────────────

/** What could not be read. `message` absent: the text of the code's row, in the client's language. */
export function malformed(
  id: RequestId | null,
  code: 'bad_json' | 'bad_request' | 'unknown_op',
  message?: string,
): Malformed {
  return { id, op: null, error: new ChatError(code, message) }
}

const isRequestId = (id: unknown): id is RequestId =>
  typeof id === 'string'
    ? id.length > 0 && id.length <= ID_CHARS && isWellFormed(id)
    : isInteger(id, 0, Number.MAX_SAFE_INTEGER)

/** The one that comes all the time, in few steps. `null`: look closer. */
function readSend(
  id: RequestId | undefined,
  { room, text, cid, ref, file }: Readonly<Record<string, unknown>>,
): Request<'send'> | null {
  if (ref !== undefined || file !== undefined) return null
  if (typeof room !== 'string' || room.length === 0 || room.length > NAME_CHARS) return null
  if (typeof text !== 'string' || !isWellFormed(text) || !isWellFormed(room)) return null
  if (cid === undefined) return { id, op: 'send', room, text }
  if (typeof cid !== 'string' || cid.length === 0 || cid.length > CID_CHARS) return null
  return isWellFormed(cid) ? { id, op: 'send', room, text, cid } : null
}

/**
 * Reads a request from the value of a JSON text. Never throws. Unknown fields are ignored; what
 * is handed on has only fields of the table, each of the right shape, all strings well-formed.
 *
 * @returns the request; or, as {@link Malformed}, `bad_json` (not an object), `unknown_op` or
 *   `bad_request` (with a text that names the field)
 */
export function readRequest(value: unknown): Request | Malformed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(null, 'bad_json')
  }
  const given = value as Readonly<Record<string, unknown>>
  const id = given.id
  if (id !== undefined && !isRequestId(id)) {
    return malformed(
      null,
      'bad_request',
      `id: a whole number of at least 0, or 1 to ${ID_CHARS} characters, is needed`,
    )
  }
  if (given.op === 'send') {
    const send = readSend(id, given)
    if (send !== null) return send
  }
  const row = ROWS.get(given.op)
  if (row === undefined) {
    return typeof given.op === 'string'
      ? malformed(id ?? null, 'unknown_op')
      : malformed(id ?? null, 'bad_request', `op: ${STRING.needed}`)
  }
  return readFields(id, row, given)
}

function readFields(
  id: RequestId | undefined,
  { op, fields, either }: Row,
  given: Readonly<Record<string, unknown>>,
): Request | Malformed {
  const request: Record<string, unknown> = { id, op }
  for (const [key, field] of fields) {
    const value = given[key]
    if (value === undefined && !field.required) continue
    const read = field.read(value)
    if ('needed' in read) return malformed(id ?? null, 'bad_request', `${key}: ${read.needed}`)
    request[key] = read.value
  }
  const [first, second] = either?.filter((key) => key in request) ?? []
  if (second !== undefined) {
    return malformed(id ?? null, 'bad_request', `${second}: not together with ${first}`)
  }
  // Built by the rows of FIELDS, whose types are those of the operations.
  return request as unknown as Request
}
