/** One connection of the recording client. */

import type { Op, Operations, Push, Results, Stored, WireError } from '../protocol/types.ts'
import type { Clock, Timer } from '../spi/clock.ts'
import type { RecordedEar } from './history-recorder.ts'
import type { Random } from './random.ts'
import type { RecordingDial, RecordingLink } from './recording-link.ts'
import type { Joined, Paging, RecordingRoom } from './recording-room.ts'

/** What is done to an entry, or which one is answered. */
export type RecordedDeed = 'answer' | 'edit' | 'delete' | 'react' | 'unreact'

/** Something a recording client said, or changed. */
export interface RecordedSend {
  /** The room; `null`: to a person. */
  readonly room: string | null
  /** The name of the person. */
  readonly to?: string
  readonly cid: string
  readonly text: string
  /** What it does to the entry `ref`; absent: it is a message by itself. */
  readonly deed?: RecordedDeed
  readonly ref?: number
  /** Where it is, once it is stored. */
  seq?: number
  /** `open`: it is sent until there is an answer. `refused`: the server won't have it. */
  state: 'open' | 'stored' | 'refused'
}

/** What outlives a connection. */
export interface RecordingOwner {
  readonly clock: Clock
  readonly random: Random
  readonly dial: RecordingDial
  readonly patienceMs: number
  readonly rooms: ReadonlyMap<string, RecordingRoom>
  /** What has no answer yet, in the order it was said. */
  readonly open: Set<RecordedSend>
  ticket: string | undefined
  /** The room of a conversation that was opened with it. */
  opened(room: string): RecordingRoom
  identified(ok: Results['hello']): void
  /** @param retryAfterMs the server asked to wait so long */
  ended(retryAfterMs: number): void
}

interface Asked {
  readonly at: number
  readonly ok: (result: unknown) => void
  readonly failed: (error: WireError) => void
}

interface Answer {
  readonly re: number
  readonly ok?: unknown
  readonly err?: WireError
}

/** So often it is said again on one connection, when there is no answer in time. */
const TRIES = 3

/** From dialling to the end. */
export class RecordingSession implements RecordedEar {
  readonly link: RecordingLink
  private readonly owner: RecordingOwner
  private readonly asked = new Map<number, Asked>()
  /** Sends that wait for an answer: since when, and how often they went out here. */
  private readonly waiting = new Map<RecordedSend, { at: number; tries: number }>()
  private readonly timer: { current: Timer }
  private nextId = 1
  private known = false
  private over = false
  private heardAt: number
  private retryAfterMs = 0

  constructor(owner: RecordingOwner) {
    this.owner = owner
    this.heardAt = this.now()
    this.timer = { current: this.watchLater() }
    this.link = owner.dial(this)
    const { ticket } = owner
    // Whoever has a ticket needn't wait to be known again.
    const eager = ticket !== undefined && owner.random.chance(0.5)
    this.ask('hello', ticket === undefined ? { version: 1 } : { version: 1, ticket }, {
      ok: (ok: Results['hello']) => {
        owner.identified(ok)
        if (!eager) this.begin()
      },
      failed: ({ code }) => {
        if (code === 'unauthorized') owner.ticket = undefined
        this.end()
      },
    })
    if (eager) this.begin()
  }

  // ── what it does ───────────────────────────────────────────────────────────────────────────

  private begin(): void {
    this.known = true
    for (const room of this.owner.rooms.values()) if (room.wanted) this.join(room)
    for (const send of this.owner.open) if (send.room === null) this.offer(send)
  }

  join(room: RecordingRoom): void {
    if (!this.known || this.over) return
    const since = room.position
    const past = since === undefined ? { recent: this.owner.random.int(0, 5) } : { since }
    const fields = { room: room.name, ...past }
    this.ask<'join', Joined>('join', fields, {
      ok: (ok) => {
        // It may have asked twice.
        if (!room.inside) room.joined(ok, since)
        // It may have changed its mind.
        if (!room.wanted) return this.leave(room)
        this.catchUp(room)
        for (const send of this.owner.open) if (send.room === room.name) this.offer(send)
      },
      failed: ({ code, retryable }) => {
        if (!retryable) room.wanted = code === 'room_closed' || code === 'hello_required'
        this.end()
      },
    })
  }

  leave(room: RecordingRoom): void {
    if (!room.inside) return
    const left = (): void => {
      room.inside = false
      if (room.wanted) this.join(room)
    }
    this.ask('leave', { room: room.name }, { ok: left, failed: left })
  }

  /** Says something, if it can be said now. */
  offer(send: RecordedSend): void {
    if (this.over || !this.known || send.state !== 'open') return
    if (send.room !== null && this.owner.rooms.get(send.room)?.inside !== true) return
    const attempt = this.waiting.get(send) ?? { at: 0, tries: 0 }
    attempt.at = this.now()
    attempt.tries += 1
    this.waiting.set(send, attempt)
    const answers = {
      ok: ({ seq }: Stored) => {
        send.seq = seq
        this.settle(send, 'stored')
      },
      failed: (error: WireError) => this.refused(send, error),
    }
    const [op, fields] = requestOf(send)
    this.ask<Op, Stored>(op, fields, answers)
  }

