/** The server's place, taken by a recorder: what a transport does to it is written down. */

import assert from 'node:assert/strict'
import { LIMITS, type Limits } from '../limits.ts'
import type {
  Connection,
  ConnectionInfo,
  Frame,
  Refused,
  Sink,
  TransportHost,
} from '../spi/transport.ts'
import { realClock } from './clock.ts'
import { makeMailbox } from './mailbox.ts'
import { PATIENCE_MS, within } from './suite.ts'

/** The limits of the suite: small, so that what they forbid is quickly done. */
export const SUITE_LIMITS: Limits = {
  ...LIMITS,
  frameBytes: 32 * 1024,
  helloBytes: 2 * 1024,
  closeMs: 300,
  frameMs: 300,
}

/** Bytes of payload in one turn of pressing against a reader that doesn't read. */
export const PRESS_BYTES = SUITE_LIMITS.frameBytes
/** So much a peer that doesn't read must not be able to make the system take, in bytes. */
const MOST_BUFFERED = 64 * 1024 * 1024

/** The server's side of one connection. Judges each call by the contract of `Sink`. */
export class Peer implements Sink {
  readonly connection: Connection
  readonly info: ConnectionInfo
  /** What came and wasn't taken. */
  readonly payloads: string[] = []
  /** Code of the first `broken`. */
  brokenBy: string | undefined
  drains = 0
  signs = 0
  /** The client has said its last word. */
  silent = false
  gone = false
  /** What the transport did and mustn't. */
  readonly offences: string[] = []
  /** Closes the connection when it is broken, as the core does. */
  closeBroken = true
  /** Closes the connection when the client has said its last word, as the core does. */
  closeSilent = true
  /** Bytes that a payload may have. */
  private most: number
  private sending = false
  private readonly waiting = new Set<() => void>()

  constructor(connection: Connection, info: ConnectionInfo) {
    this.connection = connection
    this.info = info
    const { helloBytes, frameBytes } = SUITE_LIMITS
    this.most = connection.welcomed === undefined ? frameBytes : helloBytes
  }

  // ── what the transport calls ───────────────────────────────────────────────────────────────

  payload(text: string): void {
    this.called('payload')
    if (this.brokenBy !== undefined) this.offences.push('a payload came after broken()')
    if (this.silent) this.offences.push('a payload came after finished()')
    const bytes = Buffer.byteLength(text)
    if (bytes > this.most) this.offences.push(`a payload of ${bytes} bytes, over the limit`)
    this.payloads.push(text)
    this.changed()
  }

  broken(code: string): void {
    this.called('broken')
    if (this.brokenBy !== undefined) this.offences.push('broken() twice')
    this.brokenBy ??= code
    if (this.closeBroken) this.connection.close(3500, code)
    this.changed()
  }

  drained(): void {
    this.called('drained')
    this.drains += 1
    this.changed()
  }

  alive(): void {
    this.called('alive')
    this.signs += 1
    this.changed()
  }

  finished(): void {
    this.called('finished')
    if (this.silent) this.offences.push('finished() twice')
    this.silent = true
    if (this.closeSilent) this.connection.close(1000, '')
    this.changed()
  }

  closed(): void {
    this.called('closed')
    this.gone = true
    this.changed()
  }

  // ── what tests call ────────────────────────────────────────────────────────────────────────

  /** Says that `hello` succeeded. */
  welcome(): void {
    this.most = SUITE_LIMITS.frameBytes
    this.connection.welcomed?.()
  }

  /** Writes payloads as one frame. */
  say(...payloads: string[]): boolean {
    return this.send([this.connection.framing.pack(payloads)])
  }

  /** Writes frames; notices a transport that changes or keeps the array, or calls back at once. */
  send(frames: readonly Frame[]): boolean {
    const given = [...frames]
    this.sending = true
    try {
      const more = this.connection.send(given)
      if (given.length !== frames.length || given.some((frame, i) => frame !== frames[i])) {
        this.offences.push('send() changed the array of frames')
      }
      return more
    } finally {
      this.sending = false
      // Whoever kept the array has nothing now.
      given.length = 0
    }
  }

  /**
   * Writes until the transport has enough. `payloadAt` makes the n-th payload.
   *
   * @returns how many were written
   */
  press(payloadAt: (n: number) => string): number {
    let count = 0
    while (count * PRESS_BYTES < MOST_BUFFERED) {
      if (!this.say(payloadAt(count++))) return count
    }
    return assert.fail(`send() still returned true after ${MOST_BUFFERED} bytes nobody has read`)
  }

  /** The next payload. */
  async next(): Promise<string> {
    await this.until(() => this.payloads.length > 0, 'a payload arrives at the server')
    return this.payloads.shift() as string
  }

  /** Resolves when `done()`, looked at after each call of the transport; rejects at an offence. */
  until(done: () => boolean, what: string, ms = PATIENCE_MS): Promise<void> {
    let look = (): void => {}
    const settled = new Promise<void>((resolve, reject) => {
      look = () => {
        if (this.offences.length > 0) reject(new Error(this.offences.join('; ')))
        else if (done()) resolve()
      }
    })
    look()
    this.waiting.add(look)
    return within(settled, what, ms).finally(() => this.waiting.delete(look))
  }

  /** Resolves when the transport has said `closed`. */
  untilGone(ms = PATIENCE_MS): Promise<void> {
    return this.until(() => this.gone, 'the transport calls closed()', ms)
  }

  private called(name: string): void {
    if (this.gone) this.offences.push(`${name}() after closed()`)
    if (this.sending) this.offences.push(`${name}() before send() returned`)
  }

  private changed(): void {
    for (const look of [...this.waiting]) look()
  }
}

/** A `TransportHost` that accepts everybody, unless told not to, and remembers them. */
export class RecordingHost implements TransportHost {
  readonly limits = SUITE_LIMITS
  readonly clock = realClock
  readonly logger = { debug() {}, info() {}, warn() {}, error() {} }
  readonly peers: Peer[] = []
  /** Given to those who come, when set: already before they are accepted, or only then. */
  refusal: (Refused & { early: boolean }) | null = null
  /** How often `accept` was called. */
  accepts = 0
  private readonly arrivals = makeMailbox<Peer>()

  refuses(): Refused | null {
    return this.refusal?.early === true ? this.refusal : null
  }

  accept(connection: Connection, info: ConnectionInfo): Sink | Refused {
    this.accepts += 1
    if (this.refusal !== null) return this.refusal
    const peer = new Peer(connection, info)
    this.peers.push(peer)
    this.arrivals.put(peer)
    return peer
  }

  /** The server's side of the client that came next. */
  nextPeer(): Promise<Peer> {
    return within(this.arrivals.next(), 'the transport announces the connection')
  }

  /** Fails when the transport broke the contract in any of its connections. */
  verify(): void {
    for (const { offences } of this.peers) assert.deepEqual(offences, [])
  }
}
