/** A TCP proxy on which no connection lasts: for whatever speaks over TCP, WebSocket as well. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Random } from '../../src/testing/random.ts'

/** At least and at most, in ms. */
export type Span = readonly [number, number]

/** What happens on a {@link CuttingProxy}. */
export interface ProxyFaults {
  /** A connection lasts so long. */
  readonly lifeMs: Span
  /** Bytes come so much later; never out of order. */
  readonly delayMs: Span
  /** Probability that what came in one piece goes on in several. */
  readonly split: number
  /** Who isn't told of a cut is told so much later: until then there is silence. */
  readonly silenceMs: Span
  /** From time to time nobody is let in, for so long. */
  readonly refuseEveryMs: Span
  readonly refuseMs: Span
}

/**
 * How a connection ends. `reset`: RST to both. `fin`: FIN to both, after what is under way. `torn`:
 * RST to both, in the middle of what comes next. `silent`: nothing comes through, and nobody is
 * told. `ghost`: RST to the client, the server isn't told. `deaf`: RST to the server, the client
 * isn't told.
 */
export type CutKind = (typeof KINDS)[number]

const KINDS = ['reset', 'fin', 'torn', 'silent', 'ghost', 'deaf'] as const
const LOOPBACK = '127.0.0.1'
/** Pieces that something comes in, at most. */
const PIECES = 5
/** Time between two of them, in ms, at most. */
const PIECE_MS = 2
/** Who has heard FIN and says nothing is cut after so long, in ms. */
const FIN_MS = 500
/** What is to be torn and doesn't come is cut after so long, in ms. */
const TEAR_MS = 1000

/** What has happened on a proxy. */
export interface ProxyFigures {
  connections: number
  /** Connections that were refused. */
  refused: number
  readonly cuts: Record<CutKind, number>
}

/** One direction of a connection: late, cut up, in order. */
class Stream {
  /** The next piece goes on only in part, then this is called. */
  torn: (() => void) | null = null
  private readonly queue: { readonly bytes: Buffer; readonly at: number }[] = []
  private readonly to: Socket
  private readonly faults: ProxyFaults
  private readonly random: Random
  private timer: NodeJS.Timeout | null = null
  private last = 0
  private lost = false
  private ending = false

  constructor(from: Socket, to: Socket, faults: ProxyFaults, random: Random) {
    this.to = to
    this.faults = faults
    this.random = random
    from.on('data', (bytes: Buffer) => {
      if (this.lost || this.ending) return
      for (const [i, piece] of this.pieces(bytes).entries()) {
        // Pieces that go out at once would arrive in one.
        const gap = i === 0 ? 0 : random.int(0, PIECE_MS)
        this.last = Math.max(this.last + gap, performance.now() + random.int(...faults.delayMs))
        this.queue.push({ bytes: piece, at: this.last })
      }
      this.pump()
    })
    from.on('end', () => this.end())
  }

  /** What came goes out, then this direction is closed. */
  end(): void {
    this.ending = true
    this.pump()
  }

  /** Nothing goes out any more. */
  lose(): void {
    this.lost = true
    this.queue.length = 0
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private pump(): void {
    if (this.timer !== null || this.lost) return
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      const wait = next.at - performance.now()
      if (wait > 0) {
        this.timer = setTimeout(() => {
          this.timer = null
          this.pump()
        }, wait)
        return
      }
      this.queue.shift()
      if (this.torn !== null) {
        const tear = this.torn
        this.to.write(next.bytes.subarray(0, this.random.int(0, next.bytes.length - 1)), () =>
          tear(),
        )
        return this.lose()
      }
      this.to.write(next.bytes)
    }
    if (this.ending) this.to.end()
  }

  private pieces(bytes: Buffer): readonly Buffer[] {
    const { random, faults } = this
    if (bytes.length < 2 || !random.chance(faults.split)) return [bytes]
    const cuts = Array.from({ length: random.int(1, PIECES - 1) }, () =>
      random.int(1, bytes.length - 1),
    ).sort((a, b) => a - b)
    const marks = [0, ...cuts, bytes.length]
    return marks
      .slice(1)
      .map((mark, i) => bytes.subarray(marks[i], mark))
      .filter((piece) => piece.length > 0)
  }
}

/** One connection through the proxy. */
class Flow {
  readonly client: Socket
  readonly server: Socket
  readonly up: Stream
  readonly down: Stream
  over = false
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly ended: (flow: Flow) => void
  /** Who of both isn't told when the other one ends. */
  private untold: Socket | 'both' | null = null

