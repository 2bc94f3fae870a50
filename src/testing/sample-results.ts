/** Made-up results of every operation. */

import { LIMITS } from '../limits.ts'
import type { Done, Login, MemberInfo, Op, Results, Stored } from '../protocol/types.ts'
import { ADMIN_RESULTS } from './sample-admin.ts'
import {
  fileOf,
  flag,
  gapOf,
  type Make,
  maybe,
  nameOf,
  natural,
  personOf,
  roleOf,
  roomOf,
  sampleEntry,
  sampleText,
  settingsOf,
  some,
} from './sample-parts.ts'
import { OPERATIONS } from './sample-requests.ts'

const storedOf: Make<Stored> = (r) => ({
  seq: natural(r),
  ts: natural(r),
  ...maybe(r, 'duplicate', () => true as const),
})
const doneOf: Make<Done> = (r) => ({ ...storedOf(r), room: roomOf(r), person: personOf(r) })
const loginOf: Make<Login> = (r) => ({
  token: nameOf(r),
  expiresAt: natural(r),
  person: personOf(r),
  ...maybe(r, 'url', () => 'wss://chat.example/'),
})
const memberOf: Make<MemberInfo> = (r) => ({
  person: personOf(r),
  ...maybe(r, 'role', roleOf),
  ...maybe(r, 'invited', () => true as const),
  ...maybe(r, 'mutedUntil', natural),
  ...maybe(r, 'bannedUntil', () => null),
})

/** How the reply to each operation is made up. */
export const RESULTS: { readonly [O in Op]: Make<Results[O]> } = {
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
  register: loginOf,
  login: loginOf,
  logout: (r) => ({ ended: natural(r) }),
  validate: (r) =>
    flag(r) ? { valid: false } : { valid: true, person: personOf(r), expiresAt: natural(r) },
  renew: (r) => ({ expiresAt: natural(r) }),
  password: loginOf,
  create: (r) => ({
    room: roomOf(r),
    epoch: nameOf(r),
    permanent: flag(r),
    ...maybe(r, 'settings', settingsOf),
  }),
  set: (r) => ({ room: roomOf(r), permanent: flag(r), settings: settingsOf(r) }),
  close: (r) => ({ room: roomOf(r) }),
  invite: doneOf,
  kick: doneOf,
  ban: doneOf,
  unban: doneOf,
  mute: doneOf,
  unmute: doneOf,
  role: doneOf,
  roster: (r) => ({
    room: roomOf(r),
    members: some(r, memberOf),
    more: flag(r),
    ...maybe(r, 'next', nameOf),
  }),
  read: (r) => ({ room: roomOf(r), seq: natural(r) }),
  unread: (r) => ({
    rooms: some(r, (one) => ({
      room: roomOf(one),
      epoch: nameOf(one),
      head: natural(one),
      read: natural(one),
      unread: one.int(0, 100),
      mentions: one.int(0, 100),
    })),
    more: flag(r),
  }),
  files: (r) => ({
    room: roomOf(r),
    files: some(r, (one) => ({ ...fileOf(one), from: personOf(one), ts: natural(one) })),
    more: flag(r),
  }),
  join: (r) => ({
    room: roomOf(r),
    epoch: nameOf(r),
    head: natural(r),
    created: flag(r),
    permanent: flag(r),
    ...maybe(r, 'settings', settingsOf),
    ...maybe(r, 'role', roleOf),
    ...maybe(r, 'mutedUntil', () => null),
    ...maybe(r, 'read', natural),
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
      ...maybe(random, 'password', () => true as const),
      ...maybe(random, 'readOnly', () => true as const),
      ...maybe(random, 'topic', sampleText),
    })),
    more: flag(r),
  }),
  members: (r) => ({
    room: roomOf(r),
    count: natural(r),
    members: some(r, personOf),
    more: flag(r),
  }),
  send: storedOf,
  edit: storedOf,
  delete: storedOf,
  react: storedOf,
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
  ...ADMIN_RESULTS,
}
