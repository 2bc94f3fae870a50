/**
 * The TCP transport: frames of 4 bytes of length and UTF-8, with or without TLS.
 *
 * @module tertulia/tcp
 */

import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { ChatError } from '../errors.ts'
import type { Refused, Transport, TransportHost } from '../spi/transport.ts'
import { lengthPrefixed } from './pack.ts'
import {
  type Address,
  addressOf,
  listen,
  plainAddress,
  refusalPayload,
  TOLD_ABOVE_LIMIT,
} from './socket.ts'
import { cutLater, hangUp, TcpConnection } from './tcp-connection.ts'

const LOG = { transport: 'tcp' } as const

/** Options of {@link tcpTransport}. */
export interface TcpOptions {
  /** Default 12345; 0 takes any that is free (see `address()`). */
  readonly port?: number
  /** Where to listen: default `127.0.0.1`, this machine only; `::` or `0.0.0.0` for everywhere. */
  readonly host?: string
  /** Certificate and key, as for `tls.createServer`: connections are encrypted then. */
  readonly tls?: TlsOptions
}

/** A {@link Transport} that listens. */
export interface TcpTransport extends Transport {
  /** Where it listens; undefined while it doesn't. */
  address(): Address | undefined
}

/**
 * Chat over TCP: 4 bytes of length, unsigned, big-endian, then that many bytes of UTF-8.
 *
 * - A peer that closes its side (a script that sends lines and is done) gets the answers to what
 *   it said last: the connection ends when nothing has gone either way for 100 ms, at the latest
 *   after `limits.closeMs`. Who closes without having said anything just before is gone at once.
 * - There are no pings: TCP keep-alive, begun after `limits.pingMs` of silence, finds dead peers.
 * - A connection that isn't wanted gets one frame with a `close` event, and is ended. With TLS it
 *   is cut before the handshake, which would cost more than the connection.
 *
 * `start` rejects with the system's error (`code` such as `EADDRINUSE`).
 *
 * @example
 * const transport = tcpTransport({ port: 12345, host: '0.0.0.0' })
 */
export function tcpTransport(options: TcpOptions = {}): TcpTransport {
  const { port = 12345, host: hostName = '127.0.0.1', tls } = options
  let running: { readonly server: Server; readonly host: TransportHost } | null = null
  let stopped: Promise<void> = Promise.resolve()
  /** Every socket, handshaking and refused ones too: `stop` must be able to end them. */
  const sockets = new Set<Socket>()

  return {
    name: 'tcp',

    async start(host) {
      if (running !== null) throw new ChatError('invalid_options', 'this transport runs already')
      const server = makeServer(host, tls, sockets)
      await listen(server, port, hostName)
      server.on('error', (error) => host.logger.error({ ...LOG, error }, 'cannot accept'))
      running = { server, host }
      host.logger.info({ ...LOG, ...addressOf(server) }, 'listening')
    },

    stop() {
      if (running === null) return stopped
      const { server, host } = running
      running = null
      stopped = new Promise((resolve) => {
        const timer = host.clock.after(host.limits.closeMs, () => {
          for (const socket of sockets) socket.destroy()
        })
        server.close(() => {
          // The server is closed with the last handle, a little before the sockets tell it.
          const told = Array.from(sockets, (socket) => new Promise((r) => socket.on('close', r)))
          void Promise.all(told).then(() => {
            timer.cancel()
            resolve()
          })
        })
      })
      return stopped
    },

    address: () => addressOf(running?.server ?? null),
  }
}

function makeServer(
  host: TransportHost,
  tls: TlsOptions | undefined,
  sockets: Set<Socket>,
): Server {
  const { limits, logger } = host

  function forget(this: Socket): void {
    sockets.delete(this)
  }

  // That the connection ended is told by 'close'; why, is of interest when debugging.
  const failed = (error: NodeJS.ErrnoException): void => {
    logger.debug({ ...LOG, error: error.code ?? error.message }, 'socket error')
  }

  /** All sockets come by here, those with TLS before the handshake. */
  function arrive(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', forget)
    if (tls === undefined) accept(socket)
    else if (host.refuses(plainAddress(socket.remoteAddress ?? '')) !== null) socket.destroy()
  }

  function accept(socket: Socket): void {
    socket.on('error', failed)
    if (tls !== undefined) {
      sockets.add(socket)
      socket.on('close', forget)
    }
    if (socket.remoteAddress === undefined) {
      socket.destroy() // gone again
      return
    }
    const address = plainAddress(socket.remoteAddress)
    const refusal = host.refuses(address)
    if (refusal !== null) {
      refuse(host, socket, refusal)
      return
    }
    const connection = new TcpConnection(socket, host)
    const info = { transport: LOG.transport, address, secure: tls !== undefined }
    const sink = host.accept(connection, info)
    if ('refused' in sink) refuse(host, socket, sink)
    else connection.start(sink)
  }

  const settings = {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: limits.pingMs,
  }
  const server =
    tls === undefined
      ? createServer(settings)
      : createTlsServer({ handshakeTimeout: limits.helloMs, ...tls, ...settings })
  server.maxConnections = limits.connections + TOLD_ABOVE_LIMIT
  server.on('connection', arrive)
  server.on('secureConnection', accept)
  server.on('tlsClientError', failed)
  return server
}

/** Tells why, in one frame, and ends. */
function refuse(host: TransportHost, socket: Socket, { refused }: Refused): void {
  if (socket.destroyed) return
  hangUp(socket, lengthPrefixed.pack([refusalPayload(refused)]) as unknown as Buffer)
  const timer = cutLater(socket, host)
  socket.on('close', () => timer.cancel())
}
