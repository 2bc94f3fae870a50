/** Where the parts are joined: the core, the codecs, and the adapters that are there by default. */

import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { createPasswords } from './auth/passwords.ts'
import {
  type ChatServerOptions,
  checkOptions,
  defaultRoomOf,
  filesOf,
  limitsOf,
  loggerOf,
  metricsOf,
  peopleOf,
} from './chat-options.ts'
import { adminFace, type ChatAdmin } from './core/admin-face.ts'
import type { ChatEvents, Listener } from './core/events.ts'
import { HookRunner } from './core/hook.ts'
import { Link } from './core/link.ts'
import { connect } from './core/metrics.ts'
import type { NodeParts } from './core/node.ts'
import type { Participant } from './core/participant.ts'
import type { RoomHandle } from './core/room-handle.ts'
import { Server, type Stats } from './core/server.ts'
import { ChatError } from './errors.ts'
import { texts } from './i18n/languages.ts'
import { ATTACH_NEEDS, checkEvent, LISTEN_NEEDS, MOUNT_NEEDS, SERVER } from './listen-options.ts'
import { PROMETHEUS_TYPE } from './metrics/prometheus.ts'
import { checkNeed, checkNeeds, TRANSPORT } from './option-checks.ts'
import { jsonCodec } from './protocol/json.ts'
import { textCodec } from './protocol/text.ts'
import type { Pages } from './spi/pages.ts'
import type { Transport } from './spi/transport.ts'
import { memoryStorage } from './storage/memory.ts'
import { randomId, systemClock } from './system.ts'
import { type Mounted, mounted } from './transports/http/mount.ts'
import {
  type FetchHandler,
  type HttpOptions,
  type HttpTransport,
  httpTransport,
  type NodeHandler,
} from './transports/http/transport.ts'
import { tcpTransport } from './transports/tcp.ts'
import { type WebSocketOptions, websocketTransport } from './transports/websocket.ts'

export type { ChatServerOptions } from './chat-options.ts'

/** Options of `listen`: what to open. */
export interface ListenOptions
  extends Pick<WebSocketOptions, 'path' | 'origins' | 'clientAddress' | 'perMessageDeflate'> {
  /** Port of WebSocket and HTTP; 0 = any free one; `false`: not opened. Default 8080. */
  readonly port?: number | false
  /** Port of framed TCP; 0 = any free one. Default: not opened. */
  readonly tcpPort?: number
  /** Address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` to be reached by others. */
  readonly host?: string
  /** Certificate and key: makes it wss, https and TCP over TLS. */
  readonly tls?: TlsOptions
  /** The HTTP routes without version, `/join`, `/send`, …, for simple clients. Default true. */
  readonly plainRoutes?: boolean
  /**
   * Shows the figures of the option `metrics` at `GET /metrics`, to whoever can reach the port. Default
   * false.
   */
  readonly metrics?: boolean
  /**
   * Pages for browsers, made by `webPages` of `tertulia/web`: at `/` the chat, at `/admin` that for
   * admins, unless they have another base. Routes win. Default: none.
   */
  readonly pages?: Pages
}

/** Where a server can be reached. */
export interface Listening {
  readonly host: string
  readonly port: number | undefined
  readonly tcpPort: number | undefined
  /** Address of the WebSocket, such as `ws://127.0.0.1:8080`. */
  readonly url: string | undefined
  /** Address of the HTTP routes, such as `http://127.0.0.1:8080`. */
  readonly httpUrl: string | undefined
  /** Address of the health endpoint. */
  readonly healthUrl: string | undefined
}

/** Where a server can be reached that has a port for WebSocket and HTTP. */
export interface ListeningOnWeb extends Listening {
  readonly port: number
  readonly url: string
  readonly httpUrl: string
  readonly healthUrl: string
}

/** Options of `attach`. */
export interface AttachOptions
  extends Pick<WebSocketOptions, 'origins' | 'clientAddress' | 'perMessageDeflate'> {
  /** Upgrades of this path are taken, all others are left alone. Default `/chat`. */
  readonly path?: string
}

/** Options of `handler` and `fetch`. */
export type MountOptions = Pick<HttpOptions, 'base' | 'origins' | 'clientAddress' | 'plainRoutes'>

