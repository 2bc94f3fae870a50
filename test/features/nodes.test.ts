import { expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { jsonClient, person, textClient, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const limits = { commandBurst: 100_000 }

it('two nodes over one storage and one broker keep one order', async () => {
  const storage = memoryStorage()
  const broker = memoryBroker()
  const one = await start({ storage, broker, limits })
  const two = await start({ storage, broker, limits })
  const people = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      person((i % 2 ? one : two)[i % 3 ? 'ws' : 'tcp'], `p${i}`),
    ),
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

/** Two nodes that share everything, with a clock of their own. */
async function pair(options: { clock?: ReturnType<typeof manualClock>; broker?: Broker } = {}) {
  const storage = memoryStorage()
  const broker = options.broker ?? memoryBroker()
  const both = { storage, broker, ...(options.clock ? { clock: options.clock } : {}) }
  return [await start(both), await start(both)] as const
}

it('people on other nodes are members, counted, listed, named and told of like those here', async () => {
  const [one, two] = await pair()
  const alice = await person(one.ws, 'Alice')
  const bob = await person(two.tcp, 'Bob')
  await alice.ask('join', { room })
  expect(await bob.ask('rooms')).toMatchObject({
    rooms: [
      { room: 'geral', count: 0 },
      { room, count: 1 },
    ],
  })
  const joined = await bob.ask('join', { room })
  expect((joined.members as { name: string }[]).map(({ name }) => name).sort()).toEqual([
    'Alice',
    'Bob',
  ])
  expect(await alice.push('joined')).toMatchObject({ person: { name: 'Bob' }, count: 2 })
  await expect(person(two.ws, 'alice')).rejects.toMatchObject({ code: 'name_taken' })
  await alice.ask('nick', { name: 'Ana' })
  expect(await bob.push('renamed')).toMatchObject({ was: 'Alice', person: { name: 'Ana' } })
  await person(two.ws, 'Alice')
  await alice.ask('leave', { room })
  expect(await bob.push('left')).toMatchObject({ person: { name: 'Ana' }, count: 1, why: 'leave' })
  expect(await bob.ask('members', { room })).toMatchObject({ count: 1 })
})

it('a private conversation reaches across nodes, its first message too', async () => {
  const [one, two] = await pair()
  const alice = await textClient(one.tcp, 'Alice')
  const bob = await textClient(two.tcp, 'Bob')
  const carol = await person(two.ws, 'Carol')
  await alice.line('#geral (')
  await bob.line('#geral (')
  alice.send('/msg Bob psst')
  expect(await bob.line('psst')).toBe('[Alice → Bob] psst')
  bob.send('/msg Alice what?')
  expect(await alice.line('what?')).toBe('[Bob → Alice] what?')
  alice.send('/msg carol and you')
  const opened = await carol.push('opened')
  expect(opened).toMatchObject({ head: 0, with: { name: 'Alice' } })
  expect(await carol.push('message')).toMatchObject({ room: opened.room, seq: 1, text: 'and you' })
})

it('presenceMs: the people of a node that died are gone after its lease, not before', async () => {
  const clock = manualClock()
  const broker = memoryBroker()
  let dead = false
  const dying: Broker = {
    ...broker,
    publish: async (topic, message) => {
      if (!dead) await broker.publish(topic, message)
    },
  }
  const storage = memoryStorage()
  const one = await start({ storage, broker, clock, limits: { pingMs: 1e9 } })
  const two = await start({ storage, broker: dying, clock, limits: { pingMs: 1e9 } })
  const alice = await person(one.ws, 'Alice')
  await alice.ask('join', { room })
  const bob = await person(two.ws, 'Bob')
  await bob.ask('join', { room })
  await alice.push('joined')
  const beat = async () => {
    clock.pass(LIMITS.presenceMs / 3)
    await alice.ask('ping')
    await bob.ask('ping')
  }
  for (let i = 0; i < 10; i++) await beat()
  expect(await alice.ask('members', { room })).toMatchObject({ count: 2 })
  dead = true
  await beat()
  expect(await alice.ask('members', { room })).toMatchObject({ count: 2 })
  for (let i = 0; i < 3; i++) await beat()
  expect(await alice.push('left')).toMatchObject({ person: { name: 'Bob' }, why: 'lost', count: 1 })
  await person(one.tcp, 'Bob')
})

it('a node that missed changes, or came late, asks for the whole', async () => {
  const clock = manualClock()
  const broker = memoryBroker()
  let lossy = true
  const storage = memoryStorage()
  const dropping: Broker = {
    ...broker,
    publish: async (topic, message) => {
      if (!lossy) await broker.publish(topic, message)
    },
  }
  const one = await start({ storage, broker, clock, limits: { pingMs: 1e9 } })
  const two = await start({ storage, broker: dropping, clock, limits: { pingMs: 1e9 } })
  const people = await Promise.all(Array.from({ length: 100 }, (_, i) => person(two.ws, `p${i}`)))
  for (const client of people) await client.ask('join', { room })
  const alice = await person(one.ws, 'Alice')
  expect(await alice.ask('join', { room })).toMatchObject({ count: 1 })
  lossy = false
  clock.pass(LIMITS.presenceMs / 3)
  await expect
    .poll(async () => (await alice.ask('members', { room })).count, { timeout: 5000 })
    .toBe(101)
})
