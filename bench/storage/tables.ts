// The table of messages that people make by hand, and its INSERT: for the servers to compare with,
// and to measure what a commit takes by itself.

import Database from 'better-sqlite3'
import pg from 'pg'
import type { Message } from '../servers/loop.ts'
import type { PlaceOf } from './places.ts'

/** Opens the file, makes the table, and gives the INSERT: each is a transaction, synced to disk. */
export function sqliteTable({ file }: PlaceOf<'sqlite'>): (message: Message) => number {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`create table messages (
    id integer primary key, room text not null, from_id text not null, from_name text not null,
    text text not null, ts integer not null
  )`)
  db.exec('create index messages_by_room on messages (room, id)')
  const insert = db.prepare(
    'insert into messages (room, from_id, from_name, text, ts) values (?, ?, ?, ?, ?)',
  )
  return ({ room, from, text, ts }) =>
    Number(insert.run(room, from.id, from.name, text, ts).lastInsertRowid)
}

/** Makes the table, and gives the INSERT: each on whatever connection of a pool (10) is free. */
export async function postgresTable({
  url,
  schema,
}: PlaceOf<'postgres'>): Promise<{ insert(message: Message): Promise<number> }> {
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` })
  await pool.query(`create schema ${schema}`)
  await pool.query(`create table messages (
    id bigint generated always as identity primary key, room text not null, from_id text not null,
    from_name text not null, text text not null, ts bigint not null
  )`)
  await pool.query('create index messages_by_room on messages (room, id)')
  return {
    async insert({ room, from, text, ts }) {
      const { rows } = await pool.query<{ id: string }>(
        `insert into messages (room, from_id, from_name, text, ts)
          values ($1, $2, $3, $4, $5) returning id`,
        [room, from.id, from.name, text, ts],
      )
      return Number(rows[0]?.id)
    },
  }
}
