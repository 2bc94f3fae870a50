/** What was said and isn't acknowledged yet: in order, once, over as many connections as it takes. */

import { ChatError } from '../errors.ts'
import type { Entry, FileInfo, Operations, Results, Stored } from '../protocol/types.ts'
import { backoff } from './backoff.ts'
import type { Connection } from './connection.ts'
import type { ClientClock, Unsent } from './types.ts'

/** So many may be on their way at once. */
const WINDOW = 32
/** From the first refusal that may pass by itself, it is tried for so long, in ms. */
const PATIENCE_MS = 60_000
/** Waits after such a refusal that names no time, in ms. */
const REFUSED_MS = [500, 8000] as const
/** Rules of the room, and faults of the application: whoever says something is to know at once. */
const TOLD: readonly string[] = ['slow_mode', 'hook_failed']
/** Of what the server allows, others need a part: joining again, say. */
const SHARE = 0.7

/** Operations that are said once. */
export type SaidOp = Unsent['op'] | 'msg'

/** Something to be said, as it may be kept for another life. */
export interface Saying {
  readonly cid: string
  readonly op: SaidOp
  /** Where; absent: wherever the one is whom it is said to (`msg`). */
  readonly room?: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly ts: number
  readonly file?: FileInfo
  /** The log of `ref` or `seq`. */
  readonly epoch?: string
}

interface Item extends Saying {
  /** It may have reached the server. */
  tried: boolean
  /** It may have been stored by an earlier try. */
  again: boolean
  /** The connection by which it is on its way. */
  by: Connection | null
  refusals: number
  refusedAt: number
  shown: Unsent | undefined
  resolve(stored: Stored): void
  reject(error: ChatError): void
}

/** What {@link Outgoing} needs to know. */
export interface OutgoingOwner {
  readonly clock: ClientClock
  readonly random: () => number
  readonly limit: number
  /** How one is in a room: not at all; `epoch` null: not at the moment. */
  place(room: string): { readonly epoch: string | null } | undefined
  /** What waits in this room changed. */
  changed(room: string): void
  /** What would have to be kept changed. */
  save(): void
}

/** The queue. */
export class Outgoing {
  readonly #owner: OutgoingOwner
  #items: Item[] = []
  #connection: Connection | null = null
  /** Rooms in which it is waited before trying again. */
  readonly #waits = new Map<string, { cancel(): void }>()
  /** Commands that may be said now, and when that was so. */
  #tokens = 0
  #tokensAt = 0
  #rate = 0
  #burst = 0
  #pause: { cancel(): void } | undefined
  #closed = false

  constructor(owner: OutgoingOwner) {
    this.#owner = owner
  }

