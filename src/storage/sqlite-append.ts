/** Appending a batch in SQLite, inside a transaction that has the lock. */

import { isChange } from '../protocol/entry.ts'
import type { EntryKind } from '../protocol/types.ts'
import { CONFLICT, NO_ENTRY, NO_ROOM, type PackedBatch, type Placed } from './sql/batch.ts'
import type { Names } from './sql/tables.ts'
import { SqliteChanges } from './sqlite-changes.ts'
import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.ts'

interface RoomRow {
  readonly id: number
  readonly epoch: string
  readonly head: number
  readonly head_ts: number
  readonly first_seq: number
  readonly keep_entries: number | null
}

interface KnownRow {
  readonly seq: number
  readonly ts: number
  readonly kind: string
  readonly ref: number | null
  readonly deleted: number | null
  /** The text that it was stored with. */
  readonly text: string
}

const COLUMNS = 'room_id, seq, ts, kind, from_id, from_name, to_id, to_name, text, cid'

/** The statements of an append. */
export class SqliteAppender {
  private readonly room: SqliteStatement
  private readonly advance: SqliteStatement
  private readonly insert: SqliteStatement
  private readonly insertWhole: SqliteStatement
  private readonly known: SqliteStatement
  private readonly changes: SqliteChanges

  constructor(db: SqliteDatabase, names: Names) {
    const { rooms, entries } = names
    this.room = db.prepare(
      `select id, epoch, head, head_ts, first_seq, keep_entries from "${rooms}" where name = ?`,
    )
    this.advance = db.prepare(`update "${rooms}" set head = ?, head_ts = ? where id = ?`)
    this.insert = db.prepare(
      `insert into "${entries}" (${COLUMNS})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    this.insertWhole = db.prepare(
      `insert into "${entries}" (${COLUMNS}, ref, details)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    )
    this.known = db.prepare(
      `select seq, ts, kind, ref, deleted, coalesce(original, text) as text from "${entries}"
        where room_id = ? and from_id = ? and cid = ?`,
    )
    this.changes = new SqliteChanges(db, names)
  }

  append(batch: PackedBatch): Placed {
    const { kinds, fromIds, fromNames, toIds, toNames, texts, cids, refs, details } = batch
    // Most batches are: nothing in them has a `ref`, and so nothing is a change.
    const plain = refs.length === 0 && details.length === 0
    const seqs = new Array<number>(texts.length).fill(0)
    const times = new Array<number>(texts.length).fill(NO_ROOM)
    for (let group = 0; group < batch.rooms.length; group++) {
      const spot = this.room.get(batch.rooms[group]) as RoomRow | undefined
      if (spot === undefined || spot.epoch !== batch.epochs[group]) continue
      let head = spot.head
      let latest = spot.head_ts
      const end = batch.ends[group] as number
      for (let i = batch.starts[group] as number; i < end; i++) {
        if (refs.length > 0 && !this.change(batch, i, spot, head)) {
          times[i] = NO_ENTRY
          continue
        }
        const ts = Math.max(batch.times[i] as number, latest)
        const one = [spot.id, head + 1, ts, kinds[i], fromIds[i], fromNames[i], toIds[i]]
        const { changes } = plain
          ? this.insert.run(...one, toNames[i], texts[i], cids[i])
          : this.insertWhole.run(
              ...[...one, toNames[i], texts[i], cids[i]],
              ...[refs[i] ?? null, details[i] ?? null],
            )
        if (changes > 0) {
          head += 1
          latest = ts
          seqs[i] = head
          times[i] = ts
          continue
        }
        const first = this.first(batch, i, spot.id)
        if (first === undefined) throw new Error(`entry ${head + 1} is there already`)
        const same = first.deleted === 1 || first.text === texts[i]
        if (same && first.kind === kinds[i] && first.ref === (refs[i] ?? null)) {
          seqs[i] = -first.seq
          times[i] = first.ts
        } else {
          times[i] = CONFLICT
        }
      }
      if (head > spot.head) this.advance.run(head, latest, spot.id)
    }
    return { seqs, times }
  }

  /** What has the same key. */
  private first({ fromIds, cids }: PackedBatch, i: number, room: number): KnownRow | undefined {
    return this.known.get(room, fromIds[i], cids[i]) as KnownRow | undefined
  }

  /** Applies a change; false: there is nothing to be changed. Other entries just pass. */
  private change(batch: PackedBatch, i: number, spot: RoomRow, head: number): boolean {
    const kind = batch.kinds[i] as EntryKind
    if (!isChange(kind)) return true
    // What was stored already is not done again; the insert finds it.
    if (batch.cids[i] !== null && this.first(batch, i, spot.id) !== undefined) return true
    const target = batch.refs[i] ?? 0
    const kept = spot.keep_entries ?? batch.kept
    if (target < spot.first_seq || (kept !== null && target <= head - kept)) return false
    return this.changes.apply(kind, {
      room: spot.id,
      target,
      seq: head + 1,
      from: batch.fromIds[i] as string,
      text: batch.texts[i] as string,
    })
  }
}
