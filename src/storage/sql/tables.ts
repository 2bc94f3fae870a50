/** The tables, as queries see them. `migrations.ts` makes them. */

import type { Generated } from 'kysely'
import { ChatError } from '../../errors.ts'

/** One room and the state of its log. */
export interface RoomTable {
  /** Never given to another room, also after this one was deleted. */
  readonly id: Generated<number>
  readonly name: string
  /** Sorts as the name does by UTF-16 units. */
  readonly name_key: Uint8Array
  readonly epoch: string
  /** The counter: `seq` of the newest entry. Whoever appends holds the lock of this row. */
  readonly head: Generated<number>
  /** Oldest entry that is kept. Raising it deletes those before it (a trigger). */
  readonly first_seq: Generated<number>
  /** 0 or 1. */
  readonly permanent: number
  /** JSON of the persons that may be in it; null: everybody. */
  readonly only_persons: string | null
  readonly created_at: number
  readonly keep_until: number
}

/** One line of a log. The primary key is (room_id, seq): a page of a log is one stretch of it. */
export interface EntryTable {
  readonly room_id: number
  readonly seq: number
  readonly ts: number
  readonly kind: string
  readonly from_id: string
  readonly from_name: string
  readonly to_id: string | null
  readonly to_name: string | null
  readonly text: string
  /** Unique with (room_id, from_id), where there is one. */
  readonly cid: string | null
}

/** Small values of the server as a whole. */
export interface SettingTable {
  readonly key: string
  readonly value: string
}

/** Rooms that were deleted (a trigger notes them) and whose entries wait for being swept away. */
export interface GoneTable {
  readonly room_id: number
}

/** All tables, by the names that the queries use. */
export interface Tables {
  readonly rooms: RoomTable
  readonly entries: EntryTable
  readonly settings: SettingTable
  readonly gone: GoneTable
}

/**
 * The names that the tables really have. Their types say otherwise, so that kysely knows what is
 * in them.
 */
export type Names = { readonly [T in keyof Tables]: T } & { readonly version: string }

const SAFE = /^[a-z_][a-z0-9_]{0,29}$/i

/** Checks what becomes part of a name in SQL. */
export function checkName(option: string, name: string): void {
  // An empty prefix is one.
  if (SAFE.test(name) || (option === 'prefix' && name === '')) return
  throw new ChatError(
    'invalid_options',
    `${option} may have letters, digits and _, at most 30, and no digit first; got ${JSON.stringify(name)}`,
  )
}

/** The names of the tables with a prefix. */
export function tableNames(prefix: string): Names {
  checkName('prefix', prefix)
  return {
    rooms: `${prefix}rooms` as 'rooms',
    entries: `${prefix}entries` as 'entries',
    settings: `${prefix}settings` as 'settings',
    gone: `${prefix}gone` as 'gone',
    version: `${prefix}version`,
  }
}
