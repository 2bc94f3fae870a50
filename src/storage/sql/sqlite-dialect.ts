/** How SQLite says it. */

import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Dialect, NewRoom } from './dialect.ts'
import { type Tables, tableNames } from './tables.ts'
import { sqliteTriggers } from './triggers.ts'

/** Needs SQLite 3.38: strict tables, `returning`, JSON. */
export function sqliteDialect(prefix: string): Dialect {
  const names = tableNames(prefix)
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (one) => new SqliteIntrospector(one),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  return {
    name: 'sqlite',
    names,
    db,
    table: (name) => sql.table(name),
    types: {
      integer: sql`integer`,
      key: sql`text`,
      text: sql`text`,
      bytes: sql`blob`,
    },
    // One writer at a time has the whole file.
    locks: false,
    greatest: (a, b) => sql<number>`max(${a}, ${b})`,
    least: (a, b) => sql<number>`min(${a}, ${b})`,
    oneOf: (column, values) =>
      sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
    json: (parts) => sql<string>`json_array(${sql.join(parts)})`,
    reactions: (ids) => sql<string | null>`(
      select json_group_array(json_array(x.text, x.people, json((
        select json_group_array(h.person_id) from (
          select person_id from ${sql.table(names.holders)}
          where room_id = x.room_id and seq = x.seq and since = x.since
          order by react limit ${sql.lit(ids)}) h))))
      from (
        select * from ${sql.table(names.reactions)}
        where room_id = e.room_id and seq = e.seq order by since) x)`,
    insertRoom: (room, limit) =>
      db
        .insertInto(names.rooms)
        .columns(Object.keys(room) as (keyof NewRoom)[])
        .expression(
          db
            .selectNoFrom((eb) =>
              Object.entries(room).map(([column, value]) => eb.val(value).as(column)),
            )
            .where((eb) =>
              eb(sql<number>`(select count(*) from ${sql.table(names.rooms)})`, '<', limit),
            ),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .compile(),
    // `autoincrement`: an id never comes back, or entries that wait in `gone` would come back too.
    id: sql`integer primary key autoincrement`,
    tableEnd: {
      rooms: sql`strict`,
      // The log itself is the primary key's tree: one page of history, few pages of the file.
      entries: sql`strict, without rowid`,
      other: sql`strict, without rowid`,
    },
    routines1: sqliteTriggers(names),
  }
}
