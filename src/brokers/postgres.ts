/** Broker on Postgres LISTEN/NOTIFY: several nodes linked by the database they share anyway. */

import { isUtf8 } from 'node:buffer'
import { ChatError } from '../errors.ts'
import type { Broker, BrokerHandler } from '../spi/broker.ts'

/** What is used of a `pg` client. */
export interface ListenClient {
  query(text: string, values?: unknown[]): Promise<unknown>
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  release(destroy?: boolean): void
}

/** What is used of a `pg.Pool`. */
export interface ListenPool {
  query(text: string, values?: unknown[]): Promise<unknown>
  connect(): Promise<ListenClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect', listener: (client: ListenClient) => void): unknown
  end(): Promise<void>
}

/** Options of {@link postgresBroker}. */
export interface PostgresBrokerOptions {
  /** The channel of LISTEN and NOTIFY: servers that share a database need one each. Default `tertulia`. */
  readonly channel?: string
}

/** A payload of NOTIFY has fewer than 8,000 bytes (PostgreSQL, "NOTIFY"); less topic and base64. */
const MESSAGE_BYTES = 5500
/** Messages that may wait to be published; more are refused, and found in storage. */
const WAITING = 10_000
/** Messages in one statement. */
const BATCH = 500
/** How often the listening connection is asked whether it is alive, and how long that may take, in ms. */
const CHECK_MS = 5000
/** The first wait before connecting again, and the longest, in ms. */
const RETRY_MS = 100
/** How long `close` waits for what is being published, in ms. */
const LAST_WORDS_MS = 1000
const RETRY_MAX_MS = 5000

interface Waiting {
  readonly payload: string
  resolve(): void
  reject(error: unknown): void
}

/**
 * Links nodes by `NOTIFY` on one channel. What is published in one turn goes in one statement,
 * outside any transaction of the storage: hints follow what was committed. Give the pool the
 * storage uses (never closed here; one connection of it is taken to listen), or a URL.
 *
 * Connects again by itself, and says so, since what was notified meanwhile is lost.
 *
 * @example
 * createChatServer({ storage: postgresStorage(pool), broker: postgresBroker(pool) })
 */
export function postgresBroker(
  where: string | ListenPool,
  options: PostgresBrokerOptions = {},
): Broker {
  return new PostgresBroker(where, options.channel ?? 'tertulia')
}

class PostgresBroker implements Broker {
  readonly name = 'postgres'
  readonly supports = { messageBytes: MESSAGE_BYTES }
  private readonly where: string | ListenPool
  private readonly channel: string
  private readonly topics = new Map<string, Set<BrokerHandler>>()
  private pool: ListenPool | null = null
  private client: ListenClient | null = null
  private waiting: Waiting[] = []
  private sending: Promise<void> | null = null
  private closed = false
  private attempts = 0
  private timer: NodeJS.Timeout | null = null
  private events = { reconnected(): void {} }

  constructor(where: string | ListenPool, channel: string) {
    this.where = where
    this.channel = channel
  }

  async open(events: { reconnected(): void }): Promise<void> {
    this.events = events
    this.pool = typeof this.where === 'string' ? await makePool(this.where) : this.where
    await this.listen()
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    if (this.pool === null || this.closed) return Promise.reject(new ChatError('closed'))
    if (message.length > MESSAGE_BYTES) return Promise.reject(new ChatError('too_large'))
    if (this.waiting.length >= WAITING) return Promise.reject(new ChatError('overloaded'))
    return new Promise((resolve, reject) => {
      this.waiting.push({ payload: wrap(topic, message), resolve, reject })
      // What else is published in this turn goes with it.
      this.sending ??= new Promise((done) => setImmediate(() => void this.send().then(done)))
    })
  }

  async subscribe(topic: string, handler: BrokerHandler): Promise<() => Promise<void>> {
    const handlers = this.topics.get(topic) ?? new Set()
    this.topics.set(topic, handlers)
    handlers.add(handler)
    return async () => {
      handlers.delete(handler)
      if (handlers.size === 0 && this.topics.get(topic) === handlers) this.topics.delete(topic)
    }
  }

