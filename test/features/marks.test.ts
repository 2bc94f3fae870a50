/** Read marks, unread counts, mentions. */

import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import type { ChatEvents } from '../../src/core/events.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type JsonClient, jsonClient, person } from '../support/clients.ts'
import { code, known, room } from '../support/scene.ts'
import { start } from '../support/server.ts'

const say = (client: JsonClient, ...texts: string[]) =>
  Promise.all(texts.map((text) => client.ask('send', { room, text })))

describe('read marks', () => {
  it('go forward only, never beyond what there is, and are there on coming back', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    const bob = await person(server.tcp, 'Bob')
    await ana.ask('join', { room })
    expect(await bob.ask('join', { room })).not.toHaveProperty('read')
    await say(ana, '1', '2', '3')
    expect(await bob.ask('read', { room, seq: 2 })).toEqual({ room, seq: 2 })
    expect(await bob.ask('read', { room, seq: 1 })).toEqual({ room, seq: 2 })
    expect(await bob.ask('join', { room })).toMatchObject({ read: 2 })
    expect(await bob.ask('read', { room, seq: 99 })).toEqual({ room, seq: 3 })
    await bob.ask('leave', { room })
    await expect(bob.ask('read', { room, seq: 3 })).rejects.toMatchObject(code('not_member'))
    await say(ana, '4')
    expect(await bob.ask('unread')).toMatchObject({
      more: false,
      rooms: [{ room, head: 4, read: 3, unread: 1, mentions: 0 }],
    })
  })

  it('one’s other connections are told, on every node', async () => {
    const shared = { storage: memoryStorage(), broker: memoryBroker() }
    const one = await start(shared)
    const two = await start(shared)
    const ana = await person(one.ws, 'Ana')
    const { client: bob, ticket } = await known(one.tcp, 'Bob')
    const clients = [await jsonClient(one.ws), await jsonClient(two.ws)]
    for (const client of clients) await client.ask('hello', { version: 1, ticket })
    await ana.ask('join', { room })
    await bob.ask('join', { room })
    await say(ana, '1', '2')
    await bob.ask('read', { room, seq: 2 })
    for (const client of clients) {
      expect(await client.push('read')).toEqual({ ev: 'read', room, seq: 2 })
    }
    await ana.ask('ping')
    for (const other of [ana, bob]) expect(other.all.some(({ ev }) => ev === 'read')).toBe(false)
  })

  it('membersKept: half of the places are for read marks, the others for roles and sanctions', async () => {
    const server = await start({ limits: { membersKept: 4 } })
    const people: JsonClient[] = []
    for (const name of ['Ana', 'Bob', 'Carla', 'Dora', 'Eva']) {
      const client = await person(server.ws, name)
      await client.ask('join', { room })
      people.push(client)
    }
    const [ana, bob, carla] = people as [JsonClient, JsonClient, JsonClient]
    await say(ana, '1')
    await bob.ask('read', { room, seq: 1 })
    await expect(carla.ask('read', { room, seq: 1 })).rejects.toMatchObject(code('room_full'))
    await ana.ask('read', { room, seq: 1 })
    await ana.ask('mute', { room, person: 'Carla' })
    await ana.ask('mute', { room, person: 'Dora' })
    await expect(ana.ask('mute', { room, person: 'Eva' })).rejects.toMatchObject(code('room_full'))
    await ana.ask('mute', { room, person: 'Bob' })
  })
})

describe('unread', () => {
  it('lists the rooms one has to do with, page by page, banned ones left out', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    for (const name of ['a', 'b', 'c']) {
      await ana.ask('join', { room: name })
      await ana.ask('send', { room: name, text: 'own words are read' })
    }
    const first = await ana.ask('unread', { limit: 2 })
    expect(first).toMatchObject({
      rooms: [{ room: 'a', unread: 0 }, { room: 'b' }],
      more: true,
      next: 'b',
    })
    expect(await ana.ask('unread', { after: first.next })).toMatchObject({
      rooms: [{ room: 'c' }],
      more: false,
    })
    const robin = await server.chat.participant('Robin')
    await robin.ask('ban', { room: 'b', person: 'Ana' })
    expect((await ana.ask('unread')).rooms).toMatchObject([{ room: 'a' }, { room: 'c' }])
  })

  it('a private message is found by who was absent', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    const { client: bob, ticket } = await known(server.tcp, 'Bob')
    await ana.ask('msg', { to: 'Bob', text: 'oi' })
    const { room: two } = await bob.push('opened')
    await bob.ask('read', { room: two, seq: 1 })
    bob.end()
    await bob.closed
    await ana.ask('send', { room: two, text: 'ainda aí?' })
    const again = await jsonClient(server.ws)
    await again.ask('hello', { version: 1, ticket })
    expect((await again.ask('unread')).rooms).toMatchObject([
      { room: two, head: 2, read: 1, unread: 1 },
    ])
    expect(await again.ask('join', { room: two, recent: 1 })).toMatchObject({
      read: 1,
      entries: [{ text: 'ainda aí?' }],
    })
  })
})

