/** Kicks, bans, mutes and roles, through real sockets. */

import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { jsonClient, person, textClient } from '../support/clients.ts'
import { code, heard, known, MINUTE, room, scene, until } from '../support/scene.ts'
import { start } from '../support/server.ts'

describe('kick and ban', () => {
  it('C2: whoever makes a room owns it, by join or create', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    expect(await ana.ask('join', { room })).toMatchObject({ created: true, role: 'owner' })
    await ana.ask('create', { room: 'outra' })
    expect(await ana.ask('join', { room: 'outra' })).toMatchObject({ role: 'owner' })
    const bob = await person(server.tcp, 'Bob')
    expect(await bob.ask('join', { room })).not.toHaveProperty('role')
    await expect(bob.ask('kick', { room, person: 'Ana' })).rejects.toMatchObject(code('forbidden'))
  })

  it('B9: a kick puts a person out, tells everybody, and they may come back', async () => {
    const { ana, bob, carla } = await scene()
    const done = await ana.ask('kick', { room, person: 'Bob', reason: 'calma' })
    expect(done).toMatchObject({ room, person: { name: 'Bob' }, seq: 1 })
    expect(await bob.push('kick')).toMatchObject({ text: 'calma', from: { name: 'Ana' } })
    expect(await bob.push('removed')).toEqual({ ev: 'removed', room, why: 'kick', reason: 'calma' })
    expect(await carla.push('kick')).toMatchObject({ to: { name: 'Bob' }, seq: 1 })
    expect(await carla.push('left')).toMatchObject({ why: 'removed', count: 2 })
    await ana.ask('send', { room, text: 'sem Bob' })
    await carla.push('message')
    for (const op of ['history', 'members', 'send', 'typing']) {
      const asked = bob.ask(op, { room, text: 'x' })
      await expect(asked, op).rejects.toMatchObject(code('not_member'))
    }
    expect(heard(bob, 'sem Bob')).toBe(false)
    expect(await bob.ask('join', { room })).toMatchObject({ count: 3 })
    await ana.ask('kick', { room, person: 'Bob' })
    await expect(ana.ask('kick', { room, person: 'Bob' })).rejects.toMatchObject(
      code('person_not_found'),
    )
  })

  it('B9: a ban keeps a person out, by all connections, also when they come back', async () => {
    const { server, ana } = await scene()
    const { client: dora, id, ticket } = await known(server.ws, 'Dora')
    const phone = await jsonClient(server.tcp)
    await phone.ask('hello', { version: 1, ticket })
    const where = await dora.ask('join', { room })
    await phone.ask('join', { room })
    await ana.ask('ban', { room, person: id, reason: 'spam' })
    expect(await dora.push('removed')).toMatchObject({ why: 'ban', reason: 'spam' })
    expect(await phone.push('removed')).toMatchObject({ why: 'ban' })
    await expect(dora.ask('join', { room })).rejects.toMatchObject(code('banned'))
    const again = await jsonClient(server.ws)
    await again.ask('hello', { version: 1, ticket })
    const since = { epoch: where.epoch, seq: where.head }
    await expect(again.ask('join', { room, since })).rejects.toMatchObject(code('banned'))
    expect((await ana.ask('roster', { room, filter: 'banned' })).members).toEqual([
      { person: { id, name: 'Dora' }, bannedUntil: null },
    ])
    dora.end()
    phone.end()
    again.end()
    await Promise.all([dora.closed, phone.closed, again.closed])
    // By name, though nobody of it is here.
    await ana.ask('unban', { room, person: 'Dora' })
    const back = await jsonClient(server.ws)
    await back.ask('hello', { version: 1, ticket })
    expect(await back.ask('join', { room, since })).toMatchObject({
      entries: [{ ev: 'ban', text: 'spam' }, { ev: 'unban' }],
    })
  })

  it('a ban ends by itself', async () => {
    const clock = manualClock()
    const { ana, bob } = await scene({ clock, limits: { pingMs: 60 * MINUTE } })
    const end = clock.now() + 10 * MINUTE
    await ana.ask('ban', { room, person: 'Bob', until: end })
    expect(await ana.push('ban')).toMatchObject({ details: { until: end } })
    await bob.push('removed')
    clock.pass(10 * MINUTE - 1)
    await expect(bob.ask('join', { room })).rejects.toMatchObject(code('banned'))
    clock.pass(1)
    await bob.ask('join', { room })
    expect((await ana.ask('roster', { room })).members).toMatchObject([{ role: 'owner' }])
    await expect(ana.ask('ban', { room, person: 'Bob', until: clock.now() })).rejects.toMatchObject(
      code('bad_request'),
    )
  })

  it('who left can be banned by what they said, and by id', async () => {
    const { ana, bob } = await scene()
    await bob.ask('send', { room, text: 'e agora?' })
    const { from } = (await ana.push('message')) as unknown as { from: { id: string } }
    bob.end()
    await bob.closed
    await ana.push('left')
    expect(await ana.ask('ban', { room, person: 'bob' })).toMatchObject({ person: from })
    await ana.ask('unban', { room, person: from.id })
    await expect(ana.ask('ban', { room, person: 'Zoe' })).rejects.toMatchObject(
      code('person_not_found'),
    )
  })

  it('takes the role away with the ban', async () => {
    const { ana, bob } = await scene()
    await ana.ask('role', { room, person: 'Bob', role: 'moderator' })
    await ana.ask('ban', { room, person: 'Bob' })
    await bob.push('removed')
    await expect(bob.ask('unban', { room, person: 'Bob' })).rejects.toMatchObject(code('forbidden'))
    await ana.ask('unban', { room, person: 'Bob' })
    expect(await bob.ask('join', { room })).not.toHaveProperty('role')
  })

  it('an address may be banned with a person: all guests from there, until it is lifted', async () => {
    const { server, ana, bob, carla } = await scene()
    const robin = await server.chat.participant('Robin')
    await robin.join(room)
    // Everybody here comes from one address; whoever has a role in the room is spared.
    await robin.ask('ban', { room, person: 'Bob', address: true })
    expect(await carla.push('removed')).toMatchObject({ why: 'ban' })
    await bob.push('removed')
    await ana.ask('send', { room, text: 'eu fico' })
    await ana.ask('leave', { room })
    await ana.ask('join', { room })
    const dora = await person(server.tcp, 'Dora')
    await expect(dora.ask('join', { room })).rejects.toMatchObject(code('banned'))
    const { members } = await robin.ask('roster', { room, filter: 'banned' })
    expect(members).toHaveLength(2)
    expect(JSON.stringify(members)).not.toContain('127.0.0.1')
    await robin.ask('unban', { room, person: 'Bob' })
    await dora.ask('join', { room })
    await bob.ask('join', { room })
    await robin.close()
  })

  it('people who speak text are put out into the room where everybody starts', async () => {
    const server = await start()
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const bob = await textClient(server.tcp, 'Bob')
    await bob.line('#geral')
    bob.send(`/join ${room}`)
    await bob.line(`You are in #${room}`)
    await ana.ask('ban', { room, person: 'Bob', reason: 'spam' })
    await bob.line('Ana banned Bob: spam')
    await bob.line('You were put out of #sala: spam')
    await bob.line('You are in #geral')
    bob.send('here')
    await bob.line('[#geral] Bob: here')
    bob.send(`/join ${room}`)
    await bob.line('! You may not come into this room.')
  })
})

