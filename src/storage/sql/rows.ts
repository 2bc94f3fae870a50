/** From rows to what the contract speaks of. Postgres gives 64-bit numbers as texts. */

import { entryOf } from '../../protocol/entry.ts'
import type { Entry, EntryDetails, EntryKind, Person, Reaction } from '../../protocol/types.ts'
import type { Page, RoomRecord, StoredSettings } from '../../spi/storage.ts'
import type { NewRoom } from './dialect.ts'
import type { Queries, RowOf } from './queries.ts'
import type { EntryTable } from './tables.ts'
import { fromSql, sortKey, toInteger, toSql } from './text.ts'

type ReadRow = RowOf<ReturnType<Queries['read']>>
/** An entry as statements give it: `entryColumns`, and what `reactionsOf` gives. */
export type EntryRow = Omit<ReadRow, 'epoch' | 'head' | 'first' | 'rare'> &
  Pick<EntryTable, 'ref' | 'details' | 'edited' | 'deleted'> & {
    readonly reactions: string | readonly Held[] | null
  }
type RoomRow = RowOf<ReturnType<Queries['room']>>

const DAY_MS = 24 * 60 * 60_000

/** What is stored of a room's settings: all of it, and apart what statements must know. */
export function settingColumns(
  settings: StoredSettings | undefined,
): Pick<NewRoom, 'settings' | 'keep_entries' | 'keep_ms'> {
  const { keepEntries, keepDays } = settings ?? {}
  return {
    settings: settings === undefined ? null : JSON.stringify(settings),
    keep_entries: keepEntries === undefined ? null : toInteger(keepEntries),
    keep_ms: keepDays === undefined ? null : toInteger(keepDays * DAY_MS),
  }
}

/** The row of a new room. */
export function rowOf(room: Omit<RoomRecord, 'head'>): NewRoom {
  const { only, settings } = room
  return {
    name: toSql(room.room),
    name_key: sortKey(room.room),
    epoch: toSql(room.epoch),
    permanent: room.permanent ? 1 : 0,
    // JSON writes what SQL texts can't hold with escapes of its own.
    only_persons: only === undefined ? null : JSON.stringify(only),
    created_at: toInteger(room.createdAt),
    keep_until: toInteger(room.keepUntil),
    listed: only === undefined && settings?.private !== true ? 1 : 0,
    ...settingColumns(settings),
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
  const { only_persons: only, settings } = row
  return {
    ...record,
    ...(only === null ? undefined : { only: JSON.parse(only) as readonly Person[] }),
    ...(settings === null ? undefined : { settings: JSON.parse(settings) as StoredSettings }),
  }
}

/** The page that the rows of one reading make; `null`: no row, no room. */
export function pageOf(room: string, rows: readonly ReadRow[]): Page | null {
  const [top] = rows
  if (top === undefined) return null
  const entries: Entry[] = []
  for (const row of rows) if (row.seq !== null) entries.push(entryOfPage(room, row))
  return { epoch: fromSql(top.epoch), head: Number(top.head), first: Number(top.first), entries }
}

/** What stands in the column `rare`, in its order. */
type Rare = [
  ref: number | null,
  details: string | null,
  edited: number | null,
  deleted: number | null,
  reactions: EntryRow['reactions'],
]

/** The entry of a row of a page. */
function entryOfPage(room: string, row: ReadRow): Entry {
  if (row.rare === null) return entryOf(partsOf(room, row), Number(row.seq), Number(row.ts))
  const [ref, details, edited, deleted, reactions] = JSON.parse(row.rare) as Rare
  return entryFrom(room, { ...row, ref, details, edited, deleted, reactions })
}

/** What every entry has. A row with a seq has all that must be there. */
function partsOf(room: string, row: Omit<ReadRow, 'epoch' | 'head' | 'first' | 'rare'>) {
  const { cid, to_id: toId, to_name: toName } = row
  return {
    room,
    kind: row.kind as EntryKind,
    from: { id: fromSql(row.from_id as string), name: fromSql(row.from_name as string) },
    text: fromSql(row.text as string),
    ...(toId === null ? undefined : { to: { id: fromSql(toId), name: fromSql(toName ?? '') } }),
    ...(cid === null ? undefined : { cid: fromSql(cid) }),
  }
}

/** The entry of a row that has one. */
export function entryFrom(room: string, row: EntryRow): Entry {
  const { ref, details, edited, deleted } = row
  const parts = {
    ...partsOf(room, row),
    ...(ref === null ? undefined : { ref: Number(ref) }),
    ...(details === null ? undefined : { details: JSON.parse(details) as EntryDetails }),
  }
  const held = reactionsFrom(row.reactions)
  return {
    ...entryOf(parts, Number(row.seq), Number(row.ts)),
    ...(edited === null ? undefined : { edited: Number(edited) }),
    ...(deleted === null ? undefined : { deleted: true as const }),
    ...(held.length === 0 ? undefined : { reactions: held }),
  }
}

/** Text, count, ids. */
type Held = readonly [string, number, readonly string[]]

function reactionsFrom(given: string | readonly Held[] | null): readonly Reaction[] {
  const held = typeof given === 'string' ? (JSON.parse(given) as readonly Held[]) : given
  return (held ?? []).map(([text, count, by]) => ({
    text: fromSql(text),
    count,
    by: by.map(fromSql),
  }))
}
