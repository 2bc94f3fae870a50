/** What one client may cost, and what must not get lost on the way. */

import { expect, it } from 'vitest'
import { createChatServer, type Hooks } from '../../src/index.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { jsonClient, person, textClient, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'

it('pages are bounded by their text, and still lead through the whole log', async () => {
  const server = await start({ limits: { historyPageUnits: 1000, commandBurst: 10_000 } })
  const client = await person(server.ws)
  const { epoch } = await client.ask('join', { room })
  for (let i = 1; i <= 20; i++) await client.ask('send', { room, text: `${i} ${'x'.repeat(400)}` })
  const seen: number[] = []
  let page = await client.ask('join', { room, since: { epoch, seq: 0 } })
  for (;;) {
    const entries = page.entries as { seq: number }[]
    expect(entries.length).toBeLessThanOrEqual(2)
    seen.push(...entries.map(({ seq }) => seq))
    if (page.more !== true) break
    page = await client.ask('history', { room, after: seen.at(-1) })
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  const newest = await client.ask('history', { room })
  expect((newest.entries as { seq: number }[]).map(({ seq }) => seq)).toEqual([19, 20])
  expect(newest.more).toBe(true)
})

it('pipelined requests for history are answered as they can be read, all of them', async () => {
  const server = await start({ limits: { commandBurst: 10_000 } })
  const client = await person(server.tcp)
  await client.ask('join', { room })
  for (let i = 0; i < 40; i++) await client.ask('send', { room, text: 'x'.repeat(4000) })
  const before = process.memoryUsage().rss
  client.pause()
  for (let id = 1000; id < 1300; id++) client.put({ id, op: 'history', room })
  for (let i = 0; i < 200; i++) await new Promise(setImmediate)
  // All the answers together have 48 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(30e6)
  client.resume()
  await expect
    .poll(() => client.all.filter(({ re }) => (re as number) >= 1000).length, { timeout: 10_000 })
    .toBe(300)
})

it('a room in which nothing was said may be left and entered at once, however slow storage is', async () => {
  const storage = memoryStorage()
  const slow = (name: string): Promise<boolean> =>
    new Promise((resolve) => setTimeout(() => resolve(storage.rooms.delete(name)), 30))
  const server = await start({ storage: { ...storage, rooms: { ...storage.rooms, delete: slow } } })
  const [a, b] = [await person(server.ws), await person(server.tcp)]
  await a.ask('join', { room })
  await a.ask('leave', { room })
  await b.ask('join', { room })
  await expect(b.ask('send', { room, text: 'kept' })).resolves.toMatchObject({ seq: 1 })
  await new Promise((resolve) => setTimeout(resolve, 60))
  await expect(b.ask('send', { room, text: 'too' })).resolves.toMatchObject({ seq: 2 })
  expect((await server.chat.room(room).history())?.head).toBe(2)
})

it('a private message reaches every connection the person has now', async () => {
  const server = await start()
  const alice = await person(server.ws, 'Alice')
  const bob = await jsonClient(server.ws)
  const { ticket } = await bob.ask('hello', { version: 1, name: 'Bob' })
  const { room: name } = await alice.ask('msg', { to: 'Bob', text: '1' })
  await bob.push('message')
  const phone = await jsonClient(server.tcp)
  await phone.ask('hello', { version: 1, ticket })
  await alice.ask('send', { room: name, text: '2' })
  expect(await phone.push('opened')).toMatchObject({ room: name, head: 1 })
  expect(await phone.push('message')).toMatchObject({ seq: 2, text: '2' })
  const { ticket: renamed } = await bob.ask('nick', { name: 'Beto' })
  await alice.ask('send', { room: name, text: '3' })
  expect(await phone.push('message')).toMatchObject({ to: { name: 'Beto' } })
  phone.cut()
  bob.cut()
  await Promise.all([phone.closed, bob.closed])
  const back = await jsonClient(server.ws)
  expect(await back.ask('hello', { version: 1, ticket: renamed })).toMatchObject({
    person: { name: 'Beto' },
  })
  await alice.ask('send', { room: name, text: '4' })
  await back.push('opened')
  expect(await back.push('message')).toMatchObject({ text: '4' })
  const carol = await person(server.ws, 'Carol')
  for (const op of ['join', 'history', 'members', 'typing', 'send']) {
    await expect(carol.ask(op, { room: name, text: 'x' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(room_not_found|not_member)$/),
    })
  }
})

it('hundreds of connections that go at once cost little', async () => {
  const server = await start()
  const clients = await Promise.all(Array.from({ length: 200 }, () => person(server.tcp)))
  for (const client of clients) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => client.ask('join', { room: `r${i}` })))
  }
  const started = performance.now()
  for (const client of clients) client.cut()
  await expect.poll(() => server.chat.stats().connections, { timeout: 10_000 }).toBe(0)
  // Quadratic work would take several seconds.
  expect(performance.now() - started).toBeLessThan(2000)
}, 30_000)

