/** How the tables of what is kept about people are made. Part of version 1 of the schema. */

import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { RecordTables } from './records-tables.ts'

/** Makes the tables and their indexes. */
export const recordsTables1 = (dialect: Dialect): readonly string[] => [
  ...members(dialect),
  ...accounts(dialect),
  ...audit(dialect),
  ...files(dialect),
]

function members({ db, names, types, tableEnd }: Dialect): readonly string[] {
  const table = names.members
  // Lists by what few members have must not look at everybody who ever read something. With the
  // column itself in it, SQLite finds the keys in the index alone, and so prefers it.
  const some = (suffix: string, column: 'role' | 'invited' | 'muted_until' | 'banned_until') =>
    db.schema
      .createIndex(`${table}_${suffix}`)
      .on(table)
      .columns(['room_id', 'person_key', column])
      .where(sql.ref(column), 'is not', null)
      .compile().sql
  return [
    db.schema
      .createTable(table)
      .addColumn('room_id', types.integer, (column) => column.notNull())
      .addColumn('person_key', types.bytes, (column) => column.notNull())
      .addColumn('room_key', types.bytes, (column) => column.notNull())
      .addColumn('person_id', types.key, (column) => column.notNull())
      .addColumn('name', types.text, (column) => column.notNull())
      .addColumn('role', types.key)
      .addColumn('invited', types.integer)
      .addColumn('muted_until', types.integer)
      .addColumn('banned_until', types.integer)
      .addColumn('read_seq', types.integer, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${table}_of_room`, ['room_id', 'person_key'])
      .modifyEnd(tableEnd.other)
      .compile().sql,
    db.schema
      .createIndex(`${table}_of_person`)
      .on(table)
      .columns(['person_id', 'room_key'])
      .compile().sql,
    some('role', 'role'),
    some('invited', 'invited'),
    some('muted', 'muted_until'),
    some('banned', 'banned_until'),
  ]
}

function accounts({ db, names, types, tableEnd }: Dialect): readonly string[] {
  return [
    db.schema
      .createTable(names.accounts)
      .addColumn('id', types.key, (column) => column.primaryKey().notNull())
      .addColumn('name', types.text, (column) => column.notNull())
      .addColumn('key', types.text, (column) => column.notNull())
      .addColumn('key_order', types.bytes, (column) => column.notNull().unique())
      .addColumn('password', types.text, (column) => column.notNull())
      .addColumn('admin', types.integer, (column) => column.notNull())
      .addColumn('disabled', types.integer, (column) => column.notNull())
      .addColumn('created_at', types.integer, (column) => column.notNull())
      .modifyEnd(tableEnd.other)
      .compile().sql,
    db.schema
      .createTable(names.tokens)
      .addColumn('hash', types.key, (column) => column.primaryKey().notNull())
      .addColumn('account_id', types.key, (column) => column.notNull())
      .addColumn('created_at', types.integer, (column) => column.notNull())
      .addColumn('expires_at', types.integer, (column) => column.notNull())
      .modifyEnd(tableEnd.other)
      .compile().sql,
    db.schema
      .createIndex(`${names.tokens}_of_account`)
      .on(names.tokens)
      .columns(['account_id', 'expires_at'])
      .compile().sql,
    db.schema.createIndex(`${names.tokens}_ends`).on(names.tokens).column('expires_at').compile()
      .sql,
  ]
}

function audit({ name, db, names, types, id }: Dialect): readonly string[] {
  const end: RawBuilder<unknown> = name === 'sqlite' ? sql`strict` : sql``
  return [
    db.schema
      .createTable(names.audit)
      .addColumn('id', id)
      .addColumn('ts', types.integer, (column) => column.notNull())
      .addColumn('act', types.text, (column) => column.notNull())
      .addColumn('by_id', types.key, (column) => column.notNull())
      .addColumn('by_name', types.text, (column) => column.notNull())
      .addColumn('room', types.text)
      .addColumn('to_id', types.key)
      .addColumn('to_name', types.text)
      .addColumn('note', types.text)
      .modifyEnd(end)
      .compile().sql,
  ]
}

function files({ db, names, types, tableEnd }: Dialect): readonly string[] {
  return [
    db.schema
      .createTable(names.files)
      .addColumn('id', types.key, (column) => column.primaryKey().notNull())
      .addColumn('room', types.text, (column) => column.notNull())
      .addColumn('room_id', types.integer)
      .addColumn('owner_id', types.key, (column) => column.notNull())
      .addColumn('owner_name', types.text, (column) => column.notNull())
      .addColumn('name', types.text, (column) => column.notNull())
      .addColumn('type', types.text, (column) => column.notNull())
      .addColumn('size', types.integer, (column) => column.notNull())
      .addColumn('created_at', types.integer, (column) => column.notNull())
      .addColumn('seq', types.integer)
      .modifyEnd(tableEnd.other)
      .compile().sql,
    db.schema
      .createIndex(`${names.files}_of_room`)
      .on(names.files)
      .columns(['room_id', 'created_at', 'id'])
      .compile().sql,
    db.schema.createIndex(`${names.files}_of_owner`).on(names.files).columns(['owner_id']).compile()
      .sql,
    db.schema
      .createTable(names.usage)
      .addColumn('scope', types.integer, (column) => column.notNull())
      .addColumn('owner_id', types.key, (column) => column.notNull())
      .addColumn('bytes', types.integer, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${names.usage}_of`, ['scope', 'owner_id'])
      .modifyEnd(tableEnd.other)
      .compile().sql,
  ]
}

/**
 * The triggers of these tables, as `triggers.ts` makes them: tokens go with their account, and the
 * bytes of files are counted. Everybody's row comes first: who waits for it holds nothing else.
 */
export const recordTriggers = (t: (table: keyof RecordTables) => string) => [
  {
    name: 'deleted',
    on: 'accounts' as const,
    event: 'delete',
    body: [`delete from ${t('tokens')} where account_id = old.id`],
  },
  {
    name: 'added',
    on: 'files' as const,
    event: 'insert',
    body: [
      `update ${t('usage')} set bytes = bytes + new.size where scope = 0`,
      `update ${t('usage')} set bytes = bytes + new.size
        where scope = 1 and owner_id = new.owner_id`,
    ],
  },
  {
    name: 'deleted',
    on: 'files' as const,
    event: 'delete',
    body: [
      `update ${t('usage')} set bytes = bytes - old.size where scope = 0`,
      `update ${t('usage')} set bytes = bytes - old.size
        where scope = 1 and owner_id = old.owner_id`,
      `delete from ${t('usage')} where scope = 1 and owner_id = old.owner_id and bytes <= 0`,
    ],
  },
]
