/**
 * The HTTP transport: REST, server-sent events and long-polling, mounted or on a port of its own.
 *
 * @module tertulia/http
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { TlsOptions } from 'node:tls'
import { ChatError, ERRORS, type ErrorCode } from '../../errors.ts'
import type { Pages } from '../../spi/pages.ts'
import type { Transport, TransportHost } from '../../spi/transport.ts'
import { type Address, addressOf, boundSockets, listen, TOLD_ABOVE_LIMIT } from '../socket.ts'
import type { Origins } from '../websocket-handshake.ts'
import { corsOf } from './cors.ts'
import { asChatError, below, type HttpLang, problem, targetOf, written } from './exchange.ts'
import { FetchExchange, type FetchInfo } from './fetch-exchange.ts'
import { type HandlerParts, handle, isOurs } from './handler.ts'
import type { Health, MetricsText } from './health.ts'
import { type AddressOptions, NodeExchange } from './node-exchange.ts'
import { RouteTable } from './route.ts'
import { METRICS_ROUTE, ROUTES, VERSIONED_ROUTES } from './routes.ts'
import { Sessions } from './sessions.ts'

export type { Address } from '../socket.ts'
export type { HttpLang } from './exchange.ts'
export type { FetchInfo } from './fetch-exchange.ts'
export type { Health, MetricsText } from './health.ts'

/** Options of {@link httpTransport}. */
export interface HttpOptions extends AddressOptions {
  /** Port of a server of its own; 0 takes any that is free. Default: none, it is mounted. */
  readonly port?: number
  /** Where the own server listens: default `127.0.0.1`; `::` or `0.0.0.0` for everywhere. */
  readonly host?: string
  /** Certificate and key of the own server, as for `https.createServer`. */
  readonly tls?: TlsOptions
  /** Path under which all routes are, such as `/chat`, unless a framework takes it off. Default none. */
  readonly base?: string
  /** Pages that may ask: the same as `origins` of the WebSocket transport, for CORS too. */
  readonly origins?: Origins
  /**
   * The routes without version, for simple clients: `/join`, `/leave`, `/send`, `/receive`,
   * `/user_rooms`, `/register`, `/login`, `/validate_token`. Default true; turn them off where they
   * would hide routes of the application.
   */
  readonly plainRoutes?: boolean
  /** Figures for `GET /health`; its status decides about `/ready`. Default: the status alone. */
  readonly health?: () => Health
  /** The text of `GET /metrics`. Whoever can ask here can read it. Default: there is no such route. */
  readonly metrics?: () => MetricsText
  /** Language of lines for people who tell none (`Accept-Language`). Default `en`. */
  readonly lang?: HttpLang
  /** Texts of errors in that language. Default: those of the error table, in English. */
  readonly errorText?: (code: ErrorCode, lang: HttpLang) => string
  /** Title of the OpenAPI document. Default `Tertulia`. */
  readonly title?: string
  /**
   * Pages to show where there is no route, such as those of `tertulia/web`. They know their own path.
   * Default none. Where the routes are mounted in an application, the pages have a handler of their own.
   */
  readonly pages?: Pages
}

/** For Express, and for Fastify's `onRequest` hook: passes on what isn't its own when there is `next`. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => void

/** For Hono, Next and whatever else speaks `fetch`. */
export type FetchHandler = (request: Request, info?: FetchInfo) => Promise<Response>

/** A {@link Transport} that is mounted, or listens. */
export interface HttpTransport extends Transport {
  readonly handler: NodeHandler
  readonly fetch: FetchHandler
  /** Where it listens; undefined while it doesn't. */
  address(): Address | undefined
}

/**
 * Chat over HTTP. Each client is a session: a connection as all others are to the server, which ends
 * when nothing was asked for `limits.httpIdleMs`. `GET /v1/openapi.json` tells all routes.
 *
 * `start` rejects with the system's error (`code` such as `EADDRINUSE`). While it isn't started,
 * requests are answered with 503.
 *
 * @example
 * const transport = httpTransport({ origins: ['https://example.org'] })
 * await chat.open(transport)
 * app.use('/chat', transport.handler)
 */
