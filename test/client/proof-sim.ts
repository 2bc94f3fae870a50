/** Worlds of SDK clients in virtual time, on a network whose every fault comes again with its seed. */

import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type {
  Link as ClientLink,
  ConnectOptions,
  LinkEars,
  OpenLink,
} from '../../src/client/types.ts'
import { connect } from '../../src/client.ts'
import type { Limits } from '../../src/limits.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import { type FlakyStorage, flakyStorage } from '../../src/testing/flaky-storage.ts'
import { checkHistory } from '../../src/testing/history.ts'
import type { RoomLog } from '../../src/testing/history-events.ts'
import { readLog } from '../../src/testing/history-recorder.ts'
import { type NetworkTransport, type TestNetwork, testNetwork } from '../../src/testing/network.ts'
import type { NetworkLink } from '../../src/testing/network-link.ts'
import { type Random, seededRandom } from '../../src/testing/random.ts'
import { SdkRecord } from './proof-record.ts'
import { FAULTS, type SimOptions, traced } from './proof-sim-parts.ts'
import { Talker } from './proof-talker.ts'

const ROOMS = ['sala', 'jogos']
const NAMES = ['ana', 'bob', 'caio', 'dora', 'elis', 'fred']
/** The longest a world may take to come to rest, in ms of its own time. */
const REST_MS = 300_000
/** Everybody says some last things, so long after the last fault, in ms. */
const LAST_MS = [3000, 5000, 8000]

/** Small ones, so that pages, batches and memory end often. */
const LIMITS: Partial<Limits> = {
  historyPage: 7,
  recentEntries: 5,
  commitBatch: 4,
  pingMs: 3000,
  pongMs: 1500,
  stallMs: 2500,
  closeMs: 500,
  outboxBytes: 4000,
  commandsPerSecond: 100_000,
  commandBurst: 100_000,
  addressCommandsPerSecond: 100_000,
  addressCommandBurst: 100_000,
  positionMs: 400,
}

/** What came of a world. */
export interface SimResult {
  /** Rules of the checker, with what was found against them; then everything else that is wrong. */
  readonly findings: readonly string[]
  readonly entries: number
  readonly calls: number
  /** Stored. */
  readonly whispers: number
  readonly faults: number
  readonly connections: number
  readonly gaps: number
  readonly resets: number
}

/** Lives through one world, from its beginning to its end. */
export async function simulate(options: SimOptions): Promise<SimResult> {
  const world = new SimWorld(options)
  try {
    return await world.run()
  } finally {
    await world.end()
  }
}

class SimWorld {
  private readonly options: SimOptions
  private readonly clock: VirtualClock
  private readonly random: Random
  private readonly network: TestNetwork
  private readonly record = new SdkRecord()
  private readonly rooms: readonly string[]
  private readonly talkers: Talker[] = []
  /** The connections of the moment. */
  private readonly links = new Set<NetworkLink>()
  private readonly mathRandom = Math.random
  private readonly lost: RoomLog[] = []
  private inner: Storage
  private storage: FlakyStorage
  private transport: NetworkTransport | null = null
  private chat: ChatServer | null = null
  private ids = 0
  private opened = 0
  private faults = 0
  private calm = false

  constructor(options: SimOptions) {
    this.options = options
    const { seed, rooms = 1, duplicate = 0, kept } = options
    // Where old entries go soon, nobody who talks may be closed for being slow.
    const window = kept === undefined ? 1000 : 100_000
    this.random = seededRandom(seed)
    this.rooms = ROOMS.slice(0, rooms)
    const delay = this.random.pick([
      [1, 3],
      [1, 40],
      [5, 80],
    ] as const)
    this.clock = virtualClock({ together: this.random.chance(0.5) })
    const { clock } = this
    this.network = testNetwork({ clock, seed, split: 0.3, duplicate, delay, window })
    this.inner = memoryStorage({ entriesPerRoom: kept ?? 100_000 })
    this.storage = this.flaky()
    Math.random = this.random.fork()
  }

