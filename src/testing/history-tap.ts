/** Listens in on one connection, and makes a record of what goes over it. */

import type {
  ActKind,
  Entry,
  EntryKind,
  Gap,
  Position,
  Push,
  Results,
  WireError,
} from '../protocol/types.ts'
import type { HistoryEvent, Via } from './history-events.ts'

/** An event without its place. */
type Line = HistoryEvent extends infer E ? (E extends HistoryEvent ? Omit<E, 'at'> : never) : never
type Bare = Line extends infer L
  ? L extends Line
    ? Omit<L, 'client' | 'connection' | 'person'>
    : never
  : never

/** What a tap needs of the record it writes to. */
export interface TapHost {
  readonly client: string
  readonly connection: number
  /** Whose each ticket is. */
  readonly tickets: Map<string, string>
  write(line: Line): void
  nextCall(): number
}

/** Entries as they stand on the wire. */
type WireEntry = Omit<Entry, 'kind'> & { readonly ev: Entry['kind'] }
type Paged<R extends { readonly entries: readonly Entry[] }> = Omit<R, 'entries'> & {
  readonly entries: readonly WireEntry[]
}

/** What pages and the answer to `join` have in common. */
interface PageLike {
  readonly entries: readonly WireEntry[]
  readonly head: number
  readonly gap?: Gap
  readonly more: boolean
}

type Answer<R> = (ok: R) => void
interface Asked {
  readonly ok: Answer<unknown>
  readonly failed?: (code: WireError['code']) => void
  /** The connection ended before there was an answer. */
  readonly lost?: () => void
}

/** Requests, as far as they matter here. */
interface Asking {
  readonly id?: number | string
  readonly op?: string
  readonly room?: string
  readonly text?: string
  readonly cid?: string
  readonly seq?: number
  readonly ref?: number
  readonly on?: boolean
  readonly since?: Position
  readonly after?: number
  readonly ticket?: string
}

interface Answering {
  readonly re?: number | string | null
  readonly ok?: unknown
  readonly err?: WireError
}

/** A membership: what was missed is followed up to `head`. */
interface Membership {
  readonly epoch: string
  readonly head: number
  missed: number
}

/** Errors that leave open whether something was stored. */
const OPEN: readonly string[] = ['unavailable', 'internal', 'closed']
/** What operations on people and rooms become, if they become anything. */
const ACTS: Readonly<Record<string, ActKind>> = {
  ...{ kick: 'kick', ban: 'ban', unban: 'unban', mute: 'mute', unmute: 'unmute' },
  ...{ role: 'role', invite: 'invite', set: 'settings' },
}
const SIGNALS: readonly string[] = ['joined', 'left', 'renamed', 'count', 'typing']

/**
 * Follows one connection that speaks JSON. The client must give its requests ids that are unique
 * on the connection, name rooms as the server does, and send behind an unanswered `hello` only
 * when that has a ticket.
 */
export class HistoryTap {
  private readonly host: TapHost
  private readonly asked = new Map<number | string, Asked>()
  private readonly rooms = new Map<string, Membership>()
  private person = ''
  private over = false

  constructor(host: TapHost) {
    this.host = host
  }

  /** The client sends this payload. */
  sent(payload: string): void {
    if (this.over) return
    const request = parsed(payload) as Asking | undefined
    if (request?.op === undefined) return
    const { id, op, room = '' } = request
    const kind = kindOf(request)
    if (kind !== undefined) return this.said(request, kind, op === 'msg' ? null : room)
    const act = ACTS[op]
    if (act !== undefined) this.write({ type: 'act', room, kind: act })
    if (id === undefined) return
    if (op === 'hello') {
      this.person = this.host.tickets.get(request.ticket ?? '') ?? ''
      this.ask<Results['hello']>(id, (ok) => this.identified(ok))
    } else if (op === 'join') {
      this.ask<Paged<Results['join']>>(id, (ok) => this.joined(ok, request.since))
    } else if (op === 'leave') {
      this.ask<Results['leave']>(id, (ok) => this.left(ok.room))
    } else if (op === 'history') {
      this.ask<Paged<Results['history']>>(id, (ok) => this.page(ok, request.after))
    } else {
      this.ask(id, () => {})
    }
  }

  /** The client gets this payload. */
  received(payload: string): void {
    if (this.over) return
    const message = parsed(payload) as ((Push | Answering) & object) | undefined
    try {
      if (message === undefined) this.strange(`not JSON: ${payload.slice(0, 80)}`)
      else if ('ev' in message) this.pushed(message)
      else this.answered(message)
    } catch {
      // Fields were missing that have to be there.
      this.strange(payload.slice(0, 80))
    }
  }

  /** The connection ended. */
  closed(): void {
    if (this.over) return
    this.over = true
    for (const { lost } of this.asked.values()) lost?.()
    this.write({ type: 'closed' })
  }

  /** The client is in the room, and at rest: it must have everything. */
  rest(room: string): void {
    this.write({ type: 'rest', room })
  }

  // ── requests and their answers ─────────────────────────────────────────────────────────────

  private said(request: Asking, kind: EntryKind, room: string | null): void {
    const { id, cid = '', text = '', seq: ref = request.ref } = request
    const call = this.host.nextCall()
    const what = ref === undefined ? { kind } : { kind, ref }
    this.write({ type: 'invoke', call, room, ...what, cid, text })
    const lost = (): void => this.write({ type: 'unknown', call })
    if (id === undefined) return lost()
    this.asked.set(id, {
      ok: (ok) => {
        const {
          seq,
          ts,
          duplicate = false,
          room: where,
        } = ok as Results['send'] & { room?: string }
        this.write({ type: 'ok', call, room: room ?? where ?? '', seq, ts, duplicate })
      },
      failed: (code) => (OPEN.includes(code) ? lost() : this.write({ type: 'fail', call, code })),
      lost,
    })
  }

