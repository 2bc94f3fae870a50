/** A room that one is in, over as many connections as it takes. */

import { ChatError } from '../errors.ts'
import type {
  Entry,
  JoinResult,
  Person,
  Position,
  Role,
  RoomSettings,
  Stored,
} from '../protocol/types.ts'
import { backoff } from './backoff.ts'
import { deferred } from './deferred.ts'
import { emitter } from './emitter.ts'
import { historyOf } from './history.ts'
import type { SaidOp } from './outgoing.ts'
import { ReadMark } from './read-mark.ts'
import type { RoomHost } from './room-host.ts'
import { RoomLog } from './room-log.ts'
import { RoomPeople } from './room-people.ts'
import type { ChatRoom, JoinOptions, RoomEvents, RoomState, SayOptions, Unsent } from './types.ts'
import { isAct, type Signal } from './wire.ts'

/** Newest entries to begin with. */
const RECENT = 50
/** Waits before joining again what can't be joined at the moment, in ms. */
const AGAIN_MS = [1000, 30_000] as const

type Left = RoomEvents['left']

/** See {@link ChatRoom}. */
export class Room implements ChatRoom {
  name: string
  state: RoomState = 'joining'
  recent: readonly Entry[] = []
  settings: RoomSettings = {}
  role: Role | undefined
  mutedUntil: number | null | undefined
  permanent = false
  created = false
  with: Person | undefined
  /** How to come back. */
  options: JoinOptions
  /** Somebody waits for the first join: what it is refused for is theirs to know. */
  isAwaited = false
  /** The log by which the server answers; null: one isn't in the room at the moment. */
  epoch: string | null = null
  /** The first join: the room that it led to. */
  readonly entered = deferred<ChatRoom>()
  readonly #host: RoomHost
  readonly #events = emitter<RoomEvents>()
  readonly #log: RoomLog
  readonly #people: RoomPeople
  readonly #mark: ReadMark
  /** What happens waits here until those who wait for the join had their turn; null: nothing waits. */
  #held: (() => void)[] | null = null
  #isNew = true
  #failures = 0
  #doubtedAt = 0
  /** Who one was when it was entered. */
  #as: string | undefined

