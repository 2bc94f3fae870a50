/** Every limit of size and number is crossed here once; those of time in limits-time.test.ts. */

import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { manualClock } from '../core/manual-clock.ts'
import { type JsonClient, jsonClient, person, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const turns = async (n = 10) => {
  for (let i = 0; i < n; i++) await new Promise(setImmediate)
}
const code = (value: string) => ({ code: value })
/** Waits until something is so; fails after five seconds. */
async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 5000
  while (!what()) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it('frameBytes: a frame over the limit is refused, one at the limit is not', async () => {
  const server = await start({ limits: { frameBytes: 1000 } })
  for (const open of [server.tcp, server.ws]) {
    const client = await person(open)
    const fit = JSON.stringify({ id: 1, op: 'ping', pad: '' })
    client.send(JSON.stringify({ id: 1, op: 'ping', pad: 'x'.repeat(1000 - fit.length) }))
    await expect(client.ask('ping')).resolves.toHaveProperty('ts')
    client.send(JSON.stringify({ id: 1, op: 'ping', pad: 'x'.repeat(1001 - fit.length) }))
    const end = await client.closed
    if (open === server.ws) expect([3502, 1009]).toContain(end)
    else expect(await client.push('close')).toMatchObject({ code: 3502, reconnect: false })
  }
})

it('frameBytes: TCP refuses at the length, before anything is sent', async () => {
  const server = await start()
  const client = await person(server.tcp)
  const closed = client.closed
  const socket = connect(server.where.tcpPort as number, '127.0.0.1')
  socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]))
  let got = ''
  socket.on('data', (chunk) => {
    got += chunk.toString()
  })
  await new Promise((resolve) => socket.on('close', resolve))
  expect(got).toContain('3502')
  client.end()
  await closed
})

it('frameFragments: a message in too many pieces is refused', async () => {
  const server = await start({ limits: { frameFragments: 8 } })
  const ws = new WebSocket(server.url)
  await new Promise((resolve) => ws.on('open', resolve))
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  for (let i = 0; i < 20; i++) ws.send(i === 0 ? '{' : ' ', { fin: false })
  expect(await closed).toBeGreaterThan(1001)
})

it('helloBytes: who says too much before hello is put out', async () => {
  const server = await start({ limits: { helloBytes: 500 } })
  for (const open of [server.tcp, server.ws]) {
    const client = await jsonClient(open)
    for (let i = 0; i < 6; i++) client.put({ id: i, op: 'ping', pad: 'x'.repeat(100) })
    expect(await client.push('close')).toMatchObject({ code: 3502 })
    await client.closed
    const good = await person(open)
    for (let i = 0; i < 10; i++) await good.ask('ping', { pad: 'x'.repeat(100) })
  }
})

it('messageChars and messageBytes: C7, a text too long is refused with a clear error', async () => {
  const server = await start({ limits: { messageChars: 10, messageBytes: 30 } })
  const client = await person(server.ws)
  await client.ask('join', { room })
  const send = (text: string) => client.ask('send', { room, text })
  await expect(send('1234567890')).resolves.toMatchObject({ seq: 1 })
  await expect(send('👍👍👍👍👍👍👍')).resolves.toMatchObject({ seq: 2 })
  await expect(send('12345678901')).rejects.toMatchObject(code('text_too_long'))
  await expect(send('👍👍👍👍👍👍👍👍')).rejects.toMatchObject(code('text_too_long'))
  await expect(send('')).rejects.toMatchObject(code('text_empty'))
  await expect(send(' \n ')).rejects.toMatchObject(code('text_empty'))
  await expect(client.ask('history', { room })).resolves.toMatchObject({ head: 2 })
})

it('nameChars and roomNameChars', async () => {
  const server = await start({ limits: { nameChars: 5, roomNameChars: 6 } })
  const client = await person(server.ws, 'Alice')
  await expect(client.ask('nick', { name: 'Alicia' })).rejects.toMatchObject(code('name_invalid'))
  await client.ask('join', { room: '123456' })
  await expect(client.ask('join', { room: '1234567' })).rejects.toMatchObject(code('room_invalid'))
})

