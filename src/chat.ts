/** Where the parts are joined: the core, the codecs, and the adapters that are there by default. */

import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { randomId, silentLogger, systemClock } from './core/clock.ts'
import type { ChatEvents, Listener } from './core/events.ts'
import { HOOK_NAMES, HookRunner } from './core/hook.ts'
import { Link } from './core/link.ts'
import type { Participant } from './core/participant.ts'
import type { RoomHandle } from './core/room-handle.ts'
import { Server, type Stats } from './core/server.ts'
import { ChatError } from './errors.ts'
import { LANGS, type Lang } from './i18n/languages.ts'
import { LIMITS, type Limits } from './limits.ts'
import { jsonCodec } from './protocol/json.ts'
import { cleanRoomName } from './protocol/names.ts'
import { textCodec } from './protocol/text.ts'
import type { Broker } from './spi/broker.ts'
import type { Clock, MakeId } from './spi/clock.ts'
import type { Hooks } from './spi/hooks.ts'
import type { Logger } from './spi/logger.ts'
import type { Storage } from './spi/storage.ts'
import type { Transport } from './spi/transport.ts'
import { memoryStorage } from './storage/memory.ts'
import { healthHandler } from './transports/http/health.ts'
import { tcpTransport } from './transports/tcp.ts'
import { type WebSocketOptions, websocketTransport } from './transports/websocket.ts'

/** Options of {@link createChatServer}. All have defaults. */
export interface ChatServerOptions {
  /** What the server calls itself. Default `Tertulia`. */
  readonly name?: string
  /** Where rooms and messages are kept. Default: memory. */
  readonly storage?: Storage
  /** Links several nodes. Default: none, this node is alone. */
  readonly broker?: Broker
  /** More ways in, started by `listen` (or by hand with `open`). */
  readonly transports?: readonly Transport[]
  /** Where the application has a say. */
  readonly hooks?: Hooks
  /** Limits to change; see {@link LIMITS} for all of them, with units and defaults. */
  readonly limits?: Partial<Limits>
  /** The room text clients start in; it always exists. `false`: none. Default `geral`. */
  readonly defaultRoom?: string | false
  /** Newest entries shown to a text client on joining. Default 20. */
  readonly recentOnJoin?: number
  /** Language of texts for people who haven't said theirs. Default `en`. */
  readonly lang?: Lang
  /** pino and Fastify's `app.log` fit. Default: silence. */
  readonly logger?: Logger
  /** Time, for tests. */
  readonly clock?: Clock
  /** Random ids, for tests. */
  readonly makeId?: MakeId
}

/** Options of `listen`: what to open. */
export interface ListenOptions
  extends Pick<WebSocketOptions, 'path' | 'origins' | 'clientAddress' | 'perMessageDeflate'> {
  /** Port of WebSocket and of `GET /health`; 0 = any free one; `false`: not opened. Default 8080. */
  readonly port?: number | false
  /** Port of framed TCP; 0 = any free one. Default: not opened. */
  readonly tcpPort?: number
  /** Address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` to be reached by others. */
  readonly host?: string
  /** Certificate and key: makes it wss, https and TCP over TLS. */
  readonly tls?: TlsOptions
}

/** Where a server can be reached. */
export interface Listening {
  readonly host: string
  readonly port: number | undefined
  readonly tcpPort: number | undefined
  /** Address of the WebSocket, such as `ws://127.0.0.1:8080`. */
  readonly url: string | undefined
  /** Address of the health endpoint. */
  readonly healthUrl: string | undefined
}

/** Options of `attach`. */
export interface AttachOptions
  extends Pick<WebSocketOptions, 'origins' | 'clientAddress' | 'perMessageDeflate'> {
  /** Upgrades of this path are taken, all others are left alone. Default `/chat`. */
  readonly path?: string
}

/** A chat server inside this program. Made by {@link createChatServer}. */
export interface ChatServer {
  /**
   * Opens ports. Rejects with the system's error (`EADDRINUSE`, …) and leaves nothing open.
   */
  listen(options?: ListenOptions): Promise<Listening>
  /** Takes the WebSocket upgrades of one path of a server that the application has. */
  attach(server: HttpServer | HttpsServer, options?: AttachOptions): Promise<void>
  /** Starts a transport of your own. */
  open(transport: Transport): Promise<void>
  /** A room, to handle from code. Throws `room_invalid`. */
  room(name: string): RoomHandle
  /** Takes part without a socket. Rejects with `name_taken`, `name_invalid`, `name_reserved`. */
  participant(name: string): Promise<Participant>
  /** Listens to an event; returns what stops it. */
  on<N extends keyof ChatEvents>(event: N, listener: Listener<N>): () => void
  /** Figures of this node at this moment. */
  stats(): Stats
  /**
   * Drains: accepts nobody any more, stores and answers what was taken in, tells everybody to
   * come back soon, closes all connections and everything `listen` and `open` opened.
   */
  close(): Promise<void>
}

