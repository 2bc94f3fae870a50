/** A transport for programs on the same machine: framed chat over a Unix domain socket. */

import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { ChatError, type Refused, type Transport, type TransportHost } from 'tertulia'
import { mayReconnect } from 'tertulia/protocol'
import { framing, UnixConnection } from './unix-connection.ts'

export interface UnixTransportOptions {
  /** Where the socket is in the file system: at most about 100 characters. */
  readonly path: string
  /**
   * Who may connect, as of a file. Default 0o600: nobody but this user. It holds a moment after the
   * socket is there: where that matters, put it into a folder that only those can enter.
   */
  readonly mode?: number
}

const NAME = 'unix'

/**
 * Payloads as over TCP: 4 bytes of length, unsigned, big-endian, then that many bytes of UTF-8. There
 * is no port to choose, nobody from elsewhere can come in, and the file system says who may.
 *
 * A program that was killed leaves its socket behind, and `start` of the next one fails with
 * `EADDRINUSE`: take it away before, where no other program can be running (systemd does so with
 * `RuntimeDirectory=`).
 */
export function unixTransport({ path, mode = 0o600 }: UnixTransportOptions): Transport {
  let running: { readonly server: Server; readonly host: TransportHost } | null = null
  let stopped: Promise<void> = Promise.resolve()
  const sockets = new Set<Socket>()

  function arrive(socket: Socket, host: TransportHost): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Why it ended is of no interest here; that it did is told by 'close'.
    socket.on('error', () => {})
    // All who come by here are at one address: limits per address count them together.
    const refusal = host.refuses(NAME)
    if (refusal !== null) return refuse(socket, refusal, host)
    const connection = new UnixConnection(socket, host)
    const sink = host.accept(connection, { transport: NAME, address: NAME, secure: true })
    if ('refused' in sink) refuse(socket, sink, host)
    else connection.start(sink)
  }

  return {
    name: NAME,

    async start(host) {
      if (running !== null) throw new ChatError('invalid_options', 'this transport runs already')
      // Half open: who has said their last word still gets the answer.
      const server = createServer({ allowHalfOpen: true }, (socket) => arrive(socket, host))
      await listen(server, path)
      try {
        await chmod(path, mode)
      } catch (error) {
        server.close() // a start that fails leaves nothing open
        throw error
      }
      running = { server, host }
    },

    stop() {
      if (running === null) return stopped
      const { server, host } = running
      running = null
      stopped = new Promise((resolve) => {
        const timer = host.clock.after(host.limits.closeMs, () => {
          for (const socket of sockets) socket.destroy()
        })
        // Also takes the socket out of the file system.
        server.close(async () => {
          await Promise.all(
            Array.from(sockets, (socket) => new Promise((r) => socket.on('close', r))),
          )
          timer.cancel()
          resolve()
        })
      })
      return stopped
    },
  }
}

/** Rejects with the system's error, such as `EADDRINUSE` where something is at that path already. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Tells why, as any connection is told of its end, and ends it. */
function refuse(socket: Socket, { refused: { code, reason } }: Refused, host: TransportHost): void {
  const close = { ev: 'close', code, reason, reconnect: mayReconnect(code) }
  socket.end(framing.pack([JSON.stringify(close)]))
  socket.resume()
  const timer = host.clock.after(host.limits.closeMs, () => socket.destroy())
  socket.on('close', () => timer.cancel())
}
