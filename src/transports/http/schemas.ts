/** Schemas of the OpenAPI document: what comes back. */

import { ADMIN_SCHEMAS } from './schemas-admin.ts'

type Json = Readonly<Record<string, unknown>>

const string = { type: 'string' } as const
const integer = { type: 'integer' } as const
const number = { type: 'number' } as const
const boolean = { type: 'boolean' } as const
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })
const list = (items: Json): Json => ({ type: 'array', items })
const time = { type: 'integer', description: 'Milliseconds since 1970.' } as const
const timeOrNull = { type: ['integer', 'null'], description: 'Milliseconds; null: for good.' }

/** Fields that begin with `?` may be absent. */
function object(fields: Readonly<Record<string, Json>>): Json {
  const entries = Object.entries(fields)
  const required = entries.map(([name]) => name).filter((name) => !name.startsWith('?'))
  const properties = Object.fromEntries(
    entries.map(([name, schema]) => [name.replace(/^\?/, ''), schema]),
  )
  return { type: 'object', properties, ...(required.length > 0 && { required }) }
}

const person = ref('Person')
const stored = { seq: integer, ts: time, '?duplicate': boolean }
const hello = {
  version: integer,
  server: string,
  person,
  '?ticket': string,
  '?defaultRoom': string,
  limits: { type: 'object' },
}
const entries = list(ref('Entry'))
const page = { more: boolean, '?next': string }

/** By name; rows of the table of routes name them as their `result`. */
export const SCHEMAS: Readonly<Record<string, Json>> = {
  Anything: { type: 'object' },
  Nothing: { type: 'object' },
  Error: object({
    error: object({
      code: string,
      message: string,
      retryable: boolean,
      '?retryAfterMs': integer,
    }),
  }),
  Person: object({ id: string, name: string }),
  Position: object({ epoch: string, seq: integer }),
  Gap: object({ from: integer, to: integer }),
  Entry: object({
    ev: string,
    room: string,
    seq: integer,
    ts: time,
    from: person,
    text: string,
    '?to': person,
    '?cid': string,
    '?ref': integer,
    '?edited': integer,
    '?deleted': boolean,
    '?reactions': list(object({ text: string, count: integer, by: list(string) })),
    '?details': { type: 'object' },
  }),
  Session: object({ session: string, ...hello }),
  SessionInfo: object({
    person,
    rooms: list(object({ room: string, epoch: string, head: integer })),
  }),
  Nick: object({ person, '?ticket': string }),
  Lang: object({ lang: string }),
  Poll: object({
    session: string,
    cursor: string,
    events: list({ type: 'object' }),
    '?ticket': string,
  }),
  Rooms: object({
    rooms: list(
      object({
        room: string,
        count: integer,
        permanent: boolean,
        '?password': boolean,
        '?readOnly': boolean,
        '?topic': string,
      }),
    ),
    more: boolean,
  }),
  Room: object({
    room: string,
    '?epoch': string,
    permanent: boolean,
    '?settings': { type: 'object' },
  }),
  RoomName: object({ room: string }),
  Joined: object({
    room: string,
    epoch: string,
    head: integer,
    created: boolean,
    permanent: boolean,
    '?settings': { type: 'object' },
    '?role': string,
    '?mutedUntil': timeOrNull,
    '?read': integer,
    count: integer,
    members: list(person),
    entries,
    more: boolean,
    '?reset': boolean,
    '?gap': ref('Gap'),
  }),
  Members: object({ room: string, count: integer, members: list(person), ...page }),
  Roster: object({
    room: string,
    members: list(
      object({
        person,
        '?role': string,
        '?invited': boolean,
        '?mutedUntil': timeOrNull,
        '?bannedUntil': timeOrNull,
      }),
    ),
    ...page,
  }),
  Files: object({
    room: string,
    files: list(
      object({
        id: string,
        name: string,
        type: string,
        size: integer,
        from: person,
        ts: time,
        '?seq': integer,
      }),
    ),
    more: boolean,
  }),
  File: object({ id: string, name: string, type: string, size: integer }),
  Stored: object(stored),
  PrivateStored: object({ room: string, to: person, ...stored }),
  Done: object({ room: string, person, ...stored }),
  History: object({
    room: string,
    epoch: string,
    head: integer,
    entries,
    more: boolean,
    '?gap': ref('Gap'),
  }),
  ReadMark: object({ room: string, seq: integer }),
  Unread: object({
    rooms: list(
      object({
        room: string,
        epoch: string,
        head: integer,
        read: integer,
        unread: integer,
        mentions: integer,
      }),
    ),
    ...page,
  }),
  Login: object({ token: string, expiresAt: time, person, '?url': string }),
  LoggedOut: object({ ended: integer }),
  Validated: object({ valid: boolean, '?person': person, '?expiresAt': time, '?admin': boolean }),
  Renewed: object({ expiresAt: time }),
  Time: object({ ts: time }),
  Help: object({ ops: list(string) }),
  PlainRoom: object({ status: string, room: string, username: string }),
  PlainJoined: object({
    status: string,
    room: string,
    username: string,
    created: boolean,
    people: list(string),
    seq: integer,
  }),
  PlainSent: object({
    status: string,
    room: string,
    username: string,
    seq: integer,
    timestamp: number,
    '?duplicate': boolean,
  }),
  PlainMessages: object({
    room: string,
    messages: list(
      object({
        type: { type: 'string', enum: ['message', 'system'] },
        username: string,
        message: string,
        timestamp: number,
        '?seq': integer,
        '?deleted': boolean,
        '?edited': boolean,
      }),
    ),
    last_timestamp: number,
    seq: integer,
    more: boolean,
    '?gap': ref('Gap'),
  }),
  PlainRooms: object({ username: string, rooms: list(string) }),
  ...ADMIN_SCHEMAS,
}
