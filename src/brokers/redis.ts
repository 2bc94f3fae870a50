/**
 * Broker on Redis pub/sub (Redis, Valkey and what speaks like them).
 *
 * @module tertulia/redis
 */

import { ChatError } from '../errors.ts'
import type { Broker, BrokerHandler } from '../spi/broker.ts'

/** What is used of a client of the package `redis`. */
export interface RedisClient {
  readonly isReady: boolean
  connect(): Promise<unknown>
  duplicate(options?: object): RedisClient
  publish(channel: string, message: Buffer): Promise<unknown>
  subscribe(channel: string, listener: (message: Buffer) => void, buffers: true): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'ready' | 'error', listener: () => void): unknown
  destroy(): void
}

/** Options of {@link redisBroker}. */
export interface RedisBrokerOptions {
  /** Begins the names of channels: servers that share a Redis need one each. Default `tertulia:`. */
  readonly prefix?: string
}

/** Far below what Redis lets wait for a subscriber (`client-output-buffer-limit pubsub`, 8 MiB). */
const MESSAGE_BYTES = 1024 * 1024
/** Messages that may wait to be published; more are refused, and found in storage. */
const WAITING = 10_000
/** How often the broker looks whether it hears itself, in ms. Deaf for three of them is cut off. */
const BEAT_MS = 3000
/** The first wait before connecting again, and the longest, in ms. */
const RETRY_MS = 100
const RETRY_MAX_MS = 5000
const CONNECT_MS = 5000
/** How long `close` waits for what is being published, in ms. */
const LAST_WORDS_MS = 1000

const ignore = (): void => {}
const failed = (cause: unknown): ChatError =>
  new ChatError('unavailable', 'Redis cannot be reached', { cause })

/**
 * Links nodes by `PUBLISH` and `SUBSCRIBE`, one channel for each topic. Give it a URL, or a connected
 * client of the package `redis` that the application has: it publishes by that, listens on a duplicate of
 * it, and never closes it. Nothing is stored in Redis.
 *
 * Connects again by itself, and says so, since what was published meanwhile is lost. Redis doesn't tell a
 * subscriber that the way to it is broken, so it also looks whether it hears itself.
 *
 * @example
 * createChatServer({ storage, broker: redisBroker('redis://127.0.0.1:6379') })
 */
export function redisBroker(where: string | RedisClient, options: RedisBrokerOptions = {}): Broker {
  return new RedisBroker(where, options.prefix ?? 'tertulia:')
}

interface Topic {
  readonly handlers: Set<BrokerHandler>
  readonly hear: (message: Buffer) => void
  /** By whom it is subscribed to. */
  on: RedisClient | null
  /** It is being subscribed to, or no longer. */
  settling: Promise<void> | null
}

class RedisBroker implements Broker {
  readonly name = 'redis'
  readonly supports = { messageBytes: MESSAGE_BYTES }
  private readonly where: string | RedisClient
  private readonly prefix: string
  /** Nobody else's: by it a broker hears itself. */
  private readonly own: string
  private readonly topics = new Map<string, Topic>()
  private readonly sending = new Set<Promise<unknown>>()
  private publisher: RedisClient | null = null
  private subscriber: RedisClient | null = null
  private events = { reconnected(): void {} }
  private beat: NodeJS.Timeout | null = null
  private deaf = 0
  private closed = false

  constructor(where: string | RedisClient, prefix: string) {
    this.where = where
    this.prefix = prefix
    this.own = `beat:${crypto.randomUUID()}`
  }

  async open(events: { reconnected(): void }): Promise<void> {
    this.events = events
    try {
      this.publisher = typeof this.where === 'string' ? await connected(this.where) : this.where
      await this.subscribe(this.own, () => {
        this.deaf = 0
      })
      await this.listen(this.publisher)
    } catch (error) {
      this.drop()
      throw error instanceof ChatError ? error : failed(error)
    }
    this.beat = setInterval(() => this.check(), BEAT_MS)
    this.beat.unref()
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    const { publisher } = this
    if (publisher === null || this.closed) return Promise.reject(new ChatError('closed'))
    if (message.length > MESSAGE_BYTES) return Promise.reject(new ChatError('too_large'))
    if (this.sending.size >= WAITING) return Promise.reject(new ChatError('overloaded'))
    // A client of the application's might keep it for later; a hint is of no use then.
    if (!publisher.isReady) return Promise.reject(new ChatError('unavailable'))
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
    const sent = publisher.publish(this.prefix + topic, bytes).then(ignore, (error: unknown) => {
      throw failed(error)
    })
    this.sending.add(sent)
    const done = (): void => void this.sending.delete(sent)
    sent.then(done, done)
    return sent
  }

