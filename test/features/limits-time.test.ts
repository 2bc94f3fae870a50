/** Every limit of time, and of slow readers, is crossed here once; sizes and numbers in limits.test.ts. */

import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { LIMITS } from '../../src/limits.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { manualClock } from '../core/manual-clock.ts'
import { jsonClient, person, tcpFrame, texts } from '../support/clients.ts'
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

it('helloMs: silence before hello ends the connection', async () => {
  const clock = manualClock()
  const server = await start({ clock })
  for (const open of [server.tcp, server.ws]) {
    const silent = await jsonClient(open)
    const slow = await jsonClient(open)
    await until(() => server.chat.stats().connections === 2)
    await slow.ask('ping')
    clock.pass(LIMITS.helloMs + 2000)
    expect(await silent.push('close')).toMatchObject({ code: 3501 })
    await silent.closed
    await slow.closed
  }
})

it('frameMs: a frame that begins and does not end is given up', async () => {
  const clock = manualClock()
  const server = await start({ clock })
  const client = await person(server.tcp)
  await client.ask('ping')
  const socket = connect(server.where.tcpPort as number, '127.0.0.1')
  const hello = tcpFrame('{"id":1,"op":"hello","version":1}')
  socket.write(hello.subarray(0, 9))
  let got = ''
  socket.on('data', (chunk) => {
    got += chunk
  })
  await until(() => server.chat.stats().connections === 2)
  await turns(20)
  clock.pass(LIMITS.frameMs)
  await new Promise((resolve) => socket.on('close', resolve))
  expect(got).toContain('3006')
  await client.ask('ping')
})

it('pingMs and pongMs: who gives no sign of life is given up, who does is kept', async () => {
  const clock = manualClock()
  const server = await start({ clock })
  const alive = await person(server.ws)
  const dead = await person(server.ws)
  dead.pause()
  clock.pass(LIMITS.pingMs + 1000)
  await turns(50)
  await new Promise((resolve) => setTimeout(resolve, 50))
  clock.pass(LIMITS.pongMs + 1000)
  await until(() => server.chat.stats().people === 1)
  dead.resume()
  expect(await dead.closed).toBe(3002)
  await alive.ask('ping')
})

it('outboxBytes: a slow reader is put out, slows nobody, and loses nothing on return', async () => {
  const server = await start({
    limits: { outboxBytes: 64 * 1024, commandBurst: 100_000 },
    storage: memoryStorage({ entriesPerRoom: 100_000 }),
  })
  for (const open of [server.tcp, server.ws]) {
    const [talker, slow, good] = await Promise.all([1, 2, 3].map(() => person(open)))
    if (talker === undefined || slow === undefined || good === undefined) throw new Error()
    const { epoch } = await talker.ask('join', { room })
    await good.ask('join', { room })
    const joined = await slow.ask('join', { room })
    const from = joined.head as number
    slow.pause()
    const text = 'x'.repeat(3900)
    let last = 0
    for (let i = 0; i < 400; i++) {
      const some = Array.from({ length: 20 }, () => talker.ask('send', { room, text }))
      last = Math.max(...(await Promise.all(some)).map(({ seq }) => seq as number))
      if (server.chat.stats().people === 2) break
    }
    expect(server.chat.stats().people).toBe(2)
    await good.push('message', ({ seq }) => seq === last)
    slow.resume()
    expect(await slow.push('close')).toMatchObject({ code: 3001, reconnect: true })
    const had = slow.all.filter(({ ev }) => ev === 'message').map(({ seq }) => seq as number)
    expect(had).toEqual(Array.from({ length: had.length }, (_, i) => from + 1 + i))
    const back = await person(open)
    let seq = from + had.length
    let page = await back.ask('join', { room, since: { epoch, seq } })
    for (;;) {
      for (const entry of page.entries as { seq: number }[]) expect(entry.seq).toBe(++seq)
      if (page.more !== true) break
      page = await back.ask('history', { room, after: seq })
    }
    expect(seq).toBe(last)
    for (const client of [talker, good, back]) client.end()
    await until(() => server.chat.stats().people === 0)
  }
}, 60_000)

it('stallMs: who takes nothing for too long is put out, however little waits', async () => {
  const clock = manualClock()
  const server = await start({
    clock,
    limits: { outboxBytes: 1e9, commandBurst: 100_000, pingMs: 1e9 },
  })
  const talker = await person(server.tcp)
  const slow = await person(server.tcp)
  await talker.ask('join', { room })
  await slow.ask('join', { room })
  slow.pause()
  const text = 'x'.repeat(3900)
  for (let i = 0; i < 200; i++) {
    await Promise.all(Array.from({ length: 20 }, () => talker.ask('send', { room, text })))
  }
  clock.pass(1000)
  clock.pass(LIMITS.stallMs + 1000)
  expect(server.chat.stats().people).toBe(1)
  slow.resume()
  await slow.closed
}, 60_000)

