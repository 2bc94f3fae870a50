/**
 * The WebSocket transport: on a server of its own, or on a path of the application's.
 *
 * @module tertulia/websocket
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket, TlsOptions } from 'node:tls'
import { WebSocketServer } from 'ws'
import { ChatError } from '../errors.ts'
import type { Refused, Transport, TransportHost } from '../spi/transport.ts'
import {
  type Address,
  addressOf,
  boundSockets,
  listen,
  plainAddress,
  TOLD_ABOVE_LIMIT,
} from './socket.ts'
import { WebSocketConnection, type WebSocketOwner } from './websocket-connection.ts'
import {
  keptHeaders,
  NO_SUCH_PATH,
  ORIGIN_REFUSED,
  type Origins,
  originCheck,
  pathOf,
  refuseUpgrade,
} from './websocket-handshake.ts'

/** The subprotocol that is chosen when a client offers it; it needn't. */
export const SUBPROTOCOL = 'tertulia.v1'

/** Options of compression: those of `ws` that matter most; it documents them. */
export interface CompressionOptions {
  /** Messages below this many bytes are not compressed. Default 1,024. */
  readonly threshold?: number
  /** Compressions at the same time, in the whole process. Default 10. */
  readonly concurrencyLimit?: number
  /** The server forgets between messages: less memory, less gain. Default false. */
  readonly serverNoContextTakeover?: boolean
  /** The same, asked of clients. */
  readonly clientNoContextTakeover?: boolean
}

/** Options of {@link websocketTransport}. */
export interface WebSocketOptions {
  /**
   * A server of the application: upgrades of `path` are taken from it, everything else is left
   * alone, and it is never closed. Without it the transport has its own (`port`, `host`, `tls`).
   */
  readonly server?: Server | HttpsServer
  /** Port of the own server. Default 8080; 0 takes any that is free (see `address()`). */
  readonly port?: number
  /** Where the own server listens: default `127.0.0.1`; `::` or `0.0.0.0` for everywhere. */
  readonly host?: string
  /** Certificate and key of the own server, as for `https.createServer`: makes it `wss:`. */
  readonly tls?: TlsOptions
  /** The path of the WebSocket, exactly. Default `/`. */
  readonly path?: string
  /**
   * Pages that may connect besides those of the same host and port as the request's Host header: their
   * origins, such as `https://example.org`; or a function that decides; or `'*'` for all (then don't
   * trust cookies). Lists and the default let programs in, which tell no origin.
   */
  readonly origins?: Origins
  /**
   * The client's address, where a proxy stands before the server (such as the last element of
   * X-Forwarded-For). Limits are kept by it. Default: the other end of the socket.
   */
  readonly clientAddress?: (request: IncomingMessage) => string
  /** Plain requests to the own server. Default: 426 at `path`, 404 elsewhere. */
  readonly request?: (request: IncomingMessage, response: ServerResponse) => void
  /**
   * Compression. Default false: it costs some 300 KiB per connection, and compresses each message
   * for each receiver anew, where otherwise all share the same bytes.
   */
  readonly perMessageDeflate?: false | CompressionOptions
}

/** A {@link Transport} that listens. */
export interface WebSocketTransport extends Transport {
  /** Where it listens; undefined while it doesn't. */
  address(): Address | undefined
}

const LOG = { transport: 'websocket' } as const

/**
 * Chat over WebSocket (RFC 6455): one text message per payload.
 *
 * - Who isn't wanted is told before the upgrade: 403 (origin), 429 or 503, with a small JSON body
 *   that says the same as a `close` event.
 * - `start` rejects with the system's error (`code` such as `EADDRINUSE`). On a server of the
 *   application it resolves at once, whether that listens yet or not.
 * - An upgrade of another path is nobody's when the application has no listener for it: it is
 *   answered with 404 then, so that its socket doesn't stay open for ever.
 *
 * @example
 * const transport = websocketTransport({ server: app.server, path: '/chat' })
 */
export function websocketTransport(options: WebSocketOptions = {}): WebSocketTransport {
  const { port = 8080, host: hostName = '127.0.0.1' } = options
  let running: Running | null = null
  let stopped: Promise<void> = Promise.resolve()
  return {
    name: 'websocket',

    async start(host) {
      if (running !== null) throw new ChatError('invalid_options', 'this transport runs already')
      const server = options.server ?? makeServer(options, host)
      const next = new Running(options, host, server)
      if (options.server === undefined) {
        await listen(server, port, hostName)
        server.on('error', (error) => host.logger.error({ ...LOG, error }, 'cannot accept'))
        host.logger.info({ ...LOG, ...addressOf(server) }, 'listening')
      }
      next.begin()
      running = next
    },

    stop() {
      if (running !== null) stopped = running.stop()
      running = null
      return stopped
    },

    address: () => addressOf(running?.server ?? null),
  }
}

function makeServer(options: WebSocketOptions, { limits }: TransportHost): Server | HttpsServer {
  const { tls, path = '/', request } = options
  const { helloMs, requestMs, uploadMs, closeMs } = limits
  const settings = {
    headersTimeout: helloMs,
    // Whoever answers other requests may be brought a file, and tells in time when it takes too long.
    requestTimeout:
      request === undefined ? helloMs : Math.max(helloMs, requestMs, uploadMs) + closeMs,
    noDelay: true,
  }
  const server =
    tls === undefined
      ? createServer(settings)
      : createHttpsServer({ handshakeTimeout: limits.helloMs, ...tls, ...settings })
  server.maxConnections = limits.connections + TOLD_ABOVE_LIMIT
  // Behind a proxy all sockets are the proxy's.
  if (options.clientAddress === undefined) boundSockets(server, limits.connectionsPerAddress)
  server.on('request', request ?? ((incoming, response) => answerPlain(path, incoming, response)))
  return server
}

