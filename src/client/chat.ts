/** A client: its connections, one after the other, and its rooms. */

import { ChatError, CLOSE } from '../errors.ts'
import type { AnnouncedLimits, Entry, Person, Results } from '../protocol/types.ts'
import { backoff } from './backoff.ts'
import { Connection } from './connection.ts'
import { deferred } from './deferred.ts'
import { emitter } from './emitter.ts'
import { Files, httpOf } from './files.ts'
import { asChatError, Identity } from './identity.ts'
import { makeCids } from './ids.ts'
import { KeptQueue } from './kept-queue.ts'
import { Outgoing } from './outgoing.ts'
import { onPageAwake } from './page.ts'
import { isHandled, Requests } from './requests.ts'
import type { Room } from './room.ts'
import type { RoomHost } from './room-host.ts'
import { Rooms } from './rooms.ts'
import { Keeper } from './store.ts'
import { systemClock } from './system-clock.ts'
import { Timers } from './timers.ts'
import type {
  ChatClient,
  ChatRoom,
  ClientClock,
  ClientEvents,
  ClientState,
  ConnectOptions,
  JoinOptions,
  OpenLink,
  StateChange,
} from './types.ts'
import { errorOfClose, isFinal, type Signal } from './wire.ts'

/** Opening and `hello` together take at most this, in ms. */
const CONNECTING_MS = 20_000
/** A connection that is closed has so long for its last answers, in ms. */
const CLOSING_MS = 2000
const BACKOFF = [1000, 30_000] as const

/** See {@link ChatClient}. */
export class Chat implements ChatClient {
  readonly url: string
  state: ClientState = 'connecting'
  limits: AnnouncedLimits | undefined
  defaultRoom: string | undefined
  readonly #options: ConnectOptions
  readonly #open: OpenLink
  readonly #clock: ClientClock
  /** Those of rooms: none is left when it is closed. */
  readonly #timers: Timers
  readonly #random: () => number
  readonly #events = emitter<ClientEvents>()
  readonly #identity: Identity
  readonly #outgoing: Outgoing
  readonly #files: Files
  readonly #kept: KeptQueue
  readonly #requests: Requests
  readonly #rooms: Rooms
  /** The connection there is, or that is being made. */
  #connection: Connection | null = null
  readonly #greeting = deferred<Person>()
  /** Counts attempts to connect: what an earlier one still brings doesn't count. */
  #attempt = 0
  #failures = 0
  /** Until when it is connecting, or waits. */
  #timer: { cancel(): void } | undefined
  /** What the server said before it closed. */
  #goodbye: Extract<Signal, { ev: 'close' }> | undefined
  #was: Person | undefined
  readonly #cid = makeCids()
  #closing: Promise<void> | null = null
  /** No longer listens to the page. */
  #asleep: () => void = () => {}