/**
 * Makes a chat server. Nothing is opened until `listen`, `attach` or `open`.
 *
 * @example
 * const chat = createChatServer()
 * const { url } = await chat.listen({ port: 8080, tcpPort: 12345 })
 * await chat.room('geral').send(`Come in: ${url}`)
 */
export function createChatServer(options: ChatServerOptions = {}): ChatServer {
  checkOptions(options)
  const limits = limitsOf(options.limits)
  const clock = options.clock ?? systemClock
  const makeId = options.makeId ?? randomId
  const logger = options.logger ?? silentLogger
  const defaultRoom =
    options.defaultRoom === false
      ? undefined
      : cleanRoomName(options.defaultRoom ?? 'geral', limits.roomNameChars)
  const server = new Server({
    name: options.name ?? 'Tertulia',
    lang: options.lang ?? 'en',
    defaultRoom,
    recentOnJoin: options.recentOnJoin ?? 20,
    limits,
    clock,
    makeId,
    logger,
    storage: options.storage ?? memoryStorage(),
    link: options.broker === undefined ? null : new Link(options.broker, makeId(), logger),
    codecs: { json: jsonCodec, text: textCodec },
    hooks: new HookRunner(options.hooks ?? {}, limits, clock, logger),
  })
  const extra = [...(options.transports ?? [])]

  return {
    async listen({ port = 8080, tcpPort, host = '127.0.0.1', tls, ...rest } = {}) {
      const opened: Transport[] = []
      const open = async <T extends Transport>(transport: T): Promise<T> => {
        await server.open(transport)
        opened.push(transport)
        return transport
      }
      const secure = tls === undefined ? {} : { tls }
      try {
        const request = healthHandler(() => server.stats())
        const web =
          port === false
            ? undefined
            : await open(websocketTransport({ port, host, request, ...secure, ...rest }))
        const tcp =
          tcpPort === undefined
            ? undefined
            : await open(tcpTransport({ port: tcpPort, host, ...secure }))
        for (const transport of extra.splice(0)) await open(transport)
        const webPort = web?.address()?.port
        const s = tls === undefined ? '' : 's'
        const place = `${host.includes(':') ? `[${host}]` : host}:${webPort}`
        return {
          host,
          port: webPort,
          tcpPort: tcp?.address()?.port,
          url: webPort === undefined ? undefined : `ws${s}://${place}`,
          healthUrl: webPort === undefined ? undefined : `http${s}://${place}/health`,
        }
      } catch (error) {
        await Promise.all(opened.map((transport) => transport.stop()))
        throw error
      }
    },
    attach: (http, { path = '/chat', ...rest } = {}) =>
      server.open(websocketTransport({ server: http, path, ...rest })),
    open: (transport) => server.open(transport),
    room: (name) => server.room(name),
    participant: (name) => server.participant(name),
    on: (event, listener) => server.on(event, listener),
    stats: () => server.stats(),
    close: () => server.close(),
  }
}

const OPTIONS: { readonly [N in keyof ChatServerOptions]-?: true } = {
  name: true,
  storage: true,
  broker: true,
  transports: true,
  hooks: true,
  limits: true,
  defaultRoom: true,
  recentOnJoin: true,
  lang: true,
  logger: true,
  clock: true,
  makeId: true,
}

/** A mistake in the options is told at once, not by the first client that meets it. */
function checkOptions(options: ChatServerOptions): void {
  const wrong = (text: string): never => {
    throw new ChatError('invalid_options', text)
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(OPTIONS, name)) wrong(`there is no option of the name ${name}`)
  }
  const { name, lang, recentOnJoin = 0, hooks = {} } = options
  for (const [hook, value] of Object.entries(hooks)) {
    if (!HOOK_NAMES.includes(hook)) {
      wrong(`hooks: there is no ${hook}; there are ${HOOK_NAMES.join(', ')}`)
    }
    if (value !== undefined && typeof value !== 'function') wrong(`hooks.${hook}: no function`)
  }
  if (lang !== undefined && !LANGS.includes(lang))
    wrong(`lang: one of ${LANGS.join(', ')} is needed`)
  if (!Number.isSafeInteger(recentOnJoin) || recentOnJoin < 0) {
    wrong('recentOnJoin: an integer from 0 is needed')
  }
  if (name !== undefined && (typeof name !== 'string' || !/^[^\p{C}]{1,64}$/u.test(name))) {
    wrong('name: 1 to 64 visible characters are needed')
  }
}

function limitsOf(given: Partial<Limits> | undefined): Limits {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(LIMITS, name)) {
      throw new ChatError('invalid_options', `there is no limit of the name ${name}`)
    }
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw new ChatError('invalid_options', `limits.${name}: a finite number above 0 is needed`)
    }
  }
  return { ...LIMITS, ...given }
}
