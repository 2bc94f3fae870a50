/** Figures of a server, and its rooms, as admins see them. */

import type {
  AdminOperations,
  AdminResults,
  AdminRoom,
  AdminStats,
  NodeFigures,
} from '../protocol/admin-types.ts'
import type { RoomRecord } from '../spi/storage.ts'
import { nodeOf } from './admin-people.ts'
import type { CourseFigures } from './course.ts'
import type { Inquiries } from './inquiry.ts'
import type { Core } from './model.ts'
import { CONNECTED } from './remote.ts'
import { shownSettings } from './standing.ts'

/** What one node says of itself. */
export interface FiguresHere extends NodeFigures {
  readonly messages: CourseFigures & { readonly total: number }
}

/** Figures of this node. */
export function figuresHere(core: Core, course: CourseFigures): FiguresHere {
  const open = [...core.counts.transports].filter(([, counts]) => counts.open > 0)
  return {
    node: nodeOf(core),
    uptimeMs: core.uptimeMs,
    connections: Object.fromEntries(open.map(([name, counts]) => [name, counts.open])),
    people: core.directory.size,
    roomsOpen: core.rooms.open.size,
    waiting: core.committer.waiting,
    memoryBytes: process.memoryUsage.rss(),
    messages: { total: core.counts.messages, ...course },
  }
}

/** Figures of the whole server. */
export async function stats(core: Core, inquiries: Inquiries): Promise<AdminStats> {
  const { storage } = core
  const began = core.clock.monotonic()
  const counting = core.ask(
    storage.rooms.count === undefined
      ? storage.heads([]).then(() => undefined)
      : storage.rooms.count(),
  )
  const answered = counting.then(
    (rooms) => ({ rooms, ok: true, ms: core.clock.monotonic() - began }),
    () => ({ rooms: undefined, ok: false, ms: core.clock.monotonic() - began }),
  )
  const all = await inquiries.ask<FiguresHere>({ what: 'figures' })
  const { rooms, ok, ms } = await answered
  const accounts = await core.accounts?.admin?.count().catch(() => undefined)
  return {
    server: core.name,
    nodes: all.map(({ messages: _, ...node }) => node),
    nodesKnown: 1 + (core.presence?.remote.nodes ?? 0),
    ...(rooms === undefined ? undefined : { rooms }),
    activeRooms: activeRooms(core),
    people: peopleOnline(core),
    connections: added(all.map(({ connections }) => connections)),
    messages: {
      total: total(all, ({ messages }) => messages.total),
      lastMinute: total(all, ({ messages }) => messages.lastMinute),
      lastHour: total(all, ({ messages }) => messages.lastHour),
      lastDay: total(all, ({ messages }) => messages.lastDay),
      perMinute: (all[0]?.messages.perMinute ?? []).map((_, i) =>
        total(all, ({ messages }) => messages.perMinute[i] ?? 0),
      ),
    },
    storage: { name: storage.name, ok, durable: storage.supports.durable, ms: Math.round(ms) },
    ...(accounts === undefined ? undefined : { accounts }),
  }
}

/** All rooms but private conversations, a page at a time. */
export async function rooms(
  core: Core,
  { after = '', limit = core.limits.listPage }: AdminOperations['admin_rooms'],
): Promise<AdminResults['admin_rooms']> {
  const most = Math.min(limit, core.limits.listPage)
  const records = await core.ask(core.storage.rooms.list(after, most + 1, true))
  const shown = records.slice(0, most).map((record) => roomOf(core, record))
  const next = shown.at(-1)?.room
  const more = records.length > most
  return { rooms: shown, more, ...(more && next !== undefined ? { next } : undefined) }
}

function roomOf(core: Core, record: RoomRecord): AdminRoom {
  const { room, epoch, head, permanent, createdAt, keepUntil } = record
  const settings = shownSettings(record.settings)
  return {
    room,
    epoch,
    head,
    count: core.rooms.open.get(room)?.count ?? core.presence?.remote.count(room) ?? 0,
    permanent,
    createdAt,
    ...(permanent ? undefined : { keepUntil }),
    ...(settings === undefined ? undefined : { settings }),
  }
}

/** Private conversations don't count: other nodes don't tell of them either. */
function activeRooms(core: Core): number {
  const names = new Set(core.presence?.remote.rooms() ?? [])
  for (const room of core.rooms.open.values()) {
    if (room.only === undefined && room.count > 0) names.add(room.name)
  }
  return names.size
}

function peopleOnline({ directory, presence }: Core): number {
  let people = directory.size
  for (const { id } of presence?.remote.people(CONNECTED) ?? []) {
    if (directory.get(id) === undefined) people += 1
  }
  return people
}

const total = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0)

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const one of all) {
    for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count
  }
  return sums
}
