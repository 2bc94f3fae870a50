/** What is measured: the table of metrics, and how each is read from a node. */

import type { Labels, MetricInfo, MetricsSink, Sample } from '../spi/metrics.ts'
import type { Counts } from './counts.ts'
import { HOOK_NAMES } from './hook.ts'
import type { Node } from './node.ts'

/** A metric that is read when somebody wants to know. */
interface Row extends MetricInfo {
  readonly type: 'counter' | 'gauge'
  /** What tells its series apart. */
  readonly label?: string
  read(node: Node): number | readonly (readonly [string, number])[]
}

/** A metric that is measured as it happens. */
interface Measured extends MetricInfo {
  readonly type: 'histogram'
  readonly label?: string
  readonly bounds: readonly number[]
}

/** From a tenth of a millisecond to ten seconds. */
const SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

const counter = (name: string, help: string, read: Row['read'], label?: string): Row => ({
  type: 'counter',
  name,
  help,
  read,
  ...(label === undefined ? undefined : { label }),
})
const gauge = (name: string, help: string, read: Row['read'], label?: string): Row => ({
  ...counter(name, help, read, label),
  type: 'gauge',
})
const count = (name: string, help: string, field: keyof Counts): Row =>
  counter(name, help, ({ counts }) => counts[field] as number)

/** Everything that is counted. */
export const READ: readonly Row[] = [
  gauge(
    'connections',
    'Connections at the moment.',
    ({ counts }) => [...counts.transports].map(([name, { open }]) => [name, open]),
    'transport',
  ),
  counter(
    'connections.opened',
    'Connections that were let in.',
    ({ counts }) => [...counts.transports].map(([name, { opened }]) => [name, opened]),
    'transport',
  ),
  counter(
    'connections.closed',
    'Connections that ended, by close code.',
    ({ counts }) => [...counts.closes].map(([code, value]) => [`${code}`, value]),
    'code',
  ),
  count('connections.refused', 'Connections that were not let in.', 'turnedAway'),
  gauge('people', 'People connected to this node.', ({ directory }) => directory.size),
  gauge('rooms.open', 'Rooms that somebody on this node is in.', ({ rooms }) => rooms.open.size),
  gauge('nodes', 'Nodes that this one hears of, and itself.', nodesOf),
  counter(
    'requests',
    'Requests that were read, by operation.',
    ({ counts }) => Object.entries(counts.requests),
    'op',
  ),
  counter(
    'refusals',
    'What was refused, by error code.',
    ({ counts }) => [...counts.refusals],
    'code',
  ),
  count('messages', 'Messages stored by this node.', 'messages'),
  count('entries', 'Entries stored by this node: messages, changes, acts.', 'entries'),
  count('deliveries', 'What rooms told their people, times those who were told.', 'deliveries'),
  count('commits', 'Batches of entries stored.', 'commits'),
  count('commits.failed', 'Batches that storage refused, or did not answer.', 'commitFailures'),
  gauge('commit.queue', 'Entries waiting for storage.', ({ committer }) => committer.waiting),
  count('storage.failures', 'Other questions that storage did not answer.', 'storageFailures'),
  count('resumes', 'Joins by which somebody came back to where they were.', 'resumes'),
  count('gaps', 'Of those, told that entries are no longer kept.', 'gaps'),
  count('resets', 'Of those, told that the log is another.', 'resets'),
  counter('broker.sent', 'Messages to other nodes.', ({ link }) => link?.sent ?? 0),
  counter('broker.received', 'Messages from other nodes.', ({ link }) => link?.received ?? 0),
  count('uploads', 'Files that arrived.', 'uploads'),
  {
    ...gauge('uptime', 'Since the server was made.', ({ uptimeMs }) => uptimeMs / 1000),
    unit: 's',
  },
]

/** Everything that is measured. */
export const MEASURED = {
  commit: {
    type: 'histogram',
    name: 'commit.time',
    help: 'Time that storage took for a batch.',
    unit: 's',
    bounds: SECONDS,
  },
  batch: {
    type: 'histogram',
    name: 'commit.entries',
    help: 'Entries in a batch.',
    bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  },
  hook: {
    type: 'histogram',
    name: 'hook.time',
    help: 'Time that a hook of the application took.',
    unit: 's',
    label: 'hook',
    bounds: SECONDS,
  },
} as const satisfies Record<string, Measured>

/** Nodes that are known, this one included. */
export function nodesOf({ presence }: Pick<Node, 'presence'>): number {
  return 1 + (presence?.remote.nodes ?? 0)
}

/** Tells sinks of everything; from then on times are measured. */
export function connect(node: Node, sinks: readonly MetricsSink[]): void {
  if (sinks.length === 0) return
  for (const row of READ) {
    const read = (): readonly Sample[] => samples(row.read(node), row.label)
    for (const sink of sinks) sink[row.type](infoOf(row), read)
  }
  const { counts, hooks } = node
  counts.commitSeconds = measureFor(sinks, MEASURED.commit)
  counts.commitEntries = measureFor(sinks, MEASURED.batch)
  const byHook = new Map(
    HOOK_NAMES.map((hook) => [hook, measureFor(sinks, MEASURED.hook, { hook })]),
  )
  hooks.measure = (hook, ms) => byHook.get(hook)?.(ms / 1000)
}

function measureFor(
  sinks: readonly MetricsSink[],
  { bounds, ...info }: Measured,
  labels?: Labels,
): (value: number) => void {
  const takers = sinks.map((sink) => sink.histogram(infoOf(info), bounds, labels))
  const [first] = takers
  if (takers.length === 1 && first !== undefined) return first
  return (value) => {
    for (const take of takers) take(value)
  }
}

const infoOf = ({ name, help, unit }: MetricInfo): MetricInfo => ({
  name,
  help,
  ...(unit === undefined ? undefined : { unit }),
})

function samples(values: ReturnType<Row['read']>, label = ''): readonly Sample[] {
  if (typeof values === 'number') return [{ value: values }]
  return values.map(([name, value]) => ({ value, labels: { [label]: name } }))
}
