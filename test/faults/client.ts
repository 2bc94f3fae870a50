/** A client that keeps coming back, repeats what wasn't acknowledged, and has everything recorded. */

import type { Results, Stored, WireError } from '../../src/protocol/types.ts'
import type { HistoryRecorder } from '../../src/testing/history-recorder.ts'
import type { Random } from '../../src/testing/random.ts'
import { Place } from './place.ts'
import { type Owner, type Said, Session } from './session.ts'
import type { WireName } from './wire.ts'

/** What a client is made of. */
export interface ClientParts {
  readonly label: string
  readonly random: Random
  readonly wire: WireName
  readonly rooms: readonly string[]
  readonly recorder: HistoryRecorder
  /** Where to connect now. */
  readonly port: () => number
  /** Told how long it was from losing the connection to having everything again. */
  readonly back: (lostAt: number) => void
  /** Told how long an acknowledgement took, from the first try, in ms. */
  readonly acknowledged: (ms: number) => void
  readonly problem: (words: string) => void
}

/** How often it looks whether something is to be done, in ms. */
const LOOK_MS = 100
/** Waits before connecting again, in ms. */
const BACKOFF_MS = [20, 400] as const
/** Says nothing new while so much is unanswered. */
const PENDING = 30
/** What it holds up to what others say. */
const EMOJI = ['👍', '❤️', '😂']
/** Remembers where its last messages are. */
const OWN = 20
/** How long it stays out of a room that it left, in ms. */
const AWAY_MS = 5000

/** One person, with one connection at a time. */
export class Client implements Owner {
  readonly label: string
  readonly random: Random
  readonly places = new Map<string, Place>()
  readonly pending = new Map<string, Said>()
  /** The name it got. */
  name: string | undefined
  wantedName: string
  ticket: string | undefined
  connections = 0
  /** Given up without knowing what became of it. */
  abandoned = 0
  readonly refusals = new Map<string, number>()
  private readonly parts: ClientParts
  private session: Session | null = null
  private running = false
  private said = 0
  private lastAcknowledged: Said | null = null
  /** Where its last messages are, to be changed. */
  private own: { readonly room: string; readonly seq: number }[] = []
  private lostAt: number | null = null
  private awayMs = 0
  /** It has no connection, and will have one. */
  private waiting: NodeJS.Timeout | null = null
  private timer: NodeJS.Timeout | null = null

  constructor(parts: ClientParts) {
    this.parts = parts
    this.label = parts.label
    this.wantedName = parts.label
    this.random = parts.random
    for (const room of parts.rooms) this.place(room)
  }

  start(): void {
    this.running = true
    this.timer = setInterval(() => this.session?.look(), LOOK_MS)
    this.connect()
  }

  stop(): void {
    this.running = false
    if (this.timer !== null) clearInterval(this.timer)
    this.session?.leave()
  }

  /** It is connected, everywhere it wants to be, and has everything it knows of. */
  get live(): boolean {
    if (this.session?.identified !== true || this.session.leaving) return false
    for (const { wanted, live } of this.places.values()) if (wanted && !live) return false
    return true
  }

  get settled(): boolean {
    return this.live && this.pending.size === 0
  }

  // ── what it does ───────────────────────────────────────────────────────────────────────────

  /** Says something new in one of its rooms. */
  speak(): void {
    const { random } = this
    const inside = this.parts.rooms.filter((room) => this.places.get(room)?.wanted === true)
    if (inside.length === 0) return
    this.offer({ room: random.pick(inside), to: null })
  }

  /** Edits or deletes what it said, or holds an emoji up to what anybody said. */
  change(): void {
    const { random } = this
    const what = random()
    const own = this.own.filter(({ room }) => this.places.get(room)?.wanted === true)
    if (what < 0.6 && own.length > 0) {
      const { room, seq } = random.pick(own)
      const kind = what < 0.35 ? 'edit' : 'delete'
      this.offer({ room, to: null, change: { kind, seq } }, kind === 'delete' ? '' : undefined)
      return
    }
    const live = [...this.places.values()].filter((place) => place.live && place.seq > 0)
    if (live.length === 0) return
    const { room, seq } = random.pick(live)
    const kind = what < 0.9 ? 'react' : 'unreact'
    const change = { kind, seq: random.int(Math.max(1, seq - 10), seq) } as const
    this.offer({ room, to: null, change }, random.pick(EMOJI))
  }

  /** Says something new to one person. */
  whisper(to: string): void {
    this.offer({ room: null, to })
  }

  /** Says again what was acknowledged already: the same, or something else by the same key. */
  repeat(same: boolean): void {
    const said = this.lastAcknowledged
    if (said !== null) this.session?.repeat(said, same ? said.text : `${said.text}, no`)
  }

