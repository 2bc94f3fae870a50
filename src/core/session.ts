/** One connection: what it asks, in the order it asks it, and what it is told. */

import { ChatError, CLOSE, ERRORS, type ErrorCode, isChatError, mayReconnect } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'
import { texts } from '../i18n/languages.ts'
import { entryUnits } from '../protocol/entry.ts'
import type { Malformed, Op, Request, RequestId, Results, ServerEvent } from '../protocol/types.ts'
import type { Codec } from '../spi/codec.ts'
import type { Connection, ConnectionInfo, Sink } from '../spi/transport.ts'
import { COMMANDS } from './commands.ts'
import type { Connected } from './directory.ts'
import { greet, outside } from './entrance.ts'
import { GUEST } from './identity.ts'
import { leaveAll } from './membership.ts'
import type { Core, Room, Session, SessionIdentity } from './model.ts'
import { Outbox, type OutboxOwner } from './outbox.ts'
import { type AddressUse, Bucket } from './rates.ts'
import { CONNECTED } from './remote.ts'
import { forget } from './revocation.ts'
import type { Wire } from './wire.ts'

/** After so many times `limits.inboxCommands` a transport that doesn't pause is cut. */
const INBOX_CUT = 16
/** What an entry takes besides its text, roughly. */
const ENTRY_UNITS = 200
const EMPTY: string[] = []

/** The core's end of a connection. */
export class ClientSession implements Session, Sink, OutboxOwner {
  readonly core: Core
  readonly connection: Connection
  readonly info: ConnectionInfo
  readonly outbox: Outbox
  readonly address: AddressUse
  /** Part of the host program: limits of rate don't hold for it. */
  readonly trusted: boolean
  /** Speaks the text protocol: is in one room at a time. */
  text = false
  lang: Lang
  /** Who it is; null before `hello`. */
  presence: Connected<Session> | null = null
  identity: SessionIdentity = GUEST
  rooms: Room[] = []
  /** The room that what has no room is meant for. */
  current: Room | null = null
  ended = false
  lastSeen: number
  pinged = false
  readonly since: number
  private codec: Codec | null = null
  private readonly bucket: Bucket
  private refusals = 0
  private helloBytes = 0
  private inbox = EMPTY
  private inboxBytes = 0
  private busy = false
  private paused = false
  closeCode: number = 1006
  private sends = 0
  private readonly unsettled: (() => void)[] = []
  /** Of one that speaks text: the seq of its last message in each room. */
  private last: WeakMap<Room, number> | null = null
  /** The peer has said its last word. */
  private finishing = false

  constructor(core: Core, connection: Connection, info: ConnectionInfo, wire?: Wire) {
    this.core = core
    this.connection = connection
    this.info = info
    this.trusted = wire !== undefined
    this.lang = core.lang
    this.since = core.clock.monotonic()
    this.lastSeen = this.since
    this.bucket = new Bucket(core.limits.commandBurst, this.since)
    this.address = core.addresses.use(info.address, this.since)
    this.address.connections += 1
    this.outbox = new Outbox(
      connection,
      wire ?? core.wires.of(core.codecs.json, connection.framing),
      this,
      core.limits.outboxBytes,
    )
  }

  // ── from the transport ─────────────────────────────────────────────────────────────────────

  payload(text: string): void {
    if (this.ended) return
    if (this.presence === null && !this.trusted) {
      this.helloBytes += Buffer.byteLength(text)
      if (this.helloBytes > this.core.limits.helloBytes) return this.endWith('too_large')
    }
    if (this.busy || this.outbox.full || this.inbox.length > 0) this.wait(text)
    else this.handle(text)
  }

  broken(code: 'bad_frame' | 'too_large' | 'frame_timeout', message?: string): void {
    this.core.refused(this, code)
    this.endWith(code, message)
  }

  drained(): void {
    this.outbox.drained()
    this.pump()
  }

  alive(): void {
    this.lastSeen = this.core.clock.monotonic()
    this.pinged = false
  }

  finished(): void {
    this.finishing = true
    this.finish()
  }

  closed(): void {
    this.ended = true
    this.outbox.drop()
    this.address.connections -= 1
    this.inbox = EMPTY
    this.depart(this.closeCode)
    this.core.gone(this)
  }

  // ── from the outbox ────────────────────────────────────────────────────────────────────────

  dirty(outbox: Outbox): void {
    this.core.delivery.outbox(outbox)
  }

