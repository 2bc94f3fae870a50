/** A world to break servers in: a network, nodes, clients who are recorded, and much that goes wrong. */

import { memoryBroker } from '../../src/brokers/memory.ts'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type { Limits } from '../../src/limits.ts'
import type { Broker } from '../../src/spi/broker.ts'
import type { Clock } from '../../src/spi/clock.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import { flakyStorage } from '../../src/testing/flaky-storage.ts'
import { checkHistory } from '../../src/testing/history.ts'
import type { RoomLog } from '../../src/testing/history-events.ts'
import { historyRecorder, readLog } from '../../src/testing/history-recorder.ts'
import type { Violation } from '../../src/testing/history-rules.ts'
import { lossyBroker } from '../../src/testing/lossy-broker.ts'
import { type NetworkTransport, testNetwork } from '../../src/testing/network.ts'
import type { NetworkLink } from '../../src/testing/network-link.ts'
import { type Random, seededRandom } from '../../src/testing/random.ts'
import { type RecordingClient, recordingClient } from '../../src/testing/recording-client.ts'
import { act } from './chaos.ts'
import { ledger } from './ledger.ts'
import { mortal } from './mortal.ts'

/** What a world is like. All of it can be borne by a server that is right. */
export interface Plan {
  /** Servers over one storage. Default 1. */
  readonly nodes?: number
  /** Default 4. */
  readonly clients?: number
  /** Probability that the broker loses a hint; half as often it comes twice. Default 0. */
  readonly drop?: number
  /** Probability that a call of the storage fails. Default 0. */
  readonly fail?: number
  /** Time of a call of the storage, in ms, at most. Default 30. */
  readonly slow?: number
  /** Entries that are kept in a room. Default: all. */
  readonly kept?: number
  /** Rooms are deleted at times. */
  readonly deletes?: boolean
  /** People talk in private, and listen at doors. */
  readonly whispers?: boolean
  /** People leave rooms and come back. */
  readonly churn?: boolean
  /** A key is used again, for another text. */
  readonly conflicts?: boolean
  /** People edit, delete and react more often than they do anyway. */
  readonly edits?: boolean
  /** Connections break in every way. Default true. */
  readonly faults?: boolean
  /** Servers are replaced by others. */
  readonly restarts?: boolean
  /** Servers are killed, and others started. */
  readonly crashes?: boolean
  /** Rooms are made by those who come, and vanish when they are empty. */
  readonly temporary?: boolean
  /** Texts are long, and connections narrow. */
  readonly narrow?: boolean
  /** Servers wait less for storage than it takes at times. */
  readonly hasty?: boolean
}

/** What a broken storage may use. */
export interface Tools {
  readonly clock: Clock
  readonly random: Random
  readonly plan: Plan
}

/** What is broken. Each part is made anew for each world. */
export interface Damage {
  /** Instead of the storage in memory. */
  readonly storage?: (tools: Tools) => Storage
  /** Around the storage, when that has its moods already. */
  readonly around?: (storage: Storage, tools: Tools) => Storage
  readonly broker?: (broker: Broker) => Broker
  /** Changes the core; returns what mends it. */
  readonly patch?: (tools: Tools) => () => void
}

/** Small ones, so that pages, batches and memory end often. */
const LIMITS: Partial<Limits> = {
  historyPage: 7,
  recentEntries: 5,
  commitBatch: 6,
  positionMs: 400,
  pingMs: 3000,
  pongMs: 1500,
  stallMs: 2500,
  closeMs: 500,
  outboxBytes: 4000,
  createsPerHour: 100_000,
  commandsPerSecond: 100_000,
  commandBurst: 100_000,
  addressCommandsPerSecond: 100_000,
  addressCommandBurst: 100_000,
}

/** Where a server is; `null`: it was killed, and the next isn't there yet. */
interface Place {
  readonly transport: NetworkTransport
  readonly chat: ChatServer | null
  kill(): void
}

export const ROOMS = ['sala', 'jogos']
/** Less than a storage takes that is slow. */
const HASTY: Partial<Limits> = { storageMs: 40 }
const NAMES = ['ana', 'bob', 'caio', 'dora', 'elis', 'fred']
/** How long they talk, and how long until everything must be there, in ms. */
const TALK_MS = 6000
const REST_MS = 20_000
const QUIET_MS = 4000

/** What happens can use. */
export interface World {
  readonly plan: Plan
  readonly clock: VirtualClock
  readonly random: Random
  readonly clients: readonly RecordingClient[]
  /** The connection of a client, for fate to play with. */
  link(client: RecordingClient): NetworkLink | null
  /** Deletes a room and makes it again. */
  recreate(room: string): Promise<void>
  restart(): void
  /** Kills a server. */
  crash(): void
}

/** Runs one world from its seed and lets the history checker judge it. */
export async function runWorld(
  plan: Plan,
  seed: number,
  damage: Damage = {},
): Promise<readonly Violation[]> {
  const random = seededRandom(seed)
  const mathRandom = Math.random
  // The servers' timers have jitter; a seed must make the same run each time.
  Math.random = random.fork()
  const clock = virtualClock({ together: random.chance(0.5) })
  const tools: Tools = { clock, random: random.fork(), plan }
  const mend = damage.patch?.(tools)
  try {
    return await live(tools, seed, damage)
  } finally {
    mend?.()
    Math.random = mathRandom
  }
}

