/** One client by HTTP: what it asks, the rooms it is in, and how long it is still here. */

import { ChatError, CLOSE, ERRORS, type ErrorCode, mayReconnect } from '../../errors.ts'
import { cleanRoomName } from '../../protocol/names.ts'
import type { FileInfo, Op, Operations, Person, Position, Results } from '../../protocol/types.ts'
import type { Timer } from '../../spi/clock.ts'
import type {
  ConnectionInfo,
  FileDownload,
  FileUpload,
  TransportHost,
} from '../../spi/transport.ts'
import { Channel, type ChannelEnd, type ChannelOwner, errorOf, type Heard } from './channel.ts'
import { Journal, type Place } from './journal.ts'

/** Rooms that one was put out of, and is told of when one comes back. */
const GONE = 100
/** Signals remembered for those who read by time stamps. */
const SIGNALS = 50

/** A room that a session is in. */
export interface RoomPlace {
  epoch: string
  /** Where its stream began for this session: the head when it came in. */
  readonly began: Position
  /** Seq of the newest entry it was told. */
  head: number
  /** The push that opened a private conversation. */
  readonly opened?: string
}

interface Waiting {
  readonly op: Op
  readonly fields: Readonly<Record<string, unknown>>
  resolve(ok: unknown): void
  reject(error: ChatError): void
}

/** What came of a request, with the fields of the operation's result. */
export type Ok<O extends Op> = Results[O]

const isCode = (code: unknown): code is ErrorCode => Object.hasOwn(ERRORS, code as PropertyKey)

/** What was read as JSON may be nested too deeply to be written again. Throws `bad_request`. */
function written(request: object): string {
  try {
    return JSON.stringify(request)
  } catch {
    throw new ChatError('bad_request', 'what was sent is nested too deeply')
  }
}

const answers = new WeakSet<object>()

/** Is this what the server answered a request, and so knows of? */
export const isAnswer = (thrown: unknown): boolean => answers.has(thrown as object)

/** Speaks the JSON protocol with the core in the name of one client. */
export class HttpSession implements ChannelOwner {
  /** Secret: whoever knows it is this client. */
  readonly id: string
  /** Marks cursors: not secret. */
  readonly tag: string
  readonly host: TransportHost
  readonly address: string
  readonly rooms = new Map<string, RoomPlace>()
  /** The last word about rooms that it was put out of. */
  readonly gone = new Map<string, string>()
  readonly journal: Journal
  /** What the last poll began with: its cursor may be asked for again. */
  polled: Place | null = null
  /** Who came, went and was renamed lately; kept only when asked for. */
  signals: Heard[] | null = null
  person: Person = { id: '', name: '' }
  end: ChannelEnd | null = null
  /** The last word of the server, which tells why it ended. */
  private farewell: string | null = null
  /** Told when it has ended. */
  onEnd: () => void = () => {}
  private readonly channel: Channel
  private readonly waiting = new Map<number, Waiting>()
  private readonly watchers = new Set<() => void>()
  private nextId = 1
  private uses = 0
  private receivers = 0
  private usedAt: number

  /** Throws the refusal of the server. */
  constructor(host: TransportHost, info: ConnectionInfo, id: string, tag: string) {
    this.host = host
    this.id = id
    this.tag = tag
    this.address = info.address
    this.journal = new Journal(host.limits.outboxBytes)
    this.usedAt = host.clock.monotonic()
    this.channel = Channel.open(host, this, info)
  }

  /** Asks the core. Rejects with a `ChatError`: the core's refusal, `unavailable` after `requestMs`. */
  ask<O extends Op>(
    op: O,
    fields: Readonly<Record<string, unknown>> | Operations[O],
  ): Promise<Ok<O>> {
    const { limits, clock } = this.host
    return new Promise<Ok<O>>((resolve, reject) => {
      if (this.waiting.size >= limits.inboxCommands) throw new ChatError('overloaded')
      const id = this.nextId++
      const timer = clock.after(limits.requestMs, () =>
        settle(() => reject(new ChatError('unavailable'))),
      )
      const settle = (then: () => void): void => {
        timer.cancel()
        this.waiting.delete(id)
        then()
      }
      this.waiting.set(id, {
        op,
        fields: fields as Waiting['fields'],
        resolve: (ok) => settle(() => resolve(ok as Ok<O>)),
        reject: (error) => settle(() => reject(error)),
      })
      try {
        this.channel.say(written({ ...fields, id, op }))
      } catch (error) {
        settle(() => reject(error))
      }
    })
  }

  /** Brings a file into a room. Rejects with a `ChatError`. */
  upload(file: FileUpload): Promise<FileInfo> {
    return this.channel.upload(file)
  }

  /** Asks for a file. Rejects with a `ChatError`. */
  download(id: string): Promise<FileDownload> {
    return this.channel.download(id)
  }

  /** Keeps the session as long as something is under way. Returns what ends that. */
  use(): () => void {
    this.uses += 1
    let done = false
    return () => {
      if (done) return
      done = true
      this.uses -= 1
      this.usedAt = this.host.clock.monotonic()
    }
  }

