/** A fault run from its beginning to its verdict. */

import type { HistoryEvent, RoomLog } from '../../src/testing/history-events.ts'
import { historyRecorder } from '../../src/testing/history-recorder.ts'
import type { Violation } from '../../src/testing/history-rules.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { Client } from './client.ts'
import type { Database } from './database.ts'
import { memoryDatabase } from './database-memory.ts'
import { postgresDatabase } from './database-postgres.ts'
import { sqliteDatabase } from './database-sqlite.ts'
import { connectionFaults, processFaults } from './faults.ts'
import { judge } from './judge.ts'
import { Load } from './load.ts'
import { ServerNode } from './node.ts'
import type { RunOptions } from './options.ts'
import { TcpProxy } from './proxy.ts'
import { type Report, Times } from './report.ts'
import { type Happened, recoveries, Schedule } from './schedule.ts'
import { until } from './time.ts'

/** Everything that a run came to. */
export interface Outcome {
  readonly report: Report
  readonly violations: readonly Violation[]
  /** What went wrong besides: processes that ended by themselves, clients refused without reason. */
  readonly problems: readonly string[]
  readonly events: readonly HistoryEvent[]
  readonly logs: readonly RoomLog[]
  readonly faults: readonly Happened[]
}

const ROOMS = ['r1', 'r2', 'r3']
/** How long everything has to come to rest, in ms. */
const REST_MS = 60_000
/** How long clients have to get the last entries, in ms: positions are compared every 2 s. */
const LAST_MS = 15_000

