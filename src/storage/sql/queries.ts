/** Every statement that both databases run alike. Each is atomic by itself; none needs another. */

import { type CompiledQuery, type Expression, sql } from 'kysely'
import type { Range } from '../../spi/storage.ts'
import type { Dialect, NewRoom, Statement } from './dialect.ts'

/** Builds the statements for one database. Texts come in as `toSql` gives them. */
export type Queries = ReturnType<typeof queriesFor>

/**
 * The statements.
 *
 * @param kept entries per room that readers see; undefined: all that are stored
 */
export function queriesFor(dialect: Dialect, kept: number | undefined) {
  const { db, names, greatest, least, oneOf } = dialect
  const { rooms, entries, settings, gone } = names

  const record = db
    .selectFrom(rooms)
    .select(['name', 'epoch', 'head', 'permanent', 'only_persons', 'created_at', 'keep_until'])

  /** Oldest entry that readers see: what is beyond `kept` is given up before it is deleted. */
  const first: Expression<number> =
    kept === undefined
      ? sql<number>`r.first_seq`
      : greatest(sql<number>`r.first_seq`, sql<number>`r.head - ${sql.lit(kept)} + 1`)

  /** From `seq` (inclusive) to `seq` (exclusive). There are no holes, so a page is known by them. */
  function bounds({ after = 0, before, limit }: Range): [Expression<number>, Expression<number>] {
    if (before === undefined) {
      const from = greatest(first, sql<number>`cast(${after + 1} as bigint)`)
      return [from, sql<number>`${from} + ${limit}`]
    }
    const to = least(sql<number>`r.head + 1`, sql<number>`cast(${before} as bigint)`)
    return [greatest(first, sql<number>`${to} - ${limit}`), to]
  }

  return {
    insertRoom: (room: NewRoom, limit: number): Statement => dialect.insertRoom(room, limit),

    room: (name: string) => record.where('name', '=', name).compile(),

    countRooms: () =>
      db
        .selectFrom(rooms)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .compile(),

    listRooms: (after: Uint8Array, limit: number) =>
      record
        .where('name_key', '>', after)
        .where('only_persons', 'is', null)
        .orderBy('name_key')
        .limit(limit)
        .compile(),

    deleteRoom: (name: string) =>
      db.deleteFrom(rooms).where('name', '=', name).returning('id').compile(),

    keepRooms: (some: readonly string[], until: number) =>
      db
        .updateTable(rooms)
        .set({ keep_until: until })
        .where('id', 'in', (eb) =>
          eb
            .selectFrom(rooms)
            .select('id')
            .where(oneOf(sql.ref<string>('name'), some))
            .where('keep_until', '<', until)
            .orderBy('id')
            .$if(dialect.locks, (select) => select.forUpdate()),
        )
        .returning('id')
        .compile(),

    /** Deletes at most `limit` rooms whose time has passed. */
    expireRooms: (now: number, limit: number) =>
      db
        .deleteFrom(rooms)
        .where('id', 'in', (eb) =>
          eb
            .selectFrom(rooms)
            .select('id')
            .where('permanent', '=', 0)
            .where('keep_until', '<', now)
            .orderBy('id')
            .limit(limit)
            .$if(dialect.locks, (select) => select.forUpdate()),
        )
        .returning('name')
        .compile(),

    heads: (some: readonly string[]) =>
      db
        .selectFrom(rooms)
        .select(['name', 'epoch', 'head'])
        .where(oneOf(sql.ref<string>('name'), some))
        .compile(),

    /** A page of a log: at least one row if there is the room, without entry if there is none. */
    read(name: string, range: Range) {
      const [from, to] = bounds(range)
      return db
        .selectFrom(`${rooms} as r`)
        .leftJoin(`${entries} as e`, (join) =>
          join.onRef('e.room_id', '=', 'r.id').on('e.seq', '>=', from).on('e.seq', '<', to),
        )
        .where('r.name', '=', name)
        .select([
          'r.epoch',
          'r.head',
          'e.seq',
          'e.ts',
          'e.kind',
          'e.from_id',
          'e.from_name',
          'e.to_id',
          'e.to_name',
          'e.text',
          'e.cid',
        ])
        .select((eb) => eb.cast<number>(first, 'bigint').as('first'))
        .orderBy('e.seq')
        .compile()
    },

    setting: (key: string) =>
      db.selectFrom(settings).select('value').where('key', '=', key).compile(),

    insertSetting: (key: string, value: string) =>
      db
        .insertInto(settings)
        .values({ key, value })
        .onConflict((conflict) => conflict.doNothing())
        .returning('value')
        .compile(),

    // ── sweeping ────────────────────────────────────────────────────────────────────────────

    goneRoom: () => db.selectFrom(gone).select('room_id').limit(1).compile(),

    /** Deletes at most `limit` entries of a deleted room. */
    deleteEntries: (room: number, limit: number) =>
      db
        .deleteFrom(entries)
        .where('room_id', '=', room)
        .where('seq', 'in', (eb) =>
          eb
            .selectFrom(entries)
            .select('seq')
            .where('room_id', '=', room)
            .orderBy('seq')
            .limit(limit),
        )
        .returning('seq')
        .compile(),

    forgetGone: (room: number) =>
      db.deleteFrom(gone).where('room_id', '=', room).returning('room_id').compile(),

    /** Rooms that hold more than `most` entries. */
    crowded: (most: number, limit: number) =>
      db
        .selectFrom(rooms)
        .select(['id', 'head', 'first_seq'])
        .where(sql<number>`head - first_seq`, '>=', most)
        .limit(limit)
        .compile(),

    /** Rooms whose oldest entry is older than `before`, by id from `after`. */
    aged: (before: number, after: number, limit: number) =>
      db
        .selectFrom(`${rooms} as r`)
        .innerJoin(`${entries} as e`, (join) =>
          join.onRef('e.room_id', '=', 'r.id').onRef('e.seq', '=', 'r.first_seq'),
        )
        .where('e.ts', '<', before)
        .where('r.id', '>', after)
        .select(['r.id', 'r.head', 'r.first_seq'])
        .orderBy('r.id')
        .limit(limit)
        .compile(),

    /** When the oldest entries of a room were made. */
    oldest: (room: number, from: number, limit: number) =>
      db
        .selectFrom(entries)
        .select(['seq', 'ts'])
        .where('room_id', '=', room)
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limit)
        .compile(),

    /** Gives up the entries before `first`; a trigger deletes them. */
    cut: (room: number, first: number) =>
      db
        .updateTable(rooms)
        .set({ first_seq: first })
        .where('id', '=', room)
        .where('first_seq', '<', first)
        .returning('id')
        .compile(),
  }
}

/** The rows that a compiled query gives. */
export type RowOf<Q> = Q extends CompiledQuery<infer Row> ? Row : never