it('roomsPerConnection', async () => {
  const server = await start({ limits: { roomsPerConnection: 2 } })
  const client = await person(server.ws)
  await client.ask('join', { room: 'a1' })
  await client.ask('join', { room: 'a2' })
  await expect(client.ask('join', { room: 'a3' })).rejects.toMatchObject(code('too_many_rooms'))
  await client.ask('join', { room: 'a2' })
  await client.ask('leave', { room: 'a1' })
  await client.ask('join', { room: 'a3' })
})

it('membersPerRoom', async () => {
  const server = await start({ limits: { membersPerRoom: 2 } })
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => person(server.ws)))
  await a?.ask('join', { room })
  await b?.ask('join', { room })
  await expect(c?.ask('join', { room })).rejects.toMatchObject(code('room_full'))
  await a?.ask('leave', { room })
  await c?.ask('join', { room })
})

it('rooms and createsPerHour', async () => {
  const full = await start({ limits: { rooms: 2 } })
  const one = await person(full.ws)
  await one.ask('join', { room: 'a1' })
  await expect(one.ask('join', { room: 'a2' })).rejects.toMatchObject(code('server_full'))
  const busy = await start({ limits: { createsPerHour: 2 } })
  const two = await person(busy.ws)
  await two.ask('create', { room: 'a1' })
  await two.ask('join', { room: 'a2' })
  await expect(two.ask('join', { room: 'a3' })).rejects.toMatchObject({
    code: 'rate_limited',
    retryable: true,
    retryAfterMs: expect.any(Number),
  })
})

it('connections and connectionsPerAddress', async () => {
  for (const limits of [{ connections: 2 }, { connectionsPerAddress: 2 }]) {
    const server = await start({ limits })
    const one = await person(server.ws)
    const two = await person(server.tcp)
    await expect(jsonClient(server.ws)).rejects.toThrow(/503/)
    const refused = await jsonClient(server.tcp)
    expect(await refused.push('close')).toMatchObject({ code: 3003, reconnect: true })
    await refused.closed
    await one.ask('ping')
    two.cut()
    await two.closed
    await until(() => server.chat.stats().connections === 1)
    await person(server.tcp)
  }
})

it('commandsPerSecond and commandBurst: refused with the time to wait, and kept', async () => {
  const clock = manualClock()
  const server = await start({ clock, limits: { commandsPerSecond: 10, commandBurst: 12 } })
  const client = await person(server.ws)
  await client.ask('join', { room })
  for (let i = 0; i < 6; i++) await client.ask('send', { room, text: `${i}` })
  await expect(client.ask('send', { room, text: 'x' })).rejects.toMatchObject({
    code: 'rate_limited',
    retryable: true,
    retryAfterMs: 100,
  })
  clock.pass(100)
  await client.ask('send', { room, text: '6' })
  await expect(client.ask('send', { room, text: 'x' })).rejects.toMatchObject(code('rate_limited'))
  expect(texts(client, room)).toEqual(['0', '1', '2', '3', '4', '5', '6'])
})

it('addressCommandsPerSecond and addressCommandBurst: all connections of an address together', async () => {
  const clock = manualClock()
  const limits = { addressCommandsPerSecond: 10, addressCommandBurst: 20 }
  const server = await start({ clock, limits })
  const clients = await Promise.all(Array.from({ length: 10 }, () => person(server.ws)))
  for (const client of clients) await client.ask('ping')
  await expect(clients[0]?.ask('ping')).rejects.toMatchObject(code('rate_limited'))
  clock.pass(100)
  await clients[1]?.ask('ping')
  await expect(clients[2]?.ask('ping')).rejects.toMatchObject(code('rate_limited'))
})