it('an admin of the server does everything everywhere; bans of addresses spare who is known', async () => {
  const users: Record<string, { id: string; name: string; admin?: boolean }> = {
    chefe: { id: 'u-1', name: 'Chefe', admin: true },
    carla: { id: 'u-2', name: 'Carla' },
  }
  const server = await start({
    guests: true,
    authenticate: ({ token }) => users[token ?? ''] ?? null,
  })
  const ana = await person(server.ws, 'Ana')
  await ana.ask('join', { room })
  const bob = await person(server.tcp, 'Bob')
  const carla = await person(server.ws, undefined, { token: 'carla' })
  for (const client of [bob, carla]) await client.ask('join', { room })
  const admin = await person(server.ws, undefined, { token: 'chefe' })
  // In a room that they aren't in, on its owner.
  await admin.ask('set', { room, settings: { private: true, readOnly: true }, permanent: true })
  await admin.ask('mute', { room, person: 'Ana' })
  await admin.ask('role', { room, person: 'Ana', role: 'member' })
  await admin.ask('join', { room })
  await admin.ask('send', { room, text: 'ordem' })
  await expect(ana.ask('kick', { room, person: 'Chefe' })).rejects.toMatchObject(code('forbidden'))
  const dora = await person(server.ws, 'Dora')
  await expect(dora.ask('join', { room })).rejects.toMatchObject(code('invite_only'))
  await admin.ask('ban', { room, person: 'Bob', address: true })
  await bob.push('removed')
  await expect(dora.ask('join', { room })).rejects.toMatchObject(code('banned'))
  await admin.ask('send', { room, text: 'paz' })
  await carla.push('message', ({ text }) => text === 'paz')
  expect(carla.all.some(({ ev }) => ev === 'removed')).toBe(false)
  await admin.ask('close', { room })
  await carla.push('closed')
})

