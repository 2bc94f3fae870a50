// The figures of runs, and their medians over the rounds; ratios are taken round by round.

import type { Run } from './run.ts'

/** A figure of one run; NaN where it has none. */
export type Figure = (run: Run) => number

// What isn't a number comes as null through IPC.
const ratioOf = (a: number | null = null, b: number | null = null): number =>
  a === null || b === null ? Number.NaN : a / b

export const perSecond: Figure = ({ load }) => ratioOf(load?.deliveries, load?.elapsedMs) * 1000
/** Server's CPU time per million deliveries, in s. */
export const cpuPerMillion: Figure = ({ load }) =>
  ratioOf(load?.serverCpuMs, load?.deliveries) * 1000
/** The database's. */
export const databasePerMillion: Figure = ({ load }) =>
  ratioOf(load?.databaseCpuMs, load?.deliveries) * 1000
export const perCpu: Figure = (run) => 1 / cpuPerMillion(run)
/** Of server and database together. */
export const perWholeCpu: Figure = (run) =>
  1 / (cpuPerMillion(run) + (databasePerMillion(run) || 0))
export const serverCpu: Figure = ({ load }) => ratioOf(load?.serverCpuMs, load?.elapsedMs)
export const loadCpu: Figure = ({ load }) => ratioOf(load?.loadCpuMs, load?.elapsedMs)
export const databaseCpu: Figure = ({ load }) => ratioOf(load?.databaseCpuMs, load?.elapsedMs)
export const p50: Figure = ({ load }) => load?.p50Ms ?? Number.NaN
export const p99: Figure = ({ load }) => load?.p99Ms ?? Number.NaN
export const messageBytes: Figure = (run) => run.bytesPerMessage ?? Number.NaN
export const bytes: Figure = (run) => run.bytesPerConnection ?? Number.NaN

export function median(values: readonly number[]): number {
  const sorted = values.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

export function runsOf(server: string | undefined, runs: readonly Run[]): Run[] {
  return runs.filter((run) => run.server === server)
}

/** What is compared with the other's run of the same round, and how. */
export interface Comparison {
  readonly server: string
  readonly other: string | undefined
  readonly figure: Figure
}

function compared(
  { server, other, figure }: Comparison,
  runs: readonly Run[],
  how: (own: number, others: number) => number,
): number {
  const others = runsOf(other, runs)
  return median(
    runsOf(server, runs).map((run) => {
      const one = others.find(({ round }) => round === run.round)
      return one ? how(figure(run), figure(one)) : Number.NaN
    }),
  )
}

/** The median of the ratios to the other's run of the same round. */
export function ratio(comparison: Comparison, runs: readonly Run[]): number {
  return compared(comparison, runs, (own, others) => own / others)
}

/** The median of how much more it is than in the other's run of the same round. */
export function excess(comparison: Comparison, runs: readonly Run[]): number {
  return compared(comparison, runs, (own, others) => own - others)
}