  /** Looks something up in the past of a room. */
  browse(): void {
    const { random } = this
    const inside = [...this.places.values()].filter((place) => place.live)
    if (inside.length === 0) return
    const { room, seq } = random.pick(inside)
    const at = random.int(0, seq + 1)
    const where = random.pick([{ after: at }, { before: at + 1 }, {}])
    this.session?.ask('history', { room, limit: random.int(1, 50), ...where }, ({ entries }) => {
      // The checker takes what is looked up as single entries; a page is more: a piece of the log.
      const hole = entries.findIndex(
        (entry, i) => i > 0 && entry.seq !== (entries[i - 1]?.seq ?? 0) + 1,
      )
      if (hole > 0)
        this.complain(`a page of ${room} has ${entries[hole]?.seq} after ${entries[hole - 1]?.seq}`)
    })
  }

  type(): void {
    const inside = this.parts.rooms.filter((room) => this.places.get(room)?.live === true)
    if (inside.length === 0) return
    this.session?.ask('typing', { room: this.random.pick(inside) }, () => {})
  }

  /** Leaves a room for a while. */
  stroll(): void {
    const inside = this.parts.rooms.filter((room) => this.places.get(room)?.live === true)
    if (inside.length === 0 || !this.session?.identified) return
    const place = this.place(this.random.pick(inside))
    place.wanted = false
    this.session.ask('leave', { room: place.room }, () => place.out())
    setTimeout(
      () => {
        place.wanted = true
      },
      this.random.int(0, AWAY_MS),
    )
  }

  /** Ends the connection by itself, politely or not. */
  drop(): void {
    this.session?.leave(this.random.pick(['destroy', 'end']))
  }

  /** Goes away for a while. */
  rest(ms: number): void {
    this.awayMs = ms
    this.drop()
  }

  private offer(what: Pick<Said, 'room' | 'to' | 'change'>, words?: string): void {
    if (!this.running || this.pending.size >= PENDING) return
    this.said += 1
    const cid = `${this.label}:${this.said}`
    const text = words ?? `${cid} ${'olá '.repeat(this.random.int(0, 10))}`.trim()
    const at = performance.now()
    const said = { ...what, cid, text, at, notBefore: 0, open: false }
    this.pending.set(cid, said)
    this.session?.say(said)
  }

  /** Comes back from wherever it has gone. */
  comeBack(): void {
    for (const place of this.places.values()) place.wanted = true
    if (this.waiting === null) return
    clearTimeout(this.waiting)
    this.connect()
  }

  private connect(): void {
    this.waiting = null
    if (!this.running) return
    this.connections += 1
    const { recorder, label, wire, port } = this.parts
    this.session = new Session(this, recorder.tap(label), wire, port())
  }

  // ── what its connection tells ──────────────────────────────────────────────────────────────

  identified(ok: Results['hello']): void {
    this.name = ok.person.name
    this.ticket = ok.ticket
  }

  refused(code: WireError['code']): void {
    // The one who has the name is oneself: the answer that told so was lost.
    if (code === 'name_taken' && this.ticket === undefined) {
      this.wantedName = `${this.label}-${this.connections}`
    } else if (code === 'unauthorized') {
      this.complain('the ticket is not good any more')
      this.ticket = undefined
    }
  }

  place(room: string): Place {
    let place = this.places.get(room)
    if (place === undefined) {
      place = new Place(room)
      this.places.set(room, place)
    }
    return place
  }

  forget(room: string): void {
    if (!room.startsWith('@')) this.complain(`${room} is gone`)
    this.places.delete(room)
  }

  acknowledged(said: Said, { seq }: Stored): void {
    this.lastAcknowledged = said
    this.pending.delete(said.cid)
    const { room, change } = said
    if (room !== null && change === undefined) this.own = [...this.own.slice(-OWN), { room, seq }]
    this.parts.acknowledged(performance.now() - said.at)
  }

  failed(said: Said, { code }: WireError): void {
    this.pending.delete(said.cid)
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    // What is to be changed may be gone, or no message.
    if (said.change !== undefined && code === 'entry_not_found') return
    // Private conversations may go when both are gone; rooms stay here.
    if (said.room !== null) this.complain(`${said.cid} was refused: ${code}`)
  }

  complain(words: string): void {
    this.parts.problem(`${this.label}, connection ${this.connections}: ${words}`)
  }

  changed(): void {
    if (this.lostAt === null || !this.live) return
    this.parts.back(this.lostAt)
    this.lostAt = null
  }

  ended(): void {
    const spoke = this.session?.identified === true
    this.session = null
    this.lostAt ??= performance.now()
    for (const said of this.pending.values()) {
      // Some people don't try again.
      if (!spoke || !said.open || !this.running || !this.random.chance(0.05)) continue
      this.pending.delete(said.cid)
      this.abandoned += 1
    }
    const wait = this.random.int(...BACKOFF_MS) + this.awayMs
    // An absence that is wanted is not a loss.
    if (this.awayMs > 0) this.lostAt = null
    this.awayMs = 0
    if (this.running) this.waiting = setTimeout(() => this.connect(), wait)
  }
}
