import { describe, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { brokerSuite } from '../../src/testing/broker-suite.ts'
import { lossyBroker } from '../../src/testing/lossy-broker.ts'
import { seededRandom } from '../../src/testing/random.ts'

describe('memory', () => {
  brokerSuite({ test: it, factory: () => ({ broker: memoryBroker() }) })
})

describe('a lossy broker that loses nothing', () => {
  brokerSuite({
    test: it,
    factory() {
      const broker = memoryBroker()
      const random = seededRandom(1)
      return { broker: lossyBroker(broker, { random }), other: broker }
    },
  })
})
