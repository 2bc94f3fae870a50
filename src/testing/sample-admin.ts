/** Made-up requests and replies of the operations for admins. */

import type {
  AdminOp,
  AdminOperations,
  AdminResults,
  AdminSession,
} from '../protocol/admin-types.ts'
import type { AccountInfo } from '../protocol/types.ts'
import type { Random } from './random.ts'
import {
  flag,
  type Make,
  maybe,
  nameOf,
  natural,
  page,
  personOf,
  roleOf,
  roomOf,
  sampleEntry,
  sampleText,
  settingsOf,
  shortText,
  some,
} from './sample-parts.ts'

const idOf: Make<string> = (r) => shortText(r, 64)
const paged = (r: Random): { after?: string; limit?: number } => ({
  ...maybe(r, 'after', nameOf),
  ...maybe(r, 'limit', page),
})

/** How the fields of each operation are made up. */
export const ADMIN_REQUESTS: { readonly [O in AdminOp]: Make<AdminOperations[O]> } = {
  admin_stats: () => ({}),
  admin_rooms: paged,
  admin_people: (r) => ({ ...paged(r), ...maybe(r, 'person', nameOf) }),
  admin_disconnect: (r) => ({
    ...maybe(r, 'person', nameOf),
    ...maybe(r, 'session', idOf),
    ...maybe(r, 'reason', sampleText),
  }),
  admin_accounts: (r) => ({ ...paged(r), ...maybe(r, 'name', nameOf) }),
  admin_account: (r) => ({
    account: nameOf(r),
    ...maybe(r, 'create', flag),
    ...maybe(r, 'password', sampleText),
    ...maybe(r, 'admin', flag),
    ...maybe(r, 'disabled', flag),
    ...maybe(r, 'logout', flag),
    ...maybe(r, 'delete', flag),
  }),
  admin_limits: (r) => maybe(r, 'set', () => ({ rooms: page(r), membersPerRoom: null })),
  admin_sweep: () => ({}),
  admin_audit: (r) => ({ ...maybe(r, 'before', natural), ...maybe(r, 'limit', page) }),
  admin_erase: (r) => ({ person: nameOf(r) }),
  admin_export: (r) => ({
    person: nameOf(r),
    ...maybe(r, 'next', idOf),
    ...maybe(r, 'limit', page),
  }),
}

const sessionOf: Make<AdminSession> = (r) => ({
  id: idOf(r),
  node: idOf(r),
  transport: r.pick(['websocket', 'tcp', 'http']),
  address: '192.0.2.1',
  since: natural(r),
  secure: flag(r),
  rooms: some(r, roomOf),
})
const accountOf: Make<AccountInfo> = (r) => ({
  ...personOf(r),
  admin: flag(r),
  disabled: flag(r),
  createdAt: natural(r),
})

/** How the reply to each operation is made up. */
export const ADMIN_RESULTS: { readonly [O in AdminOp]: Make<AdminResults[O]> } = {
  admin_stats: (r) => ({
    server: nameOf(r),
    nodes: [
      {
        node: idOf(r),
        uptimeMs: natural(r),
        connections: { tcp: natural(r) },
        people: natural(r),
        roomsOpen: natural(r),
        waiting: natural(r),
        memoryBytes: natural(r),
      },
    ],
    nodesKnown: natural(r),
    ...maybe(r, 'rooms', natural),
    activeRooms: natural(r),
    people: natural(r),
    connections: { tcp: natural(r) },
    messages: {
      total: natural(r),
      lastMinute: natural(r),
      lastHour: natural(r),
      lastDay: natural(r),
      perMinute: [0, natural(r)],
    },
    storage: { name: nameOf(r), ok: flag(r), durable: flag(r), ms: natural(r) },
    ...maybe(r, 'accounts', natural),
  }),
  admin_rooms: (r) => ({
    rooms: some(r, (random) => ({
      room: roomOf(random),
      epoch: idOf(random),
      head: natural(random),
      count: natural(random),
      permanent: flag(random),
      createdAt: natural(random),
      ...maybe(random, 'settings', settingsOf),
    })),
    more: flag(r),
  }),
  admin_people: (r) => ({
    people: some(r, (random) => ({
      person: personOf(random),
      verified: flag(random),
      admin: flag(random),
      sessions: some(random, sessionOf),
    })),
    more: flag(r),
  }),
  admin_disconnect: (r) => ({ ended: natural(r) }),
  admin_accounts: (r) => ({ accounts: some(r, accountOf), count: natural(r), more: flag(r) }),
  admin_account: (r) => maybe(r, 'account', accountOf),
  admin_limits: (r) => ({
    limits: [{ name: 'rooms', value: page(r), initial: page(r), changeable: flag(r) }],
  }),
  admin_sweep: (r) => ({ rooms: natural(r), ...maybe(r, 'tokens', natural) }),
  admin_audit: (r) => ({
    lines: some(r, (random) => ({
      id: natural(random),
      ts: natural(random),
      act: 'ban',
      by: personOf(random),
      ...maybe(random, 'note', sampleText),
    })),
    more: flag(r),
  }),
  admin_erase: (r) => ({ entries: natural(r) }),
  admin_export: (r) => ({
    ...maybe(r, 'account', accountOf),
    ...maybe(r, 'rooms', (random) => [
      { room: roomOf(random), role: roleOf(random), read: natural(random) },
    ]),
    entries: some(r, sampleEntry),
    more: flag(r),
  }),
}
