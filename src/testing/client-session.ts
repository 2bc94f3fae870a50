/** One connection of a simulated client: what it asks, what it is told, when it loses patience. */

import type { ErrorCode } from '../errors.ts'
import type { ChangeKind, Op, Operations, Push, Results, WireError } from '../protocol/types.ts'
import type { Clock, Timer } from '../spi/clock.ts'
import type { RoomView, WirePage } from './client-view.ts'
import type { Closing } from './mailbox.ts'
import type { NetworkEar, NetworkLink } from './network-link.ts'
import type { Random } from './random.ts'

/** Options of `testClient`. */
export interface TestClientOptions {
  readonly clock: Clock
  readonly random: Random
  /** Connects anew; called for each connection, so that it may choose another node. */
  readonly dial: (ear: NetworkEar) => NetworkLink
  /** The room it is in, always. */
  readonly room: string
  /** Its keys (`cid`) begin with it: another one for each client. */
  readonly label: string
  /** Waits so long for an answer, in ms, before it asks again or gives the connection up. Default 1,000. */
  readonly patienceMs?: number
  /** Waits before it connects again, in ms: at least and at most. Default 10 to 500. */
  readonly backoffMs?: readonly [number, number]
}

/** Something the client said, or changed. */
export interface SentMessage {
  readonly cid: string
  /** Of a deletion: empty. */
  readonly text: string
  /** What it does to the entry of this seq; absent: it is a message. */
  readonly change?: { readonly kind: ChangeKind; readonly seq: number }
  /** Why the server would not have it: what was to be changed is gone, say. */
  refused?: ErrorCode
  /** What the server answered first; it must never answer anything else. */
  ack: { readonly seq: number; readonly ts: number } | null
  /** How often it was sent. */
  tries: number
  /** Number of the connection by which it was sent first; 0: not yet. */
  connection: number
}

/** So many unanswered messages go out before the answer to `hello` is there. */
const EAGER = 8
/** After so many tries on one connection that nobody answers, it is given up. */
const TRIES = 3

/** Why a change may be refused. */
const CHANGING: readonly ErrorCode[] = ['entry_not_found', 'forbidden', 'too_many_reactions']

/** What of a message's way belongs to one connection. */
interface Try {
  readonly message: SentMessage
  at: number
  count: number
}

interface Asked {
  readonly at: number
  ok(result: unknown): void
  failed(error: WireError): void
}

/** What outlives a connection. */
export interface SessionOwner {
  readonly view: RoomView
  readonly sent: readonly SentMessage[]
  connections(): number
  complain(problem: string): void
  identified(ok: Results['hello']): void
  ended(): void
}

/** One connection of a simulated client, from dialling to its end. */
export class Session implements NetworkEar {
  readonly link: NetworkLink
  private readonly options: TestClientOptions
  private readonly owner: SessionOwner
  private readonly patience: number
  private readonly asked = new Map<number, Asked>()
  /** Kept after the answer: there may be several, and all must be the same. */
  private readonly tries = new Map<number, Try>()
  private readonly open = new Map<string, Try>()
  private nextId = 1
  private inside = false
  private heardAt: number
  private timer: Timer
  private over = false

  constructor(options: TestClientOptions, owner: SessionOwner, ticket: string | undefined) {
    this.options = options
    this.owner = owner
    this.patience = options.patienceMs ?? 1000
    this.heardAt = options.clock.monotonic()
    this.link = options.dial(this)
    this.timer = this.watchLater()
    // Without a ticket it isn't known yet as whom one would speak: a retry could be another's.
    const eager = ticket !== undefined && options.random.chance(0.5)
    this.ask('hello', ticket === undefined ? { version: 1 } : { version: 1, ticket }, (ok) => {
      owner.identified(ok)
      if (!eager) this.join()
    })
    if (eager) {
      this.join()
      for (const message of this.unanswered().slice(0, EAGER)) this.offer(message, true)
    }
  }

  // ── what it does ───────────────────────────────────────────────────────────────────────────

  /** Sends a message, if it can be sent now. */
  offer(message: SentMessage, eager = false): void {
    if (this.over || (!this.inside && !eager)) return
    let attempt = this.open.get(message.cid)
    if (attempt === undefined) {
      attempt = { message, at: 0, count: 0 }
      this.open.set(message.cid, attempt)
    }
    attempt.at = this.now()
    attempt.count += 1
    message.tries += 1
    if (message.tries === 1) message.connection = this.owner.connections()
    const id = this.nextId++
    this.tries.set(id, attempt)
    this.write({ id, room: this.options.room, ...requestOf(message) })
  }

  /** Ends the connection; `politely`: says so. */
  leave(politely: boolean): void {
    if (this.over) return
    if (politely) this.link.close()
    else this.link.halfOpen('server')
    this.finish()
  }

  private join(): void {
    const { view } = this.owner
    const { room } = this.options
    const since = view.position
    const fields = since === undefined ? { room } : { room, since }
    this.ask<'join', WirePage<Results['join']>>('join', fields, (ok) => {
      view.joined(ok)
      this.inside = true
      this.catchUp()
      for (const message of this.unanswered()) {
        if (!this.open.has(message.cid)) this.offer(message)
      }
    })
  }

