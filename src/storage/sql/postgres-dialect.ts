/** How Postgres says it. */

import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { Dialect } from './dialect.ts'
import {
  appendFunction,
  changeFunction,
  createFunction,
  type LogTables,
} from './postgres-routines.ts'
import { checkName, type Tables, tableNames } from './tables.ts'
import { postgresTriggers } from './triggers.ts'

/** The dialect of Postgres, with what only its adapter needs. */
export interface PostgresDialect extends Dialect {
  readonly schema: string
  /** Appends a packed batch; parameters: the columns of `PackedBatch`, in their order. */
  readonly appendSql: string
}

/** Needs Postgres 12. Every name is qualified, so that the connection's search path is no matter. */
export function postgresDialect(schema: string, prefix: string): PostgresDialect {
  checkName('schema', schema)
  const names = tableNames(prefix)
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (one) => new PostgresIntrospector(one),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }).withSchema(schema)
  const named = (name: string): string => `"${schema}"."${name}"`
  const table = (name: string) => sql.raw(named(name))
  const tables: LogTables = {
    rooms: named(names.rooms),
    entries: named(names.entries),
    changes: named(names.changes),
    reactions: named(names.reactions),
    holders: named(names.holders),
  }
  return {
    name: 'postgres',
    schema,
    names,
    db,
    table,
    types: {
      integer: sql`bigint`,
      // Not the collation of the database: it may treat texts as it likes, and may change.
      key: sql`text collate "C"`,
      text: sql`text`,
      bytes: sql`bytea`,
    },
    locks: true,
    greatest: (a, b) => sql<number>`greatest(${a}, ${b})`,
    least: (a, b) => sql<number>`least(${a}, ${b})`,
    oneOf: (column, values) => sql`${column} = any(${values}::text[])`,
    json: (parts) => sql<string>`json_build_array(${sql.join(parts)})::text`,
    reactions: (ids) => sql<string | null>`(
      select json_agg(json_build_array(x.text, x.people, (
        select json_agg(h.person_id order by h.react) from (
          select person_id, react from ${table(names.holders)}
          where room_id = x.room_id and seq = x.seq and since = x.since
          order by react limit ${sql.lit(ids)}) h)) order by x.since)::text
      from ${table(names.reactions)} x where x.room_id = e.room_id and x.seq = e.seq)`,
    insertRoom: (room, limit) => ({
      sql: `select made from ${named(`${prefix}create_1`)}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as made where made`,
      parameters: [
        ...[room.name, room.name_key, room.epoch, room.permanent, room.only_persons],
        ...[room.created_at, room.keep_until, room.listed, room.settings],
        ...[room.keep_entries, room.keep_ms, limit],
      ],
    }),
    id: sql`bigint generated always as identity primary key`,
    tableEnd: {
      // Room on each page for new versions of the counters: they are rewritten all the time.
      rooms: sql`with (fillfactor = 50)`,
      entries: sql``,
      other: sql``,
    },
    routines1: [
      ...postgresTriggers(schema, names),
      createFunction(named(`${prefix}create_1`), named(names.rooms), `${schema}.${names.rooms}`),
      changeFunction(named(`${prefix}change_1`), tables),
      appendFunction(named(`${prefix}append_1`), named(`${prefix}change_1`), tables),
    ],
    appendSql: `select seqs, times from ${named(`${prefix}append_1`)}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
  }
}
