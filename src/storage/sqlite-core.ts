/** What is done to an SQLite database, one thing at a time: every call blocks until it is done. */

import { isChatError } from '../errors.ts'
import type { PackedBatch, Placed } from './sql/batch.ts'
import type { Statement } from './sql/dialect.ts'
import { cannotOpen, messageOf } from './sql/failures.ts'
import type { Names } from './sql/tables.ts'
import { type MigrationPlan, missingSteps } from './sql/version.ts'
import { SqliteAppender } from './sqlite-append.ts'
import type { SqliteDatabase, SqliteStatement } from './sqlite-driver.ts'

/** What the core must know of the schema. */
export interface SqliteLayout {
  readonly names: Names
  readonly plan: MigrationPlan
}

/**
 * Makes a core of a database that was just opened, and brings the schema up to date. When that
 * fails the error says what to do; the database is still open.
 */
export function startCore(db: SqliteDatabase, layout: SqliteLayout): SqliteCore {
  try {
    const core = new SqliteCore(db, layout)
    core.migrate()
    // What is erased shall be gone from the file, too. Costs an append nothing that can be measured.
    db.pragma('secure_delete = on')
    return core
  } catch (error) {
    if (isChatError(error)) throw error
    throw cannotOpen(`SQLite cannot use ${db.name}: ${messageOf(error)}`, error)
  }
}

/** One open database. Runs in a thread of its own, or in the host's for an instance it brought. */
export class SqliteCore {
  private readonly db: SqliteDatabase
  private readonly layout: SqliteLayout
  /** By text; there are about twenty. */
  private readonly statements = new Map<string, SqliteStatement>()
  private appender: SqliteAppender | null = null

  constructor(db: SqliteDatabase, layout: SqliteLayout) {
    this.db = db
    this.layout = layout
  }

  /** Brings the schema up to date. Two processes may try at once. */
  migrate(): void {
    if (this.missing().length === 0) return
    this.transaction(() => {
      for (const statement of this.missing()) this.db.exec(statement)
    })
  }

  private missing(): readonly string[] {
    const { plan } = this.layout
    const there = this.db
      .prepare("select 1 from sqlite_master where type = 'table' and name = ?")
      .get(plan.table)
    const row =
      there === undefined ? null : this.db.prepare(`select version from "${plan.table}"`).get()
    const version = row === null ? null : ((row as { version: number } | undefined)?.version ?? 0)
    return missingSteps(
      plan,
      version,
      `the SQLite database ${this.db.name}`,
      (next) => `update "${plan.table}" set version = ${next}`,
    )
  }

  /** Runs one statement. By itself it is a transaction, and takes the lock before it reads. */
  run({ sql, parameters }: Statement): readonly unknown[] {
    this.alone()
    const statement = this.prepare(sql)
    if (statement.reader) return statement.all(...parameters)
    statement.run(...parameters)
    return []
  }

  append(batch: PackedBatch): Placed {
    // Its statements can be made only when the tables are there.
    this.appender ??= new SqliteAppender(this.db, this.layout.names)
    const { appender } = this
    return this.transaction(() => appender.append(batch))
  }

  private transaction<T>(work: () => T): T {
    this.alone()
    // The lock is taken at the start: taking it later fails when another process wrote in between.
    this.prepare('begin immediate').run()
    try {
      const result = work()
      this.prepare('commit').run()
      return result
    } catch (error) {
      // Some failures have rolled back already.
      if (this.db.inTransaction) this.prepare('rollback').run()
      throw error
    }
  }

  /** Inside a transaction of the host, what is acknowledged could still be rolled back. */
  private alone(): void {
    if (this.db.inTransaction) throw new Error('the Database is in the middle of a transaction')
  }

  private prepare(sql: string): SqliteStatement {
    let statement = this.statements.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.statements.set(sql, statement)
    }
    return statement
  }
}
