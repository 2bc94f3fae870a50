/** Schemas of what the routes for admins give. */

type Json = Readonly<Record<string, unknown>>

const string = { type: 'string' } as const
const integer = { type: 'integer' } as const
const boolean = { type: 'boolean' } as const
const time = { type: 'integer', description: 'Milliseconds since 1970.' } as const
const timeOrNull = { type: ['integer', 'null'], description: 'Milliseconds; null: for good.' }
const counts: Json = { type: 'object', additionalProperties: integer }
const person: Json = { $ref: '#/components/schemas/Person' }
const list = (items: Json): Json => ({ type: 'array', items })

/** Fields that begin with `?` may be absent. */
function object(fields: Readonly<Record<string, Json>>): Json {
  const names = Object.keys(fields)
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [name.replace(/^\?/, ''), schema]),
    ),
    required: names.filter((name) => !name.startsWith('?')),
  }
}

const page = { more: boolean, '?next': string }
const account = object({
  id: string,
  name: string,
  admin: boolean,
  disabled: boolean,
  createdAt: time,
})

/** By name. */
export const ADMIN_SCHEMAS: Readonly<Record<string, Json>> = {
  AdminStats: object({
    server: string,
    nodes: list(
      object({
        node: string,
        uptimeMs: integer,
        connections: counts,
        people: integer,
        roomsOpen: integer,
        waiting: integer,
        memoryBytes: integer,
      }),
    ),
    nodesKnown: integer,
    '?rooms': integer,
    activeRooms: integer,
    people: integer,
    connections: counts,
    messages: object({
      total: integer,
      lastMinute: integer,
      lastHour: integer,
      lastDay: integer,
      perMinute: list(integer),
    }),
    storage: object({ name: string, ok: boolean, durable: boolean, ms: integer }),
    '?accounts': integer,
  }),
  AdminRooms: object({
    rooms: list(
      object({
        room: string,
        epoch: string,
        head: integer,
        count: integer,
        permanent: boolean,
        createdAt: time,
        '?keepUntil': time,
        '?settings': { type: 'object' },
      }),
    ),
    ...page,
  }),
  AdminPeople: object({
    people: list(
      object({
        person,
        verified: boolean,
        admin: boolean,
        sessions: list(
          object({
            id: string,
            node: string,
            transport: string,
            address: string,
            since: time,
            secure: boolean,
            rooms: list(string),
          }),
        ),
      }),
    ),
    ...page,
  }),
  Ended: object({ ended: integer }),
  Erased: object({ entries: integer }),
  PersonData: object({
    '?account': account,
    '?rooms': list(
      object({
        room: string,
        '?role': string,
        '?invited': boolean,
        '?mutedUntil': timeOrNull,
        '?bannedUntil': timeOrNull,
        read: integer,
      }),
    ),
    entries: list({ $ref: '#/components/schemas/Entry' }),
    ...page,
  }),
  Accounts: object({ accounts: list(account), count: integer, ...page }),
  AccountChanged: object({ '?account': account }),
  Limits: object({
    limits: list(object({ name: string, value: integer, initial: integer, changeable: boolean })),
  }),
  Swept: object({ rooms: integer, '?tokens': integer, '?files': boolean }),
  Audit: object({
    lines: list(
      object({
        id: integer,
        ts: time,
        act: string,
        by: person,
        '?room': string,
        '?to': person,
        '?note': string,
      }),
    ),
    more: boolean,
  }),
}
