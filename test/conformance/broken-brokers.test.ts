/** The suite for brokers notices what a broker must not do. */

import { describe, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import type { Broker, BrokerHandler } from '../../src/spi/broker.ts'
import { brokerSuite } from '../../src/testing/broker-suite.ts'
import type { TestFunction } from '../../src/testing/suite.ts'
import { expectCaught } from './collect.ts'

type Break = (good: Broker) => Broker

const mapTopic =
  (change: (topic: string) => string): Break =>
  (good) => ({
    ...good,
    publish: (topic, message) => good.publish(change(topic), message),
    subscribe: (topic, handler) => good.subscribe(change(topic), handler),
  })

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'hands messages on twice',
    'hands it to every subscriber of a node, each once',
    (good) => ({
      ...good,
      async publish(topic, message) {
        await good.publish(topic, message)
        await good.publish(topic, message)
      },
    }),
  ],
  [
    'does not tell cases apart',
    'keeps topics apart, whatever their names',
    mapTopic((topic) => topic.toLowerCase()),
  ],
  [
    'cuts long names',
    'keeps topics apart, whatever their names',
    mapTopic((topic) => topic.slice(0, 60)),
  ],
  [
    'folds accents',
    'keeps topics apart, whatever their names',
    mapTopic((topic) => topic.normalize('NFD').replace(/\p{M}/gu, '')),
  ],
  [
    'goes on after the end of a subscription',
    'a subscription that was ended hears nothing more',
    (good) => ({
      ...good,
      async subscribe(topic, handler) {
        await good.subscribe(topic, handler)
        return async () => {}
      },
    }),
  ],
  [
    'calls subscribers at once',
    'publish() does not wait for subscribers',
    (good) => {
      const handlers = new Map<string, BrokerHandler>()
      return {
        ...good,
        async publish(topic, message) {
          handlers.get(topic)?.(message)
        },
        async subscribe(topic, handler) {
          handlers.set(topic, handler)
          return async () => void handlers.delete(topic)
        },
      }
    },
  ],
  [
    'changes the order',
    'keeps the order of one publisher',
    (good) => {
      let n = 0
      return {
        ...good,
        async publish(topic, message) {
          n += 1
          if (n % 7 === 0) setImmediate(() => void good.publish(topic, message))
          else await good.publish(topic, message)
        },
      }
    },
  ],
  [
    'takes messages for text',
    'carries any bytes, of any length it promises',
    (good) => ({
      ...good,
      publish: (topic, message) =>
        good.publish(topic, Buffer.from(Buffer.from(message).toString('utf8'))),
    }),
  ],
  [
    'cuts what is too long',
    'carries any bytes, of any length it promises',
    (good) => ({
      ...good,
      publish: (topic, message) => good.publish(topic, message.subarray(0, 8000)),
    }),
  ],
]

const suite = (spoil: Break) => (test: TestFunction) =>
  brokerSuite({ test, factory: () => ({ broker: spoil(memoryBroker()) }) })

describe('a broker that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, () =>
      expectCaught(
        name,
        suite((good) => good),
        suite(spoil),
      ))
  }
})