  constructor(host: RoomHost, name: string, options: JoinOptions) {
    this.#host = host
    this.name = name
    this.options = options
    this.#log = new RoomLog({
      page: (after, ok, failed) => {
        const limit = host.limits()?.historyPage ?? 100
        host.ask(
          'history',
          { room: this.name, after, limit },
          (page) => {
            this.#saw(page.entries)
            ok(page)
          },
          failed,
        )
      },
      later: (ms, task) => void host.clock.after(ms, task),
      entry: (entry) => this.#tell(entry),
      gap: (gap) => this.#emit('gap', gap),
      reset: (epoch, recent) => {
        this.recent = recent
        this.#emit('reset', { epoch, recent })
      },
      doubtful: () => {
        this.epoch = null
        const now = host.clock.now()
        const isAgain = now - this.#doubtedAt < AGAIN_MS[0]
        this.#doubtedAt = isAgain ? now + AGAIN_MS[0] : now
        if (isAgain) this.#enterLater(AGAIN_MS[0])
        else this.enter()
      },
    })
    this.#people = new RoomPeople({
      clock: host.clock,
      me: () => host.me()?.id,
      presence: (presence) => this.#emit('presence', presence),
      typing: (person, on) => this.#emit('typing', { person, on }),
      sayTyping: (on) => {
        host.connection()?.tell('typing', { room: this.name, on })
      },
      page: (after, ok) => {
        const fields = after === undefined ? {} : { after }
        this.#host.ask('members', { room: this.name, ...fields }, ok)
      },
    })
    this.#mark = new ReadMark(host, (seq) => this.#emit('read', { seq }))
    if (options.since !== undefined) this.#log.begin(options.since)
  }

  get position(): Position | undefined {
    return this.#log.position
  }

  get read(): number {
    return this.#mark.seq
  }

  get members(): ReadonlyMap<string, Person> {
    return this.#people.members
  }

  get count(): number {
    return this.#people.count
  }

  get unsent(): readonly Unsent[] {
    return this.#host.outgoing.of(this.name)
  }

  on: ChatRoom['on'] = (event, listener) => this.#events.on(event, listener)

  // ── coming and going ───────────────────────────────────────────────────────────────────────

  /** Joins, or joins again, if there is a connection. */
  enter(): void {
    if (this.state === 'left') return
    const { recent = RECENT, ...options } = this.options
    const since = this.position
    this.#host.ask(
      'join',
      { room: this.name, recent, ...options, ...(since && { since }) },
      (ok) => this.#joined(ok),
      (error) => this.#refused(error),
    )
  }

  /** Somebody waits for the first join, with these options. */
  await(options: JoinOptions): void {
    if (!this.#isNew) return
    this.options = { ...this.options, ...options }
  }

  /** A private conversation that the server put one into. */
  opened(position: Position, other: Person): void {
    this.with = other
    if (!this.#isNew) return
    this.#log.begin(position)
    this.epoch = position.epoch
    this.#begin()
  }

  /** The connection is lost. */
  lost(): void {
    if (this.#held !== null) this.#held = []
    this.#log.lost()
    this.#people.lost()
    this.epoch = null
    if (this.state === 'live') this.#turn('joining')
  }

  /** It is over with this room. */
  gone(left: Left): void {
    if (this.state === 'left') return
    this.#people.lost()
    this.#log.lost()
    this.#held = null
    this.epoch = null
    this.state = 'left'
    this.#host.gone(this)
    this.entered.reject(left.error ?? new ChatError('closed'))
    this.#events.emit('state', 'left')
    this.#events.emit('left', left)
  }

  async leave(): Promise<void> {
    if (this.state === 'left') return
    const isOnline = this.#host.connection() !== null
    this.gone({ why: 'leave' })
    if (isOnline) await this.#host.request('leave', { room: this.name }).catch(() => {})
  }

  #joined(ok: JoinResult): void {
    if (this.state === 'left') {
      if (this.isAwaited) this.#host.abandoned(ok.room)
      return
    }
    const { room, epoch, count, members, entries, settings = {}, role, permanent, read, reset } = ok
    this.name = room
    this.#failures = 0
    const me = this.#host.me()?.id
    // What somebody else has read, or in another log, says nothing.
    const isOther = reset === true || (this.position?.epoch ?? epoch) !== epoch || this.#as !== me
    this.#as = me
    this.epoch = epoch
    this.settings = settings
    this.role = role
    this.mutedUntil = ok.mutedUntil
    this.permanent = permanent
    const isNew = this.#isNew
    if (isNew) {
      this.created = ok.created
      const known = this.#host.entered(this)
      if (known !== this) return this.entered.resolve(known)
    }
    this.#saw(entries)
    this.#know([...members, ...entries.flatMap(({ from, to = from }) => [from, to])])
    this.#people.joined(count, members)
    this.#mark.set(read ?? 0, isOther)
    if (isNew && this.position === undefined) {
      // The newest entries aren't told as events.
      this.recent = entries
      this.#log.joined(ok)
      this.#begin()
    } else {
      if (isNew) this.#begin()
      this.#when(() => this.#log.joined(ok))
    }
    if (!isNew) this.#turn('live')
    this.#host.outgoing.pump()
  }

  /** One is in it for the first time: what happens is told after whoever waits for that had a turn. */
  #begin(): void {
    this.#isNew = false
    this.#held = []
    this.#host.clock.after(0, () => {
      const held = this.#held ?? []
      this.#held = null
      for (const task of held) if (this.state !== 'left') task()
    })
    this.#turn('live')
    this.entered.resolve(this)
    this.#host.begun()
  }

  /** In a private conversation there is but one other. */
  #know(people: readonly Person[]): void {
    const me = this.#host.me()?.id
    if (this.name.startsWith('@')) this.with = people.find(({ id }) => id !== me) ?? this.with
  }

  #refused(error: ChatError): void {
    if (this.state === 'left') return
    if (error.code === 'room_closed' && this.#failures++ < 3) return this.enter()
    if (!error.retryable || (this.#isNew && this.isAwaited)) {
      return this.gone({ why: 'refused', error })
    }
    const { retryAfterMs } = error
    this.#enterLater(backoff(this.#failures++, AGAIN_MS, this.#host.random, retryAfterMs))
  }

  /** Joins again after a while, if the connection is still the same. */
  #enterLater(ms: number): void {
    const connection = this.#host.connection()
    this.#host.clock.after(ms, () => {
      if (connection === this.#host.connection()) this.enter()
    })
  }

  // ── what is heard ──────────────────────────────────────────────────────────────────────────

  /** An entry came live. */
  entry(entry: Entry): void {
    this.#saw([entry])
    this.#when(() => this.#log.live(entry))
  }

  /** A push that is no entry. */
  signal(push: Signal): void {
    this.#when(() => this.#signal(push))
  }

  /** What waits to be sent changed. */
  changed(): void {
    this.#emit('unsent', this.unsent)
  }

  #signal(push: Signal): void {
    switch (push.ev) {
      case 'joined':
      case 'left':
      case 'renamed':
      case 'count':
        return this.#people.signal(push)
      case 'typing':
        return this.#people.typing(push.person, push.on)
      case 'read':
        return this.#mark.set(push.seq)
      case 'gap':
        return this.#log.live({ from: push.from, to: push.to })
      case 'reset':
        this.epoch = push.epoch
        return this.#log.reset(push.epoch, push.head)
      case 'closed':
        return this.gone({ why: 'closed' })
      case 'removed': {
        const { why, reason } = push
        return this.gone(reason === undefined ? { why } : { why, reason })
      }
    }
  }

  #tell(entry: Entry): void {
    const { kind, from, to, details } = entry
    const me = this.#host.me()?.id
    this.#people.stopped(from)
    if (kind === 'settings') this.settings = details?.settings ?? {}
    if (to?.id === me) {
      if (kind === 'role') this.role = details?.role
      if (kind === 'mute') this.mutedUntil = details?.until ?? null
      if (kind === 'unmute') this.mutedUntil = undefined
    }
    this.#know(to === undefined ? [] : [from, to])
    this.#emit('entry', entry)
    this.#emit(isAct(kind) ? 'act' : kind, entry)
    if (this.state !== 'left') this.#host.told(this, entry)
  }

  /** One's own entries among these are stored. */
  #saw(entries: readonly Entry[]): void {
    const me = this.#host.me()?.id
    for (const entry of entries) {
      if (entry.cid !== undefined && entry.from.id === me) this.#host.outgoing.seen(entry)
    }
  }

  // ── what is said ───────────────────────────────────────────────────────────────────────────

  send(text: string, { ref, file, cid }: SayOptions = {}): Promise<Stored> {
    this.#people.said()
    const fields = {
      text,
      ...(ref === undefined ? undefined : { ref }),
      ...(file === undefined ? undefined : { file: file.id }),
    }
    const more = file === undefined ? {} : { file }
    return this.#say('send', fields, ref !== undefined, { ...more, ...(cid && { cid }) })
  }

  edit: ChatRoom['edit'] = (seq, text) => this.#say('edit', { seq, text })

  delete: ChatRoom['delete'] = (seq) => this.#say('delete', { seq })

  react: ChatRoom['react'] = (seq, emoji, on = true) => this.#say('react', { seq, text: emoji, on })

  #say(op: SaidOp, fields: object, refers = true, more: object = {}): Promise<Stored> {
    if (this.state === 'left') return Promise.reject(new ChatError('not_member'))
    const epoch = this.position?.epoch
    return this.#host.outgoing.say({
      cid: this.#host.cid(),
      op,
      room: this.name,
      fields: { ...fields },
      ts: this.#host.clock.now(),
      ...(refers && epoch !== undefined ? { epoch } : undefined),
      ...more,
    })
  }

  typing(on = true): void {
    if (this.epoch !== null) this.#people.type(on)
  }

  upload: ChatRoom['upload'] = (data, options) => this.#host.upload(this.name, data, options)

  history: ChatRoom['history'] = (options = {}) => historyOf(this.#host, this.name, options)

  markRead(seq = this.position?.seq ?? 0): Promise<void> {
    return this.#mark.mark(this.name, seq)
  }

  #when(task: () => void): void {
    if (this.#held === null) task()
    else this.#held.push(task)
  }

  #turn(state: RoomState): void {
    if (this.state === state) return
    this.state = state
    this.#emit('state', state)
  }

  #emit<E extends keyof RoomEvents>(event: E, what: RoomEvents[E]): void {
    if (this.state !== 'left') this.#events.emit(event, what)
  }
}
