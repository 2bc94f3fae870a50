/** The schema, as the steps that lead to it. Forward only: what was published never changes. */

import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { MigrationPlan } from './version.ts'

/** What one version adds, as statements. */
type Migration = (dialect: Dialect) => readonly string[]

/** Version 1: rooms with their counters, entries, settings. */
const rooms: Migration = ({ db, names, types, id, tableEnd, routines1 }) => [
  db.schema
    .createTable(names.rooms)
    .addColumn('id', id)
    .addColumn('name', types.key, (column) => column.notNull().unique())
    .addColumn('name_key', types.bytes, (column) => column.notNull())
    .addColumn('epoch', types.key, (column) => column.notNull())
    .addColumn('head', types.integer, (column) => column.notNull().defaultTo(0))
    .addColumn('first_seq', types.integer, (column) => column.notNull().defaultTo(1))
    .addColumn('permanent', types.integer, (column) => column.notNull())
    .addColumn('only_persons', types.text)
    .addColumn('created_at', types.integer, (column) => column.notNull())
    .addColumn('keep_until', types.integer, (column) => column.notNull())
    .modifyEnd(tableEnd.rooms)
    .compile().sql,
  // Lists show only rooms that are everybody's.
  db.schema
    .createIndex(`${names.rooms}_listed`)
    .on(names.rooms)
    .column('name_key')
    .where(sql.ref('only_persons'), 'is', null)
    .compile().sql,
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
  ...routines1,
]

/** In order; a database's version is the number of those it has been through. */
const MIGRATIONS: readonly Migration[] = [rooms]

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
