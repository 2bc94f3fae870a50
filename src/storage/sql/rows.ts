/** From rows to what the contract speaks of. Postgres gives 64-bit numbers as texts. */

import { entryOf } from '../../protocol/entry.ts'
import type { Entry, EntryKind, Person } from '../../protocol/types.ts'
import type { Page, RoomRecord } from '../../spi/storage.ts'
import type { NewRoom } from './dialect.ts'
import type { Queries, RowOf } from './queries.ts'
import { fromSql, sortKey, toInteger, toSql } from './text.ts'

type ReadRow = RowOf<ReturnType<Queries['read']>>
type RoomRow = RowOf<ReturnType<Queries['room']>>

/** The row of a new room. */
export function rowOf(room: Omit<RoomRecord, 'head'>): NewRoom {
  const { only } = room
  return {
    name: toSql(room.room),
    name_key: sortKey(room.room),
    epoch: toSql(room.epoch),
    permanent: room.permanent ? 1 : 0,
    // JSON writes what SQL texts can't hold with escapes of its own.
    only_persons: only === undefined ? null : JSON.stringify(only),
    created_at: toInteger(room.createdAt),
    keep_until: toInteger(room.keepUntil),
  }
}

/** The room of a row. */
export function recordOf(row: RoomRow): RoomRecord {
  const record = {
    room: fromSql(row.name),
    epoch: fromSql(row.epoch),
    head: Number(row.head),
    permanent: Number(row.permanent) === 1,
    createdAt: Number(row.created_at),
    keepUntil: Number(row.keep_until),
  }
  if (row.only_persons === null) return record
  return { ...record, only: JSON.parse(row.only_persons) as readonly Person[] }
}

/** The page that the rows of one reading make; `null`: no row, no room. */
export function pageOf(room: string, rows: readonly ReadRow[]): Page | null {
  const [top] = rows
  if (top === undefined) return null
  const entries: Entry[] = []
  for (const row of rows) if (row.seq !== null) entries.push(entryFrom(room, row))
  return { epoch: fromSql(top.epoch), head: Number(top.head), first: Number(top.first), entries }
}

function entryFrom(room: string, row: ReadRow): Entry {
  const { cid, to_id: toId, to_name: toName } = row
  // A row with a seq has all that an entry must have.
  const parts = {
    room,
    kind: row.kind as EntryKind,
    from: { id: fromSql(row.from_id as string), name: fromSql(row.from_name as string) },
    text: fromSql(row.text as string),
    ...(toId === null ? undefined : { to: { id: fromSql(toId), name: fromSql(toName ?? '') } }),
    ...(cid === null ? undefined : { cid: fromSql(cid) }),
  }
  return entryOf(parts, Number(row.seq), Number(row.ts))
}