  constructor(url: string, options: ConnectOptions, open: OpenLink) {
    const { clock = systemClock, random = Math.random, queueLimit = 1000 } = options
    this.url = url
    this.#options = options
    this.#open = open
    this.#clock = clock
    this.#timers = new Timers(clock)
    this.#random = random
    const keeper = new Keeper(options.store, options.storeKey ?? 'tertulia')
    const now = (): Connection | null => (this.state === 'online' ? this.#connection : null)
    this.#identity = new Identity(options, keeper)
    this.#kept = new KeptQueue(keeper, () => this.#outgoing)
    this.#requests = new Requests(clock, options.timeoutMs ?? 30_000, now)
    this.#outgoing = new Outgoing({
      clock,
      random,
      limit: queueLimit,
      place: (name) => this.rooms.get(name),
      changed: (name) => this.rooms.get(name)?.changed(),
      save: () => this.#kept.save(),
    })
    this.#files = new Files(
      () => httpOf(options.httpUrl ?? url),
      () => this.#identity.credentials(),
    )
    const host: RoomHost = {
      clock: this.#timers,
      random,
      outgoing: this.#outgoing,
      connection: now,
      closed: () => this.#isOver(),
      me: () => this.person,
      limits: () => this.limits,
      cid: this.#cid,
      request: (op, fields) => this.#requests.ask(op, fields),
      ask: (op, fields, ok, failed) => this.#requests.now(op, fields, ok, failed),
      upload: async (...file) => {
        if (this.#isOver()) throw new ChatError('closed')
        return this.#files.upload(...file)
      },
      entered: (room) => this.#rooms.entered(room as Room),
      begun: () => this.#rooms.begun(),
      abandoned: (room) => {
        if (this.#rooms.isAbandoned(room)) this.#connection?.tell('leave', { room })
      },
      told: (room, entry) => this.#events.emit('entry', { room, entry }),
      gone: (room) => this.#rooms.gone(room as Room),
    }
    this.#rooms = new Rooms(() => host, this.#events, this.#requests)
    // After whoever called this has its listeners in place.
    void Promise.resolve().then(() => this.#begin())
  }

  get ready(): Promise<Person> {
    return this.#greeting.promise
  }

  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms.all
  }

  get person(): Person | undefined {
    return this.#identity.person
  }

  on: ChatClient['on'] = (event, listener) => this.#events.on(event, listener)

  // ── connecting ─────────────────────────────────────────────────────────────────────────────

  async #begin(): Promise<void> {
    if (this.#isOver()) return
    this.#asleep = onPageAwake((isThere) => (isThere || this.state === 'online') && this.retry())
    await this.#identity.load()
    await this.#kept.load()
    if (!this.#isOver()) this.#dial()
  }

  #dial(): void {
    const attempt = ++this.#attempt
    const isNow = (): boolean => attempt === this.#attempt
    this.#goodbye = undefined
    this.#turn({ state: 'connecting' })
    // Whoever was told may have closed it.
    if (!isNow()) return
    this.#wait(CONNECTING_MS, () => this.#drop(new ChatError('unavailable', 'no answer in time')))
    this.#identity.prepare().then(
      () => {
        if (isNow()) this.#connect(isNow)
      },
      (reason) => {
        if (!isNow()) return
        const error = asChatError(reason)
        this.#ended(error, !error.retryable)
      },
    )
  }

  #connect(isNow: () => boolean): void {
    try {
      const connection = new Connection(this.url, this.#open, this.#clock, {
        opened: () =>
          this.#identity.hello(connection, {
            ok: (hello) => {
              if (isNow()) this.#greeted(connection, hello)
            },
            failed: (error, isFinal) => {
              // The end of the connection says more.
              if (isNow() && error.code !== 'closed') this.#drop(error, isFinal)
            },
          }),
        entry: (entry) => this.#entry(entry),
        signal: (push) => this.#signal(push),
        ended: (error, code, reason) => {
          if (this.#connection === connection) this.#lost(error, code, reason)
        },
      })
      this.#connection = connection
    } catch (cause) {
      this.#ended(new ChatError('invalid_options', `${cause}`, { cause }), true)
    }
  }

  #greeted(connection: Connection, { limits, defaultRoom, person }: Results['hello']): void {
    const attempt = this.#attempt
    const was = this.#was
    this.#was = person
    this.#timer?.cancel()
    this.#failures = 0
    this.state = 'online'
    this.limits = limits
    this.defaultRoom = defaultRoom
    connection.frameBytes = limits.frameBytes
    connection.watch(limits.pingMs)
    if (was === undefined) this.#rooms.restore(this.#kept.restore(person.id))
    else if (was.id !== person.id) {
      this.#outgoing.refuseTried()
      this.#files.end()
    }
    // Whoever was told of something may have closed it, here and further down.
    if (attempt !== this.#attempt) return
    this.#outgoing.connected(connection, limits.commandsPerSecond, limits.commandBurst)
    this.#rooms.enter()
    if (attempt !== this.#attempt) return
    this.#requests.connected()
    this.#outgoing.pump()
    this.#kept.by = person.id
    this.#kept.save()
    this.#greeting.resolve(person)
    if (attempt === this.#attempt) this.#events.emit('state', { state: 'online' })
    if (attempt !== this.#attempt) return
    if (was?.id !== person.id || was.name !== person.name) this.#events.emit('person', person)
  }

  /** Gives the connection up. */
  #drop(error: ChatError, isFinal = false): void {
    const connection = this.#connection
    this.#connection = null
    connection?.abort(error)
    this.#ended(error, isFinal)
  }

  /** The connection ended. */
  #lost(error: ChatError | undefined, code: number | undefined, reason: string): void {
    const goodbye = this.#goodbye
    const why = goodbye?.code ?? code
    const isOver = goodbye === undefined ? isFinal(code) : !goodbye.reconnect && isFinal(why)
    // With another token one may come back.
    const isRefused = why === CLOSE.unauthorized && !this.#identity.refuse()
    this.#connection = null
    this.#ended(
      error ?? errorOfClose(why, goodbye?.reason ?? reason, goodbye?.retryAfterMs),
      why === CLOSE.unauthorized ? isRefused : isOver,
    )
  }

  #ended(error: ChatError, isOver: boolean): void {
    this.#attempt += 1
    this.#timer?.cancel()
    this.#outgoing.lost()
    if (this.state === 'closed') return this.#onClosed()
    if (isOver) return this.#finish(error)
    const { backoffMs = BACKOFF } = this.#options
    const wait = backoff(this.#failures++, backoffMs, this.#random, error.retryAfterMs)
    this.#wait(wait, () => this.#dial())
    this.state = 'waiting'
    const attempt = this.#attempt
    this.#rooms.lost()
    // Whoever was told may have closed it, or not have waited.
    if (attempt === this.#attempt) this.#turn({ state: 'waiting', error, retryInMs: wait })
  }

  /** It is over for good. */
  #finish(error?: ChatError): void {
    this.state = 'closed'
    this.#attempt += 1
    this.#timer?.cancel()
    this.#asleep()
    const why = error ?? new ChatError('closed')
    this.#greeting.reject(why)
    this.#requests.close(why)
    this.#rooms.close(why)
    this.#timers.cancel()
    this.#kept.close(error !== undefined)
    this.#files.end()
    this.#turn({ state: 'closed', ...(error && { error }) })
  }

  #onClosed: () => void = () => {}

  retry(): void {
    if (this.state === 'waiting') this.#dial()
    else if (this.state === 'online') this.#connection?.probe()
  }

  close(): Promise<void> {
    if (this.#closing === null) {
      // Known before anything is told: whoever is told may close it, too.
      const { promise, resolve } = deferred<void>()
      this.#closing = promise
      void this.#close().then(resolve)
    }
    return this.#closing
  }

  async #close(): Promise<void> {
    const connection = this.#connection
    const isOnline = this.state === 'online'
    if (this.state !== 'closed') this.#finish()
    if (connection === null) return
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve
      if (!isOnline) return connection.abort()
      // What is on its way is still answered.
      this.#wait(CLOSING_MS, () => connection.abort())
      connection.tell('quit', {})
    })
    this.#connection = null
    this.#kept.rest()
  }

  #isOver(): boolean {
    return this.state === 'closed'
  }

  #wait(ms: number, task: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(ms, task)
  }

  #turn(change: StateChange): void {
    this.state = change.state
    this.#events.emit('state', change)
  }

  // ── rooms ──────────────────────────────────────────────────────────────────────────────────

  join(name: string, options: JoinOptions = {}): Promise<ChatRoom> {
    return this.#rooms.join(name, options)
  }

  message(to: string, text: string): Promise<Results['msg']> {
    const said = this.#message(to, text)
    said.catch(() => {})
    return said
  }

  async #message(to: string, text: string): Promise<Results['msg']> {
    const stored = await this.#outgoing.say({
      cid: this.#cid(),
      op: 'msg',
      fields: { to, text },
      ts: this.#clock.now(),
    })
    const said = stored as Results['msg']
    // Stored by a connection that was lost before it told of the room.
    if (!this.rooms.has(said.room)) await this.join(said.room).catch(() => {})
    return said
  }

  // ── what is heard ──────────────────────────────────────────────────────────────────────────

  #entry(entry: Entry): void {
    if (this.state === 'online') this.rooms.get(entry.room)?.entry(entry)
  }

  #signal(push: Signal): void {
    if (push.ev === 'close') this.#goodbye = push
    if (this.state !== 'online' || push.ev === 'close') return
    if (push.ev === 'renamed' && push.person.id === this.person?.id) this.#renamed(push.person)
    if (push.ev !== 'opened') return this.rooms.get(push.room)?.signal(push)
    this.#rooms.opened(push)
  }

  #renamed(person: Person): void {
    if (this.person?.name === person.name) return
    this.#was = person
    this.#identity.renamed(person)
    this.#events.emit('person', person)
  }

  // ── what is asked ──────────────────────────────────────────────────────────────────────────

  request: ChatClient['request'] = async (op, fields) => {
    if (isHandled(op)) {
      throw new ChatError('bad_request', `the client has a method of its own for ${op}`)
    }
    const result = await this.#requests.ask(op, fields)
    if ('lang' in fields) this.#identity.lang = fields.lang
    return result
  }

  async rename(name: string): Promise<Person> {
    const { person, ticket } = await this.#requests.ask('nick', { name })
    const isOther = this.person?.name !== person.name
    this.#was = person
    this.#identity.called(person, ticket)
    if (isOther) this.#events.emit('person', person)
    return person
  }

  download: ChatClient['download'] = async (file, init) => {
    await this.ready
    return this.#files.download(file, init)
  }
}
