/** A batch of entries in columns: what both databases, and the thread of SQLite, take. */

import { isChange } from '../../protocol/entry.ts'
import type { Appended, NewEntry } from '../../spi/storage.ts'
import { toInteger, toSql } from './text.ts'

/**
 * A batch by rooms: a group is what goes to one log. Entries stand in the order of their groups,
 * and within one in the order of the batch. Columns, since that is much cheaper to hand over.
 */
export interface PackedBatch {
  readonly rooms: readonly string[]
  readonly epochs: readonly string[]
  /** Where each group begins, and where it ends: the place after its last entry. From 0. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly kinds: readonly string[]
  readonly times: readonly number[]
  readonly fromIds: readonly string[]
  readonly fromNames: readonly string[]
  readonly toIds: readonly (string | null)[]
  readonly toNames: readonly (string | null)[]
  readonly texts: readonly string[]
  readonly cids: readonly (string | null)[]
  /** Empty: none has any, and none is a change. */
  readonly refs: readonly (number | null)[]
  /** JSON. Empty: none has any. */
  readonly details: readonly (string | null)[]
  /** Entries that are kept in a room that has no setting for it; null: all. */
  readonly kept: number | null
}

/** What became of a packed batch, in its order. */
export interface Placed {
  /** Positive: the new entry's seq. Negative: a duplicate of that seq. 0: refused. */
  readonly seqs: readonly number[]
  /** The `ts` that is stored; of what was refused: why. */
  readonly times: readonly number[]
}

/** The key was used for something else. */
export const CONFLICT = 0
/** There is no such room, or its log is another. */
export const NO_ROOM = -1
/** What was to be changed is not there. */
export const NO_ENTRY = -2

const REFUSALS = new Map<number, Extract<Appended, { error: string }>['error']>([
  [CONFLICT, 'conflict'],
  [NO_ROOM, 'room_not_found'],
  [NO_ENTRY, 'entry_not_found'],
])

/** A packed batch, and how to tell its outcome in the order of the original. */
export interface Packing {
  readonly batch: PackedBatch
  unpack(placed: Placed): Appended[]
}

/**
 * Puts a batch into columns, by rooms.
 *
 * @param kept entries that are kept in a room that has no setting for it
 */
export function pack(drafts: readonly NewEntry[], kept?: number): Packing {
  const groups = new Map<string, Map<string, number[]>>()
  for (let i = 0; i < drafts.length; i++) {
    const { room, epoch } = drafts[i] as NewEntry
    const logs = groups.get(room)
    const group = logs?.get(epoch)
    if (group !== undefined) group.push(i)
    else if (logs !== undefined) logs.set(epoch, [i])
    else groups.set(room, new Map([[epoch, [i]]]))
  }
  const rooms: string[] = []
  const epochs: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const order: number[] = []
  for (const [room, logs] of groups) {
    for (const [epoch, group] of logs) {
      rooms.push(toSql(room))
      epochs.push(toSql(epoch))
      starts.push(order.length)
      for (const i of group) order.push(i)
      ends.push(order.length)
    }
  }
  const column = <T>(value: (draft: NewEntry) => T): T[] =>
    order.map((i) => value(drafts[i] as NewEntry))
  /** The same, but empty where nothing needs it: most batches have neither of the two. */
  const rare = <T>(needs: (draft: NewEntry) => boolean, value: (draft: NewEntry) => T): T[] =>
    drafts.some(needs) ? column(value) : []
  const batch: PackedBatch = {
    rooms,
    epochs,
    starts,
    ends,
    kinds: column(({ kind }) => kind),
    times: column(({ ts }) => toInteger(ts)),
    fromIds: column(({ from }) => toSql(from.id)),
    fromNames: column(({ from }) => toSql(from.name)),
    toIds: column(({ to }) => (to === undefined ? null : toSql(to.id))),
    toNames: column(({ to }) => (to === undefined ? null : toSql(to.name))),
    texts: column(({ text }) => toSql(text)),
    cids: column(({ cid }) => (cid === undefined ? null : toSql(cid))),
    refs: rare(
      ({ ref, kind }) => ref !== undefined || isChange(kind),
      ({ ref }) => (ref === undefined ? null : toInteger(ref)),
    ),
    details: rare(
      ({ details }) => details !== undefined,
      ({ details }) => (details === undefined ? null : JSON.stringify(details)),
    ),
    kept: kept ?? null,
  }
  return { batch, unpack: (placed) => unpack(order, placed) }
}

function unpack(order: readonly number[], { seqs, times }: Placed): Appended[] {
  const results = new Array<Appended>(order.length)
  for (let at = 0; at < order.length; at++) {
    const seq = seqs[at] as number
    const ts = times[at] as number
    results[order[at] as number] =
      seq === 0
        ? { error: REFUSALS.get(ts) ?? 'conflict' }
        : { seq: Math.abs(seq), ts, duplicate: seq < 0 }
  }
  return results
}
