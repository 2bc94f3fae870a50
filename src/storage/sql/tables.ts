/** The tables, as queries see them. `migrations.ts` makes them. */

import type { Generated } from 'kysely'
import { ChatError } from '../../errors.ts'
import { type RecordTables, recordNames } from './records-tables.ts'

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
  /** `ts` of the newest entry, also when that is no longer kept: the next one has no less. */
  readonly head_ts: Generated<number>
  /** 0 or 1. */
  readonly permanent: number
  /** JSON of the persons that may be in it; null: everybody. */
  readonly only_persons: string | null
  readonly created_at: number
  readonly keep_until: number
  /** 1: lists show it. */
  readonly listed: number
  /** JSON of what its owner has set; null: nothing. */
  readonly settings: string | null
  /** Of the settings, what statements must know: how many entries are kept, and for how many ms. */
  readonly keep_entries: number | null
  readonly keep_ms: number | null
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
  readonly ref: number | null
  /** JSON. */
  readonly details: string | null
  /** The text is that of this edit. */
  readonly edited: number | null
  /** The text before the first edit, which a retry of the sender has. */
  readonly original: string | null
  /** 1: somebody held something up to it, so there may be rows in `reactions`. */
  readonly reacted: number | null
  /** 1: it was deleted. A trigger erases what was done to it as well. */
  readonly deleted: number | null
}

/** What an entry becomes when it is erased. */
export const ERASED = {
  text: '',
  details: null,
  edited: null,
  original: null,
  reacted: null,
  deleted: 1,
} as const

/**
 * Which entries changed one, without deletions: their texts go when it is deleted. The primary key
 * is (room_id, seq, change). A table, since one index more would make every message dearer.
 */
export interface ChangeTable {
  readonly room_id: number
  /** Of the entry that was changed. */
  readonly seq: number
  /** Seq of what changed it. */
  readonly change: number
}

/** What is held up to an entry: one row for each text. The primary key is (room_id, seq, since). */
export interface ReactionTable {
  readonly room_id: number
  readonly seq: number
  /** Seq of the `react` with which the text came: what the texts are ordered by. */
  readonly since: number
  readonly text: string
  /** How many people hold it: triggers count the rows of `holders`. */
  readonly people: number
}

/** Who holds it. The primary key is (room_id, seq, since, react). */
export interface HolderTable {
  readonly room_id: number
  readonly seq: number
  readonly since: number
  /** Seq of this person's `react`. */
  readonly react: number
  readonly person_id: string
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
export interface Tables extends RecordTables {
  readonly rooms: RoomTable
  readonly entries: EntryTable
  readonly changes: ChangeTable
  readonly reactions: ReactionTable
  readonly holders: HolderTable
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
    changes: `${prefix}changes` as 'changes',
    reactions: `${prefix}reactions` as 'reactions',
    holders: `${prefix}holders` as 'holders',
    settings: `${prefix}settings` as 'settings',
    gone: `${prefix}gone` as 'gone',
    ...recordNames(prefix),
    version: `${prefix}version`,
  }
}
