/** Made-up things of the protocol: every operation, every reply, every event, with odd texts. */

import { ChatError, ERRORS, type ErrorCode } from '../errors.ts'
import { LIMITS } from '../limits.ts'
import type {
  Entry,
  Op,
  Operations,
  Person,
  Position,
  Push,
  Reply,
  Request,
  RequestId,
  Results,
  ServerEvent,
} from '../protocol/types.ts'
import type { Random } from './random.ts'

type Make<T> = (random: Random) => T

/** What texts are made of: what is easily spoilt by quoting, cutting, folding or storing. */
const PIECES = [
  ...'abcXYZ019 .,;:!?#@/\\"\'`<>&%$_-=+*|{}[]()',
  ...['Olá', 'ção', 'é', 'e\u0301', 'ß', 'İ', 'ﷺ', '中文', 'עברית', '👋', '👩‍👩‍👧', '🇧🇷'],
  ...['\n', '\r\n', '\t', '\u0000', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\u202e', '\u200b'],
  ...['\ufeff', '\ufffd', '\uffff', '\u{10ffff}', "'; DROP TABLE x; --", '\\u0000', '%s', '{{x}}'],
]

/**
 * A text of some pieces: always well-formed Unicode, and anything else.
 *
 * @example
 * const text = sampleText(seededRandom(7)) // quotes, line ends, emoji, U+0000, …
 */
export function sampleText(random: Random, pieces = random.int(0, 12)): string {
  let text = ''
  for (let i = 0; i < pieces; i++) text += random.pick(PIECES)
  return text
}

const shortText = (random: Random, most: number): string => {
  let text = sampleText(random, random.int(1, 6))
  while (text.length > most) text = [...text].slice(0, -1).join('')
  return text
}

const nameOf: Make<string> = (random) => shortText(random, 32)
const roomOf: Make<string> = (random) => random.pick(['geral', 'são-joão', '@a:b', nameOf(random)])
const natural: Make<number> = (random) =>
  random.pick([0, 1, 2, 42, 100_000, 2 ** 40, Number.MAX_SAFE_INTEGER])
const page: Make<number> = (random) => random.int(1, 1000)
const flag: Make<boolean> = (random) => random.chance(0.5)
const personOf: Make<Person> = (random) => ({ id: shortText(random, 20), name: nameOf(random) })
const some = <T>(random: Random, make: Make<T>): T[] =>
  Array.from({ length: random.int(0, 4) }, () => make(random))

/** Sets the field, or leaves it out: absent is not the same as undefined. */
const maybe = <K extends string, T>(random: Random, key: K, make: Make<T>): { [P in K]?: T } =>
  (random.chance(0.5) ? { [key]: make(random) } : {}) as { [P in K]?: T }

/**
 * An entry, with odd texts and names.
 *
 * @example
 * const entries = Array.from({ length: 10 }, () => sampleEntry(random))
 */
export const sampleEntry: Make<Entry> = (random) => ({
  room: roomOf(random),
  seq: natural(random) + 1,
  ts: natural(random),
  kind: random.pick(['message', 'notice']),
  from: personOf(random),
  text: sampleText(random),
  ...maybe(random, 'to', personOf),
  ...maybe(random, 'cid', (r) => shortText(r, 64)),
})

const positionOf: Make<Position> = (random) => ({
  epoch: shortText(random, 64),
  seq: natural(random),
})
const cidOf: Make<string> = (random) => shortText(random, 64)

const REQUESTS: { readonly [O in Op]: Make<Operations[O]> } = {
  help: () => ({}),
  hello: (r) => ({
    version: natural(r),
    ...maybe(r, 'name', nameOf),
    ...maybe(r, 'ticket', nameOf),
    ...maybe(r, 'lang', nameOf),
  }),
  ping: () => ({}),
  nick: (r) => ({ name: nameOf(r) }),
  lang: (r) => ({ lang: r.pick(['en', 'pt-BR']) }),
  create: (r) => ({ room: roomOf(r), ...maybe(r, 'permanent', flag) }),
  join: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'create', flag),
    ...maybe(r, 'since', positionOf),
    ...maybe(r, 'recent', (random) => random.int(0, 1000)),
  }),
  leave: (r) => ({ room: roomOf(r) }),
  rooms: (r) => ({ ...maybe(r, 'after', nameOf), ...maybe(r, 'limit', page) }),
  members: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'after', nameOf),
    ...maybe(r, 'limit', page),
  }),
  send: (r) => ({ room: roomOf(r), text: sampleText(r), ...maybe(r, 'cid', cidOf) }),
  msg: (r) => ({ to: nameOf(r), text: sampleText(r), ...maybe(r, 'cid', cidOf) }),
  history: (r) => ({
    room: roomOf(r),
    ...(flag(r) ? maybe(r, 'after', natural) : maybe(r, 'before', natural)),
    ...maybe(r, 'limit', page),
  }),
  typing: (r) => ({ room: roomOf(r), ...maybe(r, 'on', flag) }),
  quit: () => ({}),
}

