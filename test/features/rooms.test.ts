import { describe, expect, it } from 'vitest'
import { jsonClient, person, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

describe.each(['ws', 'tcp'] as const)('rooms over %s', (transport) => {
  it('A1 A3: hands a message to everybody in its room, with id, author, room, content and time', async () => {
    const server = await start()
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, i) => person(server[transport], `p${i}`)),
    )
    await Promise.all(people.map((p) => p.ask('join', { room: 'sala' })))
    const before = Date.now()
    const reply = await people[3]?.ask('send', { room: 'sala', text: 'Olá a todos!', cid: 'k1' })
    expect(reply).toEqual({ seq: 1, ts: expect.any(Number) })
    for (const p of people) {
      const message = await p.push('message')
      expect(message).toEqual({
        ev: 'message',
        room: 'sala',
        seq: 1,
        ts: reply?.ts,
        from: { id: expect.stringMatching(/^[\w-]{22}$/), name: 'p3' },
        text: 'Olá a todos!',
        cid: 'k1',
      })
      expect(message.ts).toBeGreaterThanOrEqual(before)
    }
  })

  it('A2: a connection may be in several rooms, and hears only those', async () => {
    const server = await start()
    const alice = await person(server[transport], 'Alice')
    const bob = await person(server[transport], 'Bob')
    await alice.ask('join', { room: 'um' })
    await alice.ask('join', { room: 'dois' })
    await bob.ask('join', { room: 'dois' })
    await bob.ask('join', { room: 'três' })
    await alice.ask('send', { room: 'um', text: 'only um' })
    await bob.ask('send', { room: 'três', text: 'only três' })
    await alice.ask('send', { room: 'dois', text: 'both' })
    expect(await bob.push('message')).toMatchObject({ room: 'três' })
    expect(await bob.push('message')).toMatchObject({ room: 'dois', text: 'both' })
    await expect(bob.ask('send', { room: 'um', text: 'x' })).rejects.toMatchObject({
      code: 'not_member',
    })
    await alice.ask('leave', { room: 'dois' })
    await expect(alice.ask('send', { room: 'dois', text: 'x' })).rejects.toMatchObject({
      code: 'not_member',
    })
    await bob.ask('send', { room: 'dois', text: 'after' })
    await alice.ask('send', { room: 'um', text: 'end' })
    await alice.push('message', (m) => m.text === 'end')
    expect(alice.all.filter((m) => m.text === 'after')).toEqual([])
  })

  it('A4 C8: tells a room who came and went, and gives who comes the list of members', async () => {
    const server = await start()
    const alice = await person(server[transport], 'Alice')
    const bob = await person(server[transport], 'Bob')
    await alice.ask('join', { room: 'sala' })
    const joined = await bob.ask('join', { room: 'sala' })
    const names = (list: unknown) => (list as { name: string }[]).map(({ name }) => name).sort()
    expect(names(joined.members)).toEqual(['Alice', 'Bob'])
    expect(joined.count).toBe(2)
    expect(await alice.push('joined')).toMatchObject({ person: { name: 'Bob' }, count: 2 })
    await bob.ask('nick', { name: 'Beto' })
    expect(await alice.push('renamed')).toMatchObject({ person: { name: 'Beto' }, was: 'Bob' })
    const members = await alice.ask('members', { room: 'sala' })
    expect(names(members.members)).toEqual(['Alice', 'Beto'])
    await bob.ask('leave', { room: 'sala' })
    expect(await alice.push('left')).toMatchObject({
      person: { name: 'Beto' },
      count: 1,
      why: 'leave',
    })
    expect(bob.all.filter((m) => m.ev === 'left' || m.ev === 'joined')).toEqual([])
  })

  it('A6: a broken connection leaves its rooms, and the others are told', async () => {
    const server = await start()
    const alice = await person(server[transport], 'Alice')
    const bob = await person(server[transport], 'Bob')
    for (const room of ['um', 'dois']) {
      await alice.ask('join', { room })
      await bob.ask('join', { room })
    }
    bob.cut()
    const left = [await alice.push('left'), await alice.push('left')]
    expect(left.map(({ room }) => room).sort()).toEqual(['dois', 'um'])
    expect(left[0]).toMatchObject({ why: 'lost', person: { name: 'Bob' } })
    const again = await person(server[transport], 'Bob')
    await again.ask('join', { room: 'um' })
  })

  it('two connections of one person are one person in the room', async () => {
    const server = await start()
    const alice = await person(server[transport], 'Alice')
    const phone = await jsonClient(server[transport])
    const { ticket } = await phone.ask('hello', { version: 1, name: 'Bob' })
    const desk = await jsonClient(server.ws)
    const hello = await desk.ask('hello', { version: 1, ticket })
    expect(hello.person).toMatchObject({ name: 'Bob' })
    await alice.ask('join', { room: 'sala' })
    await phone.ask('join', { room: 'sala' })
    const second = await desk.ask('join', { room: 'sala' })
    expect(second.count).toBe(2)
    phone.end()
    await phone.closed
    desk.cut()
    await alice.push('left')
    expect(alice.all.filter((m) => m.ev === 'joined' || m.ev === 'left')).toHaveLength(2)
  })
})

it('people on TCP text and WebSocket JSON talk in the same room', async () => {
  const server = await start({ lang: 'pt-BR' })
  const alice = await textClient(server.tcp, 'Alice')
  await alice.line('#geral')
  const bob = await person(server.ws, 'Bob')
  await bob.ask('join', { room: 'geral' })
  await alice.line('* Bob')
  alice.send('Olá a todos!')
  expect(await bob.push('message')).toMatchObject({ text: 'Olá a todos!', from: { name: 'Alice' } })
  expect(await alice.line('[#geral] Alice: Olá a todos!')).toBe('[#geral] Alice: Olá a todos!')
  await bob.ask('send', { room: '#geral', text: 'oi' })
  expect(await alice.line('[#geral] Bob: oi')).toBe('[#geral] Bob: oi')
})
