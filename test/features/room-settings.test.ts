/** What owners set for their rooms, through real sockets. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { manualClock } from '../core/manual-clock.ts'
import { type JsonClient, jsonClient, person } from '../support/clients.ts'
import { code, known, room, scene } from '../support/scene.ts'
import { start } from '../support/server.ts'

describe('settings', () => {
  it('of a room in which nothing was said yet wait for whoever lost the connection', async () => {
    const server = await start()
    const ana = await jsonClient(server.ws)
    const { ticket } = await ana.ask('hello', { version: 1, name: 'Ana' })
    await ana.ask('create', { room, settings: { topic: 'Sésamo', password: 'abre-te' } })
    await ana.ask('join', { room })
    await ana.ask('create', { room: 'plain' })
    await ana.ask('join', { room: 'plain' })
    const gone: string[] = []
    server.chat.on('delete', (what) => gone.push(what.room))
    ana.cut()
    // What has nothing to lose goes at once.
    await expect.poll(() => gone).toEqual(['plain'])
    const again = await person(server.ws, undefined, { ticket })
    expect(await again.ask('join', { room, create: false })).toMatchObject({
      role: 'owner',
      settings: { topic: 'Sésamo', password: true },
    })
  })

  it('C2: a room with a password; wrong ones are counted', async () => {
    const server = await start({ limits: { failuresPerHour: 3 } })
    const ana = await person(server.ws, 'Ana')
    const made = await ana.ask('create', {
      room,
      settings: { password: 'abre-te', topic: ' Sésamo ' },
    })
    expect(made).toMatchObject({ settings: { password: true, topic: 'Sésamo' } })
    expect(JSON.stringify(made)).not.toContain('abre-te')
    expect(await ana.ask('join', { room })).toMatchObject({
      role: 'owner',
      settings: { password: true, topic: 'Sésamo' },
    })
    const bob = await person(server.tcp, 'Bob')
    expect((await bob.ask('rooms')).rooms).toContainEqual({
      room,
      count: 1,
      permanent: false,
      password: true,
      topic: 'Sésamo',
    })
    const enter = (client: JsonClient, password?: string) =>
      client.ask('join', { room, ...(password === undefined ? {} : { password }) })
    await expect(enter(bob)).rejects.toMatchObject(code('room_password'))
    await expect(enter(bob, 'abre')).rejects.toMatchObject(code('room_password'))
    await enter(bob, 'abre-te')
    const others = await Promise.all(
      Array.from({ length: 10 }, (_, i) => person(server.ws, `p${i}`)),
    )
    await Promise.all(others.map((other) => enter(other, 'abre-te')))
    const [one] = others
    await one?.ask('leave', { room })
    await expect(enter(one as JsonClient, 'x')).rejects.toMatchObject(code('room_password'))
    await expect(enter(one as JsonClient, 'y')).rejects.toMatchObject(code('room_password'))
    await expect(enter(one as JsonClient, 'z')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: expect.any(Number),
    })
    // Who knows it needs no try.
    await enter(one as JsonClient, 'abre-te')
    await ana.ask('set', { room, settings: { password: null } })
    const late = await person(server.ws, 'Late')
    await enter(late)
  })

  it('a changed password: the old one opens nothing any more', async () => {
    const { server, ana, bob } = await scene()
    await ana.ask('set', { room, settings: { password: 'um' } })
    await bob.ask('leave', { room })
    await bob.ask('join', { room, password: 'um' })
    await ana.ask('set', { room, settings: { password: 'dois' } })
    await bob.ask('leave', { room })
    await expect(bob.ask('join', { room, password: 'um' })).rejects.toMatchObject(
      code('room_password'),
    )
    await bob.ask('join', { room, password: 'dois' })
    await ana.ask('role', { room, person: 'Bob', role: 'member' })
    await bob.ask('leave', { room })
    await bob.ask('join', { room })
    const robin = await server.chat.participant('Robin')
    await robin.join(room)
    await expect(
      ana.ask('set', { room, settings: { password: 'x'.repeat(1025) } }),
    ).rejects.toMatchObject(code('password_weak'))
  })

  it('C2: a private room is for the invited, and lists do not show it', async () => {
    const { server, ana, bob, carla } = await scene()
    const set = await ana.ask('set', { room, settings: { private: true } })
    expect(set).toEqual({ room, permanent: false, settings: { private: true } })
    expect(await carla.push('settings')).toMatchObject({ details: { settings: { private: true } } })
    expect(JSON.stringify((await bob.ask('rooms')).rooms)).not.toContain(room)
    const where = await bob.ask('join', { room })
    await bob.ask('leave', { room })
    const since = { epoch: where.epoch, seq: 0 }
    await expect(bob.ask('join', { room, since })).rejects.toMatchObject(code('invite_only'))
    await ana.ask('invite', { room, person: 'Bob' })
    await bob.ask('join', { room, since })
    expect((await ana.ask('roster', { room, filter: 'invited' })).members).toMatchObject([
      { person: { name: 'Bob' }, invited: true },
    ])
    // A kick takes the invitation back.
    await ana.ask('kick', { room, person: 'Bob' })
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('invite_only'))
    const { client: dora, id } = await known(server.ws, 'Dora')
    await ana.ask('invite', { room, person: id })
    await dora.ask('join', { room })
  })

  it('read-only: only moderators speak', async () => {
    const { ana, bob } = await scene()
    const mine = await bob.ask('send', { room, text: 'antes' })
    await ana.ask('set', { room, settings: { readOnly: true } })
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('room_read_only'))
    await expect(bob.ask('edit', { room, seq: mine.seq, text: 'x' })).rejects.toMatchObject(
      code('room_read_only'),
    )
    await expect(bob.ask('typing', { room })).rejects.toMatchObject(code('room_read_only'))
    await bob.ask('react', { room, seq: mine.seq, text: '👍' })
    await ana.ask('role', { room, person: 'Bob', role: 'moderator' })
    await bob.ask('send', { room, text: 'agora sim' })
    await ana.ask('set', { room, settings: { readOnly: null } })
    expect(await bob.ask('join', { room })).not.toHaveProperty('settings')
  })

  it('slow mode: a person speaks once in so long, whatever the connection; moderators are free', async () => {
    const clock = manualClock()
    const server = await start({ clock })
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const { client: bob, ticket } = await known(server.tcp, 'Bob')
    const desk = await jsonClient(server.ws)
    await desk.ask('hello', { version: 1, ticket })
    await bob.ask('join', { room })
    await desk.ask('join', { room })
    await ana.ask('set', { room, settings: { slowMs: 10_000 } })
    await bob.ask('send', { room, text: '1' })
    clock.pass(4000)
    await expect(desk.ask('send', { room, text: '2' })).rejects.toMatchObject({
      code: 'slow_mode',
      retryable: true,
      retryAfterMs: 6000,
    })
    clock.pass(6000)
    await desk.ask('send', { room, text: '2' })
    await ana.ask('send', { room, text: 'a' })
    await ana.ask('send', { room, text: 'b' })
  })

  it('people: no more than so many at a time; a second connection of one is no more', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    await ana.ask('create', { room, settings: { people: 1 } })
    const { client: bob, ticket } = await known(server.tcp, 'Bob')
    await bob.ask('join', { room })
    const desk = await jsonClient(server.ws)
    await desk.ask('hello', { version: 1, ticket })
    await desk.ask('join', { room })
    const carla = await person(server.ws, 'Carla')
    await expect(carla.ask('join', { room })).rejects.toMatchObject(code('room_full'))
    expect(await ana.ask('join', { room })).toMatchObject({ count: 2 })
    await ana.ask('set', { room, settings: { people: null } })
    await carla.ask('join', { room })
  })

  it('an owner closes the room: everybody is out, its log is gone', async () => {
    const { server, ana, bob } = await scene()
    const { epoch } = await ana
      .ask('send', { room, text: 'fim' })
      .then(() => ana.ask('join', { room }))
    await expect(bob.ask('close', { room })).rejects.toMatchObject(code('forbidden'))
    await ana.ask('close', { room })
    await bob.push('closed')
    expect((await bob.ask('join', { room })).epoch).not.toBe(epoch)
    await expect(ana.ask('close', { room: 'nenhuma' })).rejects.toMatchObject(
      code('room_not_found'),
    )
    const robin = await server.chat.participant('Robin')
    await expect(robin.ask('close', { room: 'geral' })).rejects.toMatchObject(code('forbidden'))
    await expect(bob.ask('set', { room, settings: {}, permanent: true })).rejects.toMatchObject(
      code('forbidden'),
    )
    expect(await robin.ask('set', { room, settings: {}, permanent: true })).toMatchObject({
      permanent: true,
    })
    expect(await ana.ask('join', { room })).toMatchObject({ permanent: true })
  })

  it('private conversations have no owners', async () => {
    const { ana, bob, carla } = await scene()
    const { room: two } = await ana.ask('msg', { to: 'Bob', text: 'oi' })
    for (const op of ['kick', 'ban', 'mute', 'invite']) {
      const fields = { room: two, person: 'Bob' }
      await expect(ana.ask(op, fields), op).rejects.toMatchObject(code('forbidden'))
      await expect(carla.ask(op, fields), op).rejects.toMatchObject(code('room_not_found'))
    }
    await expect(bob.ask('close', { room: two })).rejects.toMatchObject(code('forbidden'))
  })
})

it('roles, bans, read marks and settings are there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-roles-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const options = () => ({ storage: sqliteStorage(join(folder, 'chat.db')) })
  const before = await start(options())
  const { client: ana, ticket: hers } = await known(before.ws, 'Ana')
  const { client: bob, ticket: his } = await known(before.tcp, 'Bob')
  await ana.ask('create', { room, settings: { topic: 'paz', password: 'abre-te' } })
  await ana.ask('join', { room })
  await bob.ask('join', { room, password: 'abre-te' })
  await ana.ask('send', { room, text: 'oi' })
  await ana.ask('read', { room, seq: 1 })
  await ana.ask('mute', { room, person: 'Bob', until: Date.now() + 60_000 })
  await before.chat.close()

  const after = await start(options())
  const back = async (ticket: string) => {
    const client = await jsonClient(after.ws)
    await client.ask('hello', { version: 1, ticket })
    return client
  }
  const again = await back(hers)
  expect(await again.ask('join', { room })).toMatchObject({
    role: 'owner',
    read: 1,
    settings: { topic: 'paz', password: true },
  })
  const muted = await back(his)
  await expect(muted.ask('join', { room })).rejects.toMatchObject(code('room_password'))
  expect(await muted.ask('join', { room, password: 'abre-te' })).toMatchObject({
    mutedUntil: expect.any(Number),
  })
  await expect(muted.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
  await again.ask('ban', { room, person: 'Bob' })
  await muted.push('removed')
  await expect(muted.ask('join', { room })).rejects.toMatchObject(code('banned'))
})
