// The figures as markdown tables: medians over the rounds, ratios taken round by round.

import type { Run } from './run.ts'
import { described, type Pace, type Scenario } from './scenarios.ts'
import { baseline } from './servers.ts'

/** Above this share of a core the load generator, below it the server is not saturated. */
const SATURATED = 0.9

export function median(values: readonly number[]): number {
  const sorted = values.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

const BROKEN = '**not to be relied on, see below**'

type Figure = (run: Run) => number

const perSecond: Figure = ({ load }) =>
  load ? (load.deliveries / load.elapsedMs) * 1000 : Number.NaN
const cpuPerMillion: Figure = ({ load }) =>
  load ? load.serverCpuMs / 1000 / (load.deliveries / 1e6) : Number.NaN
const perCpu: Figure = (run) => 1 / cpuPerMillion(run)
const serverCpu: Figure = ({ load }) => (load ? load.serverCpuMs / load.elapsedMs : Number.NaN)
const loadCpu: Figure = ({ load }) => (load ? load.loadCpuMs / load.elapsedMs : Number.NaN)
const p50: Figure = ({ load }) => load?.p50Ms ?? Number.NaN
const p99: Figure = ({ load }) => load?.p99Ms ?? Number.NaN
const bytes: Figure = (run) => run.bytesPerConnection ?? Number.NaN

/** The table of one scenario, a line per server. */
export function table(
  scenario: Scenario,
  runs: readonly Run[],
  servers: readonly string[],
): string {
  const idle = scenario.pace.kind === 'idle'
  const head = idle
    ? ['server', 'bytes/connection', `× ${baseline}`, 'note']
    : [
        'server',
        'deliveries/s',
        `× ${baseline}`,
        'CPU s/million',
        '× by CPU',
        'p50 ms',
        'p99 ms',
        'server CPU',
        'load CPU',
        'note',
      ]
  const lines = servers.map((server) =>
    idle ? memoryLine(server, runs) : speedLine(server, runs, scenario),
  )
  return `### ${scenario.name}\n\n${described(scenario)}\n\n${markdown([head, ...lines])}`
}

function speedLine(server: string, runs: readonly Run[], { pace }: Scenario): string[] {
  const of = (figure: Figure): number => median(inOrder(server, runs).map(figure))
  return [
    server,
    whole(of(perSecond)),
    fixed(ratio(server, runs, perSecond), 2),
    fixed(of(cpuPerMillion), 2),
    fixed(ratio(server, runs, perCpu), 2),
    fixed(of(p50), 2),
    fixed(of(p99), 2),
    percent(of(serverCpu)),
    percent(of(loadCpu)),
    hasProblems(server, runs) ? BROKEN : note(pace, inOrder(server, runs), inOrder(baseline, runs)),
  ]
}

function note(pace: Pace, own: readonly Run[], base: readonly Run[]): string {
  const server = median(own.map(serverCpu))
  if (median(own.map(loadCpu)) > SATURATED && server < SATURATED) {
    return '**the load generator is the bottleneck**'
  }
  if (pace.kind !== 'pipelined') return ''
  if (server < SATURATED) return 'not saturated (busy machine?)'
  const disturbed = base.some((run) => serverCpu(run) < SATURATED)
  return disturbed ? `${baseline} not saturated: trust × by CPU` : ''
}

function memoryLine(server: string, runs: readonly Run[]): string[] {
  const values = inOrder(server, runs).map(bytes)
  const note = hasProblems(server, runs) ? BROKEN : ''
  return [server, whole(median(values)), fixed(ratio(server, runs, bytes), 2), note]
}

function hasProblems(server: string, runs: readonly Run[]): boolean {
  return inOrder(server, runs).some((run) => run.problems.length > 0)
}

function inOrder(server: string, runs: readonly Run[]): Run[] {
  return runs.filter((run) => run.server === server)
}

/** The median of the ratios to the baseline's run of the same round. */
function ratio(server: string, runs: readonly Run[], figure: Figure): number {
  const base = inOrder(baseline, runs)
  return median(
    inOrder(server, runs).map((run) => {
      const other = base.find((one) => one.round === run.round)
      return other ? figure(run) / figure(other) : Number.NaN
    }),
  )
}

/** First column to the left, figures to the right, padded so that it reads as plain text too. */
function markdown(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines
  const widths = head.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)))
  const left = (at: number): boolean => at === 0 || head[at] === 'note'
  const pad = (text: string, at: number): string =>
    left(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  const row = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`
  const rule = widths.map((width, at) =>
    left(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [row(head), row(rule), ...lines.slice(1).map(row)].join('\n')
}

function whole(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en-US')
}

function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}

function percent(value: number): string {
  return Number.isNaN(value) ? '–' : `${Math.round(value * 100)} %`
}
