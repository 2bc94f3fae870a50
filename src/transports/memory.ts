/** The memory transport: clients inside this process, for tests and for programs that are both. */

import { ChatError } from '../errors.ts'
import { isWellFormed } from '../protocol/validate.ts'
import type { Timer } from '../spi/clock.ts'
import type {
  Connection,
  Frame,
  Framing,
  Sink,
  Transport,
  TransportHost,
} from '../spi/transport.ts'
import { MicrotaskQueue } from './memory-queue.ts'

/** Bytes waiting for a client from which on the core is asked to hold back. */
const HIGH_WATER = 64 * 1024
/** What a client sees when the connection ended without a word (RFC 6455, 7.1.5). */
const LOST = 1006
const NORMAL = 1000

/**
 * What lies between a client and the server: where a test puts delays, doubles and losses. Each
 * function gets what leaves one side, and calls `arrive` when it comes to the other: at once,
 * later, twice, or never. A function that is absent lets everything through.
 *
 * A link that changes the order, or loses one thing and lets the next pass, is no stream any more;
 * for a connection that breaks call `cut` on the client.
 */
export interface Link {
  /** A payload, from the client to the server. */
  up?(payload: string, arrive: (payload: string) => void): void
  /** A payload, from the server to the client. */
  down?(payload: string, arrive: (payload: string) => void): void
  /** That one side closed, on its way to the other. */
  end?(from: 'client' | 'server', arrive: () => void): void
}

/** Options of {@link MemoryTransport.connect}. */
export interface MemoryConnectOptions {
  /** Limits per address are kept by it. Default `memory`. */
  readonly address?: string
  /** As of an HTTP request; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: everything arrives, in order, in a later microtask. */
  readonly link?: Link
}

/** How a connection ended. */
export interface MemoryEnd {
  readonly code: number
  readonly reason: string
}

/** The client's end of a connection. */
export interface MemoryClient {
  /** Sends one payload. After the connection's end it does nothing. */
  send(payload: string): void
  /** Called for each payload that arrives. */
  onPayload: ((payload: string) => void) | undefined
  /** Called once at the end: 1000 after `close`, 1006 after `cut`, else the server's code. */
  onClose: ((code: number, reason: string) => void) | undefined
  /** Every payload that arrived, in order. */
  readonly received: readonly string[]
  /** How the connection ended; undefined while it hasn't. */
  readonly ended: MemoryEnd | undefined
  /** Answers the server's pings; false plays a peer that has gone silent. Default true. */
  answersPings: boolean
  /** Leaves, after what was sent before. */
  close(): void
  /** The connection breaks: what is under way is lost, and both sides see that it ended. */
  cut(): void
  /** Takes nothing more from the server, as a slow reader: bytes pile up there. */
  pauseReading(): void
  resumeReading(): void
}

/** A {@link Transport} to which `connect` is the way. */
export interface MemoryTransport extends Transport {
  /**
   * Connects. A refusal is told through `onClose`, with its code.
   *
   * Errors: `closed` while the transport isn't started.
   */
  connect(options?: MemoryConnectOptions): MemoryClient
}

interface Payloads extends Frame {
  readonly payloads: readonly string[]
}

const framing: Framing = {
  name: 'memory',
  pack(payloads): Payloads {
    let byteLength = 0
    for (const payload of payloads) byteLength += Buffer.byteLength(payload)
    return { byteLength, payloads }
  },
}

/**
 * Clients without sockets: whole payloads both ways, in order, never in the turn they were sent.
 *
 * @example
 * const transport = memoryTransport()
 * const chat = createChatServer({ transports: [transport] })
 * await chat.open(transport)
 * const client = transport.connect()
 * client.onPayload = (payload) => console.log(payload)
 * client.send('{"id":1,"op":"hello","version":1,"name":"Alice"}')
 */
export function memoryTransport(): MemoryTransport {
  let host: TransportHost | null = null
  let stopped: Promise<void> = Promise.resolve()
  const pipes = new Set<Pipe>()
  let emptied = (): void => {}

  return {
    name: 'memory',

    async start(startedBy) {
      if (host !== null) throw new ChatError('invalid_options', 'this transport runs already')
      host = startedBy
    },

    stop() {
      if (host === null) return stopped
      const { clock, limits } = host
      host = null
      stopped = new Promise((resolve) => {
        if (pipes.size === 0) return resolve()
        const timer = clock.after(limits.closeMs, () => {
          for (const pipe of pipes) pipe.end(LOST, '')
        })
        emptied = () => {
          timer.cancel()
          resolve()
        }
      })
      return stopped
    },

    connect({ address = 'memory', headers, link = {} } = {}) {
      if (host === null) throw new ChatError('closed', 'the memory transport is not started')
      const pipe = makePipe(host, link, () => {
        pipes.delete(pipe)
        if (pipes.size === 0) emptied()
      })
      pipes.add(pipe)
      const info = { transport: 'memory', address, secure: true, ...(headers && { headers }) }
      const sink = host.refuses(address) ?? host.accept(pipe.connection, info)
      if ('refused' in sink) pipe.connection.close(sink.refused.code, sink.refused.reason)
      else pipe.start(sink)
      return pipe.client
    },
  }
}

