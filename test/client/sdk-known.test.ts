/** What the SDK knows of a room, and when. The server is a script. */

import { expect, it } from 'vitest'
import { ANA, BOB, joined, message, watched } from './sdk-support.ts'

it('rooms are told of when all is known of them', async () => {
  const { chat, world, clock } = watched()
  const told: unknown[] = []
  chat.on('rooms', (rooms) => {
    told.push([...rooms.values()].map((room) => `${room.name} ${room.state} ${room.position?.seq}`))
  })
  const coming = chat.join('geral')
  const line = await world.welcome()
  expect(told).toEqual([])
  line.ok('join', joined(5, { created: true }))
  line.push({ ev: 'opened', room: '@ana:bob', epoch: 'p', head: 3, with: BOB })
  expect(told).toEqual([['geral live 5'], ['geral live 5', '@ana:bob live 3']])
  const room = await coming
  expect(room.created).toBe(true)
  await clock.advance(0)
  void room.leave()
  expect(told[2]).toEqual(['@ana:bob live 3'])
})

it('until when one may not speak', async () => {
  const { chat, world, clock } = watched()
  const coming = chat.join('geral')
  const line = await world.welcome()
  line.ok('join', joined(0, { mutedUntil: 5000 }))
  const room = await coming
  await clock.advance(0)
  expect(room.mutedUntil).toBe(5000)
  line.push(message(1, { ev: 'unmute', to: ANA }))
  expect(room.mutedUntil).toBeUndefined()
  line.push(message(2, { ev: 'mute', to: BOB }))
  expect(room.mutedUntil).toBeUndefined()
  line.push(message(3, { ev: 'mute', to: ANA }))
  expect(room.mutedUntil).toBeNull()
  line.push(message(4, { ev: 'mute', to: ANA, details: { until: 9000 } }))
  expect(room.mutedUntil).toBe(9000)
  line.end()
  await clock.advance(1000)
  const next = await world.welcome()
  next.ok('join', joined(4))
  expect(room.mutedUntil).toBeUndefined()
})

it('a language that was asked for is asked for again', async () => {
  const { chat, world, clock } = watched({ lang: 'en' })
  const line = await world.welcome()
  const asked = chat.request('lang', { lang: 'pt-BR' })
  line.ok('lang', { lang: 'pt-BR' })
  await asked
  line.end()
  await clock.advance(1000)
  expect(world.line.said[0]).toMatchObject({ op: 'hello', lang: 'pt-BR' })
})

it.each([
  ['who is there', { members: [ANA, BOB] }],
  ['who said something', { members: [ANA], entries: [message(1, { room: '@x', to: ANA })] }],
  ['whom one told something', { members: [], entries: [message(1, { from: ANA, to: BOB })] }],
])('the other one of a conversation is known by %s', async (_, more) => {
  const { chat, world } = watched()
  const coming = chat.join('@ana:bob')
  const line = await world.welcome()
  line.ok('join', joined(1, { room: '@ana:bob', ...more }))
  expect((await coming).with).toEqual(BOB)
})
