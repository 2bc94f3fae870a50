/** Several nodes whose broker loses what they tell each other. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { type JsonClient, jsonClient, person, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'

/** Two nodes with one clock; `loses` says which messages of theirs get lost. */
async function pair(loses: (text: string) => boolean) {
  const clock = manualClock()
  const inner = memoryBroker()
  const broker: Broker = {
    ...inner,
    publish: async (topic, message) => {
      if (!loses(Buffer.from(message).toString())) await inner.publish(topic, message)
    },
  }
  const limits = { pingMs: 1e9, commandBurst: 100_000 }
  const both = { storage: memoryStorage(), broker, clock, limits }
  return { clock, one: await start(both), two: await start(both) }
}

/** Lets time pass in steps, with what it brings about. */
async function pass(
  clock: ReturnType<typeof manualClock>,
  ms: number,
  people: readonly JsonClient[],
): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    clock.pass(Math.min(left, 250))
    for (const client of people) await client.ask('ping')
  }
}

const beatMs = LIMITS.presenceMs / 3
const count = (client: JsonClient, ev: string): number =>
  client.all.filter((message) => message.ev === ev).length

describe('a private conversation whose opening got lost', () => {
  const opening = (text: string): boolean => text.includes('"message":{"t":"open"')

  it('reaches the other node with the next beat, once', async () => {
    let lost = 0
    const { clock, one, two } = await pair((text) => opening(text) && ++lost <= 2)
    const alice = await person(one.ws, 'Alice')
    const bob = await person(two.ws, 'Bob')
    for (const text of ['psst', 'you there?']) await alice.ask('msg', { to: 'Bob', text })
    await bob.ask('ping')
    expect([lost, count(bob, 'opened')]).toEqual([2, 0])
    await pass(clock, beatMs, [alice, bob])
    const opened = await bob.push('opened')
    expect(opened).toMatchObject({ head: 0, with: { name: 'Alice' } })
    await bob.push('message', ({ text }) => text === 'you there?')
    // Who leaves, or comes later, isn't brought back by what is told again.
    await bob.ask('leave', { room: opened.room })
    const late = await person(two.ws, 'Carla')
    await pass(clock, LIMITS.presenceMs, [alice, bob, late])
    expect(texts(bob, opened.room as string)).toEqual(['psst', 'you there?'])
    expect([count(bob, 'opened'), count(late, 'opened')]).toEqual([1, 0])
    await alice.ask('msg', { to: 'Bob', text: 'again' })
    await bob.push('message', ({ text }) => text === 'again')
  })

  it('is not opened again, nor for who comes later', async () => {
    const told: string[] = []
    const { clock, one, two } = await pair((text) => {
      if (text.includes('"t":"open')) told.push(text)
      return false
    })
    const alice = await person(one.ws, 'Alice')
    const bob = await person(two.ws, 'Bob')
    await alice.ask('msg', { to: 'Bob', text: 'psst' })
    const { room: conversation } = await bob.push('opened')
    await bob.push('message')
    await bob.ask('leave', { room: conversation })
    await pass(clock, LIMITS.presenceMs * 2, [alice, bob])
    expect(count(bob, 'opened')).toBe(1)
    const repeats = told.filter((text) => text.includes('"t":"opens"')).length
    expect(repeats).toBeGreaterThanOrEqual(2)
    expect(repeats).toBeLessThanOrEqual(3)
  })

  it('is not opened for a connection that came after it', async () => {
    const { clock, one, two } = await pair(opening)
    const alice = await person(one.ws, 'Alice')
    const bob = await jsonClient(two.ws)
    const { ticket } = await bob.ask('hello', { version: 1, name: 'Bob' })
    await alice.ask('msg', { to: 'Bob', text: 'psst' })
    clock.pass(1000)
    const second = await jsonClient(two.ws)
    await second.ask('hello', { version: 1, ticket })
    await pass(clock, beatMs, [alice, bob, second])
    expect([count(bob, 'opened'), count(second, 'opened')]).toEqual([1, 0])
  })
})

it('the broker loses everything for ten seconds: one order everywhere, and nothing is lost', async () => {
  let deaf = false
  const { clock, one, two } = await pair(() => deaf)
  const people = await Promise.all([
    person(one.ws, 'Ana'),
    person(one.tcp, 'Bia'),
    person(two.ws, 'Caio'),
    person(two.tcp, 'Davi'),
  ])
  for (const client of people) await client.ask('join', { room })
  const say = (text: string) =>
    Promise.all(people.map((client, i) => client.ask('send', { room, text: `${i} ${text}` })))
  await say('before')
  deaf = true
  for (let second = 0; second < 10; second++) {
    await say(`in second ${second}`)
    await pass(clock, 1000, people)
  }
  await say('last')
  deaf = false
  // A node compares its position within a time that is positionMs, more or less a quarter.
  await pass(clock, LIMITS.positionMs * 1.25, people)
  const all = Array.from({ length: 12 * people.length }, (_, i) => i + 1)
  for (const client of people) {
    await client.push('message', ({ seq }) => seq === all.length)
    const got = client.all.filter(({ ev }) => ev === 'message').map(({ seq }) => seq)
    expect(got).toEqual(all)
    expect(texts(client, room)).toEqual(texts(people[0] as JsonClient, room))
  }
  expect(new Set(texts(people[0] as JsonClient, room)).size).toBe(all.length)
  await say('after')
  for (const client of people) await client.push('message', ({ seq }) => seq === all.length + 4)
  expect(await people[0]?.ask('members', { room })).toMatchObject({ count: 4 })
})
