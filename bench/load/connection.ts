// One connection of the load generator. Receiving allocates nothing: all sockets read into one shared
// buffer, and frames are counted by walking their headers.

import net from 'node:net'
import type { Dialect, Step } from './dialects.ts'
import { pong } from './frames.ts'
import type { MarkReader } from './marks.ts'

/** Reads are cut at this size. */
const shared = Buffer.allocUnsafeSlow(64 * 1024)
const PING_FRAME = 0x89

/** Looks at the messages of a connection, not only at how many they are. */
export interface Watcher {
  /** `connection` received the message `number` of the connection `sender`. */
  seen(connection: Connection, sender: number, number: number): void
  /** What one read brought has been seen. */
  readEnd(connection: Connection): void
}

/** What all connections of a run have in common. */
export interface Shared {
  readonly dialect: Dialect
  readonly port: number
  readonly marks: MarkReader
  /** What went wrong, each kind once. */
  readonly problems: Set<string>
}

export class Connection {
  readonly index: number
  readonly room: number
  /** Messages received. */
  delivered = 0
  /** Frames received that aren't messages. */
  others = 0
  watcher: Watcher | undefined
  readonly #shared: Shared
  readonly #socket: net.Socket
  /** The bytes a message is told by: where, and what is there. */
  readonly #tellA: number
  readonly #isA: number
  readonly #tellB: number
  readonly #isB: number
  #upgraded: boolean
  #steps: readonly Step[]
  #step = -1
  #onReady: (() => void) | undefined
  /** The beginning of a frame whose end hasn't come yet. */
  #carry = Buffer.allocUnsafe(256)
  #carried = 0

  constructor(shared_: Shared, index: number, room: number, onReady: () => void) {
    this.#shared = shared_
    this.index = index
    this.room = room
    this.#onReady = onReady
    const { dialect, port } = shared_
    this.#tellA = dialect.tells[0]
    this.#tellB = dialect.tells[1]
    this.#isA = dialect.delivery.charCodeAt(this.#tellA)
    this.#isB = dialect.delivery.charCodeAt(this.#tellB)
    this.#steps = dialect.entrance(`u${index}`, `r${room}`)
    this.#upgraded = dialect.path === undefined
    const callback = (size: number): boolean => {
      this.#receive(size)
      return true
    }
    const onread = { buffer: shared, callback }
    this.#socket = net.connect({ host: '127.0.0.1', port, noDelay: true, onread })
    this.#socket.on('connect', () => this.#connected())
    this.#socket.on('error', (error) => shared_.problems.add(`a socket failed: ${error.message}`))
    this.#socket.on('end', () => shared_.problems.add('the server ended a connection'))
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  #connected(): void {
    const { path } = this.#shared.dialect
    if (path === undefined) this.#nextStep()
    else this.#socket.write(upgradeRequest(path))
  }

  #nextStep(): void {
    const step = this.#steps[++this.#step]
    if (step) {
      if (step.say) this.#socket.write(this.#shared.dialect.framing.make(step.say))
      return
    }
    this.#steps = []
    this.#onReady?.()
    this.#onReady = undefined
  }

  #receive(size: number): void {
    let at = 0
    if (!this.#upgraded) {
      at = this.#readUpgrade(size)
      if (at < 0) return
    }
    if (this.#carried > 0) at = this.#finishCarried(at, size)
    const { framing } = this.#shared.dialect
    while (at < size) {
      const length = framing.size(shared, at, size)
      if (length === 0 || at + length > size) {
        this.#keep(at, size)
        break
      }
      this.#frame(shared, at, at + framing.head(shared, at), at + length)
      at += length
    }
    this.watcher?.readEnd(this)
  }

  /** Where the frames begin in the buffer; -1 while the answer to the upgrade isn't complete. */
  #readUpgrade(size: number): number {
    const before = this.#carried
    this.#keep(0, size)
    const end = this.#carry.subarray(0, this.#carried).indexOf('\r\n\r\n')
    if (end < 0) return -1
    const status = this.#carry.toString('latin1', 0, 12)
    if (status !== 'HTTP/1.1 101') this.#shared.problems.add(`no upgrade but ${status}`)
    this.#upgraded = true
    this.#carried = 0
    if (this.#steps[0]?.say) this.#nextStep()
    else this.#step = 0
    return end + 4 - before
  }

  #keep(from: number, to: number): void {
    this.#roomFor(this.#carried + to - from)
    shared.copy(this.#carry, this.#carried, from, to)
    this.#carried += to - from
  }

  #roomFor(size: number): void {
    if (size <= this.#carry.length) return
    const bigger = Buffer.allocUnsafe(Math.max(size, 2 * this.#carry.length))
    this.#carry.copy(bigger, 0, 0, this.#carried)
    this.#carry = bigger
  }

  /** Completes the carried frame from the buffer; returns where the next one begins. */
  #finishCarried(from: number, to: number): number {
    const { framing } = this.#shared.dialect
    let at = from
    for (;;) {
      const length = framing.size(this.#carry, 0, this.#carried)
      const missing = length === 0 ? 1 : length - this.#carried
      const taken = Math.min(missing, to - at)
      this.#keep(at, at + taken)
      at += taken
      if (length > 0 && this.#carried === length) {
        this.#carried = 0
        this.#frame(this.#carry, 0, framing.head(this.#carry, 0), length)
        return at
      }
      if (at === to) return at
    }
  }

  #frame(bytes: Buffer, start: number, body: number, end: number): void {
    const isMessage =
      end - body > this.#tellB &&
      bytes[body + this.#tellA] === this.#isA &&
      bytes[body + this.#tellB] === this.#isB
    if (isMessage) {
      this.delivered++
      if (!this.watcher) return
      const { marks, problems } = this.#shared
      if (marks.read(bytes, body, end)) this.watcher.seen(this, marks.sender, marks.number)
      else problems.add(`a message without a mark: ${bytes.toString('latin1', body, end)}`)
      return
    }
    this.others++
    this.#otherFrame(bytes, start, body, end)
  }

  #otherFrame(bytes: Buffer, start: number, body: number, end: number): void {
    const { dialect, problems } = this.#shared
    const { path, ping, reply, okAt } = dialect
    const opcode = path === undefined ? 0x81 : bytes[start]
    if (opcode === PING_FRAME) this.write(pong(bytes.subarray(body, end)))
    else if (opcode !== 0x81) problems.add(`an unexpected frame, first byte ${opcode}`)
    else if (ping !== undefined && end - body === 1 && bytes[body] === ping.charCodeAt(0)) {
      this.write(dialect.framing.make(dialect.pong ?? ''))
    } else if (this.#onReady) {
      const until = this.#steps[this.#step]?.until ?? ''
      const payload = bytes.toString('latin1', body, Math.min(end, body + 200))
      if (payload.startsWith(until)) this.#nextStep()
      else if (reply && payload.startsWith(reply)) problems.add(`refused: ${payload}`)
    } else if (reply && okAt && bytes[body + 2] === reply.charCodeAt(2)) {
      // The o of "ok"; refusals have an e there.
      if (bytes[body + okAt] !== 0x6f)
        problems.add(`refused: ${bytes.toString('latin1', body, end)}`)
    }
  }
}

function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGVydHVsaWEgYmVuY2ggMQ==',
    '\r\n',
  ].join('\r\n')
}