  /** Looks something up; the record has it. */
  look(page: Operations['history']): void {
    if (!this.over) this.ask('history', page, { ok: () => {}, failed: () => {} })
  }

  /** Ends the connection, politely at times. */
  end(): void {
    if (this.over) return
    if (this.owner.random.chance(0.5)) this.link.close()
    else this.link.cut()
    this.finish()
  }

  private refused(send: RecordedSend, { code, retryable, retryAfterMs = 20 }: WireError): void {
    if (send.state !== 'open') return
    // Not in the room any more: the next join says it again.
    if (code === 'not_member' || code === 'hello_required') this.waiting.delete(send)
    // The log has become another one, and the next try is for that.
    else if (!retryable && code !== 'room_not_found') this.settle(send, 'refused')
    else this.owner.clock.after(retryAfterMs, () => this.offer(send))
  }

  private settle(send: RecordedSend, state: RecordedSend['state']): void {
    send.state = state
    this.waiting.delete(send)
    this.owner.open.delete(send)
  }

  private catchUp(room: RecordingRoom): void {
    if (room.caughtUp || !room.inside) return
    const after = room.position?.seq ?? 0
    const fields = { room: room.name, after, limit: this.owner.random.int(1, 50) }
    this.ask<'history', Paging>('history', fields, {
      ok: (ok) => (room.page(ok) ? this.catchUp(room) : this.end()),
      failed: () => this.end(),
    })
  }

  private ask<O extends Op, R = Results[O]>(
    op: O,
    fields: Operations[O],
    { ok, failed }: { ok: (result: R) => void; failed: (error: WireError) => void },
  ): void {
    const id = this.nextId++
    this.asked.set(id, { at: this.now(), ok: ok as (result: unknown) => void, failed })
    this.link.send(JSON.stringify({ id, op, ...fields }))
  }

  // ── what it hears ──────────────────────────────────────────────────────────────────────────

  payload(text: string): void {
    if (this.over) return
    this.heardAt = this.now()
    let message: Push | Answer
    try {
      message = JSON.parse(text) as Push | Answer
    } catch {
      return this.end()
    }
    if ('ev' in message) return this.pushed(message)
    const asked = this.asked.get(message.re)
    this.asked.delete(message.re)
    if (message.err === undefined) asked?.ok(message.ok)
    else asked?.failed(message.err)
  }

  closed(): void {
    this.finish()
  }

  private pushed(push: Push): void {
    if (push.ev === 'close') {
      this.retryAfterMs = push.retryAfterMs ?? 0
      return
    }
    const room =
      push.ev === 'opened' ? this.owner.opened(push.room) : this.owner.rooms.get(push.room)
    if (room === undefined) return
    if (push.ev === 'opened') {
      room.inside = true
      room.reset(push.epoch, push.head)
    } else if ('seq' in push) {
      if (push.ev !== 'read') room.came(push.seq)
    } else if (push.ev === 'gap') room.came(push.to)
    else if (push.ev === 'reset') room.reset(push.epoch, push.head)
    else if (push.ev === 'closed') {
      room.inside = false
      if (room.wanted) this.join(room)
    }
  }

  // ── patience ───────────────────────────────────────────────────────────────────────────────

  private now(): number {
    return this.owner.clock.monotonic()
  }

  private watchLater(): Timer {
    const { clock, random, patienceMs } = this.owner
    return clock.after(random.int(patienceMs >> 2, patienceMs >> 1), () => this.watch())
  }

  private watch(): void {
    const late = this.now() - this.owner.patienceMs
    for (const [send, { at, tries }] of [...this.waiting]) {
      if (at >= late) continue
      if (tries >= TRIES) return this.end()
      this.offer(send)
    }
    for (const { at } of this.asked.values()) {
      if (at < late - this.owner.patienceMs * TRIES) return this.end()
    }
    if (this.heardAt < late) this.ask('ping', {}, { ok: () => {}, failed: () => {} })
    if (this.heardAt < late - this.owner.patienceMs) return this.end()
    this.timer.current = this.watchLater()
  }

  private finish(): void {
    if (this.over) return
    this.over = true
    this.timer.current.cancel()
    for (const room of this.owner.rooms.values()) room.inside = false
    this.owner.ended(this.retryAfterMs)
  }
}

/** How something is asked for. */
function requestOf({ room, to = '', text, cid, deed, ref: seq = 0 }: RecordedSend): Saying {
  if (room === null) return ['msg', { to, text, cid }]
  if (deed === undefined) return ['send', { room, text, cid }]
  if (deed === 'answer') return ['send', { room, text, cid, ref: seq }]
  if (deed === 'edit') return ['edit', { room, seq, text, cid }]
  if (deed === 'delete') return ['delete', { room, seq, cid }]
  return ['react', { room, seq, text, on: deed === 'react', cid }]
}

type Saying = { [O in Op]: [O, Operations[O]] }['send' | 'msg' | 'edit' | 'delete' | 'react']
