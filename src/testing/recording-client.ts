/** A client that keeps coming back, and records everything for the history checker. */

import type { Operations } from '../protocol/types.ts'
import type { Clock, Timer } from '../spi/clock.ts'
import { realClock } from './clock.ts'
import { type HistoryRecorder, recordedDial } from './history-recorder.ts'
import { freshSeed, type Random, seededRandom } from './random.ts'
import type { RecordingDial, RecordingLink } from './recording-link.ts'
import { RecordingRoom } from './recording-room.ts'
import {
  type RecordedDeed,
  type RecordedSend,
  type RecordingOwner,
  RecordingSession,
} from './recording-session.ts'

/** Options of {@link recordingClient}. */
export interface RecordingClientOptions {
  readonly recorder: HistoryRecorder
  /** What the record calls it: another name for each client. */
  readonly name: string
  /** Connects: `tcpDial`, `webSocketDial`, a simulated network; another one each time, if you like. */
  readonly dial: RecordingDial
  /** Default: the real one. */
  readonly clock?: Clock
  /** Default: from a fresh seed. */
  readonly random?: Random
  /** Says it again, or gives the connection up, when there is no answer in so many ms. Default 2,000. */
  readonly patienceMs?: number
  /** Waits before it connects again, in ms: at least and at most. Default 50 to 1,000. */
  readonly backoffMs?: readonly [number, number]
}

/** Made by {@link recordingClient}. */
export interface RecordingClient {
  readonly name: string
  /** Connects, and keeps connected until `stop`. */
  start(): void
  /** Ends the connection and stays away. */
  stop(): void
  /** Is in this room from now on. `fresh`: as somebody who was never there. */
  join(room: string, options?: { readonly fresh?: boolean }): void
  /** Isn't in this room any more. */
  leave(room: string): void
  /**
   * Says something in a room: until there is an answer, on as many connections as it takes, and
   * while it is in the room. `cid`: a key of your own. Default: a number that counts up.
   */
  say(room: string, text: string, cid?: string): RecordedSend
  /**
   * Does something to the entry `ref` of a room, in the same way. `text`: the new text, the answer,
   * or the emoji; of a `delete`: empty.
   */
  change(room: string, deed: RecordedDeed, ref: number, text: string, cid?: string): RecordedSend
  /** Says something to a person, by name. */
  tell(name: string, text: string): RecordedSend
  /** Looks something up in a room that it is in: a page of `history`. */
  look(room: string, where?: Pick<Operations['history'], 'before' | 'at' | 'limit'>): void
  /** Gives up the connection, politely or not, and comes back. */
  drop(): void
  /** Everything said was answered, and what was missed is there, in all rooms it wants to be in. */
  readonly settled: boolean
  /**
   * Notes that it has been left in peace for long, and must have everything now, in all rooms it
   * wants to be in.
   */
  rest(): void
  /** The connection of the moment. */
  readonly link: RecordingLink | null
  /** Its person's name; undefined before the first `hello`. */
  readonly called: string | undefined
  /** The last entry of a room of which it has all before; 0 = none. */
  at(room: string): number
  /** The rooms it wants to be in. */
  readonly rooms: readonly string[]
  readonly sent: readonly RecordedSend[]
  readonly connections: number
}

/**
 * Makes a client that behaves as PROTOCOL.md asks of clients: it says `hello` with its ticket,
 * joins with its position, reads pages up to the head, takes gaps and resets as they are told, and
 * repeats with the same `cid` what was not answered. It judges nothing: what went over its
 * connections is in the record.
 *
 * @example
 * const recorder = historyRecorder()
 * const ana = recordingClient({ recorder, name: 'ana', dial: tcpDial({ port: 12345 }) })
 * ana.join('geral')
 * ana.start()
 * ana.say('geral', 'hello')
 */
export function recordingClient(options: RecordingClientOptions): RecordingClient {
  const { recorder, name, clock = realClock, backoffMs = [50, 1000] } = options
  const random = options.random ?? seededRandom(freshSeed())
  const rooms = new Map<string, RecordingRoom>()
  const sent: RecordedSend[] = []
  const open = new Set<RecordedSend>()
  let session: RecordingSession | null = null
  let timer: Timer | null = null
  let running = false
  let connections = 0
  let called: string | undefined

  function roomOf(room: string): RecordingRoom {
    let known = rooms.get(room)
    if (known === undefined) {
      known = new RecordingRoom(room)
      rooms.set(room, known)
    }
    return known
  }

  const owner: RecordingOwner = {
    clock,
    random,
    rooms,
    open,
    dial: recordedDial(recorder, name, options.dial),
    patienceMs: options.patienceMs ?? 2000,
    ticket: undefined,
    opened(room) {
      const known = roomOf(room)
      known.wanted = true
      return known
    },
    identified({ person, ticket }) {
      called = person.name
      owner.ticket = ticket
    },
    ended(retryAfterMs) {
      session = null
      if (running) timer = clock.after(retryAfterMs + random.int(...backoffMs), connect)
    },
  }

  function connect(): void {
    connections += 1
    session = new RecordingSession(owner)
  }

  function add(send: Omit<RecordedSend, 'state' | 'cid'>, cid?: string): RecordedSend {
    const made: RecordedSend = { ...send, cid: cid ?? `${sent.length + 1}`, state: 'open' }
    sent.push(made)
    open.add(made)
    session?.offer(made)
    return made
  }

  const wanted = (): RecordingRoom[] => [...rooms.values()].filter((room) => room.wanted)

  return {
    name,
    start() {
      if (running) return
      running = true
      connect()
    },
    stop() {
      running = false
      timer?.cancel()
      session?.end()
    },
    join(room, { fresh = false } = {}) {
      const known = roomOf(room)
      known.wanted = true
      if (known.inside) return
      if (fresh) known.forget()
      session?.join(known)
    },
    leave(room) {
      const known = rooms.get(room)
      if (known === undefined) return
      known.wanted = false
      session?.leave(known)
    },
    say: (room, text, cid) => add({ room, text }, cid),
    change: (room, deed, ref, text, cid) => add({ room, deed, ref, text }, cid),
    tell: (to, text) => add({ room: null, to, text }),
    look(room, where = {}) {
      if (rooms.get(room)?.inside === true) session?.look({ room, ...where })
    },
    drop: () => session?.end(),
    get settled() {
      for (const { room } of open) {
        // What was said in a room that it isn't in waits until it comes back.
        if (room === null || rooms.get(room)?.wanted === true) return false
      }
      return wanted().every(({ caughtUp }) => caughtUp)
    },
    rest() {
      for (const room of wanted()) recorder.rest(name, room.name)
    },
    get link() {
      return session?.link ?? null
    },
    get called() {
      return called
    },
    at: (room) => rooms.get(room)?.position?.seq ?? 0,
    get rooms() {
      return wanted().map((room) => room.name)
    },
    sent,
    get connections() {
      return connections
    },
  }
}