  /**
   * The same, for one that waits to be told things: of which there are only so many at a time, since
   * each holds a socket. Throws `overloaded`.
   */
  receive(): () => void {
    if (this.receivers >= this.host.limits.httpReceivers) {
      throw new ChatError('overloaded', undefined, { retryAfterMs: this.host.limits.pollMs })
    }
    this.receivers += 1
    const done = this.use()
    let over = false
    return () => {
      done()
      if (!over) this.receivers -= 1
      over = true
    }
  }

  /** For how long nothing has been asked, in ms. */
  get idleMs(): number {
    return this.uses > 0 ? 0 : this.host.clock.monotonic() - this.usedAt
  }

  /** Was kicked out of this room, and hasn't come in again since. */
  wasKicked(room: unknown): boolean {
    if (typeof room !== 'string' || this.gone.size === 0) return false
    const { roomNameChars } = this.host.limits
    try {
      const payload = this.gone.get(cleanRoomName(room, roomNameChars))
      return payload !== undefined && JSON.parse(payload).why === 'kick'
    } catch {
      return false
    }
  }

  /** The client has gone, or is taken to have. */
  leave(code: number = CLOSE.normal, reason = ''): void {
    this.channel.leave({ code, reason })
  }

  /**
   * Resolves when something has happened since this call, after `ms`, or when the signal aborts.
   * Look before you call.
   */
  changed(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.end !== null || signal.aborted) return resolve()
      let timer: Timer | null = null
      const done = (): void => {
        timer?.cancel()
        this.watchers.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      timer = this.host.clock.after(ms, done)
      this.watchers.add(done)
      signal.addEventListener('abort', done)
    })
  }

  /** What its end means to a request. */
  get error(): ChatError {
    return this.end === null ? new ChatError('closed') : errorOf(this.end)
  }

  /** The `close` push of its end; null: it hasn't ended. */
  get lastWord(): string | null {
    if (this.end === null) return null
    const { code, reason } = this.end
    const told = { ev: 'close', code, reason, reconnect: mayReconnect(code) }
    return this.farewell ?? JSON.stringify(told)
  }

  // ── from the channel ───────────────────────────────────────────────────────────────────────

  heard(heard: Heard): void {
    const { push } = heard
    if ('re' in push) return this.answered(push)
    this.note(heard)
    this.journal.add(heard)
    this.stir()
  }

  ended(end: ChannelEnd): void {
    this.end = end
    const error = errorOf(end)
    for (const { reject } of [...this.waiting.values()]) reject(error)
    this.onEnd()
    this.stir()
  }

  private answered({ re, ok, err }: Heard['push']): void {
    const waiting = this.waiting.get(re as number)
    if (waiting === undefined) return
    if (err === undefined) {
      this.follow(waiting, ok)
      return waiting.resolve(ok)
    }
    const { code, message, retryAfterMs } = err as Record<string, unknown>
    const error = new ChatError(isCode(code) ? code : 'internal', String(message), {
      ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    })
    answers.add(error)
    waiting.reject(error)
  }

  /** Keeps track of the rooms by the replies. */
  private follow({ op, fields }: Waiting, result: unknown): void {
    if (op === 'join') {
      const { room, epoch, head } = result as Results['join']
      const known = this.rooms.get(room)
      if (known?.epoch === epoch) known.head = Math.max(known.head, head)
      else this.enter(room, { epoch, began: { epoch, seq: head }, head })
    } else if (op === 'leave') {
      this.exit((result as Results['leave']).room)
    } else if (op === 'hello' || op === 'nick') {
      this.person = (result as Results['hello']).person
    } else if (op === 'close') {
      this.exit((fields as Operations['close']).room)
    }
  }

  private enter(room: string, place: RoomPlace): void {
    this.rooms.set(room, place)
    this.gone.delete(room)
    this.turned()
  }

  private exit(room: string): void {
    if (this.rooms.delete(room)) this.turned()
  }

  /** Cursors look otherwise from here on: whoever receives is given a new one. */
  private turned(): void {
    this.journal.add({ payload: '', bytes: 0, push: {} })
    this.stir()
  }

  /** Keeps track of the rooms by what is said. */
  private note({ push, payload }: Heard): void {
    const { ev } = push
    const room = push.room as string
    const place = this.rooms.get(room)
    if (typeof push.seq === 'number' && push.ev !== 'read') {
      if (place !== undefined) place.head = push.seq
    } else if (ev === 'opened') {
      const { epoch, head } = push as unknown as { epoch: string; head: number }
      this.gone.delete(room)
      this.rooms.set(room, { epoch, began: { epoch, seq: head }, head, opened: payload })
    } else if (ev === 'reset' && place !== undefined) {
      place.epoch = push.epoch as string
      place.head = push.head as number
    } else if (ev === 'closed' || ev === 'removed') {
      this.rooms.delete(room)
      this.gone.set(room, payload)
      for (const oldest of this.gone.keys()) {
        if (this.gone.size <= GONE) break
        this.gone.delete(oldest)
      }
    } else if (ev === 'close') {
      this.farewell = payload
    } else if (this.signals !== null && (ev === 'joined' || ev === 'left' || ev === 'renamed')) {
      this.signals.push({ push, payload, bytes: 0 })
      if (this.signals.length > SIGNALS) this.signals.shift()
    }
  }

  private stir(): void {
    for (const watcher of [...this.watchers]) watcher()
  }
}
