/** Every statement that both databases run alike. Each is atomic by itself; none needs another. */

import { type CompiledQuery, type SqlBool, sql } from 'kysely'
import type { Dialect, NewRoom, Statement } from './dialect.ts'
import { pageQueries } from './queries-page.ts'
import type { RoomTable } from './tables.ts'

/** Builds the statements for one database. Texts come in as `toSql` gives them. */
export type Queries = ReturnType<typeof queriesFor>

const recordColumns = [
  'name',
  'epoch',
  'head',
  'permanent',
  'only_persons',
  'created_at',
  'keep_until',
  'settings',
] as const

/** What the primary keys have besides the room. One entry may have very many rows of the others. */
const KEYS = {
  entries: ['seq'],
  changes: ['seq', 'change'],
  reactions: ['seq', 'since'],
  holders: ['seq', 'since', 'react'],
} as const

/** What `update` changes of a room. */
export type RoomChange = Partial<
  Pick<RoomTable, 'permanent' | 'listed' | 'settings' | 'keep_entries' | 'keep_ms'>
>

/**
 * The statements.
 *
 * @param kept entries that readers see of a room that has no setting for it; undefined: all
 */
export function queriesFor(dialect: Dialect, kept: number | undefined) {
  const { db, names, oneOf } = dialect
  const { rooms, entries, settings, gone } = names

  const record = db.selectFrom(rooms).select(recordColumns)

  /** What is set for the room, or for all. */
  const orElse = (column: string, most: number | undefined) =>
    most === undefined
      ? sql.ref<number>(column)
      : sql<number>`coalesce(${sql.ref(column)}, ${sql.lit(most)})`

  return {
    ...pageQueries(dialect, kept),

    insertRoom: (room: NewRoom, limit: number): Statement => dialect.insertRoom(room, limit),

    room: (name: string) => record.where('name', '=', name).compile(),

    countRooms: () =>
      db
        .selectFrom(rooms)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .compile(),

    listRooms: (after: Uint8Array, limit: number, all: boolean) =>
      record
        .where('name_key', '>', after)
        .$if(!all, (some) => some.where('listed', '=', sql.lit(1)))
        .$if(all, (some) => some.where('only_persons', 'is', null))
        .orderBy('name_key')
        .limit(limit)
        .compile(),

    /** Without private conversations. */
    countOpenRooms: () =>
      db
        .selectFrom(rooms)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('only_persons', 'is', null)
        .compile(),

    deleteRoom: (name: string) =>
      db.deleteFrom(rooms).where('name', '=', name).returning('id').compile(),

    /** A room that only some persons may be in stays off the lists, whatever `listed` says. */
    updateRoom: (name: string, { listed, ...change }: RoomChange) =>
      db
        .updateTable(rooms)
        .set(change)
        .$if(listed !== undefined, (update) =>
          update.set({
            listed: sql<number>`case when only_persons is null then ${sql.lit(listed ?? 0)} else 0 end`,
          }),
        )
        .where('name', '=', name)
        .returning(recordColumns)
        .compile(),

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

    /** Gives at most `limit` rooms, by id after `after`, an epoch of this beginning. */
    renewRooms: (prefix: string, after: number, limit: number) =>
      db
        .updateTable(rooms)
        .set({ epoch: sql<string>`cast(${prefix} as text) || cast(id as text)` })
        .where('id', 'in', (eb) =>
          eb
            .selectFrom(rooms)
            .select('id')
            .where('id', '>', after)
            .orderBy('id')
            .limit(limit)
            .$if(dialect.locks, (select) => select.forUpdate()),
        )
        .returning('id')
        .compile(),

    heads: (some: readonly string[]) =>
      db
        .selectFrom(rooms)
        .select(['name', 'epoch', 'head'])
        .where(oneOf(sql.ref<string>('name'), some))
        .compile(),

    setting: (key: string) =>
      db.selectFrom(settings).select('value').where('key', '=', key).compile(),

    insertSetting: (key: string, value: string) =>
      db
        .insertInto(settings)
        .values({ key, value })
        .onConflict((conflict) => conflict.doNothing())
        .returning('value')
        .compile(),

    replaceSetting: (key: string, value: string) =>
      db
        .insertInto(settings)
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .returning('value')
        .compile(),

    // ── sweeping ────────────────────────────────────────────────────────────────────────────

    goneRoom: () => db.selectFrom(gone).select('room_id').limit(1).compile(),

    /** Deletes at most `limit` rows of a deleted room, in the order of the table's primary key. */
    deleteRows: (table: keyof typeof KEYS, room: number, limit: number) => {
      const key = sql.join(KEYS[table].map((column) => sql.ref(column)))
      const some = sql`select ${key} from ${dialect.table(names[table])}
        where room_id = ${room} order by ${key} limit ${limit}`
      return db
        .deleteFrom(names[table])
        .where('room_id', '=', room)
        .where(sql<SqlBool>`(${key}) in (${some})`)
        .returning('seq')
        .compile()
    },

    /** The same for its members. */
    deleteMembers: (room: number, limit: number) =>
      db
        .deleteFrom(names.members)
        .where('room_id', '=', room)
        .where('person_key', 'in', (eb) =>
          eb
            .selectFrom(names.members)
            .select('person_key')
            .where('room_id', '=', room)
            .orderBy('person_key')
            .limit(limit),
        )
        .returning('person_id')
        .compile(),

    forgetGone: (room: number) =>
      db.deleteFrom(gone).where('room_id', '=', room).returning('room_id').compile(),

    /** Rooms that hold more entries than they keep: what is set for them, or `most`. */
    crowded: (most: number | undefined, limit: number) =>
      db
        .selectFrom(rooms)
        .select(['id', 'head', 'first_seq', orElse('keep_entries', most).as('most')])
        .where(sql<number>`head - first_seq`, '>=', orElse('keep_entries', most))
        .$if(most === undefined, (all) => all.where('keep_entries', 'is not', null))
        .limit(limit)
        .compile(),

    /** Whether there is a room that has a time set for its entries. */
    anyAging: () =>
      db.selectFrom(rooms).select('id').where('keep_ms', 'is not', null).limit(1).compile(),

    /** Rooms whose oldest entry is older than they keep: what is set for them, or `most` ms. */
    aged: (now: number, most: number | undefined, after: number, limit: number) =>
      db
        .selectFrom(`${rooms} as r`)
        .innerJoin(`${entries} as e`, (join) =>
          join.onRef('e.room_id', '=', 'r.id').onRef('e.seq', '=', 'r.first_seq'),
        )
        .where('e.ts', '<', sql<number>`${now} - ${orElse('r.keep_ms', most)}`)
        .$if(most === undefined, (all) => all.where('r.keep_ms', 'is not', null))
        .where('r.id', '>', after)
        .select(['r.id', 'r.head', 'r.first_seq', orElse('r.keep_ms', most).as('most')])
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