/** What a plain request gets where there is nothing but a WebSocket. */
function answerPlain(path: string, request: IncomingMessage, response: ServerResponse): void {
  const isHere = pathOf(request) === path
  const body = JSON.stringify({ error: isHere ? 'this is a WebSocket' : 'not found' })
  response.writeHead(isHere ? 426 : 404, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...(isHere && { Upgrade: 'websocket', Connection: 'Upgrade' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The transport between `start` and `stop`. */
class Running implements WebSocketOwner {
  readonly server: Server | HttpsServer
  private readonly options: WebSocketOptions
  private readonly host: TransportHost
  private readonly upgrades: WebSocketServer
  private readonly allowed: (request: IncomingMessage) => boolean
  private readonly path: string
  private readonly connections = new Set<WebSocketConnection>()
  /** On a server of our own, every socket that isn't among the connections, such as handshakes. */
  private readonly sockets = new Set<Socket>()
  private readonly forget: (this: Socket) => void
  private emptied = (): void => {}

  constructor(options: WebSocketOptions, host: TransportHost, server: Server | HttpsServer) {
    this.options = options
    this.host = host
    this.server = server
    this.allowed = originCheck(options.origins)
    this.path = options.path ?? '/'
    const { frameBytes, frameFragments, closeMs } = host.limits
    const settings = {
      noServer: true,
      clientTracking: false,
      maxPayload: frameBytes,
      maxFragments: frameFragments,
      closeTimeout: closeMs,
      perMessageDeflate: options.perMessageDeflate ?? false,
      handleProtocols: (offered: Set<string>) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
    }
    this.upgrades = new WebSocketServer(settings)
    const { sockets } = this
    this.forget = function () {
      sockets.delete(this)
    }
  }

  begin(): void {
    if (this.options.server === undefined) {
      this.server.on('connection', (socket: Socket) => {
        this.sockets.add(socket)
        socket.on('close', this.forget)
      })
    }
    this.server.on('upgrade', this.upgrade)
  }

  over(connection: WebSocketConnection): void {
    this.connections.delete(connection)
    if (this.connections.size === 0) this.emptied()
  }

  async stop(): Promise<void> {
    const { server, connections, host } = this
    server.off('upgrade', this.upgrade)
    this.upgrades.close()
    const isOurs = this.options.server === undefined
    const timer = host.clock.after(host.limits.closeMs, () => {
      for (const connection of connections) connection.cut()
      for (const socket of this.sockets) socket.destroy()
    })
    const gone = new Promise<void>((resolve) => {
      if (connections.size === 0) resolve()
      else this.emptied = resolve
    })
    const closed = new Promise<void>((resolve) => {
      if (isOurs) server.close(() => resolve())
      else resolve()
    })
    await Promise.all([gone, closed])
    timer.cancel()
  }

  private readonly upgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    // A server on TCP gives sockets.
    const socket = duplex as Socket
    if (pathOf(request) !== this.path) {
      if (this.server.listenerCount('upgrade') === 1) refuseUpgrade(socket, NO_SUCH_PATH)
      return
    }
    const address = this.addressOf(request, socket)
    if (address === undefined) {
      socket.destroy() // gone again
      return
    }
    const refusal = this.host.refuses(address) ?? this.originRefusal(request)
    if (refusal !== null) {
      if (refusal === ORIGIN_REFUSED) {
        this.host.refused?.({ code: 'origin_refused', transport: LOG.transport, address })
      }
      refuseUpgrade(socket, refusal)
      return
    }
    const info = {
      transport: LOG.transport,
      address,
      secure: (socket as TLSSocket).encrypted === true,
      headers: keptHeaders(request),
      url: request.url ?? '/',
    }
    // Answers 400 and the like by itself; else calls back before it returns.
    this.upgrades.handleUpgrade(request, socket, head, (ws) => {
      this.sockets.delete(socket)
      socket.off('close', this.forget)
      const connection = new WebSocketConnection(ws, socket, this.host, this)
      this.connections.add(connection)
      const sink = this.host.accept(connection, info)
      if ('refused' in sink) connection.close(sink.refused.code, sink.refused.reason)
      else connection.start(sink)
    })
  }

  private addressOf(request: IncomingMessage, socket: Socket): string | undefined {
    const { clientAddress } = this.options
    if (clientAddress !== undefined) {
      try {
        const address = clientAddress(request)
        if (address !== '') return plainAddress(address)
      } catch (error) {
        this.host.logger.warn({ ...LOG, error }, 'clientAddress failed; the socket is asked')
      }
    }
    return socket.remoteAddress === undefined ? undefined : plainAddress(socket.remoteAddress)
  }

  private originRefusal(request: IncomingMessage): Refused | null {
    try {
      return this.allowed(request) ? null : ORIGIN_REFUSED
    } catch (error) {
      this.host.logger.warn({ ...LOG, error }, 'the check of origins failed; refused')
      return ORIGIN_REFUSED
    }
  }
}
