// The load generator's process: one run against one server, as ordered by the parent.

import { setTimeout as sleep } from 'node:timers/promises'
import type { FromLoad, LoadOrder, LoadResult, ToLoad } from '../messages.ts'
import { cpuMs, familyCpuMs } from '../proc.ts'
import type { Shared } from './connection.ts'
import { dialects } from './dialects.ts'
import { Herd } from './herd.ts'
import { Histogram } from './histogram.ts'
import { MarkReader } from './marks.ts'
import { type Field, pacerOf } from './pacers.ts'

const GATHER_MS = 90_000
const DRAIN_MS = 60_000

let herd: Herd | undefined
let order: LoadOrder | undefined
let shared: Shared | undefined

function tell(message: FromLoad): void {
  process.send?.(message)
}

async function gather(given: LoadOrder): Promise<void> {
  order = given
  const dialect = dialects[given.dialect]
  shared = { dialect, port: given.port, marks: new MarkReader(), problems: new Set() }
  herd = new Herd(given.scenario, shared)
  await herd.gather(GATHER_MS)
  tell({ kind: 'ready' })
}

async function run(): Promise<LoadResult> {
  if (!herd || !order || !shared) throw new Error('go before ready')
  const { connections } = herd
  const { dialect, problems } = shared
  const { scenario, warmupMs, measureMs } = order
  const sent = new Array<number>(scenario.rooms).fill(0)
  const latencies = new Histogram()
  const field: Field = {
    scenario,
    dialect,
    connections,
    sent,
    problems,
    latencies,
    measured: { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  }
  const pacer = pacerOf(field)

  pacer.start()
  await sleep(warmupMs)
  const before = snapshot(herd, order)
  field.measured.from = before.at
  await sleep(measureMs)
  const after = snapshot(herd, order)
  field.measured.to = after.at
  pacer.stop()

  const expected = sent.reduce((sum, count) => sum + count * scenario.members, 0)
  await drained(herd, expected)
  return {
    deliveries: after.delivered - before.delivered,
    elapsedMs: after.at - before.at,
    serverCpuMs: after.serverCpuMs - before.serverCpuMs,
    databaseCpuMs: after.databaseCpuMs - before.databaseCpuMs,
    loadCpuMs: after.loadCpuMs - before.loadCpuMs,
    p50Ms: latencies.percentile(0.5),
    p99Ms: latencies.percentile(0.99),
    sent: sent.reduce((sum, count) => sum + count, 0),
    problems: herd.problems(sent),
  }
}

interface Snapshot {
  readonly at: number
  readonly delivered: number
  readonly serverCpuMs: number
  readonly databaseCpuMs: number
  readonly loadCpuMs: number
}

function snapshot(of: Herd, { serverPid, databasePid }: LoadOrder): Snapshot {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now(),
    delivered: of.delivered(),
    serverCpuMs: cpuMs(serverPid),
    databaseCpuMs: databasePid > 0 ? familyCpuMs(databasePid) : Number.NaN,
    loadCpuMs: (user + system) / 1000,
  }
}

/** Waits for the outstanding messages, and then for what shouldn't come after them. */
async function drained(of: Herd, expected: number): Promise<void> {
  const deadline = performance.now() + DRAIN_MS
  let moved = performance.now()
  let last = -1
  while (of.delivered() < expected) {
    const now = of.delivered()
    if (now !== last) moved = performance.now()
    last = now
    // Ten seconds without a message: the rest is lost.
    if (performance.now() > deadline || performance.now() - moved > 10_000) return
    await sleep(20)
  }
  await of.rest(200, 10_000)
}

process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToLoad) => {
  const work =
    message.kind === 'order'
      ? gather(message)
      : run().then((result) => tell({ kind: 'result', result }))
  work.catch((error: unknown) => tell({ kind: 'failed', why: String(error) }))
})