export function httpTransport(options: HttpOptions = {}): HttpTransport {
  const { port, host: hostName = '127.0.0.1', base = '', plainRoutes = true } = options
  let sessions: Sessions | null = null
  let server: Server | HttpsServer | null = null
  let stopped: Promise<void> = Promise.resolve()
  let wasStarted = false
  const parts: HandlerParts = {
    table: new RouteTable([
      ...(plainRoutes ? ROUTES : VERSIONED_ROUTES),
      ...(options.metrics === undefined ? [] : [METRICS_ROUTE]),
    ]),
    metrics: options.metrics,
    cors: corsOf(options.origins, () => sessions?.host.logger ?? null),
    sessions: () => sessions,
    health:
      options.health ??
      (() => ({ status: sessions !== null ? 'ok' : wasStarted ? 'closing' : 'starting' })),
    lang: options.lang ?? 'en',
    errorText: options.errorText ?? ((code) => ERRORS[code].text),
    title: options.title ?? 'Tertulia',
    pages: options.pages,
  }

  const handler: NodeHandler = (request, response, next) => {
    let target: ReturnType<typeof targetOf>
    try {
      target = targetOf(request.url ?? '/')
    } catch (error) {
      return refuse(response, error)
    }
    const path = below(base, target.path)
    const isOther = path === null || !isOurs(parts, request.method ?? '', path)
    if (isOther && next !== undefined) return next()
    if (path === null) return refuse(response, new ChatError('not_found'))
    const exchange = new NodeExchange(
      request,
      response,
      { ...target, path },
      sessions?.host ?? null,
      options,
    )
    void handle(parts, exchange, target.path)
  }

  return {
    name: 'http',
    handler,

    async fetch(request, info = {}) {
      const { pathname, searchParams } = new URL(request.url)
      const path = below(base, pathname) ?? '/'
      const exchange = new FetchExchange(
        request,
        { path, query: searchParams },
        sessions?.host ?? null,
        info,
      )
      void handle(parts, exchange, pathname)
      return exchange.response
    },

    async start(host) {
      if (sessions !== null) throw new ChatError('invalid_options', 'this transport runs already')
      if (port !== undefined) {
        server = makeServer(options, host)
        server.on('request', handler)
        await listen(server, port, hostName)
        server.on('error', (error) =>
          host.logger.error({ transport: 'http', error }, 'cannot accept'),
        )
        host.logger.info({ transport: 'http', ...addressOf(server) }, 'listening')
      }
      wasStarted = true
      sessions = new Sessions(host)
    },

    stop() {
      if (sessions !== null) stopped = end(sessions, server)
      sessions = null
      server = null
      return stopped
    },

    address: () => addressOf(server),
  }
}

function makeServer(options: HttpOptions, { limits }: TransportHost): Server | HttpsServer {
  const settings = {
    headersTimeout: limits.helloMs,
    // A file may take longest; ours are told in time.
    requestTimeout: Math.max(limits.helloMs, limits.requestMs, limits.uploadMs) + limits.closeMs,
    noDelay: true,
  }
  const { tls, clientAddress } = options
  const server =
    tls === undefined ? createServer(settings) : createHttpsServer({ ...tls, ...settings })
  server.maxConnections = limits.connections + TOLD_ABOVE_LIMIT
  // Behind a proxy all sockets are the proxy's.
  if (clientAddress === undefined) boundSockets(server, limits.connectionsPerAddress)
  return server
}

async function end(sessions: Sessions, server: Server | HttpsServer | null): Promise<void> {
  sessions.stop()
  if (server === null) return
  const { clock, limits } = sessions.host
  await new Promise<void>((resolve) => {
    const timer = clock.after(limits.closeMs, () => server.closeAllConnections())
    server.close(() => {
      timer.cancel()
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** For what isn't even a request of ours. */
function refuse(response: ServerResponse, error: unknown): void {
  const answer = problem(asChatError(error))
  const { text, headers } = written(answer)
  response.writeHead(answer.status, { ...headers, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
