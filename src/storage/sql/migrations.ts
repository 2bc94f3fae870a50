/** The schema, as the steps that lead to it. Forward only: what was published never changes. */

import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { recordsTables1 } from './records-migration.ts'
import type { MigrationPlan } from './version.ts'

/** `head_ts` of a room without entries: any time may follow. */
const NEVER = Number.MIN_SAFE_INTEGER

/** What one version adds, as statements. */
type Migration = (dialect: Dialect) => readonly string[]

/** Version 1: rooms with their counters, entries with what is held up to them, settings. */
const first: Migration = (dialect) => [
  ...rooms(dialect),
  ...entries(dialect),
  ...reactions(dialect),
  ...others(dialect),
  ...recordsTables1(dialect),
  ...dialect.routines1,
]

const rooms: Migration = ({ db, names, types, id, tableEnd }) => [
  db.schema
    .createTable(names.rooms)
    .addColumn('id', id)
    .addColumn('name', types.key, (column) => column.notNull().unique())
    .addColumn('name_key', types.bytes, (column) => column.notNull())
    .addColumn('epoch', types.key, (column) => column.notNull())
    .addColumn('head', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('first_seq', types.integer, (column) => column.notNull().defaultTo(1))
    .addColumn('head_ts', types.integer, (column) => column.notNull().defaultTo(NEVER))
    .addColumn('permanent', types.integer, (column) => column.notNull())
    .addColumn('only_persons', types.text)
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('keep_until', types.integer, (column) => column.notNull())
    .addColumn('listed', types.integer, (column) => column.notNull())
    .addColumn('settings', types.text)
    .addColumn('keep_entries', types.integer)
    .addColumn('keep_ms', types.integer)
    .modifyEnd(tableEnd.rooms)
    .compile().sql,
  db.schema
    .createIndex(`${names.rooms}_listed`)
    .on(names.rooms)
    .column('name_key')
    .where(sql.ref('listed'), '=', sql.lit(1))
    .compile().sql,
  // Few rooms have this: those who look for them shouldn't look at all.
  ...(['keep_entries', 'keep_ms'] as const).map(
    (column) =>
      db.schema
        .createIndex(`${names.rooms}_${column}`)
        .on(names.rooms)
        .column(column)
        .where(sql.ref(column), 'is not', null)
        .compile().sql,
  ),
]

const entries: Migration = ({ db, names, types, tableEnd }) => [
  db.schema
    .createTable(names.entries)
    .addColumn('room_id', types.integer, (column) => column.notNull())
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('ts', types.integer, (column) => column.notNull())
    .addColumn('kind', types.key, (column) => column.notNull())
    .addColumn('from_id', types.key, (column) => column.notNull())
    .addColumn('from_name', types.text, (column) => column.notNull())
    .addColumn('to_id', types.key)
    .addColumn('to_name', types.text)
    .addColumn('text', types.text, (column) => column.notNull())
    .addColumn('cid', types.key)
    .addColumn('ref', types.integer)
    .addColumn('details', types.text)
    .addColumn('edited', types.integer)
    .addColumn('original', types.text)
    .addColumn('reacted', types.integer)
    .addColumn('deleted', types.integer)
    .addPrimaryKeyConstraint(`${names.entries}_log`, ['room_id', 'seq'])
    .modifyEnd(tableEnd.entries)
    .compile().sql,
  db.schema
    .createIndex(`${names.entries}_once`)
    .unique()
    .on(names.entries)
    .columns(['room_id', 'from_id', 'cid'])
    .where('cid', 'is not', null)
    .compile().sql,
  db.schema
    .createTable(names.changes)
    .addColumn('room_id', types.integer, (column) => column.notNull())
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('change', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint(`${names.changes}_of_entry`, ['room_id', 'seq', 'change'])
    .modifyEnd(tableEnd.other)
    .compile().sql,
]

const reactions: Migration = ({ db, names, types, tableEnd }) => [
  db.schema
    .createTable(names.reactions)
    .addColumn('room_id', types.integer, (column) => column.notNull())
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('since', types.integer, (column) => column.notNull())
    .addColumn('text', types.key, (column) => column.notNull())
    .addColumn('people', types.integer, (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint(`${names.reactions}_of_entry`, ['room_id', 'seq', 'since'])
    .modifyEnd(tableEnd.other)
    .compile().sql,
  db.schema
    .createTable(names.holders)
    .addColumn('room_id', types.integer, (column) => column.notNull())
    .addColumn('seq', types.integer, (column) => column.notNull())
    .addColumn('since', types.integer, (column) => column.notNull())
    .addColumn('react', types.integer, (column) => column.notNull())
    .addColumn('person_id', types.key, (column) => column.notNull())
    .addPrimaryKeyConstraint(`${names.holders}_in_order`, ['room_id', 'seq', 'since', 'react'])
    .modifyEnd(tableEnd.other)
    .compile().sql,
  // Begins with the person, so that it also finds all that one person holds.
  db.schema
    .createIndex(`${names.holders}_once`)
    .unique()
    .on(names.holders)
    .columns(['person_id', 'room_id', 'seq', 'since'])
    .compile().sql,
]

const others: Migration = ({ db, names, types, tableEnd }) => [
  db.schema
    .createTable(names.settings)
    .addColumn('key', types.key, (column) => column.primaryKey().notNull())
    .addColumn('value', types.text, (column) => column.notNull())
    .modifyEnd(tableEnd.other)
    .compile().sql,
  db.schema
    .createTable(names.gone)
    .addColumn('room_id', types.integer, (column) => column.primaryKey().notNull())
    .modifyEnd(tableEnd.other)
    .compile().sql,
]

/** In order; a database's version is the number of those it has been through. */
const MIGRATIONS: readonly Migration[] = [first]

/** The plan for a database of this dialect. */
export function migrationPlan(dialect: Dialect): MigrationPlan {
  const { names, types } = dialect
  const db = dialect.db as unknown as Kysely<{ version: { version: number } }>
  const table = names.version as 'version'
  const begin = [
    db.schema
      .createTable(table)
      .addColumn('version', types.integer, (column) => column.notNull())
      .compile().sql,
    // Not a parameter: both databases run these as they stand.
    db
      .insertInto(table)
      .values({ version: sql.lit(0) })
      .compile().sql,
  ]
  return { table, begin, versions: MIGRATIONS.map((migration) => migration(dialect)) }
}