describe('by text', () => {
  it('B2: people have commands for it, in both languages', async () => {
    const server = await start({ lang: 'pt-BR' })
    const ana = await textClient(server.tcp, 'Ana')
    await ana.line('#geral')
    ana.send(`/entrar ${room}`)
    await ana.line(`Você está em #${room}`)
    const bob = await textClient(server.ws, 'Bob')
    await bob.line('#geral')
    bob.send(`/join ${room}`)
    await bob.line(`Você está em #${room}`)
    ana.send('/assunto paz e amor')
    await bob.line('[#sala] * Ana mudou as configurações da sala (assunto: paz e amor)')
    ana.send('/promover Bob')
    await bob.line('[#sala] * agora o papel de Bob é moderação (por Ana)')
    bob.send('/kick Ana')
    await bob.line(/^! /)
    ana.send('/rebaixar Bob')
    await bob.line('[#sala] * Bob não tem mais nenhum papel (por Ana)')
    ana.send('/silenciar Bob chega')
    await bob.line('[#sala] * Ana silenciou Bob: chega')
    bob.send('x')
    await bob.line('! Você não pode falar nesta sala.')
    ana.send('/dessilenciar Bob')
    await bob.line('[#sala] * Ana devolveu a palavra a Bob')
    ana.send('/banir Bob motivo')
    await bob.line('[#sala] * Ana baniu Bob: motivo')
    await bob.line('Tiraram você de #sala: motivo')
    ana.send('/desbanir Bob')
    await ana.line('[#sala] * Ana suspendeu o banimento de Bob')
    bob.send(`/join ${room}`)
    await bob.line('paz e amor')
  })
})

describe('mute', () => {
  it('takes the word from a person, and gives it back', async () => {
    const { ana, bob, carla } = await scene()
    await bob.ask('send', { room, text: 'antes' })
    await ana.ask('mute', { room, person: 'Bob', reason: 'chega' })
    expect(await carla.push('mute')).toMatchObject({ to: { name: 'Bob' }, text: 'chega' })
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    await expect(bob.ask('edit', { room, seq: 1, text: 'x' })).rejects.toMatchObject(code('muted'))
    await expect(bob.ask('react', { room, seq: 1, text: '👍' })).rejects.toMatchObject(
      code('muted'),
    )
    await expect(bob.ask('typing', { room })).rejects.toMatchObject(code('muted'))
    await bob.ask('leave', { room })
    expect(await bob.ask('join', { room })).toMatchObject({ mutedUntil: null })
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    await bob.ask('delete', { room, seq: 1 })
    await ana.ask('unmute', { room, person: 'Bob' })
    await bob.ask('send', { room, text: 'depois' })
  })

  it('ends by itself', async () => {
    const clock = manualClock()
    const { ana, bob } = await scene({ clock, limits: { pingMs: 60 * MINUTE } })
    await ana.ask('mute', { room, person: 'Bob', until: clock.now() + MINUTE })
    await expect(bob.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('muted'))
    clock.pass(MINUTE)
    await bob.ask('send', { room, text: 'livre' })
    expect(await bob.ask('join', { room })).not.toHaveProperty('mutedUntil')
  })

  it('holds for what a slow hook was asked about before', async () => {
    let go: () => void = () => {}
    const asked = new Promise<void>((resolve) => {
      go = resolve
    })
    const seen: string[] = []
    const { ana, bob, carla } = await scene({
      hooks: {
        async beforeSend({ text }) {
          seen.push(text)
          await asked
        },
      },
    })
    const muted = bob.ask('send', { room, text: 'muted' })
    const kicked = carla.ask('send', { room, text: 'kicked' })
    muted.catch(() => {})
    kicked.catch(() => {})
    await until(() => seen.length === 2)
    await ana.ask('mute', { room, person: 'Bob' })
    await ana.ask('kick', { room, person: 'Carla' })
    go()
    await expect(muted).rejects.toMatchObject(code('muted'))
    await expect(kicked).rejects.toMatchObject(code('not_member'))
  })
})