describe('mentions', () => {
  it('name people of the room, by @name or @"two words", and are counted', async () => {
    const server = await start()
    const told: ChatEvents['mention'][] = []
    server.chat.on('mention', (event) => told.push(event))
    const { client: ana } = await known(server.ws, 'Ana')
    const bob = await known(server.tcp, 'Bob')
    const maria = await known(server.ws, 'Ana Maria')
    const eva = await known(server.ws, 'Eva')
    for (const { client } of [bob, maria, { client: ana }]) await client.ask('join', { room })
    await say(ana, 'olá @bob!', 'mail@bob.org', '(@“Ana Maria”), @Eva', '@Bob. @BOB @ninguém')
    const mentions = []
    for (let i = 0; i < 4; i++) {
      const { details } = await bob.client.push('message')
      mentions.push((details as { mentions: string[] } | undefined)?.mentions)
    }
    expect(mentions).toEqual([[bob.id], undefined, [maria.id], [bob.id]])
    expect(told.map(({ person: { name }, present }) => [name, present])).toEqual([
      ['Bob', true],
      ['Ana Maria', true],
      ['Bob', true],
    ])
    await bob.client.ask('read', { room, seq: 2 })
    expect((await bob.client.ask('unread')).rooms).toMatchObject([{ unread: 2, mentions: 1 }])
    expect(eva.client.all.some(({ ev }) => ev === 'message')).toBe(false)
  })

  it('a retry of what mentions somebody is the same message', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await person(server.tcp, 'Bob')
    await bob.ask('join', { room })
    const first = await ana.ask('send', { room, text: '@Bob', cid: 'k' })
    await bob.ask('leave', { room })
    const again = await ana.ask('send', { room, text: '@Bob', cid: 'k' })
    expect(again).toEqual({ ...first, duplicate: true })
  })

  it('the host is told of private messages to somebody who is absent', async () => {
    const server = await start()
    const told: ChatEvents['mention'][] = []
    server.chat.on('mention', (event) => told.push(event))
    const ana = await person(server.ws, 'Ana')
    const bob = await person(server.tcp, 'Bob')
    const { room: two } = await ana.ask('msg', { to: 'Bob', text: 'oi' })
    await bob.push('message')
    expect(told).toEqual([])
    bob.end()
    await bob.closed
    await ana.ask('send', { room: two, text: 'volta' })
    expect(told).toMatchObject([
      { entry: { text: 'volta' }, person: { name: 'Bob' }, present: false },
    ])
  })

  it('who has an account is found though absent, unless they may not come in', async () => {
    const server = await start({ accounts: true, guests: true, limits: { registersPerHour: 100 } })
    const told: ChatEvents['mention'][] = []
    server.chat.on('mention', (event) => told.push(event))
    const ana = await known(server.ws, 'Ana')
    await ana.client.ask('join', { room })
    const away = await jsonClient(server.tcp)
    const { person: bob } = await away.ask('register', { name: 'Bob', password: 'uma senha boa' })
    away.end()
    await away.closed
    await say(ana.client, 'olá @bob.')
    const { id } = bob as { id: string }
    expect(await ana.client.push('message')).toMatchObject({ details: { mentions: [id] } })
    expect(told).toMatchObject([{ person: bob, present: false, entry: { text: 'olá @bob.' } }])
    await ana.client.ask('set', { room, settings: { private: true } })
    await say(ana.client, 'e agora @bob?')
    await ana.client.ask('invite', { room, person: 'Bob' })
    await say(ana.client, 'vem, @bob')
    await ana.client.ask('ban', { room, person: 'Bob' })
    await say(ana.client, 'nada de @bob')
    expect(told.map(({ entry: { text } }) => text)).toEqual(['olá @bob.', 'vem, @bob'])
    const msg = await ana.client.ask('msg', { to: 'bob', text: 'desculpa' })
    expect(msg).toMatchObject({ to: bob, seq: 1 })
    expect(told.at(-1)).toMatchObject({ person: bob, present: false, entry: { text: 'desculpa' } })
    await expect(ana.client.ask('msg', { to: 'Zoe', text: 'x' })).rejects.toMatchObject(
      code('person_not_found'),
    )
  })

  it('mentionsPerMessage: those after the first are not looked for', async () => {
    const server = await start({ limits: { mentionsPerMessage: 2 } })
    const ana = await known(server.ws, 'Ana')
    const bob = await known(server.ws, 'Bob')
    const carla = await known(server.ws, 'Carla')
    for (const { client } of [ana, bob, carla]) await client.ask('join', { room })
    await say(ana.client, '@Ana @Bob @Carla')
    const { details } = (await ana.client.push('message')) as unknown as { details: object }
    expect(details).toEqual({ mentions: [ana.id, bob.id] })
  })
})

it('reasonChars: a longer reason or topic is refused', async () => {
  const server = await start({ limits: { reasonChars: 5 } })
  const ana = await person(server.ws, 'Ana')
  const bob = await person(server.ws, 'Bob')
  for (const client of [ana, bob]) await client.ask('join', { room })
  const kick = (reason: string) => ana.ask('kick', { room, person: 'Bob', reason })
  await expect(kick('123456')).rejects.toMatchObject(code('text_too_long'))
  const topic = (text: string) => ana.ask('set', { room, settings: { topic: text } })
  await expect(topic('123456')).rejects.toMatchObject(code('text_too_long'))
  await topic('👍👍👍👍👍')
  await kick('12345')
})

it('a storage without records: no roles, and the operations say so', async () => {
  const { records: _records, ...storage } = memoryStorage()
  const server = await start({ storage })
  const ana = await person(server.ws, 'Ana')
  expect(await ana.ask('join', { room })).not.toHaveProperty('role')
  await ana.ask('send', { room, text: '@Ana' })
  for (const [op, fields] of [
    ['kick', { person: 'Ana' }],
    ['set', { settings: {} }],
    ['roster', {}],
    ['read', { seq: 0 }],
    ['unread', {}],
  ] as const) {
    await expect(ana.ask(op, { room, ...fields }), op).rejects.toMatchObject(code('unsupported'))
  }
  await expect(
    ana.ask('create', { room: 'outra', settings: { private: true } }),
  ).rejects.toMatchObject(code('unsupported'))
  expect((await ana.ask('help')).ops).not.toContain('ban')
})
