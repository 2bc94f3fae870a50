/** Storage in Postgres: part of `tertulia/postgres`. Needs `npm install pg`. */

import { ChatError } from '../errors.ts'
import type { Clock } from '../spi/clock.ts'
import type { Storage } from '../spi/storage.ts'
import { systemClock } from '../system.ts'
import { postgresDialect } from './sql/postgres-dialect.ts'
import { PostgresEngine } from './sql/postgres-engine.ts'
import type { PgPool } from './sql/postgres-pool.ts'
import { sqlStorage } from './sql/store.ts'
import { checkRetention, type Retention } from './sql/sweeper.ts'

export type { PgClient, PgPool, PgQuery } from './sql/postgres-pool.ts'
export type { Retention } from './sql/sweeper.ts'

/** Options of {@link postgresStorage}. */
export interface PostgresStorageOptions {
  /** The schema that the tables are in; made if it isn't there. Default `public`. */
  readonly schema?: string
  /** What the tables' names begin with. Default `tertulia_`. */
  readonly prefix?: string
  /** Most connections of a pool that is made from a URL. Default 8. */
  readonly connections?: number
  /** How long a call waits for a connection, and then for its answer, in ms. Default 10,000. */
  readonly timeoutMs?: number
  /**
   * Whether statements are prepared once per connection, which saves Postgres some work. Turn it
   * off behind a pooler that can't keep prepared statements (PgBouncer before 1.21, in transaction
   * mode). Default true.
   */
  readonly prepare?: boolean
  /**
   * Use a server that runs with `fsync`, `full_page_writes` or `synchronous_commit` off, and may
   * lose what was acknowledged when it crashes. `supports.durable` is false then. Default false.
   */
  readonly allowUnsafe?: boolean
  /** How much of each room's log is kept. Default: everything. */
  readonly retention?: Retention
  /** Time, for retention by age. Default: the system's. */
  readonly clock?: Clock
}

/** More batches at once than this gain nothing. */
const APPENDS = 4

/**
 * Keeps the logs in Postgres, 12 or newer. Any number of nodes may share it. An append is one call
 * of a function in the database, one round trip and one commit, however many entries it has.
 *
 * Errors: `invalid_options` when the driver is missing, an option is impossible, the login is
 * refused, the schema is a newer release's, or the server isn't safe (see `allowUnsafe`);
 * `unavailable` when the server doesn't answer: it recovers by itself.
 *
 * @param database a URL (`postgres://user:password@host/database`), or a `Pool` of pg that the host
 * has: never closed. It needs connections enough for both; four are used at once.
 *
 * @example
 * const chat = createChatServer({ storage: postgresStorage(process.env.DATABASE_URL) })
 */
export function postgresStorage(
  database: string | PgPool,
  options: PostgresStorageOptions = {},
): Storage {
  const { schema = 'public', prefix = 'tertulia_', connections = 8, timeoutMs = 10_000 } = options
  const { prepare = true, allowUnsafe = false, retention = {}, clock = systemClock } = options
  const whole = (name: string, value: number): void => {
    if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return
    throw new ChatError('invalid_options', `${name} must be a whole number, at least 1`)
  }
  whole('connections', connections)
  whole('timeoutMs', timeoutMs)
  checkRetention(retention)
  const dialect = postgresDialect(schema, prefix)
  const engine = new PostgresEngine({
    dialect,
    source: database,
    connections,
    timeoutMs,
    prepare,
    allowUnsafe,
  })
  const most = typeof database === 'string' ? connections : APPENDS
  return sqlStorage({ engine, dialect, appends: Math.min(APPENDS, most), retention, clock })
}
