/** A small world for simulations: servers, a bad network, clients that keep trying. */

import { memoryBroker } from '../../src/brokers/memory.ts'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type { Limits } from '../../src/limits.ts'
import { entryOf } from '../../src/protocol/entry.ts'
import type { Entry } from '../../src/protocol/types.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type TestClient, testClient } from '../../src/testing/client.ts'
import type { SentMessage } from '../../src/testing/client-session.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import { flakyStorage } from '../../src/testing/flaky-storage.ts'
import { lossyBroker } from '../../src/testing/lossy-broker.ts'
import { type NetworkTransport, type TestNetwork, testNetwork } from '../../src/testing/network.ts'
import { type Random, seededRandom } from '../../src/testing/random.ts'

const ROOMS = ['sala', 'jogos']
const NAMES = ['ana', 'bob', 'caio', 'dora', 'elis', 'fred']
/** The longest a world may take to come to rest, in ms of its own time. */
const REST_MS = 300_000

/** Kinds of networks, and of storages: where much happens in the same moment, and where not. */
const DELAYS = [
  [1, 3],
  [1, 40],
  [5, 80],
] as const
const PACES = [
  [0, 0],
  [0, 3],
  [0, 15],
] as const

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
}

/** What a world is made of. All chance comes from the seed. */
export interface WorldOptions {
  readonly seed: number
  /** Servers over one storage, linked by a broker when there are several. Default 1. */
  readonly nodes?: number
  readonly clients: number
  /** Rooms that the clients are divided among, 1 or 2. Default 1. */
  readonly rooms?: number
  /** Probability that the broker loses a hint. Default 0. */
  readonly drop?: number
  /** Probability that a call of the storage fails. Default 0. */
  readonly fail?: number
  readonly split?: number
  readonly duplicate?: number
  /** Default: one of several kinds. */
  readonly delay?: readonly [number, number]
  /** Bytes on the way to a client from which on its server holds back. Default 1,000. */
  readonly window?: number
  /** How often servers compare their positions with storage, in ms. Default 400. */
  readonly positionMs?: number
  /** Entries that storage keeps. Default: all. */
  readonly kept?: number
}

/** A room of the world, and who is in it. */
export interface Group {
  readonly room: string
  readonly clients: readonly TestClient[]
}

interface Place {
  transport: NetworkTransport
  chat: ChatServer | null
}

export class World {
  readonly clock: VirtualClock
  readonly random: Random
  readonly network: TestNetwork
  readonly clients: readonly TestClient[]
  readonly groups: readonly Group[]
  private readonly options: WorldOptions
  private readonly places: Place[] = []
  /** Every entry that was ever stored, in order, also those given up since. */
  readonly log: readonly Entry[]
  private readonly storage: ReturnType<typeof flakyStorage>
  private readonly broker = memoryBroker()
  private readonly lossy: { readonly dropped: number }[] = []
  private readonly mathRandom = Math.random
  private ids = 0

  private constructor(options: WorldOptions) {
    const { seed, clients, split = 0.3, duplicate = 0, window = 1000 } = options
    this.options = options
    this.random = seededRandom(seed)
    const delay = options.delay ?? this.random.pick(DELAYS)
    this.clock = virtualClock({ together: this.random.chance(0.5) })
    const { clock, random } = this
    this.network = testNetwork({ clock, seed, split, duplicate, delay, window })
    const { storage, log } = recorded(memoryStorage({ entriesPerRoom: options.kept ?? 100_000 }))
    this.log = log
    const appends = seed % 2 === 0 ? 1 : 3
    this.storage = flakyStorage(storage, { clock, random: random.fork(), appends })
    this.groups = ROOMS.slice(0, options.rooms ?? 1).map((room, n, { length }) => ({
      room,
      clients: NAMES.slice(0, clients)
        .filter((_, i) => i % length === n)
        .map((label) => this.makeClient(label, room)),
    }))
    this.clients = this.groups.flatMap((group) => group.clients)
    // The servers' timers have jitter; a seed must make the same run each time.
    Math.random = this.random.fork()
  }