async function live(tools: Tools, seed: number, damage: Damage): Promise<readonly Violation[]> {
  const { random, plan } = tools
  const clock = tools.clock as VirtualClock
  const { nodes = 1, clients: many = 4, fail = 0, slow = 30, drop = 0, narrow = false } = plan
  const network = testNetwork({
    ...{
      clock,
      seed,
      delay: random.pick([
        [1, 3],
        [1, 40],
        [5, 80],
      ] as const),
      split: 0.2,
    },
    window: narrow ? 300 : 100_000,
  })
  const kept = plan.kept === undefined ? {} : { entriesPerRoom: plan.kept }
  const inner = damage.storage?.(tools) ?? memoryStorage({ entriesPerRoom: 100_000, ...kept })
  const { storage: watched, gone, meant } = ledger(inner)
  const flaky = flakyStorage(watched, { clock, random: random.fork(), appends: 1 + (seed % 3) })
  const storage = damage.around?.(flaky, tools) ?? flaky
  const hub = memoryBroker()
  const recorder = historyRecorder()
  const places: Place[] = []
  const links = new Map<string, NetworkLink>()
  let ids = 0

  async function startNode(n: number): Promise<void> {
    const quality = { random: random.fork(), clock, drop, duplicate: drop / 2, late: drop }
    const broker = damage.broker?.(lossyBroker(hub, quality)) ?? lossyBroker(hub, quality)
    const transport = network.transport(`node-${n}`)
    const process = mortal({ clock, storage, broker })
    const chat = createChatServer({
      ...{ clock: process.clock, storage: process.storage, defaultRoom: false },
      limits: plan.hasty === true ? { ...LIMITS, ...HASTY } : LIMITS,
      makeId: () => `id-${ids++}-abcdefghijkl`,
      logger: false,
      ...(nodes > 1 ? { broker: process.broker } : {}),
    })
    await chat.open(transport)
    places[n] = { transport, chat, kill: process.kill }
  }

  /** Storage may fail while it starts. */
  const startAgain = (n: number) => (): void => {
    startNode(n).catch(() => clock.after(50, startAgain(n)))
  }

  for (let n = 0; n < nodes; n++) await startNode(n)
  if (!plan.temporary) for (const room of ROOMS) await places[0]?.chat?.room(room).create()
  flaky.set({ delay: [0, random.int(0, slow)], fail })

  const clients = NAMES.slice(0, many).map((name) =>
    recordingClient({
      ...{ recorder, name, clock, random: random.fork(), patienceMs: 400, backoffMs: [10, 400] },
      dial(ear) {
        const link = random.pick(places).transport.connect(ear)
        links.set(name, link)
        return link
      },
    }),
  )
  const world: World = {
    ...{ plan, clock, random, clients },
    link: (client) => links.get(client.name) ?? null,
    async recreate(room) {
      meant.add(room)
      const handle = random.pick(places).chat?.room(room)
      // Where storage fails, the room stays.
      await handle?.delete().catch(() => {})
      if (!plan.temporary) await handle?.create().catch(() => {})
    },
    restart() {
      const n = random.int(0, places.length - 1)
      const { chat } = places[n] as Place
      if (chat === null) return
      const again = startAgain(n)
      chat.close().then(again, again)
    },
    crash() {
      const n = random.int(0, places.length - 1)
      const { chat, transport, kill } = places[n] as Place
      if (chat === null) return
      kill()
      for (const link of transport.links) link.cut()
      // Nobody listens there.
      places[n] = { chat: null, transport: network.transport(), kill }
      clock.after(random.int(1, 1000), startAgain(n))
    },
  }

  await act(world, TALK_MS)
  // Storage recovers. The broker stays as it is.
  flaky.set({ fail: 0, delay: [0, 10] })
  for (const client of clients) for (const room of ROOMS) client.join(room)
  const settled = (): boolean => clients.every((client) => client.settled)
  // Who isn't ready in time is found out by the checker.
  await clock.advanceUntil(settled, REST_MS).catch(() => {})
  await clock.advance(QUIET_MS)
  for (const client of clients) client.rest()

  // All that anybody was told of.
  const rooms = new Set(ROOMS)
  for (const event of recorder.events) if (event.type === 'joined') rooms.add(event.room)
  const logs: RoomLog[] = []
  for (const room of rooms)
    await readLog(inner, room).then(
      (log) => logs.push(log),
      () => {},
    )
  const violations = checkHistory({
    ...{ events: recorder.events, logs, lost: gone },
    // Where rooms are made by those who come, somebody owns them.
    moderates: () => plan.temporary === true || plan.deletes === true,
  })

  for (const client of clients) client.stop()
  let closed = false
  const closing = Promise.all(places.map(({ chat }) => chat?.close())).then(() => {
    closed = true
  })
  await clock.advanceUntil(() => closed, 60_000)
  await closing
  return violations
}
