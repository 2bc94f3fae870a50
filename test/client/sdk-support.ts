/** Clients for tests of the SDK, closed after each; and a server that a script plays. */

import { afterEach, vi } from 'vitest'
import type {
  ChatClient,
  ClientState,
  ConnectOptions,
  LinkEars,
  OpenLink,
  StateChange,
} from '../../src/client.ts'
import { connect } from '../../src/client-node.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'

const open: ChatClient[] = []

const scripts: Script[] = []

afterEach(async () => {
  const closing = open.splice(0).map((client) => client.close())
  // Nobody answers there.
  for (const { lines } of scripts.splice(0)) for (const line of lines) line.end()
  await Promise.all(closing)
})

/** Comes back quickly. */
const SOON = { backoffMs: [10, 100] } as const

/** A client of a real server. */
export function client(url: string, options: ConnectOptions = {}): ChatClient {
  const made = connect(url, { ...SOON, ...options })
  open.push(made)
  return made
}

/** Waits, in real time, until it is so. */
export const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 5000, interval: 5 })

// biome-ignore lint/suspicious/noExplicitAny: what a client says is what the test is about
export type Said = any

/** One connection of a scripted server. */
export interface Line {
  readonly url: string
  /** What the client said, in order. */
  readonly said: Said[]
  isOpen: boolean
  /** Says something to the client, as it stands on the wire. */
  push(payload: object): void
  /** Says anything at all. */
  raw(text: string): void
  /** Answers the first unanswered request of this operation. */
  ok(op: string, ok?: object): Said
  refuse(op: string, code: string, more?: object): Said
  /** The last of this operation. */
  last(op: string): Said
  end(code?: number, reason?: string): void
}

export const LIMITS = {
  frameBytes: 65536,
  messageChars: 4000,
  messageBytes: 16384,
  historyPage: 100,
  listPage: 100,
  commandsPerSecond: 50,
  commandBurst: 200,
  pingMs: 30000,
}

export const ANA = { id: 'ana', name: 'Ana' }
export const BOB = { id: 'bob', name: 'Bob' }

/** A server that does what the test says. */
export interface Script {
  readonly clock: VirtualClock
  readonly lines: Line[]
  readonly line: Line
  readonly open: OpenLink
  /** A client of it. `random` is 1, so that waits are as long as they can be. */
  client(options?: ConnectOptions): ChatClient
  /** Opens the next connection and answers its hello. */
  welcome(more?: object): Promise<Line>
}

export function script({ opens = true } = {}): Script {
  const clock = virtualClock()
  const lines: Line[] = []
  const openLink: OpenLink = (url, ears) => {
    const line = makeLine(url, ears)
    lines.push(line)
    if (opens) queueMicrotask(() => line.isOpen && ears.opened())
    return {
      send: (payload) => void (line.isOpen && line.said.push(JSON.parse(payload))),
      close() {
        if (!line.isOpen) return
        line.isOpen = false
        ears.closed({})
      },
    }
  }
  const self: Script = {
    clock,
    lines,
    open: openLink,
    get line() {
      return lines.at(-1) as Line
    },
    client(options = {}) {
      const made = connect('ws://script', { open: openLink, clock, random: () => 1, ...options })
      open.push(made)
      return made
    },
    async welcome(more = {}) {
      await clock.settle()
      const { line } = self
      line.ok('hello', {
        version: 1,
        server: 'Script',
        person: ANA,
        ticket: 't1',
        limits: LIMITS,
        ...more,
      })
      await clock.settle()
      return line
    },
  }
  scripts.push(self)
  return self
}

function makeLine(url: string, ears: LinkEars): Line {
  const answered = new Set<unknown>()
  const find = (op: string): Said => {
    const said = line.said.find((one) => one.op === op && !answered.has(one.id))
    if (said === undefined) throw new Error(`no ${op} among ${JSON.stringify(line.said)}`)
    answered.add(said.id)
    return said
  }
  const tell = (payload: object): void => {
    if (line.isOpen) ears.payload(JSON.stringify(payload))
  }
  const line: Line = {
    url,
    said: [],
    isOpen: true,
    push: tell,
    raw: (text) => void (line.isOpen && ears.payload(text)),
    ok(op, ok = {}) {
      const said = find(op)
      tell({ re: said.id, ok })
      return said
    },
    refuse(op, code, more = {}) {
      const said = find(op)
      tell({ re: said.id, err: { code, message: code, retryable: false, ...more } })
      return said
    },
    last: (op) => line.said.findLast((one) => one.op === op),
    end(code, reason) {
      if (!line.isOpen) return
      line.isOpen = false
      ears.closed({ ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) })
    },
  }
  return line
}

/** The answer to a join. */
export const joined = (head = 0, more: object = {}): object => ({
  room: 'geral',
  epoch: 'e1',
  head,
  created: false,
  permanent: true,
  count: 1,
  members: [ANA],
  entries: [],
  more: false,
  ...more,
})

/** An entry as it stands on the wire. */
export const message = (seq: number, more: object = {}): object => ({
  ev: 'message',
  room: 'geral',
  seq,
  ts: 1000 + seq,
  from: BOB,
  text: `m${seq}`,
  ...more,
})

/** A client that was told its states. */
export function watched(options: ConnectOptions = {}, more = {}) {
  const world = script(more)
  const chat = world.client(options)
  const states: StateChange[] = []
  chat.on('state', (change) => states.push(change))
  const names = (): ClientState[] => states.map(({ state }) => state)
  return { ...world, world, chat, states, names }
}