/** Both ends of a connection. */
interface Pipe {
  readonly connection: Connection
  readonly client: MemoryClient
  start(sink: Sink): void
  /** Ends it on both sides, now. */
  end(code: number, reason: string): void
}

type Up = { readonly payload: string } | 'pong' | 'end'
type Down = Payloads | 'ping' | MemoryEnd

function makePipe(host: TransportHost, link: Link, over: () => void): Pipe {
  const { limits, clock } = host
  const received: string[] = []
  let sink: Sink | null = null
  let ended: MemoryEnd | undefined
  let maxBytes = Math.min(limits.helloBytes, limits.frameBytes)
  let bufferedBytes = 0
  let blocked = false
  /** The server closed, or heard something that no client should say: it hears nothing more. */
  let deaf = false
  let closing = false
  let left = false
  let timer: Timer | null = null

  function end(code: number, reason: string): void {
    if (ended !== undefined) return
    ended = { code, reason }
    bufferedBytes = 0
    up.clear()
    down.clear()
    timer?.cancel()
    over()
    client.onClose?.(code, reason)
    sink?.closed()
  }

  function fail(code: 'bad_frame' | 'too_large'): void {
    deaf = true
    sink?.broken(code)
  }

  function heard(payload: string): void {
    if (deaf || ended !== undefined) return
    if (Buffer.byteLength(payload) > maxBytes) fail('too_large')
    else if (!isWellFormed(payload)) fail('bad_frame')
    else sink?.payload(payload)
  }

  function shown(payload: string): void {
    if (ended !== undefined) return
    received.push(payload)
    client.onPayload?.(payload)
  }

  const up = new MicrotaskQueue<Up>((item) => {
    if (item === 'pong') sink?.alive()
    else if (item === 'end') {
      const arrive = () => end(NORMAL, '')
      if (link.end === undefined) arrive()
      else link.end('client', arrive)
    } else if (link.up === undefined) heard(item.payload)
    else link.up(item.payload, heard)
  })

  const down = new MicrotaskQueue<Down>(
    (item) => {
      if (item === 'ping') {
        if (client.answersPings) up.push('pong')
      } else if ('code' in item) {
        const arrive = () => end(item.code, item.reason)
        if (link.end === undefined) arrive()
        else link.end('server', arrive)
      } else {
        bufferedBytes -= item.byteLength
        for (const payload of item.payloads) {
          if (link.down === undefined) shown(payload)
          else link.down(payload, shown)
        }
      }
    },
    () => {
      if (!blocked) return
      blocked = false
      if (!closing && ended === undefined) sink?.drained()
    },
  )

  const connection: Connection = {
    framing,
    send(frames) {
      if (closing || ended !== undefined) return true
      for (const frame of frames as readonly Payloads[]) {
        bufferedBytes += frame.byteLength
        down.push(frame)
      }
      if (bufferedBytes > HIGH_WATER) blocked = true
      return bufferedBytes <= HIGH_WATER
    },
    close(code, reason) {
      if (closing || ended !== undefined) return
      closing = true
      deaf = true
      down.push({ code, reason })
      timer = clock.after(limits.closeMs, () => end(code, reason))
    },
    get bufferedBytes() {
      return bufferedBytes
    },
    pause: () => up.pause(),
    resume: () => up.resume(),
    ping() {
      if (!closing && ended === undefined) down.push('ping')
    },
    welcomed() {
      maxBytes = limits.frameBytes
    },
  }

  const client: MemoryClient = {
    onPayload: undefined,
    onClose: undefined,
    received,
    answersPings: true,
    get ended() {
      return ended
    },
    send(payload) {
      if (!left && ended === undefined) up.push({ payload })
    },
    close() {
      if (left || ended !== undefined) return
      left = true
      up.push('end')
    },
    cut() {
      queueMicrotask(() => end(LOST, ''))
    },
    pauseReading: () => down.pause(),
    resumeReading: () => down.resume(),
  }

  return {
    connection,
    client,
    start(given) {
      sink = given
    },
    end,
  }
}
