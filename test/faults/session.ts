/** One connection of a client: what it asks, what it is told, when it loses patience. */

import type {
  ChangeKind,
  Op,
  Operations,
  Push,
  Results,
  Stored,
  WireError,
} from '../../src/protocol/types.ts'
import type { HistoryTap } from '../../src/testing/history-tap.ts'
import type { Random } from '../../src/testing/random.ts'
import type { Place, Told } from './place.ts'
import { dial, type Wire, type WireEar, type WireName } from './wire.ts'

/** Something a client said, or changed. */
export interface Said {
  readonly cid: string
  /** Of a deletion: empty. */
  readonly text: string
  /** What it does to the entry of this seq; absent: it is a message. */
  readonly change?: { readonly kind: ChangeKind; readonly seq: number }
  /** A room, or the name of a person. */
  readonly room: string | null
  readonly to: string | null
  /** When it was said first. */
  readonly at: number
  /** Not to be sent before. */
  notBefore: number
  /** It was sent, and there was no clear answer. */
  open: boolean
}

/** What outlives a connection. */
export interface Owner {
  readonly random: Random
  readonly ticket: string | undefined
  readonly wantedName: string
  readonly places: ReadonlyMap<string, Place>
  readonly pending: ReadonlyMap<string, Said>
  identified(ok: Results['hello']): void
  /** `hello` was refused. */
  refused(code: WireError['code']): void
  place(room: string): Place
  forget(room: string): void
  acknowledged(said: Said, stored: Stored): void
  /** Refused, and trying again is of no use. */
  failed(said: Said, error: WireError): void
  complain(words: string): void
  /** Something that may have made it caught up, or not. */
  changed(): void
  ended(): void
}

interface Asked {
  readonly at: number
  ok(result: unknown): void
  failed(error: WireError): void
}

interface Answer {
  readonly re: number | null
  readonly ok?: unknown
  readonly err?: WireError
}

/** An unanswered request makes the connection suspect after this, in ms. */
const PATIENCE_MS = 4000
/** What may go wrong for a moment, whatever the table says of repeating it as it is. */
const PASSING = ['not_member', 'person_not_found', 'room_closed', 'name_taken']
const RETRY_MS = 300
const NORMAL = 1000

/** From dialling to the end. */
export class Session implements WireEar {
  identified = false
  /** It hears, but says nothing more. */
  leaving = false
  private over = false
  private readonly wire: Wire
  private readonly tap: HistoryTap
  private readonly owner: Owner
  private readonly asked = new Map<number, Asked>()
  /** Sends under way, by key. */
  private readonly sends = new Map<string, number>()
  private readonly born = performance.now()
  private nextId = 1

  constructor(owner: Owner, tap: HistoryTap, name: WireName, port: number) {
    this.owner = owner
    this.tap = tap
    this.wire = dial(name, port, this)
  }

  // ── what it does ───────────────────────────────────────────────────────────────────────────

  opened(): void {
    const { ticket, wantedName, random } = this.owner
    const back = ticket === undefined ? { name: wantedName } : { ticket }
    this.ask('hello', { version: 1, ...back }, (ok) => {
      this.identified = true
      this.owner.identified(ok)
      this.look()
    })
    // With a ticket it is known as whom one speaks: some don't wait for the answer.
    if (ticket !== undefined && random.chance(0.3)) this.joinAll()
  }

  /** Asks for whatever is missing now: rooms, pages, answers. */
  look(): void {
    if (this.over || this.leaving) return
    const now = performance.now()
    if (this.isStuck(now)) return this.leave()
    if (!this.identified) return
    this.joinAll()
    for (const place of this.owner.places.values()) {
      if (place.inside && !place.live && !place.asking) this.nextPage(place)
    }
    for (const said of this.owner.pending.values()) {
      if (said.notBefore <= now && !this.sends.has(said.cid)) this.say(said)
    }
  }

  /** Sends it, if it can be sent now. */
  say(said: Said): void {
    const { room } = said
    if (this.over || this.leaving || !this.identified) return
    if (room !== null && this.owner.places.get(room)?.inside !== true) return
    this.put(said, said.text, true)
  }

  /** Says something again that was answered, with this text; the answer is the checker's to judge. */
  repeat(said: Said, text: string): void {
    if (this.over || this.leaving || said.room === null) return
    if (this.owner.places.get(said.room)?.inside !== true) return
    this.put(said, text, false)
  }

  /** Asks something else. */
  ask<O extends Op>(op: O, fields: Operations[O], ok: (result: Results[O]) => void): void {
    if (this.over || this.leaving) return
    this.request({ op, ...fields }, ok as (result: unknown) => void, ({ code, retryable }) => {
      if (op === 'hello') this.owner.refused(code)
      if (!retryable && !PASSING.includes(code) && op !== 'hello') {
        this.owner.complain(`${op} was refused: ${code}`)
      }
      if (op !== 'history') this.leave()
    })
  }

