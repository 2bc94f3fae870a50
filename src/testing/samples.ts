/** Made-up things of the protocol: every operation, every reply, every event, with odd texts. */

import { ChatError, ERRORS, type ErrorCode } from '../errors.ts'
import type {
  EntryKind,
  Op,
  Push,
  Reply,
  Request,
  RequestId,
  ServerEvent,
} from '../protocol/types.ts'
import type { Random } from './random.ts'
import {
  flag,
  gapOf,
  type Make,
  maybe,
  nameOf,
  natural,
  personOf,
  roomOf,
  sampleEntry,
  sampleText,
  shortText,
} from './sample-parts.ts'
import { OPERATIONS, REQUESTS } from './sample-requests.ts'
import { RESULTS } from './sample-results.ts'

export { sampleEntry, sampleText } from './sample-parts.ts'
export { OPERATIONS } from './sample-requests.ts'

const entryPush =
  (ev: EntryKind): Make<Push> =>
  (random) => {
    const { kind: _, ...rest } = sampleEntry(random)
    return { ev, ...rest }
  }

const PUSHES: { readonly [E in Push['ev']]: Make<Push> } = {
  message: entryPush('message'),
  notice: entryPush('notice'),
  edit: entryPush('edit'),
  delete: entryPush('delete'),
  react: entryPush('react'),
  unreact: entryPush('unreact'),
  kick: entryPush('kick'),
  ban: entryPush('ban'),
  unban: entryPush('unban'),
  mute: entryPush('mute'),
  unmute: entryPush('unmute'),
  role: entryPush('role'),
  invite: entryPush('invite'),
  settings: entryPush('settings'),
  removed: (r) => ({
    ev: 'removed',
    room: roomOf(r),
    why: r.pick(['kick', 'ban', 'closed']),
    ...maybe(r, 'reason', sampleText),
  }),
  read: (r) => ({ ev: 'read', room: roomOf(r), seq: natural(r) }),
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
