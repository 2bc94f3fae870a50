/** Arbitrary requests and entries of the protocol, and entries as they stand on the wire. */

import fc from 'fast-check'
import type { Entry, Op, Person, Request } from '../../src/protocol/types.ts'
import { OPS } from '../../src/protocol/validate.ts'

/** Any well-formed text: quotes, control characters, emoji, combining marks. */
export const unicode = fc.string({ unit: 'binary' })
const chars = (minLength: number, maxLength: number) =>
  fc.string({ unit: 'binary', minLength, maxLength: maxLength >> 1 })
export const natural = fc.maxSafeNat()
const page = fc.integer({ min: 1, max: 1000 })
const room = chars(1, 256)
const shortName = chars(0, 256)

const optional = (
  needed: Record<string, fc.Arbitrary<unknown>>,
  more: Record<string, fc.Arbitrary<unknown>>,
) => fc.record({ ...needed, ...more }, { requiredKeys: Object.keys(needed) })
const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const cid = chars(1, 64)
const password = chars(0, 4096)
const token = chars(0, 1024)
const aimed = { room, person: room }
const reason = chars(0, 4096)
const count = fc.integer({ min: 1, max: 1_000_000_000 })
const settings = fc.record(
  {
    private: fc.option(fc.boolean()),
    password: fc.option(chars(2, 4096)),
    readOnly: fc.option(fc.boolean()),
    slowMs: fc.option(fc.integer({ min: 0, max: 86_400_000 })),
    people: fc.option(count),
    keepEntries: fc.option(count),
    keepDays: fc.option(fc.integer({ min: 1, max: 36_500 })),
    topic: fc.option(chars(0, 4096)),
  },
  { requiredKeys: [] },
)

const FIELDS: Record<Op, fc.Arbitrary<object>> = {
  help: fc.constant({}),
  hello: fc.record(
    { version: natural, name: shortName, token, ticket: token, lang: chars(0, 64) },
    { requiredKeys: ['version'] },
  ),
  register: fc.record({ name: shortName, password }),
  login: fc.record({ name: shortName, password }),
  logout: optional({}, { token, everywhere: fc.boolean() }),
  validate: fc.record({ token }),
  renew: optional({}, { token }),
  password: fc.record({ old: password, new: password }),
  ping: fc.constant({}),
  nick: fc.record({ name: shortName }),
  lang: fc.record({ lang: chars(0, 64) }),
  create: optional({ room }, { permanent: fc.boolean(), settings }),
  join: fc.record(
    {
      room,
      create: fc.boolean(),
      since: fc.record({ epoch: chars(0, 64), seq: natural }),
      recent: fc.integer({ min: 0, max: 1000 }),
      password,
    },
    { requiredKeys: ['room'] },
  ),
  set: optional({ room, settings }, { permanent: fc.boolean() }),
  close: fc.record({ room }),
  invite: optional(aimed, { reason }),
  kick: optional(aimed, { reason }),
  ban: optional(aimed, { reason, until: natural, address: fc.boolean() }),
  unban: optional(aimed, { reason }),
  mute: optional(aimed, { reason, until: natural }),
  unmute: optional(aimed, { reason }),
  role: optional(
    { ...aimed, role: fc.constantFrom('owner', 'moderator', 'member', null) },
    { reason },
  ),
  roster: optional(
    { room },
    {
      filter: fc.constantFrom('role', 'invited', 'muted', 'banned'),
      after: shortName,
      limit: page,
    },
  ),
  read: fc.record({ room, seq: natural }),
  unread: optional({}, { after: shortName, limit: page }),
  files: optional({ room }, { before: natural, limit: page }),
  leave: fc.record({ room }),
  rooms: fc.record({ after: shortName, limit: page }, { requiredKeys: [] }),
  members: fc.record({ room, after: shortName, limit: page }, { requiredKeys: ['room'] }),
  send: optional({ room, text: unicode }, { cid, ref: seq, file: chars(1, 64) }),
  edit: optional({ room, seq, text: unicode }, { cid }),
  delete: optional({ room, seq }, { cid }),
  react: optional({ room, seq, text: unicode }, { on: fc.boolean(), cid }),
  msg: fc.record({ to: room, text: unicode, cid: chars(1, 64) }, { requiredKeys: ['to', 'text'] }),
  history: fc.oneof(
    fc.record({ room, after: natural, limit: page }, { requiredKeys: ['room'] }),
    fc.record({ room, before: natural, limit: page }, { requiredKeys: ['room'] }),
    fc.record({ room, at: natural, limit: page }, { requiredKeys: ['room'] }),
  ),
  typing: fc.record({ room, on: fc.boolean() }, { requiredKeys: ['room'] }),
  quit: fc.constant({}),
  admin_stats: fc.constant({}),
  admin_rooms: optional({}, { after: shortName, limit: page }),
  admin_people: optional({}, { after: shortName, limit: page, person: room }),
  admin_disconnect: optional({}, { person: room, session: chars(1, 64), reason }),
  admin_accounts: optional({}, { after: shortName, limit: page, name: shortName }),
  admin_account: optional(
    { account: room },
    { create: fc.boolean(), password, disabled: fc.boolean(), delete: fc.boolean() },
  ),
  admin_limits: optional({}, { set: fc.constant({ rooms: 5, messageChars: null }) }),
  admin_sweep: fc.constant({}),
  admin_audit: optional({}, { before: natural, limit: page }),
  admin_erase: fc.record({ person: room }),
  admin_export: optional({ person: room }, { next: token, limit: page }),
}

export const id = fc.oneof(natural, chars(1, 64))
export const request: fc.Arbitrary<Request> = fc
  .constantFrom(...OPS)
  .chain((op) =>
    fc
      .tuple(FIELDS[op], fc.option(id, { nil: undefined }))
      .map(([fields, id]) => ({ ...fields, id, op }) as Request),
  )

export const person: fc.Arbitrary<Person> = fc.record({ id: unicode, name: unicode })
export const entry: fc.Arbitrary<Entry> = fc.record(
  {
    room: unicode,
    seq: natural,
    ts: natural,
    kind: fc.constantFrom('message', 'notice', 'edit', 'delete', 'react', 'unreact', 'ban'),
    from: person,
    text: fc.oneof(unicode, fc.string({ unit: 'binary', maxLength: 400 })),
    to: person,
    cid: unicode,
    ref: natural,
    edited: natural,
    deleted: fc.constant(true as const),
    reactions: fc.array(
      fc.record({ text: unicode, count: natural, by: fc.array(unicode, { maxLength: 3 }) }),
      { maxLength: 3 },
    ),
    details: fc.record(
      { mentions: fc.array(unicode), until: natural, role: fc.constant('owner') },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['room', 'seq', 'ts', 'kind', 'from', 'text'] },
) as fc.Arbitrary<Entry>

/** An entry as the protocol describes it, in the order of its fields. */
export function wire(entry: Entry): object {
  const { room, seq, ts, kind, from, text, to, cid, ref, edited, deleted, reactions, details } =
    entry
  const { id, name } = from
  return {
    ev: kind,
    room,
    seq,
    ts,
    from: { id, name },
    text,
    ...(to === undefined ? {} : { to: { id: to.id, name: to.name } }),
    ...(cid === undefined ? {} : { cid }),
    ...(ref === undefined ? {} : { ref }),
    ...(edited === undefined ? {} : { edited }),
    ...(deleted === undefined ? {} : { deleted }),
    ...(reactions === undefined ? {} : { reactions }),
    ...(details === undefined ? {} : { details }),
  }
}
