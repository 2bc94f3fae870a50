/** How SQLite says it. */

import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Dialect } from './dialect.ts'
import { type Tables, tableNames } from './tables.ts'

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
    insertRoom: (room, limit) =>
      db
        .insertInto(names.rooms)
        .columns([
          'name',
          'name_key',
          'epoch',
          'permanent',
          'only_persons',
          'created_at',
          'keep_until',
        ])
        .expression(
          db
            .selectNoFrom((eb) => [
              eb.val(room.name).as('name'),
              eb.val(room.name_key).as('name_key'),
              eb.val(room.epoch).as('epoch'),
              eb.val(room.permanent).as('permanent'),
              eb.val(room.only_persons).as('only_persons'),
              eb.val(room.created_at).as('created_at'),
              eb.val(room.keep_until).as('keep_until'),
            ])
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
    routines1: [
      `create trigger "${names.rooms}_deleted" after delete on "${names.rooms}" begin
        insert into "${names.gone}" (room_id) values (old.id);
      end`,
      `create trigger "${names.rooms}_cut" after update of first_seq on "${names.rooms}" begin
        delete from "${names.entries}" where room_id = new.id and seq < new.first_seq;
      end`,
    ],
  }
}
