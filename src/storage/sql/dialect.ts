/** What differs between the databases. Types only; `sqlite-dialect.ts` and `postgres-dialect.ts`. */

import type { Expression, Kysely, RawBuilder, SqlBool } from 'kysely'
import type { Names, RoomTable, Tables } from './tables.ts'

/** A statement ready to be run. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** What a room is made with: its row, less what the database fills in. */
export type NewRoom = Omit<RoomTable, 'id' | 'head' | 'first_seq' | 'head_ts'>

/** The differences, as far as queries and migrations are concerned. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  readonly names: Names
  /** Builds and compiles queries. It has no connection and runs none. */
  readonly db: Kysely<Tables>
  /** A table as it stands in SQL that is not built. */
  table(name: string): RawBuilder<unknown>
  /** Types of columns. `key`: a text that is compared byte by byte. */
  readonly types: {
    readonly integer: RawBuilder<unknown>
    readonly key: RawBuilder<unknown>
    readonly text: RawBuilder<unknown>
    readonly bytes: RawBuilder<unknown>
  }
  /** Whether rows that are changed together must be locked in order first. */
  readonly locks: boolean
  greatest(a: Expression<number>, b: Expression<number>): Expression<number>
  least(a: Expression<number>, b: Expression<number>): Expression<number>
  /** The column is one of these, however many. */
  oneOf(column: Expression<string>, values: readonly string[]): Expression<SqlBool>
  /** An array in JSON, as text. */
  json(parts: readonly RawBuilder<unknown>[]): RawBuilder<string>
  /**
   * The reactions of the entry that is `e` in the statement, in their order, as JSON:
   * `[[text, count, [id, …]], …]` with at most `ids` ids each. `[]` or null: none.
   */
  reactions(ids: number): Expression<string | null>
  /**
   * Makes a room unless there is one of this name, or as many rooms as `limit`; decided
   * atomically. Returns a row when it made one.
   */
  insertRoom(room: NewRoom, limit: number): Statement
  /** The definition of a table's id, in its `create table`. */
  readonly id: RawBuilder<unknown>
  /** What stands at the end of `create table`. */
  readonly tableEnd: {
    readonly rooms: RawBuilder<unknown>
    readonly entries: RawBuilder<unknown>
    readonly other: RawBuilder<unknown>
  }
  /** Triggers and functions that belong to version 1 of the schema. */
  readonly routines1: readonly string[]
}
