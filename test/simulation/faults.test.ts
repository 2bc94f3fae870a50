import { describe, expect, it, vi } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { isChatError } from '../../src/errors.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { virtualClock } from '../../src/testing/clock.ts'
import { flakyStorage } from '../../src/testing/flaky-storage.ts'
import { type LossyBrokerOptions, lossyBroker } from '../../src/testing/lossy-broker.ts'
import { seededRandom } from '../../src/testing/random.ts'

const MESSAGES = 200

async function hear(options: Omit<LossyBrokerOptions, 'random'>): Promise<number[]> {
  const clock = virtualClock()
  const broker = lossyBroker(memoryBroker(), { random: seededRandom(1), clock, ...options })
  const heard: number[] = []
  await broker.subscribe('a', ([n = -1]) => heard.push(n))
  for (let n = 0; n < MESSAGES; n++) {
    await broker.publish('a', Uint8Array.of(n))
    await clock.advance(1)
  }
  await clock.advance(1000)
  return heard
}

const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b)
const all = Array.from({ length: MESSAGES }, (_, n) => n)

describe('a lossy broker', () => {
  it('loses about as much as it is told', async () => {
    expect(await hear({ drop: 0 })).toEqual(all)
    expect(await hear({ drop: 1 })).toEqual([])
    const { length } = await hear({ drop: 0.3 })
    expect(Math.abs(length - 0.7 * MESSAGES)).toBeLessThan(25)
  })

  it('doubles', async () => {
    expect(sorted(await hear({ duplicate: 1 }))).toEqual(all.flatMap((n) => [n, n]))
  })

  it('delays some, which then come behind others', async () => {
    const heard = await hear({ late: 0.3 })
    expect(sorted(heard)).toEqual(all)
    expect(heard).not.toEqual(all)
  })

  it('each subscriber has losses of its own', async () => {
    const broker = lossyBroker(memoryBroker(), { random: seededRandom(2), drop: 0.5 })
    const heard: number[][] = [[], []]
    for (const list of heard) await broker.subscribe('a', ([n = -1]) => list.push(n))
    for (let n = 0; n < 50; n++) await broker.publish('a', Uint8Array.of(n))
    await vi.waitFor(() => expect(broker.dropped + heard.flat().length).toBe(100))
    expect(heard[0]).not.toEqual(heard[1])
  })

  it('behaves after heal()', async () => {
    const broker = lossyBroker(memoryBroker(), { random: seededRandom(2), drop: 1 })
    let heard = 0
    await broker.subscribe('a', () => {
      heard += 1
    })
    broker.heal()
    await broker.publish('a', Uint8Array.of(1))
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toBe(1)
  })

  it('says nothing to whoever has left, however late', async () => {
    const clock = virtualClock()
    const broker = lossyBroker(memoryBroker(), { random: seededRandom(1), clock, late: 1 })
    let heard = 0
    const end = await broker.subscribe('a', () => {
      heard += 1
    })
    await broker.publish('a', Uint8Array.of(1))
    await clock.settle()
    await end()
    await clock.advance(1000)
    expect(heard).toBe(0)
  })
})

describe('a flaky storage', () => {
  it('takes its time', async () => {
    const clock = virtualClock({ start: 0 })
    const random = seededRandom(1)
    const storage = flakyStorage(memoryStorage(), { clock, random, delay: [10, 10] })
    let done = 0
    void storage.setting('a', 'b').then(() => {
      done = clock.now()
    })
    await clock.advance(50)
    expect(done).toBe(20)
  })

  it('fails as often as it is told, before or after it has done what was asked', async () => {
    const inner = memoryStorage()
    const storage = flakyStorage(inner, {
      clock: virtualClock(),
      random: seededRandom(1),
      fail: 0.5,
    })
    let failed = 0
    let doneAllTheSame = 0
    for (let n = 0; n < 200; n++) {
      try {
        await storage.setting(`${n}`, 'flaky')
      } catch (error) {
        if (!isChatError(error)) throw error
        expect([error.code, error.retryable]).toEqual(['unavailable', true])
        failed += 1
        if ((await inner.setting(`${n}`, 'unset')) === 'flaky') doneAllTheSame += 1
      }
    }
    expect(storage.failures).toBe(failed)
    expect(failed).toBeGreaterThan(60)
    expect(doneAllTheSame).toBeGreaterThan(20)
    expect(doneAllTheSame).toBeLessThan(failed)
    storage.set({ fail: 0 })
    await storage.setting('x', 'y')
    expect(storage.failures).toBe(failed)
  })
})
