/** The fields of every operation, in one place: from any JSON object to a typed request. */

import { ChatError } from '../errors.ts'
import type { Malformed, Op, Operations, Position, Request, RequestId } from './types.ts'

/** Reads one field: the value itself, or what would be needed instead. Nothing at all is refused. */
type Read<T> = (value: unknown) => { readonly value: T } | Complaint
interface Complaint {
  readonly needed: string
}

interface Field<T> {
  readonly read: Read<T>
  readonly required: boolean
}

type Fields<O extends Op> = {
  readonly [K in keyof Operations[O]]-?: Field<Exclude<Operations[O][K], undefined>>
}

// ── limits of what is looked at; the core has narrower ones, which the host may set ─────────────

const NAME_CHARS = 256
const CID_CHARS = 64
const ID_CHARS = 64
const EPOCH_CHARS = 64
const LANG_CHARS = 64
const TICKET_CHARS = 1024
const PAGE = 1000

// ── kinds of fields ─────────────────────────────────────────────────────────────────────────────

/**
 * No surrogate stands alone: the text can be written as UTF-8. (ES2024 has it, and so have Node 20
 * and every browser of 2023; the type library of ES2023 hasn't.)
 */
export const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed()

const need = (needed: string): Complaint => ({ needed })

const STRING = need('a string is needed')
const UNICODE = need('well-formed Unicode is needed')

function string(min: number, max: number): Read<string> {
  const length = need(
    min === 0 ? `at most ${max} characters are allowed` : `${min} to ${max} characters are needed`,
  )
  return (value) => {
    if (typeof value !== 'string') return STRING
    if (value.length < min || value.length > max) return length
    return isWellFormed(value) ? { value } : UNICODE
  }
}

function integer(min: number, max: number): Read<number> {
  const range = need(
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min} is needed`
      : `a whole number from ${min} to ${max} is needed`,
  )
  return (value) => (isInteger(value, min, max) ? { value } : range)
}

const isInteger = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max

const BOOLEAN = need('true or false is needed')
const boolean: Read<boolean> = (value) => (typeof value === 'boolean' ? { value } : BOOLEAN)

const POSITION = need(
  `{"epoch": at most ${EPOCH_CHARS} characters, "seq": a whole number of at least 0} is needed`,
)
const position: Read<Position> = (value) => {
  if (typeof value !== 'object' || value === null) return POSITION
  const { epoch, seq } = value as Partial<Record<keyof Position, unknown>>
  return typeof epoch === 'string' &&
    epoch.length <= EPOCH_CHARS &&
    isWellFormed(epoch) &&
    isInteger(seq, 0, Number.MAX_SAFE_INTEGER)
    ? { value: { epoch, seq } }
    : POSITION
}

const required = <T>(read: Read<T>): Field<T> => ({ read, required: true })
const optional = <T>(read: Read<T>): Field<T> => ({ read, required: false })

const name = string(0, NAME_CHARS)
const room = string(1, NAME_CHARS)
const cid = string(1, CID_CHARS)
const text = string(0, Number.MAX_SAFE_INTEGER)
const lang = string(0, LANG_CHARS)
const seq = integer(0, Number.MAX_SAFE_INTEGER)
const limit = integer(1, PAGE)

// ── the table ───────────────────────────────────────────────────────────────────────────────────

const FIELDS: { readonly [O in Op]: Fields<O> } = {
  help: {},
  hello: {
    version: required(seq),
    name: optional(name),
    ticket: optional(string(0, TICKET_CHARS)),
    lang: optional(lang),
  },
  ping: {},
  nick: { name: required(name) },
  lang: { lang: required(lang) },
  create: { room: required(room), permanent: optional(boolean) },
  join: {
    room: required(room),
    create: optional(boolean),
    since: optional(position),
    recent: optional(integer(0, PAGE)),
  },
  leave: { room: required(room) },
  rooms: { after: optional(name), limit: optional(limit) },
  members: { room: required(room), after: optional(name), limit: optional(limit) },
  send: { room: required(room), text: required(text), cid: optional(cid) },
  msg: { to: required(string(1, NAME_CHARS)), text: required(text), cid: optional(cid) },
  history: {
    room: required(room),
    after: optional(seq),
    before: optional(seq),
    limit: optional(limit),
  },
  typing: { room: required(room), on: optional(boolean) },
  quit: {},
}

/** Pairs of fields that can't stand together. */
const EITHER: Partial<Record<Op, readonly [string, string]>> = { history: ['after', 'before'] }

interface Row {
  readonly op: Op
  readonly fields: readonly (readonly [string, Field<unknown>])[]
  readonly either: readonly [string, string] | undefined
}

/** The same by name: a Map, since a client may ask for the operation `constructor`. */
const ROWS: ReadonlyMap<unknown, Row> = new Map(
  Object.entries(FIELDS).map(([op, fields]) => [
    op,
    { op: op as Op, fields: Object.entries(fields), either: EITHER[op as Op] },
  ]),
)

/** Every operation of the protocol, as `help` lists them. */
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
  { room, text, cid }: Readonly<Record<string, unknown>>,
): Request<'send'> | null {
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
  if (either !== undefined && either[0] in request && either[1] in request) {
    return malformed(id ?? null, 'bad_request', `${either[1]}: not together with ${either[0]}`)
  }
  // Built by the rows of FIELDS, whose types are those of the operations.
  return request as unknown as Request
}