  /** Starts the servers and makes the room. */
  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options)
    for (let n = 0; n < (options.nodes ?? 1); n++) await world.startNode(n)
    for (const { room } of world.groups) await world.places[0]?.chat?.room(room).create()
    world.storage.set({ delay: world.random.pick(PACES), fail: options.fail ?? 0 })
    return world
  }

  /** The network sends some things twice. */
  get doubles(): boolean {
    return (this.options.duplicate ?? 0) > 0
  }

  /** Closes a server as a deployment does, and starts another in its place. */
  async restart(n: number): Promise<void> {
    const place = this.places[n]
    if (place?.chat === null || place === undefined) return
    const { chat } = place
    place.chat = null
    await chat.close()
    await this.startAgain(n)
  }

  /** A server whose storage fails when it starts is started again, as its platform would do. */
  private async startAgain(n: number): Promise<void> {
    try {
      await this.startNode(n)
    } catch {
      this.clock.after(100, () => void this.startAgain(n))
    }
  }

  /** What its broker and its storage have done to it. */
  get damage(): { readonly dropped: number; readonly failures: number } {
    const dropped = this.lossy.reduce((sum, broker) => sum + broker.dropped, 0)
    return { dropped, failures: this.storage.failures }
  }

  /** Lets everything come to rest in time: all that was said is acknowledged and seen by all. */
  async rest(ms = REST_MS): Promise<void> {
    for (const client of this.clients) client.start()
    const isThere = ({ clients }: Group): boolean => {
      const said = clients.reduce((sum, { sent }) => sum + sent.filter(isStored).length, 0)
      return clients.every(({ view, settled }) => view.position?.seq === said && settled)
    }
    await this.clock.advanceUntil(() => this.groups.every(isThere), ms)
  }

  /** Ends everything; nothing may be left. */
  async end(): Promise<void> {
    Math.random = this.mathRandom
    for (const client of this.clients) client.stop()
    let closed = false
    const closing = Promise.all(this.places.map(({ chat }) => chat?.close())).then(() => {
      closed = true
    })
    await this.clock.advanceUntil(() => closed, 60_000)
    await closing
  }

  private makeClient(label: string, room: string): TestClient {
    return testClient({
      clock: this.clock,
      random: this.random.fork(),
      dial: (ear) => this.random.pick(this.places).transport.connect(ear),
      room,
      label,
    })
  }

  private async startNode(n: number): Promise<void> {
    const { drop = 0, nodes = 1, positionMs = 400 } = this.options
    const { clock, random, storage } = this
    const transport = this.network.transport(`node-${n}`)
    const broker = lossyBroker(this.broker, {
      random: random.fork(),
      clock,
      drop,
      duplicate: drop / 2,
      late: drop,
    })
    this.lossy.push(broker)
    const chat = createChatServer({
      clock,
      storage,
      limits: { ...LIMITS, positionMs },
      makeId: () => `id-${this.ids++}-abcdefghijkl`,
      defaultRoom: false,
      logger: false,
      ...(nodes > 1 ? { broker } : {}),
    })
    await chat.open(transport)
    this.places[n] = { transport, chat }
  }
}

/** A storage that remembers everything that was ever appended to it. */
function recorded(storage: Storage): { storage: Storage; log: readonly Entry[] } {
  const log: Entry[] = []
  const append: Storage['append'] = async (batch) => {
    const results = await storage.append(batch)
    for (const [i, result] of results.entries()) {
      const draft = batch[i]
      if (draft === undefined || 'error' in result || result.duplicate) continue
      log.push(entryOf(draft, result.seq, result.ts))
    }
    return results
  }
  return { storage: { ...storage, append }, log }
}

const isStored = ({ refused }: SentMessage): boolean => refused === undefined
