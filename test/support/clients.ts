/** Clients for tests over real sockets, written from PROTOCOL.md alone: they share no code with src. */

import { connect as netConnect, type Socket } from 'node:net'
import { WebSocket } from 'ws'

export interface Message {
  readonly [field: string]: unknown
}

/** How long a test waits for what should come at once. */
const PATIENCE = 5000

/** What arrives, in order, and those who wait for some of it. */
class Mailbox<T> {
  readonly all: T[] = []
  private waiting: { match(item: T): boolean; resolve(item: T): void }[] = []
  private read = 0

  put(item: T): void {
    this.all.push(item)
    const waiter = this.waiting.find(({ match }) => match(item))
    if (waiter !== undefined) {
      this.waiting = this.waiting.filter((other) => other !== waiter)
      this.read = this.all.length
      waiter.resolve(item)
    }
  }

  /** The next item that matches, after the one taken last. */
  next(match: (item: T) => boolean, what: string): Promise<T> {
    for (let i = this.read; i < this.all.length; i++) {
      const item = this.all[i] as T
      if (match(item)) {
        this.read = i + 1
        return Promise.resolve(item)
      }
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${what} did not come; there is ${JSON.stringify(this.all.slice(-20))}`))
      }, PATIENCE)
      this.waiting.push({
        match,
        resolve: (item) => {
          clearTimeout(timer)
          resolve(item)
        },
      })
    })
  }
}

/** The wire beneath a client. */
export interface Line {
  send(payload: string): void
  /** Ends in order. */
  end(): void
  /** Ends as a pulled plug does. */
  cut(): void
  /** Stops, and goes on, reading. */
  pause(): void
  resume(): void
  /** Close code (TCP has none: 0), once it is closed. */
  readonly closed: Promise<number>
}

export interface JsonClient extends Line {
  /** Everything that came. */
  readonly all: readonly Message[]
  /** Asks; resolves to `ok`, rejects with `err` (an object with `code`). */
  ask(op: string, fields?: object): Promise<Message>
  /** Sends an object, without waiting. */
  put(object: object): void
  /** The next push of this kind. */
  push(ev: string, match?: (push: Message) => boolean): Promise<Message>
}

export interface TextClient extends Line {
  readonly lines: readonly string[]
  /** The next line that contains this, or matches. */
  line(part: string | RegExp): Promise<string>
}

type Open = (onPayload: (payload: string) => void) => Promise<Line>

export const overWebSocket =
  (
    url: string,
    options: { headers?: Record<string, string>; protocols?: string[]; ca?: Buffer } = {},
  ): Open =>
  async (onPayload) => {
    const { protocols = [], headers = {}, ca } = options
    const ws = new WebSocket(url, protocols, { headers, ...(ca && { ca }) })
    const closed = new Promise<number>((resolve) => ws.on('close', resolve))
    ws.on('message', (data) => onPayload(String(data)))
    await new Promise((resolve, reject) => {
      ws.on('open', resolve)
      ws.on('error', reject)
    })
    return {
      send: (payload) => ws.send(payload),
      end: () => ws.close(1000),
      cut: () => ws.terminate(),
      pause: () => ws.pause(),
      resume: () => ws.resume(),
      closed,
    }
  }

export const overTcp =
  (port: number): Open =>
  async (onPayload) => {
    const socket: Socket = netConnect(port, '127.0.0.1')
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const size = rest.readUInt32BE(0)
        const payload = rest.subarray(4, 4 + size).toString()
        rest = rest.subarray(4 + size)
        onPayload(payload)
      }
    })
    const closed = new Promise<number>((resolve) => socket.on('close', () => resolve(0)))
    await new Promise((resolve, reject) => {
      socket.on('connect', resolve)
      socket.on('error', reject)
    })
    return {
      send: (payload) => socket.write(tcpFrame(payload)),
      end: () => socket.end(),
      cut: () => socket.resetAndDestroy(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      closed,
    }
  }

export function tcpFrame(payload: string): Buffer {
  const data = Buffer.from(payload)
  const frame = Buffer.alloc(4 + data.length)
  frame.writeUInt32BE(data.length)
  data.copy(frame, 4)
  return frame
}

export async function jsonClient(open: Open): Promise<JsonClient> {
  const box = new Mailbox<Message>()
  const replies = new Map<unknown, (message: Message) => void>()
  const line = await open((payload) => {
    const message = JSON.parse(payload) as Message
    const reply = 're' in message ? replies.get(message.re) : undefined
    if (reply === undefined) box.put(message)
    else {
      replies.delete(message.re)
      box.all.push(message)
      reply(message)
    }
  })
  let id = 0
  const put = (object: object): void => line.send(JSON.stringify(object))
  return {
    ...line,
    all: box.all,
    put,
    ask(op, fields = {}) {
      id += 1
      const mine = id
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no reply to ${op}`)), PATIENCE)
        replies.set(mine, (message) => {
          clearTimeout(timer)
          if ('ok' in message) resolve(message.ok as Message)
          else reject(message.err)
        })
        put({ id: mine, op, ...fields })
      })
    },
    push: (ev, match = () => true) =>
      box.next((message) => message.ev === ev && match(message), `push ${ev}`),
  }
}

/** A JSON client that said hello. */
export async function person(open: Open, name?: string, more: object = {}): Promise<JsonClient> {
  const client = await jsonClient(open)
  await client.ask('hello', { version: 1, ...(name === undefined ? {} : { name }), ...more })
  return client
}

export async function textClient(open: Open, name?: string): Promise<TextClient> {
  const box = new Mailbox<string>()
  const line = await open((payload) => {
    for (const one of payload.split('\n')) box.put(one)
  })
  if (name !== undefined) line.send(`/nick ${name}`)
  return {
    ...line,
    lines: box.all,
    line: (part) =>
      box.next(
        (one) => (typeof part === 'string' ? one.includes(part) : part.test(one)),
        `line ${part}`,
      ),
  }
}

/** Texts of the messages a client got, by room. */
export const texts = (client: JsonClient, room: string): unknown[] =>
  client.all.filter((m) => m.ev === 'message' && m.room === room).map((m) => m.text)
