/** Contract of what a storage keeps about people: members, accounts, files, and what was done. */

import type { Entry, FileInfo, Person, Role } from '../protocol/types.ts'

/** What a person is in a room beyond being in it at the moment: kept when they leave. */
export interface MemberRecord {
  readonly room: string
  readonly person: Person
  readonly role?: Role
  /** May come into a private room. */
  readonly invited?: true
  /** May not speak before this moment (milliseconds since 1970; `Infinity`: ever). */
  readonly mutedUntil?: number
  /** May not come in before this moment (`Infinity`: ever). */
  readonly bannedUntil?: number
  /** Seq up to which they have read; 0 = nothing. */
  readonly read: number
}

/** A change of a {@link MemberRecord}; `null` takes a field away. `read` never goes back. */
export interface MemberChange {
  readonly role?: Role | null
  readonly invited?: true | null
  readonly mutedUntil?: number | null
  readonly bannedUntil?: number | null
  readonly read?: number
}

/** Which members are listed. */
export type MemberFilter = 'role' | 'invited' | 'muted' | 'banned'

/** A room that a person has to do with, and how much of it they haven't read. */
export interface Membership {
  readonly member: MemberRecord
  readonly epoch: string
  readonly head: number
  /** Messages of others after `read`; counting stops at 100. */
  readonly unread: number
  /** How many of those mention the person; counting stops at 100. */
  readonly mentions: number
}

/** Members of rooms. The id of a `person` may also stand for an address: `address:192.0.2.1`. */
export interface MemberStore {
  get(room: string, personId: string): Promise<MemberRecord | null>
  /**
   * Makes or changes a member, atomically; the name of `person` is brought up to date. Resolves to
   * the record as it is then; `null`: there is no such room.
   */
  put(room: string, person: Person, change: MemberChange): Promise<MemberRecord | null>
  /**
   * Members of a room by id in ascending order of UTF-16 units, greater than `after`; with a
   * filter, only those who have that. Times that have passed still count.
   */
  list(
    room: string,
    filter: MemberFilter | undefined,
    after: string,
    limit: number,
  ): Promise<readonly MemberRecord[]>
  /** The rooms in which a person is a member, by name, greater than `after`. */
  of(personId: string, after: string, limit: number): Promise<readonly Membership[]>
}

/** An account. */
export interface AccountRecord {
  /** Never changes and never comes back: the person's id. */
  readonly id: string
  /** As it is shown. */
  readonly name: string
  /** What names are compared by: unique. */
  readonly key: string
  /** Hash of the password, in PHC form. */
  readonly password: string
  /** May do everything. */
  readonly admin: boolean
  /** May not log in. */
  readonly disabled: boolean
  readonly createdAt: number
}

/** Accounts. */
export interface AccountStore {
  /** Makes an account; false: there is one with this `key` or id. Decided atomically. */
  create(account: AccountRecord): Promise<boolean>
  get(id: string): Promise<AccountRecord | null>
  byKey(key: string): Promise<AccountRecord | null>
  /**
   * Changes an account. Resolves to it as it is then; `null`: there is none; `'taken'`: another
   * has this `key`.
   */
  update(
    id: string,
    change: Partial<Omit<AccountRecord, 'id' | 'createdAt'>>,
  ): Promise<AccountRecord | null | 'taken'>
  /** Deletes an account and its tokens. */
  delete(id: string): Promise<boolean>
  /** Accounts by key in ascending order of UTF-16 units, greater than `after`. */
  list(after: string, limit: number): Promise<readonly AccountRecord[]>
  /** How many there are. */
  count(): Promise<number>
}

/** A token by which an account logs in. The token itself is not stored. */
export interface TokenRecord {
  /** SHA-256 of the token, in hexadecimal: unique. */
  readonly hash: string
  readonly accountId: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** Tokens of accounts. */
export interface TokenStore {
  /** Adds a token, and of the account's tokens keeps only the `most` that expire last. */
  add(token: TokenRecord, most: number): Promise<void>
  get(hash: string): Promise<TokenRecord | null>
  /** Which of these tokens there are, in their order. */
  known(hashes: readonly string[]): Promise<readonly boolean[]>
  /** Moves the end of a token; false: there is no such token. */
  renew(hash: string, expiresAt: number): Promise<boolean>
  delete(hash: string): Promise<boolean>
  /** Deletes the tokens of an account, except one. Resolves to how many there were. */
  deleteAll(accountId: string, except?: string): Promise<number>
  /** Deletes those whose time has passed. Resolves to how many there were. */
  expire(now: number): Promise<number>
}

/** Something that was done and may have to be accounted for. */
export interface AuditRecord {
  readonly ts: number
  /** What was done, such as `ban` or `room.delete`. */
  readonly act: string
  /** Who did it. */
  readonly by: Person
  readonly room?: string
  /** To whom. */
  readonly to?: Person
  /** Anything else, as text. */
  readonly note?: string
}

/** What was done. Only grows; the oldest goes beyond `limits.auditEntries` of the server. */
export interface AuditStore {
  /** Adds a record, and forgets the oldest beyond `keep` (roughly: a few more may stay). */
  add(record: AuditRecord, keep: number): Promise<void>
  /** The newest records with an id less than `before`, newest first. */
  list(
    before: number | undefined,
    limit: number,
  ): Promise<readonly (AuditRecord & { readonly id: number })[]>
}

/** A file as it is noted: where its bytes are is a file store's business. */
export interface FileRecord extends FileInfo {
  readonly room: string
  /** Who brought it. */
  readonly owner: Person
  readonly createdAt: number
  /** The message it belongs to; absent: none yet. */
  readonly seq?: number
}

/** Files that were brought into rooms. */
export interface FileRecords {
  /**
   * Notes a file, unless the bytes of all files (or those of its owner's) would then be more than
   * allowed: decided atomically. False: they would.
   */
  add(file: FileRecord, most: { readonly all: number; readonly owner: number }): Promise<boolean>
  get(id: string): Promise<FileRecord | null>
  /** Gives a file to a message; false: there is no such file, or it has a message already. */
  attach(id: string, seq: number): Promise<boolean>
  /** Forgets files. */
  delete(ids: readonly string[]): Promise<void>
  /** Files of a room, newest first, created before `before`. */
  list(room: string, before: number, limit: number): Promise<readonly FileRecord[]>
  /**
   * Ids of files that nobody can come by any more: without message and created before `before`, of
   * a deleted entry, one that is no longer kept, or a deleted room. They stay noted until `delete`.
   */
  orphans(before: number, limit: number): Promise<readonly string[]>
}

/** What is kept of one person, to be shown to them or to be erased. */
export interface PersonData {
  /**
   * Entries by the person, by room and seq; from the place that the call before told in `next`.
   * Absent `next`: that was all. A page may be empty and still have a `next`.
   */
  export(
    personId: string,
    next: string | undefined,
    limit: number,
  ): Promise<{ readonly entries: readonly Entry[]; readonly next?: string }>
  /**
   * Erases a person: their entries are deleted as by a `delete` (without a new entry), their name
   * becomes empty wherever it stands, their reactions, memberships and account are gone, their
   * files lose their messages. Works in steps; resolves to how many entries were erased.
   */
  erase(personId: string): Promise<number>
}

/** What a storage keeps about people. */
export interface Records {
  readonly members: MemberStore
  readonly accounts: AccountStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
  readonly files: FileRecords
  readonly people: PersonData
}
