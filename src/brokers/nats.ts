/**
 * Broker on NATS (core NATS: no JetStream needed).
 *
 * @module tertulia/nats
 */

import { ChatError, isChatError } from '../errors.ts'
import type { Broker, BrokerHandler } from '../spi/broker.ts'

/** What is used of a connection of `@nats-io/transport-node`. */
export interface NatsConnection {
  publish(subject: string, payload: Uint8Array): void
  subscribe(
    subject: string,
    options: { callback(error: Error | null, message: { readonly data: Uint8Array }): void },
  ): { unsubscribe(): void }
  /** What happens to the connection. */
  status(): AsyncIterable<{ readonly type: string }>
  flush(): Promise<void>
  close(): Promise<void>
  isClosed(): boolean
}

/** Options of {@link natsBroker}. */
export interface NatsBrokerOptions {
  /** Begins the subjects: servers that share a NATS need one each. No blanks, `*` and `>`. Default `tertulia`. */
  readonly prefix?: string
}

/** NATS takes 1 MiB unless it is set otherwise (`max_payload`). */
const MESSAGE_BYTES = 512 * 1024
/** A connection that doesn't answer is noticed after two of these, in ms. */
const PING_MS = 5000
const CONNECT_MS = 5000
const RETRY_MS = 250
/** How long `close` and `subscribe` wait for the server, in ms. */
const FLUSH_MS = 1000

/**
 * Links nodes by NATS, one subject for each topic. Give it the address of a server (or several, with commas
 * between; `nats://user:password@host`, `nats://token@host`, `tls://host`), or a connection of `@nats-io/transport-node` that the application has: that is never closed, and
 * must not have been made with `noEcho`.
 *
 * The connection comes back by itself, and says so, since what was published meanwhile is lost.
 *
 * @example
 * createChatServer({ storage, broker: natsBroker('nats://127.0.0.1:4222') })
 */
export function natsBroker(
  where: string | NatsConnection,
  options: NatsBrokerOptions = {},
): Broker {
  const { prefix = 'tertulia' } = options
  if (!/^[^\s*>.]+(\.[^\s*>.]+)*$/.test(prefix)) {
    throw new ChatError('invalid_options', 'prefix: a NATS subject without wildcards is needed')
  }
  return new NatsBroker(where, prefix)
}

class NatsBroker implements Broker {
  readonly name = 'nats'
  readonly supports = { messageBytes: MESSAGE_BYTES }
  private readonly where: string | NatsConnection
  private readonly prefix: string
  private readonly subscriptions = new Set<{ unsubscribe(): void }>()
  private connection: NatsConnection | null = null
  private connected = true
  private closed = false

  constructor(where: string | NatsConnection, prefix: string) {
    this.where = where
    this.prefix = prefix
  }

  async open(events: { reconnected(): void }): Promise<void> {
    const connection = typeof this.where === 'string' ? await connect(this.where) : this.where
    this.connection = connection
    void this.watch(connection, events)
  }

  async publish(topic: string, message: Uint8Array): Promise<void> {
    const { connection } = this
    if (connection === null || this.closed || connection.isClosed()) throw new ChatError('closed')
    if (message.length > MESSAGE_BYTES) throw new ChatError('too_large')
    // The client would keep it for later, without limit; a hint is of no use then.
    if (!this.connected) throw new ChatError('unavailable')
    try {
      connection.publish(this.subject(topic), message)
    } catch (cause) {
      throw new ChatError('unavailable', undefined, { cause })
    }
  }

  async subscribe(topic: string, handler: BrokerHandler): Promise<() => Promise<void>> {
    const { connection } = this
    if (connection === null || this.closed) throw new ChatError('closed')
    const subscription = connection.subscribe(this.subject(topic), {
      callback(error, { data }) {
        if (error === null) handler(data)
      },
    })
    this.subscriptions.add(subscription)
    // Published on another connection from now on, it must be heard: the server has to know.
    if (this.connected) await flushed(connection)
    return async () => {
      if (this.subscriptions.delete(subscription)) subscription.unsubscribe()
    }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    const { connection } = this
    if (connection === null || connection.isClosed()) return
    for (const subscription of this.subscriptions) subscription.unsubscribe()
    this.subscriptions.clear()
    // The last words of a node are worth a moment.
    if (this.connected) await flushed(connection)
    if (typeof this.where === 'string') await connection.close()
  }

  /** A room's name may have what means something in a subject: dots, wildcards, blanks. */
  private subject(topic: string): string {
    return `${this.prefix}.${Buffer.from(topic).toString('base64url')}`
  }

  private async watch(connection: NatsConnection, events: { reconnected(): void }): Promise<void> {
    for await (const { type } of connection.status()) {
      if (this.closed) return
      if (type === 'disconnect') this.connected = false
      if (type !== 'reconnect') continue
      this.connected = true
      events.reconnected()
    }
  }
}

/** Waits until the server has what was written, but not for long. */
function flushed(connection: NatsConnection): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    connection.flush().then(done, done)
  })
}

/** The driver takes who one is, and whether to encrypt, apart from the addresses. */
function addressOf(servers: string): object {
  const all = servers.split(',').map((server) => {
    const address = server.trim()
    const whole = address.includes('://') ? address : `nats://${address}`
    if (!URL.canParse(whole)) {
      throw new ChatError('invalid_options', 'an address such as nats://127.0.0.1:4222 is needed')
    }
    return new URL(whole)
  })
  const { username = '', password = '' } = all.find((one) => one.username !== '') ?? {}
  const [name, secret] = [decodeURIComponent(username), decodeURIComponent(password)]
  return {
    servers: all.map(({ host }) => host),
    ...(name !== '' && (secret === '' ? { token: name } : { user: name, pass: secret })),
    ...(all.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  }
}

async function connect(servers: string): Promise<NatsConnection> {
  let nats: { connect(options: object): Promise<NatsConnection> }
  try {
    nats = (await import('@nats-io/transport-node')) as unknown as typeof nats
  } catch (cause) {
    const text = 'NATS needs its driver: npm install @nats-io/transport-node'
    throw new ChatError('invalid_options', text, { cause })
  }
  try {
    return await nats.connect({
      ...addressOf(servers),
      timeout: CONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      name: 'tertulia',
    })
  } catch (cause) {
    if (isChatError(cause)) throw cause
    throw new ChatError('unavailable', 'NATS cannot be reached', { cause })
  }
}
