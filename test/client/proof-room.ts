/** What a client does and sees in one room, noted for the history checker, and judged where that can't. */

import { isDeepStrictEqual } from 'node:util'
import type { ChatClient, ChatRoom, JoinOptions } from '../../src/client/types.ts'
import { isChatError } from '../../src/errors.ts'
import { amended, isChange } from '../../src/protocol/entry.ts'
import type { Entry, EntryKind, Stored } from '../../src/protocol/types.ts'
import type { HistoryEvent, RoomLog } from '../../src/testing/history-events.ts'

/** An event without its place. */
export type Bare<E> = E extends HistoryEvent
  ? Omit<E, 'at' | 'client' | 'connection' | 'person'>
  : never

/** Something that was said, and what became of it. */
export interface Call {
  readonly client: string
  readonly room: string
  readonly cid: string
  readonly kind: EntryKind
  readonly text: string
  /**
   * `open`: the promise isn't settled. `unknown`: it was rejected, and may be stored. `dropped`: so, by
   * leaving the room.
   */
  state: 'open' | 'stored' | 'refused' | 'unknown' | 'dropped'
  seq?: number
  /** What it was rejected with. */
  error?: unknown
}

/** Kinds that have an event of their own name; the others are acts. */
const KINDS = ['message', 'notice', 'edit', 'delete', 'react', 'unreact', 'act'] as const
const ACTS: readonly EntryKind[] = [
  ...(['kick', 'ban', 'unban', 'mute', 'unmute', 'role', 'invite', 'settings'] as const),
]

/** Whose room it is. */
export interface RoomOwner {
  readonly label: string
  readonly client: ChatClient
  /** It may have been in the room before anybody listened. */
  readonly restored: boolean
  /** Everything that was said by anybody. */
  readonly calls: Call[]
  nextCall(): number
  told(entry: Entry): void
  left(room: FollowedRoom): void
  problem(words: string): void
  write(line: Bare<HistoryEvent>): void
}

/** One stay of a client in a room. */
export class FollowedRoom {
  readonly room: ChatRoom
  /** Seqs of its own messages. */
  readonly own: number[] = []
  /** It is over: one left, or the client was closed. */
  left = false
  /** Old entries go, or the log becomes another one: pages may have holes. */
  forgets = false
  private readonly offs: (() => void)[] = []
  private readonly owner: RoomOwner
  /** The room as a screen would have it: what was told, and what became of it. */
  private shown: Entry[] = []
  private epoch: string
  /** What has been told of as an entry, and not yet as what it is. */
  private waiting: Entry[] = []
  /** Entries that `history` gave. */
  private readonly looked: Entry[] = []

  constructor(owner: RoomOwner, room: ChatRoom, since: JoinOptions['since']) {
    this.owner = owner
    this.room = room
    this.epoch = this.joined(since)
    const listen: ChatRoom['on'] = (event, listener) => {
      const off = room.on(event, listener)
      this.offs.push(off)
      return off
    }
    listen('entry', (entry) => this.entry(entry))
    for (const kind of KINDS) listen(kind, (entry) => this.kind(kind, entry))
    listen('gap', ({ from, to }) => {
      // What changed what it has may be among these.
      this.shown = []
      this.owner.write({ type: 'gap', room: room.name, from, to, via: 'live' })
    })
    listen('reset', ({ epoch, recent }) => this.reset(epoch, recent))
    listen('left', () => this.leave())
  }

  // ── what it does ───────────────────────────────────────────────────────────────────────────

  send(text: string, options: { ref?: number; cid?: string } = {}): Call {
    const { room } = this
    return this.call({ kind: 'message', ...options, text }, () => room.send(text, options))
  }

  edit(ref: number, text: string): Call {
    return this.call({ kind: 'edit', ref, text }, () => this.room.edit(ref, text))
  }

  delete(ref: number): Call {
    return this.call({ kind: 'delete', ref, text: '' }, () => this.room.delete(ref))
  }

  react(ref: number, text: string, on: boolean): Call {
    const kind = on ? 'react' : 'unreact'
    return this.call({ kind, ref, text }, () => this.room.react(ref, text, on))
  }

  /** Looks into the past, some entries far. Resolves in any case. */
  async look(where: { before?: number; after?: number; page?: number }, most: number) {
    const seqs: number[] = []
    try {
      for await (const entry of this.room.history(where)) {
        seqs.push(entry.seq)
        this.looked.push(entry)
        if (seqs.length >= most) break
      }
    } catch (error) {
      const fine = isChatError(error) && (error.retryable || error.code === 'not_member')
      if (!fine && !this.left) this.owner.problem(`history was refused: ${String(error)}`)
    }
    const step = where.after === undefined ? -1 : 1
    const wrong = seqs.findIndex((seq, i) => i > 0 && seq !== (seqs[i - 1] ?? 0) + step)
    if (wrong >= 0 && !this.forgets) {
      this.owner.problem(`history told ${seqs[wrong]} after ${seqs[wrong - 1]}`)
    }
  }