  constructor(
    client: Socket,
    server: Socket,
    { faults, random }: { faults: ProxyFaults; random: Random },
    ended: (flow: Flow) => void,
  ) {
    this.client = client
    this.server = server
    this.ended = ended
    this.up = new Stream(client, server, faults, random)
    this.down = new Stream(server, client, faults, random)
    for (const socket of [client, server]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        const other = socket === client ? server : client
        if (this.untold !== 'both' && this.untold !== other) this.destroy()
      })
    }
  }

  after(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      task()
    }, ms)
    this.timers.add(timer)
  }

  cut(kind: CutKind, silence: number, up: boolean): void {
    if (this.over) return
    if (kind === 'reset') this.destroy()
    else if (kind === 'fin') {
      this.up.end()
      this.down.end()
      this.after(FIN_MS, () => this.destroy())
    } else if (kind === 'torn') {
      const stream = up ? this.up : this.down
      stream.torn = () => this.destroy()
      this.after(TEAR_MS, () => this.destroy())
    } else {
      this.up.lose()
      this.down.lose()
      // Their streams are still read, as by a wire that leads nowhere.
      this.untold = kind === 'silent' ? 'both' : kind === 'ghost' ? this.server : this.client
      if (kind === 'ghost') this.client.resetAndDestroy()
      if (kind === 'deaf') this.server.resetAndDestroy()
      this.after(silence, () => this.destroy())
    }
  }

  /** Ends both sides at once. */
  destroy(): void {
    if (this.over) return
    this.over = true
    for (const timer of this.timers) clearTimeout(timer)
    this.up.lose()
    this.down.lose()
    this.client.resetAndDestroy()
    this.server.resetAndDestroy()
    this.ended(this)
  }
}

/** Listens on a port of its own, carries connections on to a server, and ends each of them soon. */
export class CuttingProxy {
  readonly figures: ProxyFigures = {
    connections: 0,
    refused: 0,
    cuts: { reset: 0, fin: 0, torn: 0, silent: 0, ghost: 0, deaf: 0 },
  }
  port = 0
  private readonly flows = new Set<Flow>()
  private readonly faults: ProxyFaults
  private readonly random: Random
  private readonly target: () => number | null
  private readonly server: Server
  private refusing = false
  private isCalm = false
  private timer: NodeJS.Timeout | null = null

  /** @param target the port to connect to now; `null`: nobody is there */
  constructor(target: () => number | null, faults: ProxyFaults, random: Random) {
    this.target = target
    this.faults = faults
    this.random = random
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.accept(client),
    )
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, LOOPBACK, resolve)
    })
    const address = this.server.address()
    if (typeof address === 'object' && address !== null) this.port = address.port
    this.refuseLater()
    return this.port
  }

  /** How many connections were cut. */
  get cuts(): number {
    return KINDS.reduce((sum, kind) => sum + this.figures.cuts[kind], 0)
  }

  /** From now on everybody is let in, and connections last; who isn't told yet is told in time. */
  calm(): void {
    this.isCalm = true
    this.refusing = false
    if (this.timer !== null) clearTimeout(this.timer)
  }

  /** Ends everything. */
  close(): void {
    this.calm()
    for (const flow of [...this.flows]) flow.destroy()
    this.server.close()
  }

  private accept(client: Socket): void {
    const port = this.target()
    if (this.refusing || port === null) {
      this.figures.refused += 1
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    this.figures.connections += 1
    const { random, faults } = this
    const server = connect({ host: LOOPBACK, port, allowHalfOpen: true, noDelay: true })
    const flow = new Flow(client, server, { faults, random }, (ended) => this.flows.delete(ended))
    this.flows.add(flow)
    const [kind, silence, up] = [
      random.pick(KINDS),
      random.int(...faults.silenceMs),
      random.chance(0.5),
    ]
    flow.after(random.int(...faults.lifeMs), () => {
      if (this.isCalm) return
      this.figures.cuts[kind] += 1
      flow.cut(kind, silence, up)
    })
  }

  private refuseLater(): void {
    const { random, faults } = this
    const ms = random.int(...(this.refusing ? faults.refuseMs : faults.refuseEveryMs))
    this.timer = setTimeout(() => {
      this.refusing = !this.refusing
      this.refuseLater()
    }, ms)
  }
}