/** A chat server inside this program. Made by {@link createChatServer}. */
export interface ChatServer {
  /**
   * Opens ports. Rejects with the system's error (`EADDRINUSE`, …) and leaves nothing open.
   */
  listen(options?: ListenOptions & { readonly port?: number }): Promise<ListeningOnWeb>
  listen(options: ListenOptions): Promise<Listening>
  /** Takes the WebSocket upgrades of one path of a server that the application has. */
  attach(server: HttpServer | HttpsServer, options?: AttachOptions): Promise<void>
  /**
   * The HTTP routes as a handler for Express (`app.use('/chat', chat.handler())`), plain `http`, and
   * Fastify's `onRequest`. Without the routes that have no version, unless `plainRoutes` is true.
   */
  handler(options?: MountOptions): NodeHandler
  /** The same for what speaks `fetch`: Hono, Next and the like. */
  fetch(options?: MountOptions): FetchHandler
  /** Starts a transport of your own. */
  open(transport: Transport): Promise<void>
  /** How one may come in here, for `webPages({ chat })` and the like. */
  readonly waysIn: {
    /** By an account of the chat's own: logging in and signing up. */
    readonly accounts: boolean
    /** By a name alone. */
    readonly guests: boolean
  }
  /** A room, to handle from code. Throws `room_invalid`. */
  room(name: string): RoomHandle
  /** Takes part without a socket. Rejects with `name_taken`, `name_invalid`, `name_reserved`. */
  participant(name: string): Promise<Participant>
  /** Listens to an event; returns what stops it. */
  on<N extends keyof ChatEvents>(event: N, listener: Listener<N>): () => void
  /**
   * Ends all connections of a person, by id, on every node: with close code 3505, don't come back. For
   * a logout of the application's own persons; those of accounts are looked after.
   */
  disconnect(personId: string): void
  /** What admins can do, in the name of this program; see `ChatAdmin`. */
  readonly admin: ChatAdmin
  /**
   * Everything that is counted and measured, as Prometheus reads it (text format 0.0.4). Throws
   * `unsupported` without the option `metrics`.
   */
  metrics(): string
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
  const logger = loggerOf(options)
  const defaultRoom = defaultRoomOf(options, limits)
  const storage = options.storage ?? memoryStorage()
  const people = peopleOf(options, { storage, limits, clock, makeId, logger })
  const parts: NodeParts = {
    name: options.name ?? 'Tertulia',
    lang: options.lang ?? 'en',
    defaultRoom,
    recentOnJoin: options.recentOnJoin ?? 20,
    limits,
    clock,
    makeId,
    logger,
    storage,
    link: options.broker === undefined ? null : new Link(options.broker, makeId(), logger),
    codecs: { json: jsonCodec, text: textCodec },
    hooks: new HookRunner(options.hooks ?? {}, limits, clock, logger),
    passwords: createPasswords(limits),
    authenticate: people.authenticate,
    accounts: people.accounts,
    guests: people.guests,
    files: filesOf(options, storage),
  }
  const server = new Server(parts, people.companions)
  server.node.url = options.url
  const figures = metricsOf(options.metrics)
  if (figures !== null) connect(server.node, figures.sinks)
  const metricsText = (): string => {
    if (figures === null) {
      throw new ChatError('unsupported', 'createChatServer({ metrics: true }) turns metrics on')
    }
    return figures.text.text()
  }
  const extra = [...(options.transports ?? [])]
  const http = (more: HttpOptions): HttpTransport =>
    httpTransport({
      health: () => server.stats(),
      lang: options.lang ?? 'en',
      errorText: (code, lang) => texts(lang).errors[code],
      title: options.name ?? 'Tertulia',
      ...more,
    })
  const mount = (place: string, more: MountOptions): Mounted => {
    checkNeeds(place, more, MOUNT_NEEDS)
    const transport = http({ plainRoutes: false, ...more })
    return mounted(transport, () =>
      server.open(transport).then(
        () => true,
        (error) => {
          logger.error({ err: error }, 'the HTTP routes could not be opened')
          return false
        },
      ),
    )
  }

  const listen = async (given: ListenOptions = {}): Promise<Listening> => {
    checkNeeds('listen', given, LISTEN_NEEDS)
    const { port = 8080, tcpPort, host = '127.0.0.1', tls, ...others } = given
    const { plainRoutes, metrics, pages, ...rest } = others
    // A mistake is told here, not by the monitor.
    if (metrics === true) metricsText()
    const opened: Transport[] = []
    const open = async <T extends Transport>(transport: T): Promise<T> => {
      await server.open(transport)
      opened.push(transport)
      return transport
    }
    const secure = tls === undefined ? {} : { tls }
    try {
      const { origins, clientAddress } = rest
      const routes = http({
        ...(plainRoutes !== undefined && { plainRoutes }),
        ...(metrics === true && {
          metrics: () => ({ type: PROMETHEUS_TYPE, text: metricsText() }),
        }),
        ...(pages !== undefined && { pages }),
        ...(origins !== undefined && { origins }),
        ...(clientAddress !== undefined && { clientAddress }),
      })
      const request = routes.handler
      if (port !== false) await open(routes)
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
      const url = webPort === undefined ? undefined : `ws${s}://${place}`
      // An address that stands for all says nobody where to go.
      const isPlace = url !== undefined && !['0.0.0.0', '::'].includes(host)
      if (isPlace) server.node.url ??= url + (rest.path ?? '')
      return {
        host,
        port: webPort,
        tcpPort: tcp?.address()?.port,
        url,
        httpUrl: webPort === undefined ? undefined : `http${s}://${place}`,
        healthUrl: webPort === undefined ? undefined : `http${s}://${place}/health`,
      }
    } catch (error) {
      await Promise.all(opened.map((transport) => transport.stop()))
      throw error
    }
  }

  return {
    // With a port there are its addresses.
    listen: listen as ChatServer['listen'],
    waysIn: { accounts: people.accounts !== null, guests: people.guests },
    async attach(http, given = {}) {
      checkNeed('attach', http, SERVER)
      checkNeeds('attach', given, ATTACH_NEEDS)
      const { path = '/chat', ...rest } = given
      await server.open(websocketTransport({ server: http, path, ...rest }))
    },
    handler: (more = {}) => mount('handler', more).handler,
    fetch: (more = {}) => mount('fetch', more).fetch,
    async open(transport) {
      checkNeed('open', transport, TRANSPORT)
      await server.open(transport)
    },
    room: (name) => server.room(name),
    participant: (name) => server.participant(name),
    on(event, listener) {
      checkEvent(event, listener)
      return server.on(event, listener)
    },
    disconnect: (personId) => server.disconnect(personId),
    admin: adminFace(server.node, () => server.start()),
    metrics: metricsText,
    stats: () => server.stats(),
    close: () => server.close(),
  }
}
