/** Made-up fields of every operation. */

import type { Op, Operations, Position } from '../protocol/types.ts'
import type { Random } from './random.ts'
import { ADMIN_REQUESTS } from './sample-admin.ts'
import {
  changeOf,
  emojiOf,
  flag,
  type Make,
  maybe,
  nameOf,
  natural,
  page,
  roleOf,
  roomOf,
  sampleText,
  seqOf,
  shortText,
} from './sample-parts.ts'

const positionOf: Make<Position> = (random) => ({
  epoch: shortText(random, 64),
  seq: natural(random),
})
const aimed = (r: Random): { room: string; person: string; reason?: string } => ({
  room: roomOf(r),
  person: nameOf(r),
  ...maybe(r, 'reason', sampleText),
})
const cidOf: Make<string> = (random) => shortText(random, 64)

/** How the fields of each operation are made up. */
export const REQUESTS: { readonly [O in Op]: Make<Operations[O]> } = {
  help: () => ({}),
  hello: (r) => ({
    version: natural(r),
    ...maybe(r, 'name', nameOf),
    ...maybe(r, 'token', nameOf),
    ...maybe(r, 'ticket', nameOf),
    ...maybe(r, 'lang', nameOf),
  }),
  register: (r) => ({ name: nameOf(r), password: sampleText(r) }),
  login: (r) => ({ name: nameOf(r), password: sampleText(r) }),
  logout: (r) => ({ ...maybe(r, 'token', nameOf), ...maybe(r, 'everywhere', flag) }),
  validate: (r) => ({ token: nameOf(r) }),
  renew: (r) => maybe(r, 'token', nameOf),
  password: (r) => ({ old: sampleText(r), new: sampleText(r) }),
  ping: () => ({}),
  nick: (r) => ({ name: nameOf(r) }),
  lang: (r) => ({ lang: r.pick(['en', 'pt-BR']) }),
  create: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'permanent', flag),
    ...maybe(r, 'settings', changeOf),
  }),
  join: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'create', flag),
    ...maybe(r, 'since', positionOf),
    ...maybe(r, 'recent', (random) => random.int(0, 1000)),
    ...maybe(r, 'password', sampleText),
  }),
  set: (r) => ({ room: roomOf(r), settings: changeOf(r), ...maybe(r, 'permanent', flag) }),
  close: (r) => ({ room: roomOf(r) }),
  invite: aimed,
  kick: aimed,
  ban: (r) => ({ ...aimed(r), ...maybe(r, 'until', natural), ...maybe(r, 'address', flag) }),
  unban: aimed,
  mute: (r) => ({ ...aimed(r), ...maybe(r, 'until', natural) }),
  unmute: aimed,
  role: (r) => ({ ...aimed(r), role: flag(r) ? roleOf(r) : null }),
  roster: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'filter', () => r.pick(['role', 'invited', 'muted', 'banned'] as const)),
    ...maybe(r, 'after', nameOf),
    ...maybe(r, 'limit', page),
  }),
  read: (r) => ({ room: roomOf(r), seq: natural(r) }),
  unread: (r) => ({ ...maybe(r, 'after', nameOf), ...maybe(r, 'limit', page) }),
  files: (r) => ({ room: roomOf(r), ...maybe(r, 'before', natural), ...maybe(r, 'limit', page) }),
  leave: (r) => ({ room: roomOf(r) }),
  rooms: (r) => ({ ...maybe(r, 'after', nameOf), ...maybe(r, 'limit', page) }),
  members: (r) => ({
    room: roomOf(r),
    ...maybe(r, 'after', nameOf),
    ...maybe(r, 'limit', page),
  }),
  send: (r) => ({
    room: roomOf(r),
    text: sampleText(r),
    ...maybe(r, 'cid', cidOf),
    ...maybe(r, 'ref', seqOf),
    ...maybe(r, 'file', nameOf),
  }),
  edit: (r) => ({
    room: roomOf(r),
    seq: seqOf(r),
    text: sampleText(r),
    ...maybe(r, 'cid', cidOf),
  }),
  delete: (r) => ({ room: roomOf(r), seq: seqOf(r), ...maybe(r, 'cid', cidOf) }),
  react: (r) => ({
    room: roomOf(r),
    seq: seqOf(r),
    text: emojiOf(r),
    ...maybe(r, 'on', flag),
    ...maybe(r, 'cid', cidOf),
  }),
  msg: (r) => ({ to: nameOf(r), text: sampleText(r), ...maybe(r, 'cid', cidOf) }),
  history: (r) => ({
    room: roomOf(r),
    ...maybe(r, r.pick(['after', 'before', 'at'] as const), natural),
    ...maybe(r, 'limit', page),
  }),
  typing: (r) => ({ room: roomOf(r), ...maybe(r, 'on', flag) }),
  quit: () => ({}),
  ...ADMIN_REQUESTS,
}

/** Every operation. */
export const OPERATIONS: readonly Op[] = Object.freeze(Object.keys(REQUESTS) as Op[])
