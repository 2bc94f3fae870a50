/** Nodes that ask each other. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { Inquiries, type Question } from '../../src/core/inquiry.ts'
import { Link } from '../../src/core/link.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { silentLogger } from '../../src/system.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

/** Lets what is promised, or published, happen. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A broker that loses some messages, by what they contain. */
function losing(inner: Broker, loses: (text: string) => boolean): Broker {
  return {
    ...inner,
    supports: { messageBytes: 8000 },
    publish(topic, message) {
      const text = Buffer.from(message).toString()
      if (message.length > 8000) throw new Error('too large for the broker')
      return loses(text) ? Promise.resolve() : inner.publish(topic, message)
    },
  }
}

async function nodes(
  names: readonly string[],
  answer: (node: string, question: Question) => unknown,
  loses: (text: string) => boolean = () => false,
) {
  const clock: ManualClock = manualClock()
  const broker = losing(memoryBroker(), loses)
  let ids = 0
  const all = await Promise.all(
    names.map(async (name) => {
      const link = new Link(broker, name, silentLogger)
      const inquiries = new Inquiries({
        link,
        clock,
        makeId: () => `id${++ids}`,
        logger: silentLogger,
        others: () => names.length - 1,
        answer: async (question) => answer(name, question),
      })
      await inquiries.open()
      return inquiries
    }),
  )
  return { clock, first: all[0] as Inquiries }
}

describe('asking all nodes', () => {
  it('gives the answer of each, this one first', async () => {
    const { first } = await nodes(['a', 'b', 'c'], (node) => node)
    const answers = await first.ask<string>({ what: 'figures' })
    expect(answers[0]).toBe('a')
    expect(answers.toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('carries long answers in parts that fit every broker', async () => {
    const long = '"€\\'.repeat(20_000)
    const { first } = await nodes(['a', 'b'], (node) => node + long)
    expect(await first.ask({ what: 'figures' })).toEqual([`a${long}`, `b${long}`])
  })

  it('asks again who did not answer, and goes on without who stays silent', async () => {
    let lost = 0
    const loses = (text: string): boolean => text.includes('"t":"ask"') && lost++ === 0
    const once = await nodes(['a', 'b'], (node) => node, loses)
    const asked = once.first.ask({ what: 'figures' })
    await settle()
    once.clock.pass(600)
    expect(await asked).toEqual(['a', 'b'])

    const never = await nodes(
      ['a', 'b', 'c'],
      (node) => node,
      (text) => text.startsWith('{"node":"c"'),
    )
    const waiting = never.first.ask({ what: 'figures' })
    await settle()
    never.clock.pass(2000)
    expect(await waiting).toEqual(['a', 'b'])
  })

  it('counts each node once, though it answers twice', async () => {
    let asked = 0
    const loses = (text: string): boolean => text.startsWith('{"node":"c"') && asked < 3
    const { first, clock } = await nodes(
      ['a', 'b', 'c'],
      () => {
        asked += 1
        return asked
      },
      loses,
    )
    const answers = first.ask<number>({ what: 'figures' })
    await settle()
    clock.pass(600)
    await settle()
    expect(await answers).toHaveLength(3)
  })
})
