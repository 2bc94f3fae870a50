/** A broker that is as bad as brokers may be. */

import type { Broker, BrokerHandler } from '../spi/broker.ts'
import type { Clock } from '../spi/clock.ts'
import type { Random } from './random.ts'

/** Options of {@link lossyBroker}: probabilities, 0 to 1, for each subscriber by itself. */
export interface LossyBrokerOptions {
  readonly random: Random
  /** A message is lost. Default 0. */
  readonly drop?: number
  /** A message comes twice. Default 0. */
  readonly duplicate?: number
  /** A message comes late, behind others; needs `clock`. Default 0. */
  readonly late?: number
  /** The longest it may be late, in ms. Default 200. */
  readonly lateMs?: number
  readonly clock?: Clock
}

/** A {@link Broker} whose faults can be changed while it runs. */
export interface LossyBroker extends Broker {
  /** Behaves from now on: nothing is lost, doubled or late. */
  heal(): void
  /** Messages that didn't arrive so far. */
  readonly dropped: number
}

/**
 * Wraps a broker so that it loses, doubles and delays messages, which the contract allows: a server
 * must not depend on any of them.
 *
 * @example
 * const random = seededRandom(7)
 * const broker = lossyBroker(memoryBroker(), { random, drop: 0.3 })
 * const chat = createChatServer({ storage, broker })
 */
export function lossyBroker(inner: Broker, options: LossyBrokerOptions): LossyBroker {
  const { random, clock, drop = 0, duplicate = 0, late = 0, lateMs = 200 } = options
  if (late > 0 && clock === undefined) throw new TypeError('late messages need a clock')
  let healed = false
  let dropped = 0

  function spoil(handler: BrokerHandler, active: () => boolean): BrokerHandler {
    return (message) => {
      if (healed) return handler(message)
      if (random.chance(drop)) {
        dropped += 1
        return
      }
      const times = random.chance(duplicate) ? 2 : 1
      for (let i = 0; i < times; i++) {
        if (clock === undefined || !random.chance(late)) {
          handler(message)
        } else {
          clock.after(random.int(1, lateMs), () => {
            if (active()) handler(message)
          })
        }
      }
    }
  }

  return {
    name: `lossy ${inner.name}`,
    supports: inner.supports,
    open: (events) => inner.open(events),
    publish: (topic, message) => inner.publish(topic, message),
    async subscribe(topic, handler) {
      let active = true
      const end = await inner.subscribe(
        topic,
        spoil(handler, () => active),
      )
      return () => {
        active = false
        return end()
      }
    },
    close: () => inner.close(),
    heal() {
      healed = true
    },
    get dropped() {
      return dropped
    },
  }
}