  async close(): Promise<void> {
    if (this.closed) return
    // The last words of a node are worth a moment.
    await Promise.race([this.sending, wait(LAST_WORDS_MS)])
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    const { client, pool } = this
    this.client = null
    // It listens: of no use to anybody else in the pool.
    client?.release(true)
    if (typeof this.where === 'string') await pool?.end()
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0 && !this.closed) {
      const batch = this.waiting.splice(0, BATCH)
      try {
        const payloads = batch.map(({ payload }) => payload)
        await this.pool?.query('select pg_notify($1, p) from unnest($2::text[]) as p', [
          this.channel,
          payloads,
        ])
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const failure = new ChatError('unavailable', undefined, { cause: error })
        for (const { reject } of batch) reject(failure)
      }
    }
    for (const { reject } of this.waiting.splice(0)) reject(new ChatError('closed'))
    this.sending = null
  }

  private async listen(): Promise<void> {
    let client: ListenClient
    try {
      client = await (this.pool as ListenPool).connect()
    } catch (error) {
      throw new ChatError('unavailable', 'Postgres cannot be reached', { cause: error })
    }
    const lost = (): void => this.lost(client)
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ payload }) => this.heard(payload))
    try {
      // The channel is an identifier, which can't be a parameter.
      await client.query(`listen "${this.channel.replaceAll('"', '""')}"`)
    } catch (error) {
      client.release(true)
      throw new ChatError('unavailable', undefined, { cause: error })
    }
    if (this.closed) return client.release(true)
    this.client = client
    this.attempts = 0
    this.later(CHECK_MS, () => this.check(client))
  }

  /** A connection that died without a word is only noticed by asking. */
  private async check(client: ListenClient): Promise<void> {
    if (this.client !== client) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), CHECK_MS)
      timer.unref()
    })
    try {
      await Promise.race([client.query('select 1'), late])
      if (this.client === client) this.later(CHECK_MS, () => this.check(client))
    } catch {
      this.lost(client)
    } finally {
      clearTimeout(timer)
    }
  }

  private lost(client: ListenClient): void {
    if (this.client !== client) return
    this.client = null
    client.release(true)
    this.retry()
  }

  private retry(): void {
    if (this.closed) return
    const ms = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.attempts) * (0.5 + Math.random() / 2)
    this.attempts += 1
    this.later(ms, async () => {
      try {
        await this.listen()
        if (!this.closed) this.events.reconnected()
      } catch {
        this.retry()
      }
    })
  }

  private later(ms: number, task: () => Promise<void>): void {
    if (this.closed) return
    this.timer = setTimeout(() => void task(), ms)
    this.timer.unref()
  }

  private heard(payload: string | undefined): void {
    const parts = /^([ub])([^\n]*)\n(.*)$/s.exec(payload ?? '')
    if (parts === null) return
    const [, form, topic = '', body = ''] = parts
    const handlers = this.topics.get(topic)
    if (handlers === undefined) return
    const message = Buffer.from(body, form === 'u' ? 'utf8' : 'base64')
    for (const handler of handlers) handler(message)
  }
}

const ignore = (): void => {}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

/** Text goes as it is, other bytes in base64; NUL can't be in a text of Postgres. */
function wrap(topic: string, message: Uint8Array): string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  return isUtf8(bytes) && !bytes.includes(0)
    ? `u${topic}\n${bytes.toString()}`
    : `b${topic}\n${bytes.toString('base64')}`
}

async function makePool(connectionString: string): Promise<ListenPool> {
  let pg: { default: { Pool: new (config: object) => ListenPool } }
  try {
    pg = (await import('pg')) as unknown as typeof pg
  } catch (error) {
    throw new ChatError('invalid_options', 'Postgres needs its driver: npm install pg', {
      cause: error,
    })
  }
  const pool = new pg.default.Pool({ connectionString, max: 3, keepAlive: true })
  // An idle connection that dies is replaced; without a listener it would end the process.
  pool.on('error', ignore)
  // Also between the pool's letting go of a new connection and somebody's taking hold of it.
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}