  emptied(): void {
    this.pump()
  }

  overflow(): void {
    this.core.refused(this, 'slow_consumer')
    this.endWith('slow_consumer')
  }

  // ── requests ───────────────────────────────────────────────────────────────────────────────

  /** Speaks from now on by this codec. */
  speak(codec: Codec): void {
    this.codec = codec
    if (!this.trusted) this.outbox.wire = this.core.wires.of(codec, this.connection.framing)
  }

  sending(change: 1 | -1): void {
    this.sends += change
    if (this.sends > 0 || this.unsettled.length === 0) return
    for (const resolve of this.unsettled.splice(0)) resolve()
  }

  settled(): Promise<void> | undefined {
    if (this.sends === 0) return undefined
    return new Promise((resolve) => this.unsettled.push(resolve))
  }

  spoke(room: Room, seq: number): void {
    this.last ??= new WeakMap()
    this.last.set(room, seq)
  }

  lastIn(room: Room): number | undefined {
    return this.last?.get(room)
  }

  /** Handles one request; what follows it waits if it takes longer. */
  request(request: Request | Malformed): void {
    const now = this.core.clock.monotonic()
    this.lastSeen = now
    this.pinged = false
    if (!this.trusted) {
      const wait = this.price(request.op === null ? 1 : COMMANDS[request.op].cost, now)
      if (wait > 0) return this.limited(request, wait)
    }
    if (request.op === null) return this.refuse(request.id, null, request.error)
    const command = COMMANDS[request.op]
    this.core.counts.requested(request.op)
    try {
      if (this.presence === null && !command.early) throw outside(this)
      // One row of the table belongs to one operation; the compiler can't follow that through.
      const result = (command.run as (session: Session, request: Request) => unknown)(this, request)
      if (result instanceof Promise) this.await(request, result)
      else this.settle(request, result)
    } catch (error) {
      this.refuse(request.id, request.op, error)
    }
  }

  /** Answers a request, unless it wanted no answer. */
  reply<O extends Op>(id: RequestId | undefined, op: O, ok: Results[O]): void {
    if (id === undefined) return
    const event = { type: 'reply', id, op, ok } as ServerEvent
    if (op === 'history' || op === 'join') {
      const { entries } = ok as Results['history' | 'join']
      let units = 0
      for (const entry of entries) units += entryUnits(entry) + ENTRY_UNITS
      this.outbox.answer(event, units)
    } else this.outbox.event(event)
  }

