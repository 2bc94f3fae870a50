/** Contract of storage: where the logs of the rooms are kept. */

import type { ErrorCode } from '../errors.ts'
import type { Entry, EntryDetails, EntryKind, Person, RoomSettings } from '../protocol/types.ts'
import type { Records } from './records.ts'

/** An entry before it has its place in the log. */
export interface NewEntry {
  readonly room: string
  /** The log it is meant for. */
  readonly epoch: string
  readonly kind: EntryKind
  readonly ts: number
  readonly from: Person
  readonly text: string
  readonly to?: Person
  readonly cid?: string
  /** See `Entry.ref`. */
  readonly ref?: number
  /** Kept as it is, as JSON; gone with the text when the entry is deleted. */
  readonly details?: EntryDetails
}

/** What became of one entry of a batch. */
export type Appended =
  | { readonly seq: number; readonly ts: number; readonly duplicate: boolean }
  | { readonly error: Extract<ErrorCode, 'conflict' | 'room_not_found' | 'entry_not_found'> }

/** Which part of a log: `limit` entries after (ascending) or before (the newest of them) a seq. */
export interface Range {
  /** Only entries with a greater seq, the oldest first. */
  readonly after?: number
  /** Only entries with a smaller seq, the newest `limit` of them. */
  readonly before?: number
  /** Only entries from the first whose `ts` is this or later, the oldest first. */
  readonly at?: number
  readonly limit: number
}

/** A part of a log, always in ascending order. */
export interface Page {
  readonly epoch: string
  /** Seq of the newest entry of the log; 0 when it has none yet. */
  readonly head: number
  /** Seq of the oldest entry still kept; `head + 1` when none is. */
  readonly first: number
  readonly entries: readonly Entry[]
}

/** A room as it is stored. */
export interface RoomRecord {
  readonly room: string
  readonly epoch: string
  readonly head: number
  readonly permanent: boolean
  /** Only these persons may be in it; absent: everybody may. */
  readonly only?: readonly Person[]
  readonly createdAt: number
  /** A temporary room may be deleted after this moment. */
  readonly keepUntil: number
  /** What its owner has set. Absent fields: as the server is set. */
  readonly settings?: StoredSettings
}

/** What is set for one room: as others see it, and the hash of its password. */
export interface StoredSettings extends Omit<RoomSettings, 'password'> {
  readonly password?: string
}

/** The rooms of a storage. A deleted room takes its members, files and reactions with it. */
export interface RoomStore {
  /**
   * Makes a room, or returns the one that is there: decided atomically. `limit`: the number of
   * rooms above which none is made (`null` is returned then).
   */
  create(
    room: Omit<RoomRecord, 'head'>,
    limit: number,
  ): Promise<{ readonly room: RoomRecord; readonly created: boolean } | null>
  get(room: string): Promise<RoomRecord | null>
  /**
   * Rooms by name in ascending order of UTF-16 units, greater than `after`; none with `only`, and
   * none whose settings say `private`; with `all` also those.
   */
  list(after: string, limit: number, all?: boolean): Promise<readonly RoomRecord[]>
  /** How many there are, without those with `only`. Absent: it can't be told. */
  count?(): Promise<number>
  /** Deletes the room and its log. Resolves to whether there was one. */
  delete(room: string): Promise<boolean>
  /**
   * Changes a room: fields that are given replace those there are (`settings` as a whole). Resolves
   * to the room as it is then; `null`: there is none.
   */
  update(
    room: string,
    change: { readonly permanent?: boolean; readonly settings?: StoredSettings },
  ): Promise<RoomRecord | null>
  /** Moves `keepUntil` of these rooms forward; never back. */
  keep(rooms: readonly string[], until: number): Promise<void>
  /** Deletes temporary rooms whose `keepUntil` has passed; returns their names. */
  expire(now: number): Promise<readonly string[]>
  /**
   * Gives every room, also those of two, another epoch, and changes nothing else: for a database that
   * was restored from a backup, whose logs go on otherwise than clients remember. Each epoch begins with
   * `prefix`, which was never used before, and is no other room's; it is at most 24 characters longer.
   * Resolves to how many rooms that were. It may take several steps: after a failure it is to be done
   * again, with another prefix. Absent: it can't be done.
   */
  renew?(prefix: string): Promise<number>
}

/**
 * Keeps the logs.
 *
 * `append` is the heart:
 * - The batch is one transaction: when it rejects, nothing of it is stored (or, when the outcome
 *   is unknown, all of it is). It resolves only after everything is as durable as `supports` says.
 * - In each room `seq` is assigned 1, 2, 3, … in the order of the batch, without holes, also
 *   when several nodes append at once; an entry with a lower seq is visible to `read` no later
 *   than one with a higher.
 * - An entry whose (room, from.id, cid) is stored already is not stored again: the first one's
 *   seq and ts are returned with `duplicate: true`. If its kind, `ref` or text (that which it was
 *   stored with, whatever edits came since) differ: `conflict`. Where the text is gone (the entry,
 *   or what it edited, was deleted) it differs from none. The same holds inside one batch.
 * - The `ts` that is stored and returned is the draft's, or that of the entry before in the room if
 *   that is greater: times never go back along a log.
 * - Where `supports.changes` says so, a change (`edit`, `delete`, `react`, `unreact`) is applied in
 *   the same transaction: from then on `read` gives the entry `ref` with the edit's text and
 *   `edited`; or with an empty text and `deleted`, without `edited`, `reactions` and `details`; or with its
 *   `reactions`, in the order in which each text came first. The texts of a deleted entry and of
 *   all its edits, before and after, MUST be gone for good, not hidden; edits and reactions of a
 *   deleted entry that stand in the log are read as `deleted`, with an empty text.
 * - A change whose `ref` is no entry that is kept, or no `message` or `notice`, or one that was
 *   deleted (also by an earlier line of the batch), is not stored: `entry_not_found`. Any other
 *   `ref` (an answer's) is kept as it is. Who may change what is not the storage's business.
 * - An entry for a room that isn't there, or whose `epoch` is another: `room_not_found`.
 * - The other entries of the batch are stored whatever became of one.
 * - The result has the order and the length of the batch.
 *
 * Failures reject with a `ChatError`, code `unavailable`. Calls may overlap.
 */
export interface Storage {
  readonly name: string
  readonly supports: {
    /** Acknowledged entries survive the end of the process. */
    readonly durable: boolean
    /** How many `append`s may be under way at once with profit. */
    readonly appends: number
    /** Applies edits, deletions and reactions. False: none are ever given to `append`. */
    readonly changes: boolean
  }
  open(): Promise<void>
  append(batch: readonly NewEntry[]): Promise<readonly Appended[]>
  /** Reads a part of a room's log; `null`: there is no such room. */
  read(room: string, range: Range): Promise<Page | null>
  /** The heads of these rooms' logs, in their order; `null` for a room that isn't there. */
  heads(
    rooms: readonly string[],
  ): Promise<readonly ({ readonly epoch: string; readonly head: number } | null)[]>
  readonly rooms: RoomStore
  /** What is kept about people. Absent: accounts, roles, read marks and files are not to be had. */
  readonly records?: Records
  /**
   * Small values that belong to the server as a whole: sets `value` unless there is one (with
   * `replace`: also then), atomically; returns the one there is.
   */
  setting(key: string, value: string, replace?: boolean): Promise<string>
  close(): Promise<void>
}