  /** Gives the connection up; `how`: at once, or hearing what still comes. */
  leave(how: 'destroy' | 'end' = 'destroy'): void {
    if (this.over) return
    if (how === 'destroy') {
      this.wire.destroy()
      return this.closed()
    }
    if (this.leaving) return
    this.leaving = true
    this.wire.end()
    setTimeout(() => this.leave(), 1000).unref()
  }

  private isStuck(now: number): boolean {
    if (!this.identified && now - this.born > PATIENCE_MS) return true
    for (const { at } of this.asked.values()) if (now - at > PATIENCE_MS) return true
    return false
  }

  private joinAll(): void {
    for (const place of this.owner.places.values()) {
      if (place.wanted && !place.inside && !place.asking) this.join(place)
    }
  }

  private join(place: Place): void {
    const { room, position } = place
    place.asking = true
    const since = position === undefined ? { recent: 20 } : { since: position }
    this.request(
      { op: 'join', room, ...since },
      (ok) => {
        place.asking = false
        place.joined(ok as Told)
        this.owner.changed()
        this.look()
      },
      ({ code, retryable }) => {
        place.asking = false
        // A conversation in which nothing was said is gone when both are.
        if (code === 'room_not_found' && room.startsWith('@')) return this.owner.forget(room)
        if (!retryable && !PASSING.includes(code)) this.owner.complain(`join was refused: ${code}`)
        this.leave()
      },
    )
  }

  private nextPage(place: Place): void {
    place.asking = true
    const { room, seq } = place
    const limit = this.owner.random.int(5, 100)
    const failed = (): void => {
      place.asking = false
    }
    this.request(
      { op: 'history', room, after: seq, limit },
      (ok) => {
        place.asking = false
        place.page(ok as Told)
        this.owner.changed()
        if (place.seq > seq) this.look()
      },
      failed,
    )
  }

  private put(said: Said, text: string, counts: boolean): void {
    const { cid } = said
    const id = this.request(
      requestOf(said, text),
      (ok) => {
        if (!counts) return
        this.sends.delete(cid)
        this.owner.acknowledged(said, ok as Stored)
      },
      (error) => {
        if (!counts) return
        this.sends.delete(cid)
        if (error.retryable) said.open = true
        if (error.retryable || PASSING.includes(error.code)) {
          said.notBefore = performance.now() + Math.min(RETRY_MS, error.retryAfterMs ?? RETRY_MS)
        } else {
          this.owner.failed(said, error)
        }
      },
    )
    if (counts) this.sends.set(cid, id)
  }

  private request(
    fields: object,
    ok: (result: unknown) => void,
    failed: (error: WireError) => void,
  ): number {
    const id = this.nextId++
    this.asked.set(id, { at: performance.now(), ok, failed })
    const payload = JSON.stringify({ id, ...fields })
    this.tap.sent(payload)
    this.wire.send(payload)
    return id
  }

  // ── what it hears ──────────────────────────────────────────────────────────────────────────

  payload(text: string): void {
    if (this.over) return
    this.tap.received(text)
    const message = JSON.parse(text) as Push | Answer
    if ('ev' in message) return this.pushed(message)
    if (message.re === null) return this.owner.complain(`an error to nothing: ${text}`)
    const asked = this.asked.get(message.re)
    this.asked.delete(message.re)
    if (message.err === undefined) asked?.ok(message.ok)
    else asked?.failed(message.err)
  }

  closed(): void {
    if (this.over) return
    this.over = true
    this.tap.closed()
    for (const place of this.owner.places.values()) place.out()
    for (const cid of this.sends.keys()) {
      const said = this.owner.pending.get(cid)
      if (said !== undefined) said.open = true
    }
    this.owner.ended()
  }

  private pushed(push: Push): void {
    const { owner } = this
    if (push.ev === 'close') {
      // 1000: the server has heard the end of what we say, which a half-closed connection tells it.
      if (!push.reconnect && push.code !== NORMAL) {
        owner.complain(`told not to come back: ${push.code}`)
      }
      return
    }
    if (push.ev === 'opened') {
      owner.place(push.room).opened(push.epoch, push.head)
    } else if (push.ev === 'closed') {
      owner.forget(push.room)
    } else {
      const place = owner.places.get(push.room)
      if (place === undefined) return
      if (push.ev === 'gap') place.gap(push)
      else if (push.ev === 'reset') place.reset(push.epoch, push.head)
      else if ('seq' in push && push.ev !== 'read') place.entry(push.seq)
    }
  }
}

/** How something is said, or changed. */
function requestOf({ cid, room, to, change }: Said, text: string): object {
  if (room === null) return { op: 'msg', to, text, cid }
  if (change === undefined) return { op: 'send', room, text, cid }
  const { kind, seq } = change
  if (kind === 'delete') return { op: 'delete', room, seq, cid }
  if (kind === 'edit') return { op: 'edit', room, seq, text, cid }
  return { op: 'react', room, seq, text, on: kind === 'react', cid }
}