  async run(): Promise<SimResult> {
    await this.startServer()
    const { clients = 3, acts = 12, forMs = 6000, restarts = 0 } = this.options
    const { clock, random } = this
    const { talkers = clients } = this.options
    for (const [n, label] of NAMES.slice(0, clients).entries()) {
      clock.after(random.int(0, forMs / 4), () => {
        const talker = this.talker(label, n < talkers && talkers < clients)
        this.talkers.push(talker)
        if (n >= talkers) return
        for (let n = 0; n < acts; n++) {
          clock.after(random.int(0, forMs), () => talker.act())
          // Whoever could not talk so far does it at once, several times in a row.
          if (random.chance(0.2))
            for (let i = 0; i < 3; i++) clock.after(forMs, () => talker.speak())
        }
      })
    }
    for (let n = 0; n < restarts; n++) {
      clock.after(random.int(forMs / 10, forMs), () => void this.restart())
    }
    this.strikeLater()
    await clock.advance(forMs * 1.3)
    this.calm = true
    for (const talker of this.talkers) {
      talker.settle()
      // Whoever misses the last entry learns of it by the next one.
      for (const ms of LAST_MS) clock.after(ms, () => talker.speak())
    }
    await this.rest()
    return this.judge()
  }

  /** Ends everything; nothing may be left. */
  async end(): Promise<void> {
    Math.random = this.mathRandom
    let closed = false
    const closing = Promise.all(this.talkers.map((talker) => talker.close()))
      .then(() => this.chat?.close())
      .then(() => {
        closed = true
      })
    await this.clock.advanceUntil(() => closed, 60_000)
    await closing
  }

  private async rest(): Promise<void> {
    await this.clock.advance(Math.max(...LAST_MS))
    try {
      await this.clock.advanceUntil(() => this.isAtRest(), REST_MS)
    } catch {
      this.record.problems.push(`not at rest after ${REST_MS} ms`)
    }
    // What were told too much would be told now.
    await this.clock.advance(2000)
    for (const talker of this.talkers) talker.rest()
  }

  private isAtRest(): boolean {
    if (this.record.calls.some(({ state }) => state === 'open')) return false
    if (!this.talkers.every(({ settled }) => settled)) return false
    return this.rooms.every((room) => {
      const places = this.talkers.map((talker) => talker.position(room))
      const [first] = places
      return places.every((place) => place?.seq === first?.seq && place?.epoch === first?.epoch)
    })
  }

  private async judge(): Promise<SimResult> {
    const logs = [...this.lost]
    const secret = this.record.rooms.map(({ room }) => room.name).filter((name) => name[0] === '@')
    for (const { room } of this.record.whispers) if (room !== undefined) secret.push(room)
    for (const room of new Set([...this.rooms, ...secret])) {
      // A conversation in which nothing was said is gone when both are.
      if (room[0] === '@' && (await this.inner.rooms.get(room)) === null) continue
      logs.push(await readLog(this.inner, room))
    }
    const there = new Set(logs.map(({ epoch }) => epoch))
    const empty = this.record.events.flatMap((event) =>
      event.type === 'joined' && event.room[0] === '@' && event.head === 0 ? [event] : [],
    )
    const lost = empty.filter(({ epoch }) => !there.has(epoch))
    const { events, calls } = this.record
    const { forgets = false } = this.options
    const { fail = 0 } = this.options
    const violations = checkHistory({
      ...(forgets ? this.record.unnamed(logs) : { events, logs }),
      lost,
      // What is said to one person is looked at elsewhere.
      foreign: ({ to }) => to !== undefined,
    }).filter(
      // What storage refuses is said again after what it didn't.
      ({ rule }) => fail === 0 || rule !== 'connection-order',
    )
    const count = (type: string): number => events.filter((event) => event.type === type).length
    return {
      findings: [
        ...violations.map(({ rule, words, client }) => `${rule}: ${client ?? ''}: ${words}`),
        ...this.record.compare(logs),
        ...this.unsaid(logs),
      ],
      entries: logs.reduce((sum, { entries }) => sum + entries.length, 0),
      calls: calls.length,
      whispers: this.record.whispers.filter(({ state }) => state === 'stored').length,
      faults: this.faults,
      connections: this.opened,
      gaps: count('gap'),
      resets: count('reset'),
    }
  }

