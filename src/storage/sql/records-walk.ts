/** Walking through all entries, in stretches of bounded length. */

import { type SqlBool, sql } from 'kysely'
import { WALKED } from '../records-common.ts'
import type { RecordParts } from './records-parts.ts'
import { toInteger } from './text.ts'

/** A place among the entries of all rooms, in the order of the primary key. */
export interface Place {
  readonly room: number
  readonly seq: number
}

/** The place after every entry. */
export const END: Place = { room: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER }

/** A stretch: what comes after one place, up to another and with it. */
export interface Stretch {
  readonly after: Place
  readonly to: Place
}

/** The place as a text, for whoever is to give it back. */
export const writePlace = ({ room, seq }: Place): string => `${room}.${seq}`

/** The place of such a text; before every entry where there is none. */
export function readPlace(text: string | undefined): Place {
  const [room = 0, seq = 0] = (text ?? '').split('.').map(Number)
  return { room: toInteger(room), seq: toInteger(seq) }
}

/**
 * Whether the entry is in a stretch.
 *
 * @param alias what the entry is called in the statement
 */
export function within({ after, to }: Stretch, alias?: string) {
  const place = sql.raw(alias === undefined ? '(room_id, seq)' : `(${alias}.room_id, ${alias}.seq)`)
  return sql<SqlBool>`${place} > (${after.room}, ${after.seq}) and ${place} <= (${to.room}, ${to.seq})`
}

/**
 * The entry that is {@link WALKED} away from a place: after it, or up to it (itself counting).
 * Undefined: there are fewer.
 */
export async function stride(
  { dialect, run }: RecordParts,
  from: Place,
  way: 'asc' | 'desc',
): Promise<Place | undefined> {
  const sign = sql.raw(way === 'asc' ? '>' : '<=')
  const [row] = await run(
    dialect.db
      .selectFrom(dialect.names.entries)
      .select(['room_id', 'seq'])
      .where(sql<SqlBool>`(room_id, seq) ${sign} (${from.room}, ${from.seq})`)
      .orderBy('room_id', way)
      .orderBy('seq', way)
      .limit(1)
      .offset(WALKED - 1)
      .compile(),
  )
  return row && { room: Number(row.room_id), seq: Number(row.seq) }
}

/** The id that is {@link WALKED} rows after another; undefined: there are fewer. */
export async function strideOfIds(
  { dialect, run }: RecordParts,
  table: 'rooms' | 'audit',
  after: number,
): Promise<number | undefined> {
  const query = dialect.db
    .selectFrom(dialect.names[table] as 'rooms')
    .select('id')
    .where('id', '>', after)
    .orderBy('id')
    .limit(1)
    .offset(WALKED - 1)
  const [row] = await run(query.compile())
  return row && Number(row.id)
}