  /** Says something. Rejects with `overloaded`, `closed`, and what the operation is refused for. */
  say(saying: Saying): Promise<Stored> {
    const said = new Promise<Stored>((resolve, reject) => {
      if (this.#closed) return reject(new ChatError('closed'))
      if (this.#items.length >= this.#owner.limit) {
        return reject(new ChatError('overloaded', 'as much as may be waits to be sent already'))
      }
      this.#items.push(itemOf(saying, resolve, reject))
      this.#owner.save()
      this.pump(saying.room)
    })
    // Whoever says something and doesn't look what becomes of it shouldn't have their program ended.
    said.catch(() => {})
    return said
  }

  /** What an earlier life left, to be said before everything else. */
  restore(sayings: readonly Saying[]): void {
    const ignore = (): void => {}
    this.#items.unshift(...sayings.map((saying) => itemOf(saying, ignore, ignore)))
  }

  /** What waits, as it can be kept. */
  get sayings(): readonly Saying[] {
    return this.#items.map(({ cid, op, room, fields, ts, file, epoch }) => ({
      cid,
      op,
      ...(room === undefined ? undefined : { room }),
      fields,
      ts,
      ...(file === undefined ? undefined : { file }),
      ...(epoch === undefined ? undefined : { epoch }),
    }))
  }

  /** What waits in a room, oldest first. */
  of(room: string): readonly Unsent[] {
    return this.#items.flatMap((item) => {
      if (item.room !== room) return []
      item.shown ??= shownOf(item)
      return [item.shown]
    })
  }

  // ── connections ────────────────────────────────────────────────────────────────────────────

  /** One can say things by this connection, at this pace. */
  connected(connection: Connection, perSecond: number, burst: number): void {
    this.#connection = connection
    this.#rate = (atLeastOne(perSecond) * SHARE) / 1000
    this.#burst = Math.max(1, atLeastOne(burst) * SHARE)
    this.#tokens = this.#burst
    this.#tokensAt = this.#owner.clock.now()
  }

  /** The connection is lost: what was on its way is said again. */
  lost(): void {
    this.#connection = null
    this.#pause?.cancel()
    this.#pause = undefined
    for (const wait of this.#waits.values()) wait.cancel()
    this.#waits.clear()
    // Another connection, another patience.
    for (const item of this.#items) item.refusals = 0
    this.#change(this.#items.filter((item) => land(item)))
  }

  /** One is somebody else now: what may have reached the server isn't said in their name, too. */
  refuseTried(): void {
    this.#refuse(
      this.#items.filter(({ tried }) => tried),
      new ChatError('closed', 'the connection was lost, and one is somebody else now'),
    )
  }

  /** One's own entry was seen: it is stored. */
  seen({ cid, room, seq, ts, to }: Entry): void {
    for (const item of this.#items.filter((one) => one.cid === cid)) {
      if (item.room === room) this.#done(item, { seq, ts })
      else if (item.room === undefined && to !== undefined) {
        this.#done(item, { room, to, seq, ts } as Results['msg'])
      }
    }
  }

  /** Sends what can be sent. `also`: a room of which something else changed. */
  pump(also?: string): void {
    const connection = this.#connection
    const changed: Item[] = []
    const refused: [Item, ChatError][] = []
    const held = new Set<string>()
    let flying = 0
    for (const { by } of this.#items) if (by !== null) flying += 1
    for (const item of this.#items) {
      if (item.by !== null) continue
      const key = item.room ?? ''
      const place = item.room === undefined ? undefined : this.#owner.place(item.room)
      if (item.room !== undefined && place === undefined) {
        refused.push([item, new ChatError(item.tried ? 'closed' : 'not_member')])
        continue
      }
      if (connection === null || flying >= WINDOW || this.#closed) continue
      if (place?.epoch === null || held.has(key) || this.#waits.has(key)) {
        // What was said in a room goes out in order.
        held.add(key)
        continue
      }
      const fields = fieldsOf(item, place?.epoch)
      if (fields === null) {
        refused.push([item, new ChatError('entry_not_found')])
        continue
      }
      if (!this.#token()) break
      flying += 1
      item.by = connection
      item.again = item.tried
      item.tried = true
      item.shown = undefined
      changed.push(item)
      connection.ask(
        item.op,
        fields as unknown as Operations[SaidOp],
        (stored) => this.#done(item, stored),
        (error) => this.#refused(item, connection, error),
      )
    }
    for (const [item, error] of refused) this.#refuse([item], error)
    this.#change(changed, also)
  }

  #refused(item: Item, connection: Connection, error: ChatError): void {
    // Done meanwhile, or the connection was lost: then it is on its way no more.
    if (item.by !== connection || !this.#items.includes(item)) return
    const { clock, random } = this.#owner
    const now = clock.now()
    if (item.refusals === 0) item.refusedAt = now
    const key = item.room ?? ''
    const outside =
      error.code === 'not_member' &&
      item.room !== undefined &&
      this.#owner.place(item.room)?.epoch === null
    // Whoever it was said to is away at the moment: it may be stored all the same.
    const isAway = error.code === 'person_not_found' && item.again
    const passes = (error.retryable && !TOLD.includes(error.code)) || isAway
    if (!(passes || outside) || now - item.refusedAt >= PATIENCE_MS) {
      this.#refuse([item], isAway ? new ChatError('closed') : error)
      return this.pump()
    }
    land(item)
    // What is left when all is answered is for the next client.
    if (this.#closed) return
    const wait = backoff(item.refusals, REFUSED_MS, random, error.retryAfterMs)
    // A server that closes says nothing about what was said.
    if (error.code !== 'shutting_down') item.refusals += 1
    if (this.#connection === connection && !this.#waits.has(key)) {
      const timer = clock.after(wait, () => {
        this.#waits.delete(key)
        this.pump()
      })
      this.#waits.set(key, timer)
    }
    this.#change([item])
  }

  #done(item: Item, stored: Stored): void {
    if (!this.#remove(item)) return
    item.resolve(stored)
    this.#change([item])
    this.pump()
  }

  #refuse(items: readonly Item[], error: ChatError): void {
    const gone = items.filter((item) => this.#remove(item))
    for (const item of gone) item.reject(error)
    this.#change(gone)
  }

  #remove(item: Item): boolean {
    const at = this.#items.indexOf(item)
    if (at < 0) return false
    this.#items.splice(at, 1)
    this.#owner.save()
    return true
  }

  #change(items: readonly Item[], also?: string): void {
    const rooms = new Set(also === undefined ? [] : [also])
    for (const { room } of items) if (room !== undefined) rooms.add(room)
    for (const room of rooms) this.#owner.changed(room)
  }

  /** Takes a place in the server's allowance, or sees to it that it goes on when there is one. */
  #token(): boolean {
    const { clock } = this.#owner
    const now = clock.now()
    const gone = Math.max(0, now - this.#tokensAt)
    this.#tokensAt = now
    this.#tokens = Math.min(this.#burst, this.#tokens + gone * this.#rate)
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return true
    }
    this.#pause ??= clock.after(Math.ceil((1 - this.#tokens) / this.#rate), () => {
      this.#pause = undefined
      this.pump()
    })
    return false
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────

  /** Nothing more is sent; `all`: nor waited for. Gives what is refused by that. */
  close(all: boolean): readonly Saying[] {
    this.#closed = true
    const before = this.sayings
    this.#refuse(
      this.#items.filter(({ by }) => all || by === null),
      new ChatError('closed'),
    )
    if (all) this.lost()
    const left = new Set(this.#items.map(({ cid }) => cid))
    return before.filter(({ cid }) => !left.has(cid))
  }
}