it('memory holds what its storage may hold, and little more for those who come back', async () => {
  const server = await start({
    storage: memoryStorage({ bytes: 100_000 }),
    limits: { commandBurst: 100_000, recentUnits: 1000 },
  })
  const client = await person(server.ws)
  const { epoch } = await client.ask('join', { room })
  for (let i = 0; i < 60; i++) await client.ask('send', { room, text: 'x'.repeat(3900) })
  const back = await person(server.ws)
  const joined = await back.ask('join', { room, since: { epoch, seq: 0 } })
  const first = (joined.entries as { seq: number }[])[0]?.seq as number
  expect(joined.gap).toEqual({ from: 1, to: first - 1 })
  expect(first).toBeGreaterThan(40)
})

it('a text client that the application refuses is told so once, and not to come back', async () => {
  const server = await start({ hooks: { beforeConnect: () => false } })
  const alice = await textClient(server.ws, 'Alice')
  await alice.line('not allowed')
  expect(await alice.closed).toBe(3503)
  expect(alice.lines.filter((line) => line.includes('not allowed'))).toHaveLength(1)
})

it('what the application says a person is counts more than a ticket', async () => {
  const hooks: Hooks = {
    beforeConnect: ({ name, person: was }) =>
      was === undefined ? { name: name ?? 'Eva' } : { name: 'Carol' },
  }
  const server = await start({ hooks })
  const first = await jsonClient(server.ws)
  const { ticket, person: alice } = await first.ask('hello', { version: 1, name: 'Alice' })
  const second = await jsonClient(server.ws)
  const { person: carol } = await second.ask('hello', { version: 1, ticket })
  expect(carol).toMatchObject({ name: 'Carol' })
  expect((carol as { id: string }).id).not.toBe((alice as { id: string }).id)
})

it('a hook that returns nonsense refuses its request, and the log says which', async () => {
  const logged: object[] = []
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: object) => logged.push(fields),
  }
  const hooks = {
    beforeSend: ({ text }: { text: string }) => (text === 'bad' ? { text: 5 } : true),
    beforeNick: () => null,
  } as unknown as Hooks
  const server = await start({ hooks, logger })
  const client = await person(server.ws)
  await client.ask('join', { room })
  await client.ask('send', { room, text: 'fine' })
  await client.ask('nick', { name: 'Ana' })
  await expect(client.ask('send', { room, text: 'bad' })).rejects.toMatchObject({
    code: 'hook_failed',
  })
  expect(logged).toMatchObject([{ hook: 'beforeSend' }])
  await client.push('message')
  expect(texts(client, room)).toEqual(['fine'])
})

it('mistakes in the options are told at once', () => {
  const wrong = (options: object, text: RegExp) =>
    expect(() => createChatServer(options), String(text)).toThrow(text)
  wrong({ lang: 'fr' }, /lang: one of en, pt-BR/)
  wrong({ hooks: { beforeSnd() {} } }, /beforeSnd.*beforeSend/)
  wrong({ foo: 1 }, /foo/)
  wrong({ recentOnJoin: -5 }, /recentOnJoin/)
  wrong({ limits: { messageChars: Number.POSITIVE_INFINITY } }, /messageChars.*finite/)
  wrong({ name: 'a\nb' }, /name/)
})