/** Runs. `file`: the server's program; `tell`: a line for people, at once. */
export async function faultRun(
  options: RunOptions,
  file: string,
  tell: (line: string) => void,
): Promise<Outcome> {
  const random = seededRandom(options.seed)
  const begun = performance.now()
  const now = (): number => performance.now() - begun
  const problems: string[] = []
  const problem = (words: string): void => {
    if (problems.length < 100) problems.push(words)
    if (options.verbose) tell(`!  ${words}`)
  }
  const nodes: ServerNode[] = []
  const proxies = new Map<string, TcpProxy>()
  const clients: Client[] = []
  const database = await databaseOf(options, () => nodes[0] as ServerNode)
  try {
    for (const note of database.notes) tell(`  ${note}`)
    const settings = {
      where: database.where,
      rooms: ROOMS,
      ...{ keep: options.keep, nodes: options.nodes, broken: options.broken },
    }
    for (let i = 0; i < options.nodes; i++) {
      nodes.push(new ServerNode(i, file, settings, problem))
    }
    await Promise.all(nodes.map((node) => node.start()))

    const recorder = historyRecorder()
    const acknowledged = new Times()
    const back = new Times()
    const recovered = new Times()
    const acknowledgedAt: number[] = []
    const backAfterFault = new Times()
    let schedule: Schedule | null = null
    for (let i = 1; i <= options.clients; i++) {
      const label = `c${i}`
      const wire = i % 2 === 0 ? 'tcp' : 'websocket'
      const choice = random.fork()
      const proxy = new TcpProxy(() => {
        const ports = nodes.map((node) => node.ports).filter((one) => one !== null)
        if (ports.length === 0) return null
        const one = choice.pick(ports)
        return wire === 'tcp' ? one.tcp : one.web
      })
      await proxy.listen()
      proxies.set(label, proxy)
      const mine = ROOMS.filter(() => random.chance(0.6))
      const client = new Client({
        label,
        wire,
        recorder,
        problem,
        random: random.fork(),
        rooms: mine.length === 0 ? [random.pick(ROOMS)] : mine,
        port: () => proxy.port,
        acknowledged: (ms) => {
          acknowledged.add(ms)
          acknowledgedAt.push(now())
        },
        back: (lostAt) => {
          const at = performance.now()
          back.add(at - lostAt)
          const ends = (schedule?.happened ?? []).map(({ to }) => (to > 0 ? to + begun : 0))
          const last = Math.max(0, ...ends)
          if (last > lostAt) backAfterFault.add(at - last)
        },
      })
      clients.push(client)
    }
    for (const client of clients) client.start()
    if (!(await until(() => clients.every(({ live }) => live), REST_MS))) {
      problem('the clients did not even come in')
    }

    const patients = { nodes, proxies }
    const kinds = [
      ...processFaults(patients, database.durable),
      ...connectionFaults(patients),
      ...database.faults(patients),
    ].filter(({ name }) => options.only.length === 0 || options.only.includes(name))
    // Without a broker nodes don't know of each other's people.
    const meeting = options.nodes === 1 || options.storage === 'postgres'
    const load = new Load(clients, random.fork(), options.rate, meeting)
    schedule = new Schedule({
      ...{ kinds, now, problem },
      random: random.fork(),
      tell: options.verbose ? tell : () => {},
    })
    load.start()
    await schedule.run(options.seconds * 1000)
    load.stop()

    const calm = now()
    for (const proxy of proxies.values()) proxy.heal()
    for (const client of clients) client.comeBack()
    if (!(await until(() => clients.every(({ settled }) => settled), REST_MS))) {
      for (const client of clients.filter(({ settled }) => !settled)) {
        const { label, live, pending } = client
        problem(`${label} did not come to rest: live ${live}, unanswered ${pending.size}`)
      }
    }
    const rest = now() - calm

    const rooms = [...new Set(clients.flatMap(({ places }) => [...places.keys()]))]
    const all = [...new Set([...rooms, ...told(recorder.events)])]
    let logs = await database.logs(all)
    await until(() => hasEverything(clients, logs), LAST_MS)
    for (const client of clients) {
      for (const { room, inside } of client.places.values()) {
        if (inside) recorder.rest(client.label, room)
      }
    }
    if (database.durable) {
      // In order, one last time; then the logs are what they are.
      await Promise.all(nodes.map((node) => node.drain()))
      logs = await database.logs(all)
      for (const words of await database.check()) problem(words)
    }
    for (const client of clients) client.stop()

    const { events } = recorder
    const { counts, violations } = judge(events, logs, options.keep === 0)
    const { happened: faults } = schedule
    for (const ms of recoveries(faults, acknowledgedAt)) recovered.add(ms)
    const refusals = new Map<string, number>()
    for (const client of clients) {
      for (const [code, n] of client.refusals) refusals.set(code, (refusals.get(code) ?? 0) + n)
    }
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
    const report = {
      ...{ counts, refusals, faults, acknowledged, back, backAfterFault, recovered, rest },
      abandoned: sum(clients.map((client) => client.abandoned)),
      connections: sum(clients.map(({ connections }) => connections)),
      clients: clients.length,
      starts: sum(nodes.map(({ starts }) => starts)),
      nodes: nodes.length,
      violations: violations.length,
      problems: problems.length,
    }
    return { report, violations, problems, events, logs, faults }
  } finally {
    for (const client of clients) client.stop()
    for (const proxy of proxies.values()) proxy.close()
    await Promise.all(nodes.map((node) => node.kill()))
    await database.remove()
  }
}

function databaseOf(options: RunOptions, node: () => ServerNode): Promise<Database> {
  if (options.storage === 'sqlite') return sqliteDatabase(options)
  if (options.storage === 'postgres') return postgresDatabase(options)
  return Promise.resolve(memoryDatabase(node))
}

/** The rooms that somebody was told of. */
function told(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'joined' ? [event.room] : []))
}

function hasEverything(clients: readonly Client[], logs: readonly RoomLog[]): boolean {
  const heads = new Map(logs.map(({ room, head }) => [room, head]))
  return clients.every(({ places }) =>
    [...places.values()].every(({ room, inside, seq }) => !inside || seq >= (heads.get(room) ?? 0)),
  )
}
