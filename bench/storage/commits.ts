// What a commit takes by itself: one INSERT after the other with the bare driver, on a connection
// that nobody else uses. The process is a server that serves nobody.

import { Histogram } from '../load/histogram.ts'
import type { FromServer, ToServer } from '../messages.ts'
import { cpuMs } from '../proc.ts'
import { placeFromArguments } from './places.ts'
import { postgresTable, sqliteTable } from './tables.ts'

function tell(message: FromServer): void {
  process.send?.(message)
}

const message = {
  room: 'r0',
  from: { id: 'p1', name: 'u0' },
  text: 'the quick brown fox jumps over the lazy dog and on'.padEnd(64, '.'),
  ts: Date.now(),
}

async function commits(warmupMs: number, measureMs: number): Promise<void> {
  const place = placeFromArguments()
  if (place.kind === 'memory') throw new Error('memory commits nothing')
  const insert = place.kind === 'sqlite' ? sqliteTable(place) : (await postgresTable(place)).insert
  const latencies = new Histogram()
  const start = performance.now() + warmupMs
  const end = start + measureMs
  let cpuBefore = Number.NaN
  let count = 0
  let sent = 0
  for (let now = performance.now(); now < end; ) {
    const stored = insert(message)
    if (typeof stored !== 'number') await stored
    const after = performance.now()
    sent++
    if (now >= start) {
      if (count++ === 0) cpuBefore = cpuMs(process.pid)
      latencies.add(after - now)
    }
    now = after
  }
  tell({
    kind: 'committed',
    result: {
      deliveries: count,
      elapsedMs: performance.now() - start,
      serverCpuMs: cpuMs(process.pid) - cpuBefore,
      databaseCpuMs: Number.NaN,
      loadCpuMs: Number.NaN,
      p50Ms: latencies.percentile(0.5),
      p99Ms: latencies.percentile(0.99),
      sent,
      problems: [],
    },
  })
}

process.on('disconnect', () => process.exit(0))
process.on('message', (order: ToServer) => {
  if (order.kind !== 'commit') return
  commits(order.warmupMs, order.measureMs).catch((error: unknown) =>
    tell({ kind: 'failed', why: String(error) }),
  )
})
