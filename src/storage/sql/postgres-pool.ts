/** Connections to Postgres: the driver, time limits, and what becomes of a connection in trouble. */

import { createHash } from 'node:crypto'
import { ChatError } from '../../errors.ts'
import type { Statement } from './dialect.ts'
import { codeOf, driverMissing } from './failures.ts'

/** What is used of pg's query configuration. */
export interface PgQuery {
  readonly text: string
  readonly values?: readonly unknown[]
  /** A prepared statement of this name is made, once per connection. */
  readonly name?: string
  /** The client gives up waiting after this long, in ms. */
  readonly query_timeout?: number
}

/** What is used of pg's `PoolClient`. */
export interface PgClient {
  query(query: PgQuery): Promise<{ readonly rows: readonly unknown[] }>
  /** @param destroy the connection is not to be used again */
  release(destroy?: boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

/** What is used of pg's `Pool`: an instance that the host brings fits as it is. */
export interface PgPool {
  connect(): Promise<PgClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect', listener: (client: PgClient) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'connect', listener: (client: PgClient) => void): unknown
  end(): Promise<void>
}

/** How a pool of ours is made. */
export interface PoolSettings {
  readonly url: string
  readonly connections: number
  readonly timeoutMs: number
}

/** Makes a pool; connects to nothing yet. */
export async function openPool(settings: PoolSettings): Promise<PgPool> {
  const { url, connections, timeoutMs } = settings
  // Its types stay out of ours: a host without them must be able to compile.
  let pg: { readonly default: { readonly Pool: new (settings: object) => PgPool } }
  try {
    pg = (await import('pg')) as unknown as typeof pg
  } catch (error) {
    throw driverMissing('postgresStorage', 'pg', error)
  }
  try {
    return new pg.default.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: timeoutMs,
      application_name: 'tertulia',
      keepAlive: true,
      // Like a file: what isn't being used keeps no process alive.
      allowExitOnIdle: true,
      keepAliveInitialDelayMillis: 10_000,
      // The server gives up, too: what nobody waits for should hold no locks.
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: timeoutMs,
    }) as unknown as PgPool
  } catch (error) {
    throw new ChatError('invalid_options', 'postgresStorage: this is not a URL of Postgres', {
      cause: error,
    })
  }
}

const ignore = (): void => {}
const attend = (client: PgClient): void => {
  client.on('error', ignore)
}

/** Serialization failure, deadlock: nothing was stored, and the next try will do. */
const AGAIN = new Set(['40001', '40P01'])
const TRIES = 4

/** Runs statements on a pool, each on whatever connection is free. */
export class Connections {
  private readonly pool: PgPool
  private readonly timeoutMs: number
  private readonly prepare: boolean
  /** Names of prepared statements, by text; there are about twenty. */
  private readonly names = new Map<string, string>()
  /** What is under way. */
  private readonly work = new Set<Promise<unknown>>()

  constructor(pool: PgPool, timeoutMs: number, prepare: boolean) {
    this.pool = pool
    this.timeoutMs = timeoutMs
    this.prepare = prepare
    // A connection that dies while nobody uses it: the pool makes another. Without a listener,
    // Node would end the process.
    pool.on('error', ignore)
    // Between the pool's letting go of a new connection and our taking hold of it, nobody listens;
    // a farewell of the server in the very bytes that made it ready would be an uncaught error.
    pool.on('connect', attend)
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.work)
  }

  /** Lets go of the pool, without closing it. */
  leave(): void {
    this.pool.off('error', ignore)
    this.pool.off('connect', attend)
  }

  /** Runs one statement, in a transaction of its own. */
  async run({ sql, parameters }: Statement): Promise<readonly unknown[]> {
    const query: PgQuery = {
      text: sql,
      values: parameters,
      query_timeout: this.timeoutMs,
      ...(this.prepare ? { name: this.nameOf(sql) } : undefined),
    }
    for (let tries = 1; ; tries++) {
      try {
        return await this.use(async (client) => (await client.query(query)).rows)
      } catch (error) {
        if (tries >= TRIES || !AGAIN.has(codeOf(error))) throw error
      }
    }
  }

  /** Works with one connection. After trouble it is thrown away, unless only a statement failed. */
  use<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    const done = this.borrow(work)
    this.work.add(done)
    const forget = (): void => void this.work.delete(done)
    done.then(forget, forget)
    return done
  }

  private async borrow<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    const client = await this.connect()
    // While it is in use, the pool doesn't listen.
    client.on('error', ignore)
    let destroy = false
    try {
      return await work(client)
    } catch (error) {
      destroy = !onlyStatement(error)
      throw error
    } finally {
      client.off('error', ignore)
      client.release(destroy)
    }
  }

  /** The same for the same text, whoever else prepares statements on the host's connections. */
  private nameOf(sql: string): string {
    let name = this.names.get(sql)
    if (name === undefined) {
      name = `tertulia_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
      this.names.set(sql, name)
    }
    return name
  }

  /** The pool of the host may wait for ever; we don't. */
  private connect(): Promise<PgClient> {
    return new Promise((resolve, reject) => {
      let late = false
      const timer = setTimeout(() => {
        late = true
        reject(new Error(`no connection was free within ${this.timeoutMs} ms`))
      }, this.timeoutMs)
      this.pool.connect().then(
        (client) => {
          clearTimeout(timer)
          if (late) client.release()
          else resolve(client)
        },
        (error: unknown) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }
}

/** Postgres refused a statement, and the connection is as good as before. */
function onlyStatement(error: unknown): boolean {
  const severity = (error as { severity?: unknown } | null)?.severity
  // FATAL and PANIC end the connection.
  return severity === 'ERROR'
}
