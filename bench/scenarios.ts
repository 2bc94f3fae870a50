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

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly rooms: number
  /** Members per room; every connection is in exactly one room. */
  readonly members: number
  readonly pace: Pace
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'room-1000',
    about: 'one room of 1,000, 16 senders',
    rooms: 1,
    members: 1_000,
    pace: { kind: 'pipelined', senders: 16, window: 16 },
  },
  {
    name: 'one-at-a-time',
    about: 'one room of 1,000, the next message when all 1,000 have the previous one',
    rooms: 1,
    members: 1_000,
    pace: { kind: 'one-at-a-time' },
  },
  {
    name: 'rooms-100x10',
    about: '100 rooms of 10, everybody sends',
    rooms: 100,
    members: 10,
    pace: { kind: 'pipelined', senders: 1_000, window: 4 },
  },
  {
    name: 'room-5000',
    about: 'one room of 5,000, 16 senders',
    rooms: 1,
    members: 5_000,
    pace: { kind: 'pipelined', senders: 16, window: 8 },
  },
  {
    name: 'latency',
    about: '100 rooms of 10, 200 messages a second at scheduled times, latency of every delivery',
    rooms: 100,
    members: 10,
    pace: { kind: 'open-loop', perSecond: 200 },
  },
  {
    name: 'idle-10000',
    about: '10,000 idle connections in 1,000 rooms of 10, resident bytes per connection',
    rooms: 1_000,
    members: 10,
    pace: { kind: 'idle' },
  },
]

/** The scenarios of a `--quick` run: those that need few connections. */
export const quickScenarios: readonly string[] = [
  'room-1000',
  'one-at-a-time',
  'rooms-100x10',
  'latency',
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
