// What is measured: how many rooms and members, and how the messages are paced.

export type Pace =
  /** Each sender keeps `window` messages outstanding; its own message's coming back frees a place. */
  | { readonly kind: 'pipelined'; readonly senders: number; readonly window: number }
  /** One sender; the next message goes out when every member has the previous one. */
  | { readonly kind: 'one-at-a-time' }
  /** Messages at scheduled times, whether or not the server keeps up. */
  | { readonly kind: 'open-loop'; readonly perSecond: number }
  /** Nobody says anything: only the memory of the connections is measured. */
  | { readonly kind: 'idle' }

/** Scenarios for the same servers. `--only` takes the name of a group for all that is in it. */
export type Group =
  /** What delivery costs; nothing is kept but in memory. */
  | 'delivery'
  /** Every message is stored before it is shown. */
  | 'storage'

export interface Scenario {
  readonly name: string
  readonly group: Group
  readonly about: string
  readonly rooms: number
  /** Members per room; every connection is in exactly one room. */
  readonly members: number
  readonly pace: Pace
  /** What a commit takes by itself is measured beside the servers. */
  readonly commits?: true
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'room-1000',
    group: 'delivery',
    about: 'one room of 1,000, 16 senders',
    rooms: 1,
    members: 1_000,
    pace: { kind: 'pipelined', senders: 16, window: 16 },
  },
  {
    name: 'one-at-a-time',
    group: 'delivery',
    about: 'one room of 1,000, the next message when all 1,000 have the previous one',
    rooms: 1,
    members: 1_000,
    pace: { kind: 'one-at-a-time' },
  },
  {
    name: 'rooms-100x10',
    group: 'delivery',
    about: '100 rooms of 10, everybody sends',
    rooms: 100,
    members: 10,
    pace: { kind: 'pipelined', senders: 1_000, window: 4 },
  },
  {
    name: 'room-5000',
    group: 'delivery',
    about: 'one room of 5,000, 16 senders',
    rooms: 1,
    members: 5_000,
    pace: { kind: 'pipelined', senders: 16, window: 8 },
  },
  {
    name: 'latency',
    group: 'delivery',
    about: '100 rooms of 10, 200 messages a second at scheduled times, latency of every delivery',
    rooms: 100,
    members: 10,
    pace: { kind: 'open-loop', perSecond: 200 },
  },
  {
    name: 'idle-10000',
    group: 'delivery',
    about: '10,000 idle connections in 1,000 rooms of 10, resident bytes per connection',
    rooms: 1_000,
    members: 10,
    pace: { kind: 'idle' },
  },
  {
    name: 'stored-100x10',
    group: 'storage',
    about: '100 rooms of 10, everybody sends, every message is stored before it is shown',
    rooms: 100,
    members: 10,
    pace: { kind: 'pipelined', senders: 1_000, window: 4 },
  },
  {
    name: 'stored-alone',
    group: 'storage',
    about: 'one connection, alone in a room; the next message when the previous one came back',
    rooms: 1,
    members: 1,
    pace: { kind: 'one-at-a-time' },
    commits: true,
  },
]

/** The scenarios of a `--quick` run: those that need few connections. */
export const quickScenarios: readonly string[] = [
  'room-1000',
  'one-at-a-time',
  'rooms-100x10',
  'latency',
  'stored-100x10',
  'stored-alone',
]

/** The same scenario with another window; one that doesn't pipeline stays as it is. */
export function withWindow(scenario: Scenario, window: number): Scenario {
  const { pace } = scenario
  return pace.kind === 'pipelined' ? { ...scenario, pace: { ...pace, window } } : scenario
}

/** What the scenario does, in words. */
export function described({ about, pace }: Scenario): string {
  return pace.kind === 'pipelined' ? `${about}, ${pace.window} messages outstanding each` : about
}

export function connectionsOf(scenario: Scenario): number {
  return scenario.rooms * scenario.members
}
