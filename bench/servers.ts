// The servers that can be compared: which file runs each, and how the load generator talks to it.

import type { DialectName } from './load/dialects.ts'
import type { Group, Scenario } from './scenarios.ts'
import type { PlaceKind } from './storage/places.ts'

export interface ServerKind {
  readonly name: string
  /** The file in bench/, without its ending. */
  readonly file: string
  /** How it is spoken to; undefined: it serves nobody, it only commits. */
  readonly dialect: DialectName | undefined
  /** The scenarios it is part of, unless `--servers` says otherwise. */
  readonly groups: readonly Group[]
  /** Where it keeps its messages; undefined: in memory, or nowhere. */
  readonly place?: Exclude<PlaceKind, 'memory'>
  /** The table that must hold every message afterwards. */
  readonly table?: string
}

/** The server that the others' ratios are taken against. */
export const baseline = 'ws-loop'

/** The server written by hand that stores in the same database. */
export function rivalOf({ place }: ServerKind): string | undefined {
  return place && `ws-${place}`
}

/** The commit by itself, of the same database. */
export function commitOf({ place }: ServerKind): string | undefined {
  return place && `commit-${place}`
}

const ours = { file: 'servers/tertulia', dialect: 'tertulia' } as const
const plain = { dialect: 'plain' } as const
const entries = 'tertulia_entries'

export const serverKinds: readonly ServerKind[] = [
  { name: 'tertulia', ...ours, groups: ['delivery', 'storage'] },
  { name: 'tertulia-tcp', ...ours, dialect: 'tertulia-tcp', groups: ['delivery'] },
  {
    name: 'tertulia-sqlite',
    ...ours,
    groups: ['storage'],
    place: 'sqlite',
    table: entries,
  },
  {
    name: 'tertulia-postgres',
    ...ours,
    groups: ['storage'],
    place: 'postgres',
    table: entries,
  },
  { name: 'ws-loop', file: 'servers/ws-loop', ...plain, groups: ['delivery', 'storage'] },
  { name: 'ws-prebuilt', file: 'servers/ws-prebuilt', ...plain, groups: ['delivery'] },
  { name: 'socket.io', file: 'servers/socket-io', dialect: 'socket.io', groups: ['delivery'] },
  { name: 'relay', file: 'servers/relay', ...plain, groups: [] },
  {
    name: 'ws-sqlite',
    file: 'servers/ws-sqlite',
    ...plain,
    groups: ['storage'],
    place: 'sqlite',
    table: 'messages',
  },
  {
    name: 'ws-postgres',
    file: 'servers/ws-postgres',
    ...plain,
    groups: ['storage'],
    place: 'postgres',
    table: 'messages',
  },
  {
    name: 'commit-sqlite',
    file: 'storage/commits',
    dialect: undefined,
    groups: ['storage'],
    place: 'sqlite',
    table: 'messages',
  },
  {
    name: 'commit-postgres',
    file: 'storage/commits',
    dialect: undefined,
    groups: ['storage'],
    place: 'postgres',
    table: 'messages',
  },
]

/** The servers that a scenario compares. */
export function serversFor({ group, commits }: Scenario): ServerKind[] {
  return serverKinds.filter(
    (one) => one.groups.includes(group) && (one.dialect !== undefined || commits === true),
  )
}
