// When messages are sent: the paces of the scenarios. Each pacer sends, watches what comes back and
// records the latency of what it has watched.

import type { Scenario } from '../scenarios.ts'
import type { Connection, Watcher } from './connection.ts'
import type { Dialect } from './dialects.ts'
import { FIRST_NUMBER, MessageFrame } from './frames.ts'
import type { Histogram } from './histogram.ts'
import { markedText, senderDigits } from './marks.ts'

export interface Pacer {
  start(): void
  stop(): void
}

/** What a pacer works with. */
export interface Field {
  readonly scenario: Scenario
  readonly dialect: Dialect
  readonly connections: readonly Connection[]
  /** Messages sent to each room. */
  readonly sent: number[]
  readonly problems: Set<string>
  readonly latencies: Histogram
  /** Latencies count of what was sent inside this time, however late it arrives. */
  readonly measured: { from: number; to: number }
}

function record({ latencies, measured }: Field, sentAt: number): void {
  if (sentAt >= measured.from && sentAt < measured.to) latencies.add(performance.now() - sentAt)
}

/** Sends a connection's messages, numbered from FIRST_NUMBER on. */
class Sender {
  next = FIRST_NUMBER
  readonly #field: Field
  readonly #connection: Connection
  readonly #frame: MessageFrame

  constructor(field: Field, connection: Connection) {
    this.#field = field
    this.#connection = connection
    const { dialect } = field
    const { index, room } = connection
    const payload = dialect.message(`r${room}`, senderDigits(index), markedText(index))
    this.#frame = new MessageFrame(dialect.framing, payload)
  }

  send(count: number): void {
    this.#connection.write(this.#frame.numbered(this.next, count))
    this.next += count
    const { sent } = this.#field
    const { room } = this.#connection
    sent[room] = (sent[room] ?? 0) + count
  }
}

/** A sender that keeps a window of messages outstanding; it watches its own come back. */
class WindowedSender implements Watcher {
  readonly #field: Field
  readonly #index: number
  readonly #sender: Sender
  readonly #window: number
  readonly #sentAt: Float64Array
  #expected = FIRST_NUMBER
  #free = 0
  stopped = false

  constructor(field: Field, connection: Connection, window: number) {
    this.#field = field
    this.#index = connection.index
    this.#sender = new Sender(field, connection)
    this.#window = window
    this.#sentAt = new Float64Array(window)
  }

  send(count: number): void {
    const now = performance.now()
    for (let i = 0; i < count; i++) this.#sentAt[(this.#sender.next + i) % this.#window] = now
    this.#sender.send(count)
  }

  seen(_connection: Connection, sender: number, number: number): void {
    if (sender !== this.#index) return
    if (number !== this.#expected) {
      this.#field.problems.add(`own messages out of order: ${number}, not ${this.#expected}`)
    }
    this.#expected = number + 1
    this.#free++
    record(this.#field, this.#sentAt[number % this.#window] as number)
  }

  readEnd(): void {
    if (this.#free === 0) return
    const free = this.#free
    this.#free = 0
    if (!this.stopped) this.send(free)
  }
}

function pipelined(field: Field, count: number, window: number): Pacer {
  const step = Math.floor(field.connections.length / count)
  const senders: WindowedSender[] = []
  for (let i = 0; i < count; i++) {
    const connection = field.connections[i * step] as Connection
    const sender = new WindowedSender(field, connection, window)
    connection.watcher = sender
    senders.push(sender)
  }
  return {
    start: () => {
      for (const sender of senders) sender.send(window)
    },
    stop: () => {
      for (const sender of senders) sender.stopped = true
    },
  }
}

/** Everybody watches; the last to have a message lets the next one go. */
function oneAtATime(field: Field): Pacer {
  const { connections } = field
  const sender = new Sender(field, connections[0] as Connection)
  let stopped = false
  let missing = 0
  let sentAt = 0

  function send(): void {
    missing = connections.length
    sentAt = performance.now()
    sender.send(1)
  }

  const watcher: Watcher = {
    seen(_connection, _sender, number) {
      if (number !== sender.next - 1) field.problems.add(`message ${number} came again or late`)
      missing--
      record(field, sentAt)
    },
    readEnd() {
      if (missing === 0 && !stopped) send()
    },
  }
  for (const connection of connections) connection.watcher = watcher
  return {
    start: send,
    stop: () => {
      stopped = true
    },
  }
}

/** A timer is late by up to this much; the rest is waited for turn by turn. */
const TIMER_MS = 2

/**
 * Messages at scheduled times, from one room after the other; everybody watches. Latency counts from
 * the scheduled time, so that neither a slow server nor a late load generator hides anything.
 */
function openLoop(field: Field, perSecond: number): Pacer {
  const { connections, scenario } = field
  const interval = 1000 / perSecond
  const senders = connections.map((connection) => new Sender(field, connection))
  /** Of each sender, the scheduled times of its messages. */
  const schedule: number[][] = connections.map(() => [])
  let due = 0
  let count = 0
  let stopped = false

  function turn(): void {
    if (stopped) return
    while (performance.now() >= due) {
      // Rooms in turn; within a room another member each time. Connection i is in room i % rooms.
      const index = (count + Math.floor(count / scenario.rooms) * scenario.rooms) % senders.length
      count++
      schedule[index]?.push(due)
      senders[index]?.send(1)
      due += interval
    }
    const left = due - performance.now()
    if (left > TIMER_MS) setTimeout(turn, left - TIMER_MS)
    else setImmediate(turn)
  }

  const watcher: Watcher = {
    seen(_connection, sender, number) {
      const scheduled = schedule[sender]?.[number - FIRST_NUMBER]
      if (scheduled === undefined) field.problems.add(`a message nobody sent: ${number}`)
      else record(field, scheduled)
    },
    readEnd() {},
  }
  for (const connection of connections) connection.watcher = watcher
  return {
    start: () => {
      due = performance.now()
      turn()
    },
    stop: () => {
      stopped = true
    },
  }
}

export function pacerOf(field: Field): Pacer {
  const { pace } = field.scenario
  switch (pace.kind) {
    case 'pipelined':
      return pipelined(field, pace.senders, pace.window)
    case 'one-at-a-time':
      return oneAtATime(field)
    case 'open-loop':
      return openLoop(field, pace.perSecond)
    case 'idle':
      return { start() {}, stop() {} }
  }
}
