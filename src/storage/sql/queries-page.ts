/** Reading a part of a log, in one statement. */

import { type Expression, type RawBuilder, sql } from 'kysely'
import { REACTION_IDS } from '../../protocol/entry.ts'
import type { Range } from '../../spi/storage.ts'
import type { Dialect } from './dialect.ts'

/**
 * Oldest entry that readers see, of the room that is `r` in the statement: what is beyond the number
 * of entries kept is given up before it is deleted.
 *
 * @param kept entries kept in a room that has no setting for it; undefined: all
 */
export function firstKept({ greatest }: Dialect, kept: number | undefined): Expression<number> {
  const most = sql<number>`coalesce(r.keep_entries, ${kept === undefined ? sql.raw('null') : sql.lit(kept)})`
  return greatest(sql<number>`r.first_seq`, sql<number>`coalesce(r.head - ${most} + 1, 1)`)
}

/** What every entry has, that is `e` in the statement. */
const plainColumns = [
  'e.seq',
  'e.ts',
  'e.kind',
  'e.from_id',
  'e.from_name',
  'e.to_id',
  'e.to_name',
  'e.text',
  'e.cid',
] as const

/** What few have, besides reactions. */
const rareColumns = ['e.ref', 'e.details', 'e.edited', 'e.deleted'] as const

/** What is read of an entry that is `e` in the statement. */
export const entryColumns = [...plainColumns, ...rareColumns] as const

/** The reactions of the entry that is `e`; only where there ever was one they are looked for. */
export const reactionsOf = (dialect: Dialect): RawBuilder<string | null> =>
  sql<string | null>`case when e.reacted = 1 then ${dialect.reactions(REACTION_IDS)} end`

/**
 * What few entries have, in one column: null where there is nothing of it. Five columns that are
 * nearly always null would make a page a third slower.
 */
function rareOf(dialect: Dialect): RawBuilder<string | null> {
  const columns = rareColumns.map((column) => sql.ref(column))
  const some = [...columns, sql.ref('e.reacted')].map((column) => sql`${column} is not null`)
  return sql<string | null>`case when ${sql.join(some, sql` or `)}
    then ${dialect.json([...columns, reactionsOf(dialect)])} end`
}

/** Builds the statements that read pages. A room's name comes in as `toSql` gives it. */
export function pageQueries(dialect: Dialect, kept: number | undefined) {
  const { db, names, greatest, least } = dialect
  const { rooms, entries } = names
  const first = firstKept(dialect, kept)
  const big = (value: number) => sql<number>`cast(${value} as bigint)`

  /** From `seq` (inclusive) to `seq` (exclusive). There are no holes, so a page is known by them. */
  function bounds(
    name: string,
    { after = 0, before, at, limit }: Range,
  ): [Expression<number>, Expression<number>] {
    if (before !== undefined) {
      const to = least(sql<number>`r.head + 1`, big(before))
      return [greatest(first, sql<number>`${to} - ${limit}`), to]
    }
    const from = at === undefined ? greatest(first, big(after + 1)) : firstAt(name, at)
    return [from, sql<number>`${from} + ${limit}`]
  }

  /**
   * Seq of the first entry of a time or later, by halving: times don't go back along a log, and
   * there are no holes in it.
   */
  const firstAt = (name: string, at: number) => sql<number>`(
    with recursive spot (id, lo, hi) as (
      select r.id, ${first}, r.head + 1 from ${dialect.table(rooms)} r where r.name = ${name}
      union all
      select s.id,
        case when m.ts < ${big(at)} then (s.lo + s.hi) / 2 + 1 else s.lo end,
        case when m.ts < ${big(at)} then s.hi else (s.lo + s.hi) / 2 end
      from spot s
      left join ${dialect.table(entries)} m on m.room_id = s.id and m.seq = (s.lo + s.hi) / 2
      where s.lo < s.hi
    )
    select lo from spot where lo >= hi)`

  return {
    /** A page of a log: at least one row if there is the room, without entry if there is none. */
    read(name: string, range: Range) {
      const [from, to] = bounds(name, range)
      return db
        .selectFrom(`${rooms} as r`)
        .leftJoin(`${entries} as e`, (join) =>
          join.onRef('e.room_id', '=', 'r.id').on('e.seq', '>=', from).on('e.seq', '<', to),
        )
        .where('r.name', '=', name)
        .select(['r.epoch', 'r.head'])
        .select(plainColumns)
        .select((eb) => [eb.cast<number>(first, 'bigint').as('first'), rareOf(dialect).as('rare')])
        .orderBy('e.seq')
        .compile()
    },
  }
}
