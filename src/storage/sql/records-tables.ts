/** The tables of what is kept about people. `records-migration.ts` makes them. */

import type { Generated } from 'kysely'

/** What somebody is in a room. The primary key is (room_id, person_key). */
export interface MemberTable {
  readonly room_id: number
  /** Sorts as the person's id does by UTF-16 units. */
  readonly person_key: Uint8Array
  /** The `name_key` of the room: lists of somebody's rooms are in this order. */
  readonly room_key: Uint8Array
  readonly person_id: string
  readonly name: string
  readonly role: string | null
  /** 1; null: not invited. */
  readonly invited: number | null
  /** Milliseconds; the largest safe integer stands for ever. */
  readonly muted_until: number | null
  readonly banned_until: number | null
  readonly read_seq: number
}

/** Accounts. A trigger deletes the tokens of one that is deleted. */
export interface AccountTable {
  readonly id: string
  readonly name: string
  readonly key: string
  /** Sorts as `key` does by UTF-16 units. Unique. */
  readonly key_order: Uint8Array
  readonly password: string
  /** 0 or 1. */
  readonly admin: number
  /** 0 or 1. */
  readonly disabled: number
  readonly created_at: number
}

/** Tokens of accounts. */
export interface TokenTable {
  readonly hash: string
  readonly account_id: string
  readonly created_at: number
  readonly expires_at: number
}

/** What was done, in the order of `id`. */
export interface AuditTable {
  readonly id: Generated<number>
  readonly ts: number
  readonly act: string
  readonly by_id: string
  readonly by_name: string
  readonly room: string | null
  readonly to_id: string | null
  readonly to_name: string | null
  readonly note: string | null
}

/** Files. A row outlives its room: it is what tells that the bytes are to be deleted. */
export interface FileTable {
  readonly id: string
  readonly room: string
  /** The room of that name when the file came; null: there was none. */
  readonly room_id: number | null
  readonly owner_id: string
  readonly owner_name: string
  readonly name: string
  readonly type: string
  readonly size: number
  readonly created_at: number
  /** The message it belongs to. */
  readonly seq: number | null
}

/**
 * How many bytes files have: of each owner, and of all (`scope` 0, no owner). Triggers keep it true;
 * whoever adds a file holds the lock of both rows.
 */
export interface UsageTable {
  /** 0: everybody; 1: one owner. */
  readonly scope: number
  readonly owner_id: string
  readonly bytes: number
}

/** All of them, by the names that the queries use. */
export interface RecordTables {
  readonly members: MemberTable
  readonly accounts: AccountTable
  readonly tokens: TokenTable
  readonly audit: AuditTable
  readonly files: FileTable
  readonly usage: UsageTable
}

/** The names that these tables really have, as in `tableNames`. */
export function recordNames(prefix: string): { readonly [T in keyof RecordTables]: T } {
  return {
    members: `${prefix}members` as 'members',
    accounts: `${prefix}accounts` as 'accounts',
    tokens: `${prefix}tokens` as 'tokens',
    audit: `${prefix}audit` as 'audit',
    files: `${prefix}files` as 'files',
    usage: `${prefix}usage` as 'usage',
  }
}