const RESULTS: { readonly [O in Op]: Make<Results[O]> } = {
  help: () => ({ ops: OPERATIONS }),
  hello: (r) => ({
    version: 1,
    server: nameOf(r),
    person: personOf(r),
    ticket: nameOf(r),
    ...maybe(r, 'defaultRoom', roomOf),
    limits: LIMITS,
  }),
  ping: (r) => ({ ts: natural(r) }),
  nick: (r) => ({ person: personOf(r), ticket: nameOf(r) }),
  lang: (r) => ({ lang: r.pick(['en', 'pt-BR']) }),
  create: (r) => ({ room: roomOf(r), epoch: nameOf(r), permanent: flag(r) }),
  join: (r) => ({
    room: roomOf(r),
    epoch: nameOf(r),
    head: natural(r),
    created: flag(r),
    permanent: flag(r),
    count: natural(r),
    members: some(r, personOf),
    entries: some(r, sampleEntry),
    more: flag(r),
    ...maybe(r, 'reset', () => true as const),
    ...maybe(r, 'gap', gapOf),
  }),
  leave: (r) => ({ room: roomOf(r) }),
  rooms: (r) => ({
    rooms: some(r, (random) => ({
      room: roomOf(random),
      count: natural(random),
      permanent: flag(random),
    })),
    more: flag(r),
  }),
  members: (r) => ({
    room: roomOf(r),
    count: natural(r),
    members: some(r, personOf),
    more: flag(r),
  }),
  send: (r) => ({ seq: natural(r), ts: natural(r), ...maybe(r, 'duplicate', () => true as const) }),
  msg: (r) => ({ room: '@a:b', to: personOf(r), seq: natural(r), ts: natural(r) }),
  history: (r) => ({
    room: roomOf(r),
    epoch: nameOf(r),
    head: natural(r),
    entries: some(r, sampleEntry),
    more: flag(r),
    ...maybe(r, 'gap', gapOf),
  }),
  typing: () => ({}),
  quit: () => ({}),
}

/** Every operation. */
export const OPERATIONS: readonly Op[] = Object.freeze(Object.keys(REQUESTS) as Op[])

const gapOf = (random: Random): { from: number; to: number } => {
  const from = random.int(1, 1000)
  return { from, to: from + random.int(0, 1000) }
}

const entryPush =
  <E extends 'message' | 'notice'>(ev: E): Make<Push> =>
  (random) => {
    const { kind: _, ...rest } = sampleEntry(random)
    return { ev, ...rest }
  }

const PUSHES: { readonly [E in Push['ev']]: Make<Push> } = {
  message: entryPush('message'),
  notice: entryPush('notice'),
  joined: (r) => ({ ev: 'joined', room: roomOf(r), person: personOf(r), count: natural(r) }),
  left: (r) => ({
    ev: 'left',
    room: roomOf(r),
    person: personOf(r),
    count: natural(r),
    why: r.pick(['leave', 'lost', 'removed']),
  }),
  renamed: (r) => ({ ev: 'renamed', room: roomOf(r), person: personOf(r), was: nameOf(r) }),
  count: (r) => ({ ev: 'count', room: roomOf(r), count: natural(r) }),
  typing: (r) => ({ ev: 'typing', room: roomOf(r), person: personOf(r), on: flag(r) }),
  opened: (r) => ({ ev: 'opened', room: '@a:b', epoch: nameOf(r), head: 1, with: personOf(r) }),
  reset: (r) => ({ ev: 'reset', room: roomOf(r), epoch: nameOf(r), head: natural(r) }),
  gap: (r) => ({ ev: 'gap', room: roomOf(r), ...gapOf(r) }),
  closed: (r) => ({ ev: 'closed', room: roomOf(r) }),
  close: (r) => ({
    ev: 'close',
    code: r.pick([1000, 3000, 3500, 4999]),
    reason: sampleText(r),
    reconnect: flag(r),
    ...maybe(r, 'retryAfterMs', natural),
  }),
}

const idOf: Make<RequestId> = (random) => (flag(random) ? natural(random) : shortText(random, 64))

/**
 * A request of an operation, by default of any.
 *
 * @example
 * const request = sampleRequest(seededRandom(7), 'join')
 */
export function sampleRequest(random: Random, op: Op = random.pick(OPERATIONS)): Request {
  const id = random.chance(0.8) ? idOf(random) : undefined
  return { id, op, ...REQUESTS[op](random) } as Request
}

/**
 * A successful reply to an operation.
 *
 * @example
 * myCodec.encode(sampleReply(seededRandom(7), 'members'))
 */
export function sampleReply(random: Random, op: Op): Reply {
  return { type: 'reply', id: idOf(random), op, ok: RESULTS[op](random) } as Reply
}

/** A refusal of each code, in the words of the table. */
function refusalOf(random: Random, code: ErrorCode): ServerEvent {
  const { message, retryable } = new ChatError(code)
  return {
    type: 'error',
    id: random.chance(0.7) ? idOf(random) : null,
    op: random.chance(0.7) ? random.pick(OPERATIONS) : null,
    err: { code, message, retryable, ...maybe(random, 'retryAfterMs', natural) },
  }
}

/**
 * One event of every kind there is: entries, replies, refusals, pushes, the welcome.
 *
 * @example
 * for (const event of sampleEvents(seededRandom(7))) myCodec.encode(event)
 */
export function sampleEvents(random: Random): ServerEvent[] {
  return [
    { type: 'entry', entry: sampleEntry(random) },
    ...OPERATIONS.map((op) => sampleReply(random, op)),
    ...(Object.keys(ERRORS) as ErrorCode[]).map((code) => refusalOf(random, code)),
    ...Object.values(PUSHES).map((make): ServerEvent => ({ type: 'push', push: make(random) })),
    { type: 'welcome', person: personOf(random), room: flag(random) ? roomOf(random) : undefined },
  ]
}