  /** Answers a request with an error, and closes where the error table says so. */
  refuse(id: RequestId | null | undefined, op: Op | null, thrown: unknown): void {
    if (this.ended) return
    const error = isChatError(thrown) ? thrown : this.internal(thrown)
    const { close, retryable } = ERRORS[error.code]
    this.core.refused(this, error.code, op)
    // People are told once: the closing line has the reason.
    if (close !== null && this.text) return this.endWith(error.code)
    this.outbox.event({
      type: 'error',
      id: id ?? null,
      op,
      err: {
        code: error.code,
        message: this.say(error),
        retryable,
        ...(error.retryAfterMs === undefined ? undefined : { retryAfterMs: error.retryAfterMs }),
      },
    })
    if (close !== null) this.endWith(error.code)
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────

  /** Ends the connection for a reason of the error table. */
  endWith(code: ErrorCode, message?: string): void {
    const text = message ?? texts(this.lang).errors[code]
    this.end(ERRORS[code].close ?? CLOSE.internal, text)
  }

  /** Ends the connection; the client is told why and whether to come back. */
  end(code: number, reason: string, retryAfterMs?: number): void {
    if (this.ended) return
    this.ended = true
    this.closeCode = code
    this.inbox = EMPTY
    // First, so that what its rooms said in this turn still goes out.
    this.depart(this.closeCode)
    const reconnect = mayReconnect(code)
    this.outbox.finish({
      type: 'push',
      push: {
        ev: 'close',
        code,
        reason,
        reconnect,
        ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
      },
    })
    this.connection.close(code, reason)
  }

  depart(code: number): void {
    const { presence } = this
    if (presence === null) return
    this.presence = null
    leaveAll(this, presence.person, code === CLOSE.normal ? 'leave' : 'lost')
    forget(this)
    this.identity = GUEST
    if (this.core.directory.leave(this, presence)) {
      this.core.presence?.went(CONNECTED, presence.person)
    }
    const { person } = presence
    this.core.events.emit('disconnect', { person, connection: this.info, code })
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────

  private handle(text: string): void {
    if (this.codec === null) {
      const first = text.charCodeAt(text.search(/\S/))
      if (first !== 0x7b /* { */) {
        this.text = true
        this.speak(this.core.codecs.text(this.lang))
        return this.enterByText(text)
      }
      this.speak(this.core.codecs.json)
    }
    this.request((this.codec as Codec).decode(text))
  }

  /** The first frame of a text session: comes in, then does what the frame says. */
  private enterByText(text: string): void {
    this.busy = true
    greet(this, text).then(
      (used) => {
        if (!used && !this.ended) this.inbox = [text, ...this.inbox]
        this.done()
      },
      (error) => {
        const refusal = isChatError(error) ? error : this.internal(error)
        this.core.refused(this, refusal.code)
        // Told once, by the closing line; to come back makes sense if the same may succeed later.
        const { close, retryable } = ERRORS[refusal.code]
        this.end(close ?? (retryable ? CLOSE.internal : CLOSE.forbidden), this.say(refusal))
      },
    )
  }

  private await(request: Request, result: Promise<unknown>): void {
    this.busy = true
    result.then(
      (ok) => {
        this.settle(request, ok)
        this.done()
      },
      (error) => {
        this.refuse(request.id, request.op, error)
        this.done()
      },
    )
  }

  private settle(request: Request, result: unknown): void {
    if (this.refusals > 0) this.refusals -= 1
    // A command that answers later (a send) gives undefined.
    if (result !== undefined) this.reply(request.id, request.op, result as Results[Op])
  }

  private done(): void {
    this.busy = false
    this.pump()
  }

  private wait(text: string): void {
    const { inboxCommands: most, inboxBytes } = this.core.limits
    if (this.inbox === EMPTY) this.inbox = []
    this.inbox.push(text)
    this.inboxBytes += Buffer.byteLength(text)
    const isMuch = this.inbox.length >= most || this.inboxBytes >= inboxBytes
    if (isMuch && !this.paused) {
      this.paused = true
      this.connection.pause()
    }
    if (this.inbox.length > most * INBOX_CUT || this.inboxBytes > inboxBytes * INBOX_CUT) {
      this.endWith('flood')
    }
  }

  private pump(): void {
    let next = 0
    while (next < this.inbox.length && !this.busy && !this.outbox.full && !this.ended) {
      this.handle(this.inbox[next++] as string)
    }
    if (next > 0) {
      this.inbox = next < this.inbox.length ? this.inbox.slice(next) : EMPTY
      this.inboxBytes = this.inbox.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    }
    if (this.paused && this.inbox.length === 0 && !this.ended) {
      this.paused = false
      this.connection.resume()
    }
    this.finish()
  }

  /** Ends a connection whose peer has said its last word, once everything is answered. */
  private finish(): void {
    if (!this.finishing || this.ended || this.busy || this.inbox.length > 0) return
    const settled = this.settled()
    // Whoever did it on purpose doesn't mind the code; whoever was cut off comes back.
    if (settled === undefined) this.end(CLOSE.finished, texts(this.lang).goodbye)
    else void settled.then(() => this.finish())
  }

  /** How long to wait until this may be asked, in ms; 0 = it may now. */
  private price(cost: number, now: number): number {
    if (cost === 0) return 0
    const { limits } = this.core
    const own = this.bucket.take(cost, limits.commandsPerSecond, limits.commandBurst, now)
    if (own > 0) return own
    const { addressCommandsPerSecond, addressCommandBurst } = limits
    return this.address.commands.take(cost, addressCommandsPerSecond, addressCommandBurst, now)
  }

  private limited(request: Request | Malformed, retryAfterMs: number): void {
    this.refusals += 1
    if (this.refusals > this.core.limits.floodRefusals) return this.endWith('flood')
    const error = new ChatError('rate_limited', undefined, { retryAfterMs })
    this.refuse(request.id, request.op, error)
  }

  private internal(thrown: unknown): ChatError {
    this.core.logger.error({ err: thrown, address: this.info.address }, 'a request failed')
    return new ChatError('internal', undefined, { cause: thrown })
  }

  /** The error's own text, or the catalogue's in the person's language. */
  private say(error: ChatError): string {
    return error.custom ? error.message : texts(this.lang).errors[error.code]
  }
}