  /** What was said and neither stored nor refused. What a store kept is said by the next client. */
  private unsaid(logs: readonly RoomLog[]): readonly string[] {
    if (this.options.kept !== undefined || this.options.forgets === true) return []
    const there = new Set(
      logs.flatMap(({ room, entries }) => entries.map(({ cid }) => `${room} ${cid}`)),
    )
    return (
      this.record.calls
        .filter(({ state, room, cid }) => state === 'unknown' && !there.has(`${room} ${cid}`))
        // A change may have been refused since: what it changes was deleted.
        .filter(({ kind }) => kind === 'message')
        .map(
          ({ client, cid, room, error }) =>
            `unsaid: ${client}: ${cid} in ${room} was kept, and never stored: ${error}`,
        )
    )
  }

  // ── the parts ──────────────────────────────────────────────────────────────────────────────

  private talker(label: string, spared: boolean): Talker {
    const {
      strolls = false,
      whispers = false,
      reloads = false,
      kept,
      forgets,
      wrapOpen,
      wrapClient,
    } = this.options
    const random = this.random.fork()
    const { clock } = this
    const { trace } = this.options
    const direct: OpenLink = (_url, ears) => this.open(ears, spared)
    const plain = trace === undefined ? direct : traced(direct, (line) => trace(label, line))
    const open = wrapOpen === undefined ? plain : wrapOpen(plain, random.fork(), () => this.calm)
    const options: ConnectOptions = { clock, random: random.fork(), open, backoffMs: [20, 2000] }
    return new Talker({
      record: this.record,
      label,
      random,
      rooms: this.rooms,
      strolls: strolls ? 0.04 : 0,
      ...(whispers ? { whom: () => random.pick(this.talkers).client.person?.name } : {}),
      reloads: reloads ? 0.03 : 0,
      forgets: kept !== undefined || forgets === true,
      after: (ms, task) => void clock.after(ms, task),
      connect: (store) => {
        const client = connect('sim://chat', { ...options, store })
        return wrapClient === undefined ? client : wrapClient(client, random.fork())
      },
    })
  }

  /** @param spared nothing happens to it */
  private open(ears: LinkEars, spared: boolean): ClientLink {
    const { clock, transport, random } = this
    if (transport === null) {
      clock.after(random.int(1, 20), () => ears.closed({}))
      return { send: () => {}, close: () => {} }
    }
    this.opened += 1
    const link = transport.connect({
      payload: (text) => ears.payload(text),
      closed: (end) => {
        this.links.delete(link)
        ears.closed(end)
      },
    })
    if (!spared) this.links.add(link)
    clock.after(random.int(1, 40), () => {
      if (!link.closed) ears.opened()
    })
    return { send: (payload) => link.send(payload), close: () => link.close() }
  }

  private flaky(): FlakyStorage {
    const { clock, random } = this
    return flakyStorage(this.inner, { clock, random: random.fork() })
  }

  private async startServer(): Promise<void> {
    const { clock } = this
    const transport = this.network.transport()
    this.storage.set({ fail: 0 })
    const chat = createChatServer({
      clock,
      storage: this.storage,
      limits: LIMITS,
      makeId: () => `id-${this.ids++}-abcdefghijkl`,
      defaultRoom: false,
      guests: true,
      logger: false,
    })
    await chat.open(transport)
    for (const room of this.rooms) {
      await chat
        .room(room)
        .create({ permanent: true })
        .catch(() => {})
    }
    this.chat = chat
    this.transport = transport
    this.storage.set({
      fail: this.options.fail ?? 0,
      delay: this.random.pick([
        [0, 0],
        [0, 15],
      ]),
    })
  }

  /** Closes the server as a deployment does, and starts another in its place, after a while. */
  private async restart(): Promise<void> {
    const { chat, clock, random } = this
    if (chat === null) return
    this.chat = null
    this.transport = null
    await chat.close()
    if (this.options.forgets === true) {
      for (const room of this.rooms) this.lost.push(await readLog(this.inner, room))
      this.inner = memoryStorage()
      this.storage = this.flaky()
    }
    await new Promise<void>((resolve) => void clock.after(random.int(1, 2000), resolve))
    await this.startServer()
  }

  private strikeLater(): void {
    const { clock, random } = this
    const { faultMs = [50, 900] } = this.options
    clock.after(random.int(...faultMs), () => {
      if (this.calm) return
      const [...links] = this.links
      if (links.length > 0) {
        this.faults += 1
        random.pick(FAULTS)(random.pick(links), this)
      }
      this.strikeLater()
    })
  }

  /** For faults that end again. */
  later(task: () => void): void {
    this.clock.after(this.random.int(100, 3000), task)
  }
}