  private ask<R>(id: number | string, ok: Answer<R>): void {
    this.asked.set(id, { ok: ok as Answer<unknown> })
  }

  private answered({ re, ok, err }: Answering): void {
    // An error about something that wanted no answer.
    if (re === null && err !== undefined) return
    const asked = this.asked.get(re as number | string)
    if (asked === undefined) return this.strange(`an answer to nothing, or a second one: ${re}`)
    this.asked.delete(re as number | string)
    if (err === undefined) asked.ok(ok)
    else asked.failed?.(err.code)
  }

  private identified({ person: { id }, ticket }: Results['hello']): void {
    if (this.person !== '' && this.person !== id) this.strange(`${this.person} became ${id}`)
    this.person = id
    if (ticket !== undefined) this.host.tickets.set(ticket, id)
  }

  private joined(ok: Paged<Results['join']>, since: Position | undefined): void {
    const { room, epoch, head, entries, reset = false } = ok
    if (this.rooms.has(room)) return this.looked(entries, head)
    const goesOn = since !== undefined && !reset
    const from = goesOn ? since.seq + 1 : (entries[0]?.seq ?? head + 1)
    const back = since === undefined ? {} : { since, reset }
    this.rooms.set(room, { epoch, head, missed: from })
    this.write({ type: 'joined', room, epoch, head, from, ...back })
    this.missed(room, ok)
  }

  /** The next of what was missed. */
  private missed(room: string, { entries, gap, more, head: now }: PageLike): void {
    const membership = this.rooms.get(room)
    if (membership === undefined) return
    const { head } = membership
    // What lies behind the moment of joining comes live.
    if (gap !== undefined && gap.from <= head) {
      const to = Math.min(gap.to, head)
      this.write({ type: 'gap', room, from: gap.from, to, via: 'missed' })
      membership.missed = to + 1
    }
    for (const entry of entries) {
      if (entry.seq > head) this.looked([entry], now)
      else {
        this.saw(entry, 'missed', now)
        membership.missed = entry.seq + 1
      }
    }
    if (!more) this.write({ type: 'complete', room })
  }

  private page(ok: Paged<Results['history']>, after: number | undefined): void {
    const membership = this.rooms.get(ok.room)
    // The page of another log: the reset is on its way.
    if (membership !== undefined && membership.epoch !== ok.epoch) return
    const next = membership !== undefined && membership.missed <= membership.head
    if (!next || after !== membership.missed - 1) return this.looked(ok.entries, ok.head)
    this.missed(ok.room, ok)
  }

  private looked(entries: readonly WireEntry[], head: number): void {
    for (const entry of entries) this.saw(entry, 'page', head)
  }

  private left(room: string): void {
    this.rooms.delete(room)
    this.write({ type: 'left', room })
  }

  // ── pushes ─────────────────────────────────────────────────────────────────────────────────

  private pushed(push: Push): void {
    // Entries of all kinds; whoever has read something isn't one.
    if ('seq' in push && push.ev !== 'read') return this.saw(push, 'live')
    if (push.ev === 'opened') {
      const { room, epoch, head } = push
      this.rooms.set(room, { epoch, head, missed: head + 1 })
      this.write({ type: 'joined', room, epoch, head, from: head + 1 })
    } else if (push.ev === 'gap') {
      const { room, from, to } = push
      this.write({ type: 'gap', room, from, to, via: 'live' })
    } else if (push.ev === 'reset') {
      const { room, epoch, head } = push
      this.rooms.set(room, { epoch, head, missed: head + 1 })
      this.write({ type: 'reset', room, epoch, head })
    } else if (push.ev === 'closed' || push.ev === 'removed') {
      this.left(push.room)
    } else if (push.ev !== 'close' && SIGNALS.includes(push.ev)) {
      this.write({ type: 'signal', room: push.room })
    }
  }

  private saw(wire: WireEntry, via: Via, head?: number): void {
    const { ev: kind, room, seq, ts, from, text, to, cid, ref, edited, deleted } = wire
    const { reactions, details } = wire
    const { id, name } = from
    const entry: Entry = {
      ...{ room, seq, ts, kind, from: { id, name }, text },
      ...(to === undefined ? undefined : { to: { id: to.id, name: to.name } }),
      ...(cid === undefined ? undefined : { cid }),
      ...(ref === undefined ? undefined : { ref }),
      ...(edited === undefined ? undefined : { edited }),
      ...(deleted === undefined ? undefined : { deleted }),
      ...(reactions === undefined ? undefined : { reactions }),
      ...(details === undefined ? undefined : { details }),
    }
    const page = head === undefined ? undefined : { head }
    this.write({ type: 'saw', room, entry, via, ...page })
  }

  private strange(words: string): void {
    this.write({ type: 'strange', words })
  }

  private write(line: Bare): void {
    const { client, connection } = this.host
    this.host.write({ ...line, client, connection, person: this.person } as Line)
  }
}

/** What a request makes, if it is stored; undefined: nothing in the log. */
function kindOf({ op, on }: Asking): EntryKind | undefined {
  if (op === 'send' || op === 'msg') return 'message'
  if (op === 'edit' || op === 'delete') return op
  if (op === 'react') return on === false ? 'unreact' : 'react'
  return undefined
}

function parsed(payload: string): object | undefined {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
