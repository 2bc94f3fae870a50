import { expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { jsonClient, person, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const limits = { commandBurst: 100_000 }

it('two nodes over one storage and one broker keep one order', async () => {
  const storage = memoryStorage()
  const broker = memoryBroker()
  const one = await start({ storage, broker, limits })
  const two = await start({ storage, broker, limits })
  const people = await Promise.all(
    Array.from({ length: 10 }, (_, i) => person((i % 2 ? one : two)[i % 3 ? 'ws' : 'tcp'], `p${i}`)),
  )
  for (const client of people) await client.ask('join', { room })
  const replies = await Promise.all(
    people.flatMap((client, i) =>
      Array.from({ length: 50 }, (_, j) =>
        client.ask('send', { room, text: `${i}-${j}`, cid: `${j}` }),
      ),
    ),
  )
  const seqs = replies.map(({ seq }) => seq as number).sort((a, b) => a - b)
  expect(seqs).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
  for (const client of people) {
    await client.push('message', ({ seq }) => seq === 500)
    const got = client.all.filter(({ ev }) => ev === 'message').map(({ seq }) => seq)
    expect(got).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
    expect(texts(client, room)).toEqual(texts(people[0] as typeof client, room))
  }
})

it('positionMs: a node finds in storage what no hint told it', async () => {
  const storage = memoryStorage()
  const clock = manualClock()
  const deaf: Broker = { ...memoryBroker(), publish: async () => {} }
  const one = await start({ storage, broker: deaf, clock, limits })
  const two = await start({ storage, broker: deaf, clock, limits })
  const alice = await person(one.ws, 'Alice')
  const bob = await person(two.tcp, 'Bob')
  await alice.ask('join', { room })
  await bob.ask('join', { room })
  for (const text of ['1', '2', '3']) await alice.ask('send', { room, text })
  await bob.ask('ping')
  expect(texts(bob, room)).toEqual([])
  clock.pass(LIMITS.positionMs * 1.25)
  await bob.push('message', ({ text }) => text === '3')
  expect(texts(bob, room)).toEqual(['1', '2', '3'])
})

it('a retry is one entry, from whatever node and transport it comes', async () => {
  const storage = memoryStorage()
  const broker = memoryBroker()
  const one = await start({ storage, broker })
  const two = await start({ storage, broker })
  const first = await jsonClient(one.ws)
  const { ticket } = await first.ask('hello', { version: 1, name: 'Alice' })
  await first.ask('join', { room })
  const a = await first.ask('send', { room, text: 'once', cid: 'k' })
  const b = await first.ask('send', { room, text: 'once', cid: 'k' })
  expect(b).toEqual({ ...a, duplicate: true })
  first.cut()
  const again = await jsonClient(two.tcp)
  await again.ask('hello', { version: 1, ticket })
  await again.ask('join', { room })
  const c = await again.ask('send', { room, text: 'once', cid: 'k' })
  expect(c).toEqual({ ...a, duplicate: true })
  await expect(again.ask('send', { room, text: 'other', cid: 'k' })).rejects.toMatchObject({
    code: 'conflict',
  })
  // Another person may use the same key.
  const other = await person(one.tcp, 'Bia')
  await other.ask('join', { room })
  await expect(other.ask('send', { room, text: 'once', cid: 'k' })).resolves.toMatchObject({
    seq: 2,
  })
})

it('a room deleted on one node is closed on the others', async () => {
  const storage = memoryStorage()
  const broker = memoryBroker()
  const one = await start({ storage, broker })
  const two = await start({ storage, broker })
  const alice = await person(one.ws, 'Alice')
  const bob = await person(two.ws, 'Bob')
  await alice.ask('join', { room })
  await bob.ask('join', { room })
  expect(await one.chat.room(room).delete()).toBe(true)
  await alice.push('closed')
  await bob.push('closed')
  await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject({ code: 'not_member' })
  const fresh = await bob.ask('join', { room })
  expect(fresh).toMatchObject({ created: true, head: 0 })
})