describe('roles', () => {
  it('are given by owners; nobody acts on somebody of the same or a higher rank', async () => {
    const { server, ana, bob, carla } = await scene()
    await ana.ask('role', { room, person: 'Bob', role: 'moderator' })
    expect(await carla.push('role')).toMatchObject({
      to: { name: 'Bob' },
      details: { role: 'moderator' },
    })
    await ana.ask('role', { room, person: 'Carla', role: 'moderator' })
    for (const op of ['kick', 'ban', 'mute']) {
      await expect(bob.ask(op, { room, person: 'Carla' })).rejects.toMatchObject(code('forbidden'))
      await expect(bob.ask(op, { room, person: 'Ana' })).rejects.toMatchObject(code('forbidden'))
      await expect(bob.ask(op, { room, person: 'Bob' })).rejects.toMatchObject(code('forbidden'))
    }
    await expect(bob.ask('role', { room, person: 'Carla', role: null })).rejects.toMatchObject(
      code('forbidden'),
    )
    const dora = await person(server.ws, 'Dora')
    await dora.ask('join', { room })
    await bob.ask('mute', { room, person: 'Dora' })
    const roster = await dora.ask('roster', { room, filter: 'role' })
    expect((roster.members as { role: string }[]).map(({ role }) => role).sort()).toEqual([
      'moderator',
      'moderator',
      'owner',
    ])
    await ana.ask('role', { room, person: 'Bob', role: null })
    await expect(bob.ask('mute', { room, person: 'Dora' })).rejects.toMatchObject(code('forbidden'))
    // From one moment to the next, without coming in anew.
    const robin = await server.chat.participant('Robin')
    await robin.join(room)
    await expect(ana.ask('kick', { room, person: 'Robin' })).rejects.toMatchObject(
      code('forbidden'),
    )
    await robin.close()
  })

  it('the last owner cannot step down; one of two can', async () => {
    const { ana, bob } = await scene()
    const resign = () => ana.ask('role', { room, person: 'Ana', role: 'member' })
    await expect(resign()).rejects.toMatchObject(code('forbidden'))
    await ana.ask('role', { room, person: 'Bob', role: 'owner' })
    await expect(ana.ask('role', { room, person: 'Bob', role: null })).rejects.toMatchObject(
      code('forbidden'),
    )
    await resign()
    await expect(ana.ask('set', { room, settings: {} })).rejects.toMatchObject(code('forbidden'))
    await expect(bob.ask('role', { room, person: 'Bob', role: null })).rejects.toMatchObject(
      code('forbidden'),
    )
  })

  it('moderators delete what those below them said; it is noted who did', async () => {
    const storage = memoryStorage()
    const { ana, bob, carla } = await scene({ storage })
    await ana.ask('role', { room, person: 'Bob', role: 'moderator' })
    const mine = await ana.ask('send', { room, text: 'da Ana' })
    const hers = await carla.ask('send', { room, text: 'da Carla' })
    await expect(bob.ask('delete', { room, seq: mine.seq })).rejects.toMatchObject(
      code('forbidden'),
    )
    await expect(carla.ask('delete', { room, seq: mine.seq })).rejects.toMatchObject(
      code('forbidden'),
    )
    await bob.ask('delete', { room, seq: hers.seq })
    expect(await carla.push('delete')).toMatchObject({ ref: hers.seq, from: { name: 'Bob' } })
    await ana.ask('kick', { room, person: 'Carla', reason: 'fora' })
    expect(await storage.records?.audit.list(undefined, 10)).toMatchObject([
      { act: 'kick', by: { name: 'Ana' }, room, to: { name: 'Carla' }, note: 'fora' },
      { act: 'delete', by: { name: 'Bob' }, room, to: { name: 'Carla' }, note: `#${hers.seq}` },
      { act: 'role', by: { name: 'Ana' }, to: { name: 'Bob' } },
    ])
  })
})
