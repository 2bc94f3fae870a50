/** A TCP proxy that spoils what it carries. */

import { connect, createServer, type Server, type Socket } from 'node:net'

/** `up`: from who connects to the server. `down`: from the server. */
export type Direction = 'up' | 'down'

/** How bytes fare in one direction, on all connections, from now on. */
export interface Conditions {
  /** Each chunk comes so much later, in ms. */
  delayMs: number
  /** 0: as fast as it goes. */
  bytesPerSecond: number
  /** Nothing comes through. */
  held: boolean
}

/** Sees each chunk before it is carried on. False: it isn't. */
export type Watch = (direction: Direction, bytes: Buffer, flow: Flow) => boolean

/** Bytes that wait in one direction, above which no more are read. */
const WAITING = 64 * 1024
/** Where the rate is limited, bytes go in steps of so many ms. */
const STEP_MS = 50
const LOOPBACK = '127.0.0.1'

const good = (): Conditions => ({ delayMs: 0, bytesPerSecond: 0, held: false })

/** One direction of one connection. */
class Pipe {
  /** So many bytes more, then the connection is cut. */
  cutAfter: number | null = null
  private readonly flow: Flow
  private readonly from: Socket
  private readonly to: Socket
  private readonly conditions: Conditions
  private queue: { bytes: Buffer; at: number }[] = []
  private size = 0
  private ending = false
  private blocked = false
  private timer: NodeJS.Timeout | null = null

  constructor(flow: Flow, direction: Direction, from: Socket, to: Socket, conditions: Conditions) {
    this.flow = flow
    this.from = from
    this.to = to
    this.conditions = conditions
    from.on('data', (bytes: Buffer) => {
      if (flow.proxy.watch?.(direction, bytes, flow) === false) return
      if (this.ending || flow.over) return
      this.queue.push({ bytes, at: performance.now() + conditions.delayMs })
      this.size += bytes.length
      if (this.size > WAITING) from.pause()
      this.pump()
    })
    from.on('end', () => this.end())
    to.on('drain', () => {
      this.blocked = false
      this.pump()
    })
  }

  /** What has come goes out, then this direction is closed; what still comes is dropped. */
  end(): void {
    this.ending = true
    this.pump()
  }

  pump(): void {
    if (this.timer !== null) return
    while (!this.flow.over && !this.blocked && !this.conditions.held) {
      const next = this.queue[0]
      if (next === undefined) {
        if (this.ending) this.to.end()
        else this.from.resume()
        return
      }
      const wait = next.at - performance.now()
      if (wait > 0) return this.later(wait)
      const { bytesPerSecond } = this.conditions
      const most = Math.max(1, Math.floor((bytesPerSecond * STEP_MS) / 1000))
      if (bytesPerSecond > 0 && next.bytes.length > most) {
        this.write(next.bytes.subarray(0, most))
        next.bytes = next.bytes.subarray(most)
        return this.later(STEP_MS)
      }
      this.queue.shift()
      this.write(next.bytes)
      if (bytesPerSecond > 0) return this.later(STEP_MS)
    }
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.queue = []
  }

  private write(bytes: Buffer): void {
    this.size -= bytes.length
    if (this.cutAfter !== null && bytes.length >= this.cutAfter) {
      const { flow } = this
      this.to.write(bytes.subarray(0, this.cutAfter), () => flow.destroy())
      this.queue = []
      this.ending = true
      this.blocked = true
      return
    }
    if (this.cutAfter !== null) this.cutAfter -= bytes.length
    if (this.size < WAITING / 2) this.from.resume()
    if (!this.to.write(bytes)) this.blocked = true
  }

  private later(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = null
      this.pump()
    }, ms)
  }
}

/** One connection through the proxy. */
export class Flow {
  readonly proxy: TcpProxy
  readonly up: Pipe
  readonly down: Pipe
  over = false
  /** For whoever watches: see {@link Watch}. */
  marked = false
  private readonly client: Socket
  private readonly server: Socket
  private abandoned = false

  constructor(proxy: TcpProxy, client: Socket, server: Socket) {
    this.proxy = proxy
    this.client = client
    this.server = server
    this.up = new Pipe(this, 'up', client, server, proxy.conditions.up)
    this.down = new Pipe(this, 'down', server, client, proxy.conditions.down)
    client.on('close', () => {
      if (!this.abandoned) this.destroy()
    })
    server.on('close', () => this.destroy())
    for (const socket of [client, server]) socket.on('error', () => {})
  }

  pump(): void {
    this.up.pump()
    this.down.pump()
  }

  /** Ends both sides, without waiting for what is under way. */
  destroy(): void {
    if (this.over) return
    this.over = true
    this.up.stop()
    this.down.stop()
    this.proxy.flows.delete(this)
    this.client.resetAndDestroy()
    this.server.resetAndDestroy()
  }

  /** Who connected loses the connection; the server isn't told for so long, in ms. */
  abandon(ms: number): void {
    if (this.over) return
    this.abandoned = true
    this.client.resetAndDestroy()
    // What the server sends is read, and lost.
    this.server.removeAllListeners('data')
    this.server.resume()
    setTimeout(() => this.destroy(), ms).unref()
  }
}

/** Listens on a port of its own and carries every connection on to a server. */
export class TcpProxy {
  readonly flows = new Set<Flow>()
  readonly conditions = { up: good(), down: good() }
  watch: Watch | null = null
  port = 0
  private readonly server: Server
  private readonly target: () => number | null

  /** @param target the port to connect to now; `null`: nobody is there */
  constructor(target: () => number | null) {
    this.target = target
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const port = this.target()
      if (port === null) {
        client.destroy()
        return
      }
      const server = connect({ host: LOOPBACK, port, allowHalfOpen: true, noDelay: true })
      this.flows.add(new Flow(this, client, server))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, LOOPBACK, resolve)
    })
    const address = this.server.address()
    if (typeof address === 'object' && address !== null) this.port = address.port
  }

  /** Changes the conditions; `{}`: nothing. */
  change(direction: Direction, change: Partial<Conditions>): void {
    Object.assign(this.conditions[direction], change)
    for (const flow of [...this.flows]) flow.pump()
  }

  /** All is well again. */
  heal(): void {
    this.watch = null
    this.change('up', good())
    this.change('down', good())
    for (const { up, down } of this.flows) {
      up.cutAfter = null
      down.cutAfter = null
    }
  }

  /** Ends every connection. */
  cut(): void {
    for (const flow of [...this.flows]) flow.destroy()
  }

  close(): void {
    this.cut()
    this.server.close()
  }
}
