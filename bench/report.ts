// The tables of the scenarios: a line per server, a column per figure.

import {
  bytes,
  cpuPerMillion,
  databaseCpu,
  databasePerMillion,
  excess,
  type Figure,
  loadCpu,
  median,
  messageBytes,
  p50,
  p99,
  perCpu,
  perSecond,
  perWholeCpu,
  ratio,
  runsOf,
  serverCpu,
} from './figures.ts'
import { fixed, markdown, percent, whole } from './markdown.ts'
import type { Run } from './run.ts'
import { described, type Scenario } from './scenarios.ts'
import { baseline, commitOf, rivalOf, type ServerKind } from './servers.ts'

/** Above this share of a core the load generator, below it the server is not saturated. */
const SATURATED = 0.9

const BROKEN = '**not to be relied on, see below**'

/** What a column shows of one server, among the runs of all. */
type Column = readonly [head: string, cell: (server: ServerKind, runs: readonly Run[]) => string]

const own = (figure: Figure, show: (value: number) => string): Column[1] => {
  return ({ name }, runs) => show(median(runsOf(name, runs).map(figure)))
}
const digits =
  (count: number) =>
  (value: number): string =>
    fixed(value, count)

type Other = (server: ServerKind) => string | undefined

const against = (other: Other, figure: Figure): Column[1] => {
  return (server, runs) =>
    fixed(ratio({ server: server.name, other: other(server), figure }, runs), 2)
}
const above = (other: Other, figure: Figure): Column[1] => {
  return (server, runs) =>
    fixed(excess({ server: server.name, other: other(server), figure }, runs), 2)
}
const toBaseline: Other = () => baseline

const speed: readonly Column[] = [
  ['deliveries/s', own(perSecond, whole)],
  [`× ${baseline}`, against(toBaseline, perSecond)],
]
const cpu: readonly Column[] = [
  ['CPU s/million', own(cpuPerMillion, digits(2))],
  ['× by CPU', against(toBaseline, perCpu)],
]
const latency: readonly Column[] = [
  ['p50 ms', own(p50, digits(2))],
  ['p99 ms', own(p99, digits(2))],
]
const shares: readonly Column[] = [
  ['server CPU', own(serverCpu, percent)],
  ['load CPU', own(loadCpu, percent)],
]
const database: readonly Column[] = [
  ['database CPU', own(databaseCpu, percent)],
  ['bytes/message', own(messageBytes, whole)],
]

function columnsOf(scenario: Scenario): readonly Column[] {
  if (scenario.pace.kind === 'idle') {
    return [
      ['bytes/connection', own(bytes, whole)],
      [`× ${baseline}`, against(toBaseline, bytes)],
      ['note', (server, runs) => (hasProblems(server, runs) ? BROKEN : '')],
    ]
  }
  const notes: Column = ['note', (server, runs) => note(scenario, server, runs)]
  if (scenario.commits) {
    return [
      ...latency,
      ['p50 × commit', against(commitOf, p50)],
      ['more than it', above(commitOf, p50)],
      ['× by hand', against(rivalOf, p50)],
      ['messages/s', own(perSecond, whole)],
      ...shares,
      notes,
    ]
  }
  if (scenario.group === 'delivery') return [...speed, ...cpu, ...latency, ...shares, notes]
  return [
    ...speed,
    ['by CPU', against(toBaseline, perWholeCpu)],
    ['× by hand', against(rivalOf, perSecond)],
    ['by CPU', against(rivalOf, perWholeCpu)],
    ['CPU s/million', own(cpuPerMillion, digits(2))],
    ['+ database', own(databasePerMillion, digits(2))],
    ...[...latency, ...shares, ...database, notes],
  ]
}

/** The table of one scenario, a line per server. */
export function table(
  scenario: Scenario,
  runs: readonly Run[],
  servers: readonly ServerKind[],
): string {
  const columns = columnsOf(scenario)
  const head = ['server', ...columns.map(([name]) => name)]
  const lines = servers.map((server) => [
    server.name,
    ...columns.map(([, cell]) => cell(server, runs)),
  ])
  return `### ${scenario.name}\n\n${described(scenario)}\n\n${markdown([head, ...lines])}`
}

function note({ pace, group }: Scenario, kind: ServerKind, runs: readonly Run[]): string {
  if (hasProblems(kind, runs)) return BROKEN
  const mine = runsOf(kind.name, runs)
  const server = median(mine.map(serverCpu))
  if (median(mine.map(loadCpu)) > SATURATED && server < SATURATED) {
    return '**the load generator is the bottleneck**'
  }
  if (pace.kind !== 'pipelined') return ''
  if (server < SATURATED) {
    return group === 'storage' && kind.place
      ? 'waits for the database (or busy machine)'
      : 'not saturated (busy machine?)'
  }
  const disturbed = runsOf(baseline, runs).some((run) => serverCpu(run) < SATURATED)
  return disturbed ? `${baseline} not saturated: trust × by CPU` : ''
}

function hasProblems({ name }: ServerKind, runs: readonly Run[]): boolean {
  return runsOf(name, runs).some((run) => run.problems.length > 0)
}
