/** The figures of a run, for people. */

import type { Counts } from './judge.ts'
import type { Happened } from './schedule.ts'

/** Times of many things, in ms. */
export class Times {
  private readonly list: number[] = []

  add(ms: number): void {
    this.list.push(ms)
  }

  /** The time that so many percent of them didn't exceed. */
  at(percent: number): number {
    const sorted = this.list.toSorted((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0
  }

  toString(): string {
    if (this.list.length === 0) return 'none'
    const [p50, p99, most] = [50, 99, 100].map((percent) => told(this.at(percent)))
    return `p50 ${p50}  p99 ${p99}  most ${most}  (${this.list.length})`
  }
}

const told = (ms: number): string => (ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`)

/** What is told at the end. */
export interface Report {
  readonly counts: Counts
  readonly abandoned: number
  readonly refusals: ReadonlyMap<string, number>
  readonly connections: number
  readonly clients: number
  readonly starts: number
  readonly nodes: number
  readonly faults: readonly Happened[]
  readonly acknowledged: Times
  readonly back: Times
  readonly backAfterFault: Times
  readonly recovered: Times
  readonly rest: number
  readonly violations: number
  readonly problems: number
}

/** The report as lines of a table. */
export function table(report: Report): string[] {
  const { counts } = report
  const { unknownStored, unknownNotStored } = counts
  const rows: [string, string | number][] = [
    ['entries in the logs', counts.entries],
    ['  changes among them', counts.changes],
    ['said', counts.said],
    ['acknowledged', counts.acknowledged],
    ['shown', counts.shown],
    ['lost', counts.lost],
    ['doubled', counts.doubled],
    ['misordered', counts.misordered],
    ['leaked', counts.leaked],
    ['gaps declared', counts.gaps],
    ['resets declared', counts.resets],
    ['unknown outcomes', counts.unknown],
    ['  settled', `${unknownStored} stored, ${unknownNotStored} not stored`],
    ['  never tried again', report.abandoned],
    ['refused', [...report.refusals].map(([code, n]) => `${code} ${n}`).join(', ') || 0],
    ['reconnects', report.connections - report.clients],
    ['server restarts', report.starts - report.nodes],
    ['acknowledged after', report.acknowledged.toString()],
    ['caught up after a loss', report.back.toString()],
    ['caught up after a fault', report.backAfterFault.toString()],
    ['first acknowledgement after one', report.recovered.toString()],
    ['at rest after', told(report.rest)],
    ['faults', report.faults.length],
    ...kinds(report.faults).map(([kind, n]): [string, number] => [`  ${kind}`, n]),
    ['violations', report.violations],
    ['problems', report.problems],
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, value]) => `${name.padEnd(width)}${value}`)
}

function kinds(faults: readonly Happened[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}
