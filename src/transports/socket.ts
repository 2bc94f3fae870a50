/** What the transports on sockets have in common. */

import type { AddressInfo, Server, Socket } from 'node:net'
import { addressKey } from '../address.ts'
import { mayReconnect } from '../errors.ts'
import type { Clock, Timer } from '../spi/clock.ts'
import type { Refused } from '../spi/transport.ts'

/** Sockets that one address may hold for each connection it may have, on a port that speaks HTTP. */
const SOCKETS = 4
/** And besides, however few connections it may have: browsers open some ahead. */
const SPARE_SOCKETS = 64

/** Bytes waiting for a socket from which on the core is asked to hold back. */
export const HIGH_WATER = 64 * 1024
/** Frames of together at most this many bytes are copied into one; more go as a vector. */
const JOIN_BYTES = 16 * 1024
/** Connections the system may hand to a server above its limit, so that they can be told why not. */
export const TOLD_ABOVE_LIMIT = 1024

/**
 * Writes all of it in one go, without a callback.
 *
 * @returns false when more than {@link HIGH_WATER} is waiting: `drain` follows (the socket's own
 *   mark is lower, so that this `write` returned false)
 */
export function writeFrames(socket: Socket, frames: readonly Buffer[]): boolean {
  if (frames.length === 1) {
    socket.write(frames[0] as Buffer)
  } else {
    let bytes = 0
    for (const frame of frames) bytes += frame.length
    if (bytes <= JOIN_BYTES) {
      const joined = Buffer.allocUnsafe(bytes)
      let at = 0
      for (const frame of frames) {
        joined.set(frame, at)
        at += frame.length
      }
      socket.write(joined)
    } else {
      socket.cork()
      for (const frame of frames) socket.write(frame)
      socket.uncork()
    }
  }
  return socket.writableLength <= HIGH_WATER
}

/** An IPv4 address that came over an IPv6 socket, as IPv4; others as they are. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

/**
 * Bounds what one address can hold of a port that speaks HTTP, where a socket needn't be a connection:
 * it may be waiting for its request, or for what comes next. What is beyond that is closed unread.
 */
export function boundSockets(server: Server, connectionsPerAddress: number): void {
  const most = connectionsPerAddress * SOCKETS + SPARE_SOCKETS
  const held = new Map<string, number>()
  server.on('connection', (socket) => {
    const from = addressKey(socket.remoteAddress ?? '')
    const count = (held.get(from) ?? 0) + 1
    held.set(from, count)
    socket.once('close', () => {
      const left = (held.get(from) ?? 1) - 1
      if (left === 0) held.delete(from)
      else held.set(from, left)
    })
    if (count > most) socket.destroy()
  })
}

/** What somebody who isn't wanted is told: the same as the `close` event says. */
export function refusalPayload({ code, reason }: Omit<Refused['refused'], 'status'>): string {
  return JSON.stringify({ ev: 'close', code, reason, reconnect: mayReconnect(code) })
}

/** Where a transport can be reached. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Where a server listens; undefined while it doesn't, and for pipes. */
export function addressOf(server: Server | null): Address | undefined {
  const address = server?.address() as AddressInfo | string | null | undefined
  if (typeof address !== 'object' || address === null) return undefined
  return { host: address.address, port: address.port }
}

/** Resolves when the server listens; rejects with the system's error, code and all, and the place. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const what = error.code ?? error.message
      const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      const hint =
        error.code === 'EADDRINUSE' ? ' (taken by another program; 0 is any free port)' : ''
      const wrapped = new Error(`cannot listen on ${where}: ${what}${hint}`, { cause: error })
      reject(Object.assign(wrapped, { code: error.code }))
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve()
    })
  })
}

/** Is told by a {@link FrameDeadline}. An object, so that there is no closure per connection. */
export interface LateHandler {
  onLate(): void
}

/**
 * Notices a frame that began and doesn't end in time. At most one timer; it is set when bytes end
 * inside a frame, and isn't touched for every frame after: when it rings, it looks.
 */
export class FrameDeadline {
  private readonly clock: Clock
  private readonly ms: number
  private readonly handler: LateHandler
  /** When the open frame began (monotonic); negative: none is open. */
  private since = -1
  private held = false
  private timer: Timer | null = null

  constructor(clock: Clock, ms: number, handler: LateHandler) {
    this.clock = clock
    this.ms = ms
    this.handler = handler
  }

  /** After each chunk. `open`: it ended inside a frame, which (`fresh`) began in this chunk. */
  note(open: boolean, fresh: boolean): void {
    if (!open) {
      this.since = -1
      return
    }
    if (fresh || this.since < 0) this.since = this.clock.monotonic()
    if (this.timer === null) this.set(this.ms)
  }

  /** Nobody reads for a while: that is not the peer's fault. */
  hold(): void {
    this.held = true
  }

  /** Somebody reads again: the time starts over. */
  restart(): void {
    this.held = false
    if (this.since >= 0) this.since = this.clock.monotonic()
  }

  cancel(): void {
    this.since = -1
    this.timer?.cancel()
    this.timer = null
  }

  private set(ms: number): void {
    this.timer = this.clock.after(ms, () => {
      this.timer = null
      if (this.since < 0) return
      const left = this.held ? this.ms : this.since + this.ms - this.clock.monotonic()
      if (left > 0) this.set(left)
      else this.handler.onLate()
    })
  }
}