it('floodRefusals: who goes on all the same is put out, and may come back', async () => {
  const clock = manualClock()
  const server = await start({ clock, limits: { commandBurst: 5, floodRefusals: 20 } })
  const client = await person(server.ws)
  for (let i = 0; i < 30; i++) client.put({ id: i, op: 'ping' })
  expect(await client.push('close')).toMatchObject({ code: 3004, reconnect: true })
  expect(await client.closed).toBe(3004)
})

it('inboxCommands: what waits behind a slow hook is bounded by not reading on', async () => {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const server = await start({
    limits: { inboxCommands: 10, commandBurst: 100_000, frameBytes: 65_536 },
    hooks: { beforeSend: () => gate },
  })
  const client = await person(server.tcp)
  await client.ask('join', { room })
  for (let i = 0; i < 2000; i++) {
    client.put({ id: 1000 + i, op: 'send', room, text: `${i} ${'x'.repeat(2000)}` })
  }
  await turns(50)
  release()
  await until(() => texts(client, room).length === 2000)
  expect(texts(client, room).map((text) => Number.parseInt(String(text), 10))).toEqual(
    Array.from({ length: 2000 }, (_, i) => i),
  )
})

it('historyPage and listPage', async () => {
  const server = await start({ limits: { historyPage: 3, listPage: 2 } })
  const clients: JsonClient[] = []
  for (let i = 0; i < 5; i++) clients.push(await person(server.ws, `p${i}`))
  for (const client of clients) await client.ask('join', { room })
  const client = clients[0] as JsonClient
  for (let i = 1; i <= 5; i++) await client.ask('send', { room, text: `${i}` })
  const page = await client.ask('history', { room, after: 0, limit: 1000 })
  expect(page).toMatchObject({ more: true, head: 5 })
  expect((page.entries as { seq: number }[]).map(({ seq }) => seq)).toEqual([1, 2, 3])
  const seen: string[] = []
  for (let after = '0', more = true; more; ) {
    const list = await client.ask('members', { room, after })
    const members = list.members as { id: string; name: string }[]
    expect(members.length).toBeLessThanOrEqual(2)
    seen.push(...members.map(({ name }) => name))
    after = list.next as string
    more = list.more as boolean
  }
  expect(seen.sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4'])
  for (const name of ['a1', 'a2', 'a3']) await client.ask('create', { room: name })
  const rooms = await client.ask('rooms')
  expect(rooms).toMatchObject({ more: true, rooms: [{ room: 'a1' }, { room: 'a2' }] })
  const rest = await client.ask('rooms', { after: 'a3' })
  expect(rest).toMatchObject({ more: false, rooms: [{ room: 'geral' }, { room }] })
})

it('presenceMembers: a large room tells how many, not who', async () => {
  const clock = manualClock()
  const server = await start({ clock, limits: { presenceMembers: 2 } })
  const clients: JsonClient[] = []
  for (let i = 0; i < 4; i++) {
    const client = await person(server.ws, `p${i}`)
    await client.ask('join', { room })
    clients.push(client)
  }
  clock.pass(1000)
  expect(await clients[0]?.push('count')).toMatchObject({ count: 4 })
  expect(clients[0]?.all.filter(({ ev }) => ev === 'joined')).toHaveLength(1)
})

it('recentEntries: who was away for longer gets the rest from storage all the same', async () => {
  const server = await start({ limits: { recentEntries: 2 } })
  const bob = await person(server.ws, 'Bob')
  const { epoch } = await bob.ask('join', { room })
  for (let i = 1; i <= 20; i++) await bob.ask('send', { room, text: `${i}` })
  const alice = await person(server.ws, 'Alice')
  const joined = await alice.ask('join', { room, since: { epoch, seq: 3 } })
  expect((joined.entries as { text: string }[]).map(({ text }) => Number(text))).toEqual(
    Array.from({ length: 17 }, (_, i) => i + 4),
  )
  expect(joined).toMatchObject({ more: false, head: 20 })
})
