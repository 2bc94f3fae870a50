/** What a process has, until it is killed: a clock, a way to storage, and one to the broker. */

import type { Broker } from '../../src/spi/broker.ts'
import type { Clock } from '../../src/spi/clock.ts'
import type { Storage } from '../../src/spi/storage.ts'

/** The surroundings of a server that can die without a word. */
export interface Mortal {
  readonly clock: Clock
  readonly storage: Storage
  readonly broker: Broker
  /**
   * From now on nothing reaches it, and nothing that it does reaches anybody. What it asked of
   * storage is done, or not: it doesn't hear of it.
   */
  kill(): void
}

/** Makes them of what all servers share. */
export function mortal(world: { clock: Clock; storage: Storage; broker: Broker }): Mortal {
  const { clock, storage, broker } = world
  let alive = true
  const never = new Promise<never>(() => {})

  /** The same methods; what they answer is heard by the living. */
  function heard<T extends object>(target: T): T {
    const copy: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(target)) {
      if (typeof value !== 'function') copy[name] = value
      else {
        copy[name] = (...args: unknown[]) => {
          if (!alive) return never
          const answer = Promise.resolve(value.apply(target, args) as unknown)
          return answer.finally(() => (alive ? undefined : never))
        }
      }
    }
    return copy as T
  }

  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, task) =>
        clock.after(ms, () => {
          if (alive) task()
        }),
    },
    storage: { ...heard(storage), rooms: heard(storage.rooms) },
    broker: {
      ...heard(broker),
      subscribe: (topic, handler) =>
        broker.subscribe(topic, (message) => {
          if (alive) handler(message)
        }),
    },
    kill() {
      alive = false
    },
  }
}