  private catchUp(): void {
    const { view } = this.owner
    const { room, random } = this.options
    if (view.live) return
    const after = view.position?.seq ?? 0
    const fields = { room, after, limit: random.int(1, 20) }
    this.ask<'history', WirePage<Results['history']>>('history', fields, (ok) => {
      if (!view.page(ok)) this.owner.complain(`history after ${after} has nothing new`)
      else this.catchUp()
    })
  }

  private unanswered(): readonly SentMessage[] {
    return this.owner.sent.filter(({ ack, refused }) => ack === null && refused === undefined)
  }

  private ask<O extends Op, R = Results[O]>(
    op: O,
    fields: Operations[O],
    ok: (result: R) => void,
  ): void {
    const id = this.nextId++
    this.asked.set(id, {
      at: this.now(),
      ok: ok as (result: unknown) => void,
      failed: (error) => {
        if (!error.retryable) this.owner.complain(`${op} was refused: ${error.code}`)
        this.leave(true)
      },
    })
    this.write({ id, op, ...fields })
  }

  private write(request: object): void {
    this.link.send(JSON.stringify(request))
  }

  // ── what it hears ──────────────────────────────────────────────────────────────────────────

  payload(text: string): void {
    if (this.over) return
    this.heardAt = this.now()
    const message = JSON.parse(text) as Push | Answer
    if ('ev' in message) this.pushed(message)
    else this.answered(message)
  }

  closed(_closing: Closing): void {
    this.finish()
  }

  private answered({ re, ok, err }: Answer): void {
    const attempt = this.tries.get(re)
    if (attempt !== undefined) {
      if (err !== undefined) this.refused(attempt, err)
      else this.acknowledged(attempt.message, ok as Results['send'])
      return
    }
    const asked = this.asked.get(re)
    // A request that went out twice is answered twice; the first answer counts.
    if (asked === undefined) return
    this.asked.delete(re)
    if (err === undefined) asked.ok(ok)
    else asked.failed(err)
  }

  private acknowledged(message: SentMessage, { seq, ts }: Results['send']): void {
    this.open.delete(message.cid)
    message.ack ??= { seq, ts }
    if (message.ack.seq !== seq || message.ack.ts !== ts) {
      this.owner.complain(`${message.cid} was ${message.ack.seq} and is ${seq} now`)
    }
  }

  private refused(attempt: Try, error: WireError): void {
    // Out of the room, or on the way out: it is tried again after the next join.
    if (error.code === 'not_member' && !this.inside) return
    if (error.retryable) {
      attempt.at = this.now() + (error.retryAfterMs ?? 0)
      return
    }
    const { change, ack } = attempt.message
    if (change !== undefined && CHANGING.includes(error.code) && ack === null) {
      attempt.message.refused = error.code
      this.open.delete(attempt.message.cid)
      return
    }
    this.owner.complain(`${attempt.message.cid} was refused: ${error.code}`)
  }

  private pushed(push: Push): void {
    const { view } = this.owner
    const { room } = this.options
    if (push.ev === 'close') {
      if (!push.reconnect) this.owner.complain(`told not to come back: ${push.code} ${push.reason}`)
      return
    }
    if (push.room !== room) return this.owner.complain(`${push.ev} of another room, ${push.room}`)
    if ('text' in push) {
      view.entry(push)
    } else if (push.ev === 'gap') {
      view.liveGap(push)
    } else if (push.ev === 'reset') {
      view.reset(push.epoch, push.head)
    } else if (push.ev === 'closed') {
      this.owner.complain('the room was closed')
    }
  }

  // ── patience ───────────────────────────────────────────────────────────────────────────────

  private now(): number {
    return this.options.clock.monotonic()
  }

  private watchLater(): Timer {
    const { clock, random } = this.options
    return clock.after(random.int(this.patience >> 2, this.patience >> 1), () => this.watch())
  }

  private watch(): void {
    const late = this.now() - this.patience
    for (const { at } of this.asked.values()) if (at < late) return this.leave(false)
    for (const attempt of [...this.open.values()]) {
      if (attempt.at >= late) continue
      if (attempt.count >= TRIES) return this.leave(false)
      this.offer(attempt.message, true)
    }
    if (this.heardAt < late - this.patience && this.asked.size === 0) this.ask('ping', {}, () => {})
    this.timer = this.watchLater()
  }

  private finish(): void {
    if (this.over) return
    this.over = true
    this.timer.cancel()
    this.owner.ended()
  }
}

interface Answer {
  readonly re: number
  readonly ok?: unknown
  readonly err?: WireError
}

/** How something is said, or changed. */
function requestOf({ cid, text, change }: SentMessage): object {
  if (change === undefined) return { op: 'send', text, cid }
  const { kind, seq } = change
  if (kind === 'delete') return { op: 'delete', seq, cid }
  if (kind === 'edit') return { op: 'edit', seq, text, cid }
  return { op: 'react', seq, text, on: kind === 'react', cid }
}