it('hookMs: a hook that takes too long refuses its request, and only that', async () => {
  const clock = manualClock()
  const server = await start({
    clock,
    hooks: {
      beforeSend: ({ text }) => (text === 'slow' ? new Promise<void>(() => {}) : undefined),
    },
  })
  const client = await person(server.ws)
  await client.ask('join', { room })
  const slow = client.ask('send', { room, text: 'slow' })
  const after = client.ask('send', { room, text: 'after' })
  await turns(50)
  await new Promise((resolve) => setTimeout(resolve, 50))
  clock.pass(LIMITS.hookMs)
  await expect(slow).rejects.toMatchObject({ code: 'hook_failed', retryable: true })
  await expect(after).resolves.toMatchObject({ seq: 1 })
})

it('storageMs: a storage that does not answer makes sends fail, retryable, shown to nobody', async () => {
  const clock = manualClock()
  const storage = memoryStorage()
  let stuck = false
  const append: typeof storage.append = (batch) =>
    stuck ? new Promise(() => {}) : storage.append(batch)
  const server = await start({ clock, storage: { ...storage, append } })
  const client = await person(server.ws)
  await client.ask('join', { room })
  stuck = true
  const lost = client.ask('send', { room, text: 'x', cid: 'k' })
  await turns(50)
  await new Promise((resolve) => setTimeout(resolve, 50))
  clock.pass(LIMITS.storageMs)
  await expect(lost).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  stuck = false
  await expect(client.ask('send', { room, text: 'x', cid: 'k' })).resolves.toMatchObject({ seq: 1 })
  expect(texts(client, room)).toEqual(['x'])
})

it('emptyRoomMs: a temporary room stays a while, a permanent one for good', async () => {
  const clock = manualClock()
  const server = await start({ clock, limits: { pingMs: 1e9 } })
  const client = await person(server.ws)
  const rooms = async () => {
    const { rooms: list } = await client.ask('rooms')
    return (list as { room: string }[]).map((r) => r.room)
  }
  await server.chat.room('fica').create()
  for (const name of ['dita', 'muda', 'fica', 'usada']) await client.ask('join', { room: name })
  await client.ask('send', { room: 'dita', text: 'x' })
  await client.ask('send', { room: 'usada', text: 'x' })
  expect(await rooms()).toEqual(['dita', 'fica', 'geral', 'muda', 'usada'])
  for (const name of ['dita', 'muda', 'fica']) await client.ask('leave', { room: name })
  await until(() => server.chat.stats().rooms === 1)
  // Nothing was said in "muda": it goes at once.
  expect(await rooms()).toEqual(['dita', 'fica', 'geral', 'usada'])
  for (let ms = 0; ms < LIMITS.emptyRoomMs * 0.9; ms += 60_000) {
    clock.pass(60_000)
    await turns()
    await client.ask('ping')
  }
  expect(await rooms()).toContain('dita')
  for (let ms = 0; ms < LIMITS.emptyRoomMs * 0.5; ms += 60_000) {
    clock.pass(60_000)
    await turns()
    await client.ask('ping')
  }
  expect(await rooms()).toEqual(['fica', 'geral', 'usada'])
})

it('ticketMs: a ticket is good for its time', async () => {
  const clock = manualClock()
  const server = await start({ clock })
  const first = await jsonClient(server.ws)
  const { ticket, person: me } = await first.ask('hello', { version: 1, name: 'Alice' })
  first.end()
  await first.closed
  clock.pass(LIMITS.ticketMs - 10_000)
  const second = await jsonClient(server.ws)
  expect(await second.ask('hello', { version: 1, ticket })).toMatchObject({ person: me })
  second.end()
  await second.closed
  clock.pass(20_000)
  const third = await jsonClient(server.ws)
  await expect(third.ask('hello', { version: 1, ticket })).rejects.toMatchObject(
    code('unauthorized'),
  )
  await third.ask('hello', { version: 1, name: 'Alice' })
})

it('drainMs and closeMs: close ends even when storage and clients do not', async () => {
  const clock = manualClock()
  const storage = memoryStorage()
  const server = await start({
    clock,
    storage: { ...storage, append: () => new Promise(() => {}) },
    limits: { storageMs: 1e9 },
  })
  const client = await person(server.tcp)
  await client.ask('join', { room })
  client.put({ id: 99, op: 'send', room, text: 'x' })
  await turns(50)
  client.pause()
  const closed = server.chat.close()
  await turns(50)
  clock.pass(LIMITS.drainMs)
  await turns(50)
  clock.pass(LIMITS.closeMs + 1000)
  await closed
})
