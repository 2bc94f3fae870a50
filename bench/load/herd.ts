// All connections of a run: brings them in, counts what they receive, waits until nothing moves.

import { setTimeout as sleep } from 'node:timers/promises'
import { connectionsOf, type Scenario } from '../scenarios.ts'
import { Connection, type Shared } from './connection.ts'

/** Connections on their way in at a time: below the usual backlog of a listening socket. */
const AT_A_TIME = 128
const STEP_MS = 50

export class Herd {
  readonly connections: Connection[] = []
  readonly #scenario: Scenario
  readonly #shared: Shared

  constructor(scenario: Scenario, shared: Shared) {
    this.#scenario = scenario
    this.#shared = shared
  }

  /** Resolves when everybody has come in and what that caused has come to rest. */
  async gather(withinMs: number): Promise<void> {
    const total = connectionsOf(this.#scenario)
    let ready = 0
    const deadline = performance.now() + withinMs
    while (ready < total) {
      while (this.connections.length < total && this.connections.length - ready < AT_A_TIME) {
        const index = this.connections.length
        const room = index % this.#scenario.rooms
        this.connections.push(new Connection(this.#shared, index, room, () => ready++))
      }
      if (performance.now() > deadline) throw new Error(`${ready} of ${total} came in, in time`)
      if (this.#shared.problems.size > 0) throw new Error(`coming in: ${this.problems()[0]}`)
      await sleep(1)
    }
    await this.rest(300, deadline - performance.now())
  }

  /** Resolves when no frame has come for `quietMs`; false when that doesn't happen in time. */
  async rest(quietMs: number, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs
    let last = -1
    let quiet = 0
    while (quiet < quietMs) {
      if (performance.now() > deadline) return false
      await sleep(STEP_MS)
      const now = this.delivered() + this.#others()
      quiet = now === last ? quiet + STEP_MS : 0
      last = now
    }
    return true
  }

  /** Messages received by all. */
  delivered(): number {
    let sum = 0
    for (const connection of this.connections) sum += connection.delivered
    return sum
  }

  #others(): number {
    let sum = 0
    for (const connection of this.connections) sum += connection.others
    return sum
  }

  /** What went wrong, when each connection should have received its room's `sent` messages. */
  problems(sent?: readonly number[]): string[] {
    const found = [...this.#shared.problems].slice(0, 5)
    if (!sent) return found
    const wrong = this.connections.filter((one) => one.delivered !== sent[one.room])
    const [first] = wrong
    if (first) {
      found.push(
        `${wrong.length} of ${this.connections.length} connections did not receive what was sent ` +
          `to their room, such as ${first.delivered} instead of ${sent[first.room]}`,
      )
    }
    return found
  }
}
