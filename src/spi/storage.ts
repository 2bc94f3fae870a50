/** Contract of storage: where the logs of the rooms are kept. */

import type { ErrorCode } from '../errors.ts'
import type { Entry, EntryKind, Person } from '../protocol/types.ts'

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
}

/** What became of one entry of a batch. */
export type Appended =
  | { readonly seq: number; readonly ts: number; readonly duplicate: boolean }
  | { readonly error: Extract<ErrorCode, 'conflict' | 'room_not_found'> }

/** Which part of a log: `limit` entries after (ascending) or before (the newest of them) a seq. */
export interface Range {
  /** Only entries with a greater seq, the oldest first. */
  readonly after?: number
  /** Only entries with a smaller seq, the newest `limit` of them. */
  readonly before?: number
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
}

/** The rooms of a storage. */
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
  /** Rooms by name in ascending order of UTF-16 units, greater than `after`; none with `only`. */
  list(after: string, limit: number): Promise<readonly RoomRecord[]>
  /** Deletes the room and its log. Resolves to whether there was one. */
  delete(room: string): Promise<boolean>
  /** Moves `keepUntil` of these rooms forward; never back. */
  keep(rooms: readonly string[], until: number): Promise<void>
  /** Deletes temporary rooms whose `keepUntil` has passed; returns their names. */
  expire(now: number): Promise<readonly string[]>
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
 *   seq and ts are returned with `duplicate: true`. If its kind or text differ: `conflict`.
 *   The same holds inside one batch.
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
  /** Small values that belong to the server as a whole: sets `value` unless there is one; returns the one there is. */
  setting(key: string, value: string): Promise<string>
  close(): Promise<void>
}