  private call(
    { kind, ref, cid: wanted, text }: { kind: EntryKind; ref?: number; cid?: string; text: string },
    run: () => Promise<Stored>,
  ): Call {
    const { owner, room } = this
    const before = room.unsent.at(-1)?.cid
    const promise = run()
    const queued = room.unsent.at(-1)?.cid
    const id = owner.nextCall()
    // What is refused at once is never queued.
    const cid = wanted ?? (queued === before || queued === undefined ? `none-${id}` : queued)
    const made: Call = { client: owner.label, room: room.name, cid, kind, text, state: 'open' }
    owner.calls.push(made)
    const what = ref === undefined ? { kind } : { kind, ref }
    owner.write({ type: 'invoke', call: id, room: room.name, ...what, cid, text })
    promise.then(
      ({ seq, ts }) => {
        made.state = 'stored'
        made.seq = seq
        if (kind === 'message') this.own.push(seq)
        // One call is one try to its caller, however often it was sent.
        owner.write({ type: 'ok', call: id, room: room.name, seq, ts, duplicate: false })
      },
      (error: unknown) => {
        made.error = error
        if (!isChatError(error)) owner.problem(`${kind} was refused with ${String(error)}`)
        else if (!error.retryable && error.code !== 'not_member') {
          made.state = 'refused'
          return owner.write({ type: 'fail', call: id, code: error.code })
        }
        made.state = this.left && owner.client.state !== 'closed' ? 'dropped' : 'unknown'
        owner.write({ type: 'unknown', call: id })
      },
    )
    return made
  }

  // ── what it is told ────────────────────────────────────────────────────────────────────────

  private joined(since: JoinOptions['since']): string {
    const { owner, room } = this
    const { position, recent, name } = room
    if (position === undefined) {
      owner.problem(`${name} was joined, and has no position`)
      return ''
    }
    const { epoch, seq: head } = position
    if (since !== undefined && since.epoch === epoch && since.seq !== head) {
      owner.problem(`${name} was joined after ${since.seq}, and is at ${head}`)
    }
    const last = recent.at(-1)?.seq ?? head
    if (last !== head) {
      // It has been there for a while: what was told before, nobody heard.
      if (!owner.restored) owner.problem(`${name} was joined at ${head}, and has ${last} as newest`)
      owner.write({ type: 'joined', room: name, epoch, head, from: head + 1 })
      return epoch
    }
    const from = recent[0]?.seq ?? head + 1
    owner.write({ type: 'joined', room: name, epoch, head, from })
    for (const entry of recent) {
      owner.write({ type: 'saw', room: name, entry, via: 'missed', head })
      this.show(entry)
    }
    owner.write({ type: 'complete', room: name })
    return epoch
  }

  private entry(entry: Entry): void {
    const { owner, room } = this
    owner.write({ type: 'saw', room: room.name, entry, via: 'live' })
    if (this.waiting.length > 0) owner.problem(`${this.waiting[0]?.seq} has no event of its kind`)
    this.waiting = [entry]
    owner.told(entry)
    const at = room.position
    if (at?.seq !== entry.seq || at.epoch !== this.epoch) {
      owner.problem(`${entry.seq} was told, the position is ${at?.epoch} ${at?.seq}`)
    }
    this.show(entry)
  }

  private kind(kind: (typeof KINDS)[number], entry: Entry): void {
    const right = kind === 'act' ? ACTS.includes(entry.kind) : entry.kind === kind
    if (this.waiting[0] !== entry || !right) {
      this.owner.problem(`${entry.seq}, a ${entry.kind}, was told as ${kind}`)
    }
    this.waiting = []
  }

  private reset(epoch: string, recent: readonly Entry[]): void {
    const { owner, room } = this
    const head = room.position?.seq ?? 0
    if (room.position?.epoch !== epoch) owner.problem('a reset, and the position has another epoch')
    if (head !== (recent.at(-1)?.seq ?? head)) owner.problem(`a reset at ${head} has other entries`)
    owner.write({ type: 'reset', room: room.name, epoch, head })
    for (const entry of recent)
      owner.write({ type: 'saw', room: room.name, entry, via: 'page', head })
    this.epoch = epoch
    this.own.length = 0
    this.shown = []
    for (const entry of recent) this.show(entry)
  }

  private leave(): void {
    const { owner, room } = this
    this.left = true
    for (const off of this.offs) off()
    owner.write({ type: 'left', room: room.name })
    owner.left(this)
    // So is what an earlier life of the client had left to be said here.
    for (const call of owner.calls) {
      const isHere = call.client === owner.label && call.room === room.name
      if (isHere && call.state === 'unknown') call.state = 'dropped'
    }
    // Nothing may be told any more.
    room.on('entry', (entry) => owner.write({ type: 'saw', room: room.name, entry, via: 'live' }))
  }

  private show(entry: Entry): void {
    if (isChange(entry.kind)) this.shown = this.shown.map((one) => amended(one, entry))
    this.shown.push(entry)
  }

  /** What is wrong with what it has, now that everything is over. */
  compare(logs: readonly RoomLog[]): readonly string[] {
    const { owner, room, epoch } = this
    const log = logs.find((one) => one.room === room.name && one.epoch === epoch)
    if (log === undefined) return []
    const bySeq = new Map(log.entries.map((entry) => [entry.seq, entry]))
    const problems: string[] = []
    // Who left doesn't know what became of what they had.
    for (const entry of this.left ? [] : this.shown) {
      const stored = bySeq.get(entry.seq)
      if (stored === undefined && entry.seq < log.first) continue
      if (!isDeepStrictEqual(entry, stored)) {
        const [is, was] = [JSON.stringify(stored), JSON.stringify(entry)]
        problems.push(`${owner.label} shows ${was}, the log has ${is}`)
      }
    }
    // What was looked up may be of a log before this one: it ended in the middle.
    const all = logs.filter((one) => one.room === room.name)
    for (const { seq, cid, ts } of this.looked) {
      const places = all.map((one) => one.entries.find((entry) => entry.seq === seq))
      if (places.some((place) => place?.cid === cid && place?.ts === ts) || seq < log.first)
        continue
      problems.push(`${owner.label} found ${cid} at ${seq}, the log has ${places[0]?.cid}`)
    }
    return problems
  }
}