/** Whatever a server announces: waits must have an end. */
const atLeastOne = (count: number): number => (count >= 1 ? count : 1)

const itemOf = (saying: Saying, resolve: Item['resolve'], reject: Item['reject']): Item => ({
  ...saying,
  tried: false,
  again: false,
  by: null,
  refusals: 0,
  refusedAt: 0,
  shown: undefined,
  resolve,
  reject,
})

/** It isn't on its way any more. */
function land(item: Item): boolean {
  if (item.by === null) return false
  item.by = null
  item.shown = undefined
  return true
}

function shownOf({ cid, op, ts, fields, file, by }: Item): Unsent {
  const { text = '', ref, seq = ref } = fields as { text?: string; ref?: number; seq?: number }
  return {
    cid,
    op: op as Unsent['op'],
    ts,
    text,
    ...(seq === undefined ? undefined : { ref: seq }),
    ...(file === undefined ? undefined : { file }),
    sent: by !== null,
  }
}

/** In another log there is something else at this seq: null for a change, no `ref` for an answer. */
function fieldsOf(item: Item, epoch: string | undefined): object | null {
  const { room, cid, fields } = item
  const whole = { ...(room === undefined ? undefined : { room }), ...fields, cid }
  if (item.epoch === undefined || item.epoch === epoch) return whole
  if (item.op !== 'send') return null
  const { ref: _other, ...rest } = whole as { ref?: number }
  return rest
}