  async subscribe(topic: string, handler: BrokerHandler): Promise<() => Promise<void>> {
    let entry = this.topics.get(topic)
    if (entry === undefined) {
      entry = makeTopic()
      this.topics.set(topic, entry)
    }
    const { handlers } = entry
    handlers.add(handler)
    await this.settle(topic, entry)
    return async () => {
      handlers.delete(handler)
      await this.settle(topic, entry).catch(ignore)
    }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    if (this.beat !== null) clearInterval(this.beat)
    // The last words of a node are worth a moment.
    await Promise.race([Promise.allSettled(this.sending), wait(LAST_WORDS_MS)])
    this.drop()
  }

  /**
   * Subscribes to what somebody wants to hear, and to nothing else; one step at a time, since clients mix up
   * what is asked of them at once. While the connection is lost nobody waits: it is done when it is back.
   */
  private settle(topic: string, entry: Topic): Promise<void> {
    entry.settling ??= this.step(topic, entry).finally(() => {
      entry.settling = null
    })
    return this.subscriber?.isReady === true ? entry.settling : Promise.resolve()
  }

  private async step(topic: string, entry: Topic): Promise<void> {
    for (;;) {
      const { subscriber: client } = this
      const wanted = entry.handlers.size > 0
      if (client?.isReady !== true || this.closed) return
      if (wanted === (entry.on === client)) break
      try {
        if (wanted) await client.subscribe(this.prefix + topic, entry.hear, true)
        else await client.unsubscribe(this.prefix + topic)
      } catch (error) {
        // Lost meanwhile: it begins anew when the connection is back.
        if (!client.isReady || client !== this.subscriber) return
        throw failed(error)
      }
      entry.on = wanted ? client : null
    }
    if (entry.handlers.size === 0 && this.topics.get(topic) === entry) this.topics.delete(topic)
  }

  /** Opens the connection that hears what is published. */
  private async listen(base: RedisClient): Promise<void> {
    const client = base.duplicate({ disableOfflineQueue: true })
    this.subscriber = client
    client.on('error', ignore)
    let first = true
    client.on('ready', () => {
      if (first || this.subscriber !== client) return
      this.subscribeAll().then(() => this.back(), ignore)
    })
    await client.connect()
    first = false
    await this.subscribeAll()
  }

  private async subscribeAll(): Promise<void> {
    // What is under way may be waiting for a connection that is no more.
    await Promise.all([...this.topics].map(([topic, entry]) => this.settle(topic, entry)))
    await Promise.all([...this.topics].map(([topic, entry]) => this.settle(topic, entry)))
  }

  private back(): void {
    this.deaf = 0
    if (!this.closed) this.events.reconnected()
  }

  /** A connection that died without a word is only noticed by listening to it. */
  private check(): void {
    const { publisher, subscriber } = this
    if (publisher === null || !publisher.isReady || subscriber?.isReady !== true) return
    this.deaf += 1
    if (this.deaf <= 3) {
      this.publish(this.own, new Uint8Array()).catch(ignore)
      return
    }
    this.deaf = 0
    end(subscriber)
    if (typeof this.where === 'string') {
      end(publisher)
      publisher.connect().catch(ignore)
    }
    this.listen(publisher).then(() => this.back(), ignore)
  }

  private drop(): void {
    const { publisher, subscriber } = this
    this.publisher = null
    this.subscriber = null
    if (subscriber !== null) end(subscriber)
    if (publisher !== null && typeof this.where === 'string') end(publisher)
  }
}

function makeTopic(): Topic {
  const handlers = new Set<BrokerHandler>()
  return {
    handlers,
    hear(message) {
      for (const handler of handlers) handler(message)
    },
    on: null,
    settling: null,
  }
}

/** It may be closed already, which `destroy` takes for a mistake. */
function end(client: RedisClient): void {
  try {
    client.destroy()
  } catch {
    // Nothing is open any more.
  }
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

async function connected(url: string): Promise<RedisClient> {
  let redis: { createClient(options: object): RedisClient }
  try {
    redis = (await import('redis')) as unknown as typeof redis
  } catch (cause) {
    const text = 'Redis needs its driver: npm install redis'
    throw new ChatError('invalid_options', text, { cause })
  }
  let open = false
  const client = redis.createClient({
    url,
    // What can't go out now is of no use later.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      // Who starts wants to know at once; who runs tries for ever.
      reconnectStrategy: (retries: number, cause: Error) =>
        open ? Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** retries) * (0.5 + Math.random() / 2) : cause,
    },
  })
  client.on('error', ignore)
  try {
    await client.connect()
  } catch (cause) {
    end(client)
    throw failed(cause)
  }
  open = true
  return client
}
