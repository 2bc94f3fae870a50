/** What has to be looked at from time to time: silent clients, lagging rooms, empty rooms. */

import type { ErrorCode } from '../errors.ts'
import type { Timer } from '../spi/clock.ts'
import { expireRooms } from './expiry.ts'
import type { Node } from './node.ts'
import { expire, recheck } from './revocation.ts'
import type { ClientSession } from './session.ts'

/** How often connections are looked at, in ms. */
const SWEEP_MS = 1000
/** Rooms asked of storage at once. */
const HEADS = 500
/** Longest time between two looks at empty rooms, in ms. */
const EXPIRE_MS = 60_000
/** Time between two looks at all tokens, in ms, more or less: what ends elsewhere ends here in a second. */
const TOKENS_MS = 800
/** Who speaks text has so many times `helloMs` to log in, since the last line. */
const PATIENCE = 4

function hash(text: string): number {
  let value = 0
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) >>> 0
  return value
}

/** Runs the recurring work of one node until it is stopped. */
export class Upkeep {
  private readonly node: Node
  private readonly timers = new Map<string, Timer>()
  private readonly expiring = new WeakSet<ClientSession>()
  private deaf = false
  private stopped = false

  constructor(node: Node) {
    this.node = node
  }

  start(): void {
    const { positionMs, emptyRoomMs } = this.node.limits
    this.every(
      'sweep',
      () => SWEEP_MS,
      () => this.sweep(),
    )
    // Nodes that started together shouldn't ask together: each has a pace of its own.
    const pace = 0.75 + (hash(this.node.makeId()) % 1000) / 2000
    this.every(
      'heads',
      () => positionMs * pace,
      () => this.compare(),
    )
    if (this.node.accounts !== null)
      this.every(
        'tokens',
        () => Math.min(positionMs, TOKENS_MS) * pace,
        () => this.recheck(),
      )
    const { presence } = this.node
    if (presence !== null)
      this.every(
        'beat',
        () => presence.beatMs,
        () => presence.beat(),
      )
    const { files } = this.node
    if (files !== null) {
      this.every(
        'files',
        () => files.sweepMs,
        () => files.sweep(),
      )
    }
    this.every(
      'expire',
      () => Math.min(EXPIRE_MS, emptyRoomMs / 3),
      async () => void (await expireRooms(this.node)),
    )
    this.every(
      'limits',
      () => EXPIRE_MS,
      () => this.node.admin.limits.load(),
    )
  }

  stop(): void {
    this.stopped = true
    for (const timer of this.timers.values()) timer.cancel()
  }

  /** Compares the position of every open room with storage: a lost last hint shows no gap. */
  async compare(): Promise<void> {
    const { rooms, storage } = this.node
    const open = [...rooms.open.values()]
    for (let i = 0; i < open.length; i += HEADS) {
      const some = open.slice(i, i + HEADS)
      // From before the question: a log that is shorter than that was cut short.
      const positions = some.map(({ epoch, position }) => ({ epoch, position }))
      const heads = await this.node.ask(storage.heads(some.map(({ name }) => name)))
      for (const [j, room] of some.entries()) {
        if (room.closed) continue
        const head = heads[j]
        const before = positions[j]
        const isShorter =
          head?.epoch === before?.epoch && (head?.head ?? 0) < (before?.position ?? 0)
        if (head === null || head === undefined || isShorter) await room.repair()
        else room.head(head.epoch, head.head)
      }
    }
  }

  /** Ends connections whose tokens have ended. One line of the log when the accounts stop answering. */
  private async recheck(): Promise<void> {
    try {
      await recheck(this.node, this.node.sessions)
      this.deaf = false
    } catch (error) {
      if (!this.deaf) this.node.logger.warn({ err: error }, 'tokens could not be looked at')
      this.deaf = true
    }
  }

  /** Looks whether a connection whose time is over may stay after all. */
  private outlived(session: ClientSession): void {
    if (this.expiring.has(session)) return
    this.expiring.add(session)
    expire(session)
      .catch((error) => this.node.logger.debug({ err: error }, 'a token could not be looked at'))
      .finally(() => this.expiring.delete(session))
  }

  /** Ends connections that said nothing in time, gave no sign of life, or take nothing. */
  private sweep(): void {
    const now = this.node.clock.monotonic()
    const time = this.node.clock.now()
    for (const session of this.node.sessions) {
      const { expiresAt } = session.identity
      if (expiresAt !== undefined && expiresAt <= time) this.outlived(session)
      const code = this.judge(session, now)
      if (code === null) continue
      this.node.refused(session, code)
      session.endWith(code)
    }
    this.node.addresses.sweep(now)
    this.node.refusals.sweep()
    this.node.admin.look()
  }

  private judge(session: ClientSession, now: number): ErrorCode | null {
    if (session.ended || session.trusted) return null
    const { helloMs, pingMs, pongMs, stallMs } = this.node.limits
    if (session.presence === null) {
      const silent = session.text ? (now - session.lastSeen) / PATIENCE : now - session.since
      if (silent > helloMs) return 'hello_timeout'
    }
    const { outbox } = session
    if (outbox.blocked) {
      if (outbox.stalledSince === 0) outbox.stalledSince = now
      else if (now - outbox.stalledSince > stallMs) return 'slow_consumer'
    }
    if (session.connection.ping === undefined) return null
    const silence = now - session.lastSeen
    if (silence > pingMs + pongMs && session.pinged) return 'ping_timeout'
    if (silence > pingMs && !session.pinged) {
      session.pinged = true
      session.connection.ping()
    }
    return null
  }

  /** Runs `work` again and again; never twice at once. */
  private every(name: string, interval: () => number, work: () => Promise<void> | void): void {
    let busy = false
    const set = (): void => {
      if (!this.stopped) this.timers.set(name, this.node.clock.after(interval(), run))
    }
    const run = (): void => {
      set()
      if (busy) return
      const pending = work()
      if (pending === undefined) return
      busy = true
      pending
        .catch((error) => this.node.logger.warn({ err: error }, `upkeep failed: ${name}`))
        .finally(() => {
          busy = false
        })
    }
    set()
  }
}
