/**
 * Storage in SQLite: `tertulia/sqlite`. Needs `npm install better-sqlite3`.
 *
 * @module tertulia/sqlite
 */

import { resolve } from 'node:path'
import { ChatError } from '../errors.ts'
import type { Clock } from '../spi/clock.ts'
import type { Storage } from '../spi/storage.ts'
import { systemClock } from '../system.ts'
import { migrationPlan } from './sql/migrations.ts'
import { sqliteDialect } from './sql/sqlite-dialect.ts'
import { sqlStorage } from './sql/store.ts'
import { checkRetention, type Retention } from './sql/sweeper.ts'
import type { SqliteLayout } from './sqlite-core.ts'
import type { SqliteDatabase } from './sqlite-driver.ts'
import { SqliteLocal } from './sqlite-local.ts'
import { SqliteThread } from './sqlite-thread.ts'

export type { Retention } from './sql/sweeper.ts'
export type { SqliteDatabase, SqliteStatement } from './sqlite-driver.ts'

/** Options of {@link sqliteStorage}. */
export interface SqliteStorageOptions {
  /** What the tables' names begin with. Default `tertulia_`. */
  readonly prefix?: string
  /**
   * When a commit counts as done. `'full'`: when the disk says so; what was acknowledged survives a
   * power cut. `'normal'`: when the operating system has it: several times faster for small
   * batches, and what was acknowledged in the last moments may be lost when the power fails or the
   * system crashes (never when only the process is killed), the file itself stays sound, and
   * `supports.durable` is false. Default `'full'`.
   */
  readonly synchronous?: 'full' | 'normal'
  /** How long a call waits for another process that is writing, in ms. Default 5,000. */
  readonly busyMs?: number
  /**
   * Whether SQLite works in a thread of its own, so that no connection waits while a commit waits
   * for the disk. Default true; `false` is for programs bundled into one file. An instance and a
   * database in memory are always used where they are.
   */
  readonly thread?: boolean
  /** How much of each room's log is kept. Default: everything. */
  readonly retention?: Retention
  /** Time, for retention by age. Default: the system's. */
  readonly clock?: Clock
}

/**
 * Keeps the logs in an SQLite file. Several processes may share it; on one machine, not over a
 * network file system.
 *
 * What is deleted is overwritten with zeros (`secure_delete`). Copies may remain in the write-ahead
 * log until it is written anew (it goes when the file is closed), and now and then in unused parts
 * of pages that SQLite has split: `vacuum` removes those.
 *
 * Errors: `invalid_options` when the driver is missing, an option is impossible, or the file was
 * set up by a newer release; `unavailable` when the file can't be opened, is locked or read-only,
 * or the disk is full: it recovers by itself when the reason is gone.
 *
 * @param database a path (`':memory:'`: gone when closed), or a `Database` of better-sqlite3 that
 * the host has: used with the settings it has, but for `secure_delete`, which is turned on; blocking
 * its thread for each commit, and never closed
 *
 * @example
 * const chat = createChatServer({ storage: sqliteStorage('./tertulia.db') })
 */
export function sqliteStorage(
  database: string | SqliteDatabase,
  options: SqliteStorageOptions = {},
): Storage {
  const { prefix = 'tertulia_', synchronous = 'full', busyMs = 5000 } = options
  const { thread = true, retention = {}, clock = systemClock } = options
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw new ChatError('invalid_options', "synchronous must be 'full' or 'normal'")
  }
  if (!(Number.isSafeInteger(busyMs) && busyMs >= 0)) {
    throw new ChatError('invalid_options', 'busyMs must be a whole number of milliseconds')
  }
  checkRetention(retention)
  const dialect = sqliteDialect(prefix)
  const layout: SqliteLayout = { names: dialect.names, plan: migrationPlan(dialect) }
  return sqlStorage({ engine: engineFor(), dialect, appends: 1, retention, clock })

  function engineFor() {
    if (typeof database !== 'string') {
      return new SqliteLocal({ instance: database }, synchronous, layout)
    }
    const passing = database === ':memory:' || database === ''
    const file = { path: passing ? database : resolve(database), synchronous, busyMs }
    return thread && !passing
      ? new SqliteThread(file, layout)
      : new SqliteLocal(file, synchronous, layout)
  }
}
