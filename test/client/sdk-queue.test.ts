/** What the SDK says: once, in order, as long as it takes. The server is a script. */

import { describe, expect, it } from 'vitest'
import type { ClientStore, ConnectOptions } from '../../src/client.ts'
import { ANA, BOB, joined, LIMITS, type Line, message, script } from './sdk-support.ts'

/** In the room already. */
async function inside(options: ConnectOptions = {}, more: object = {}) {
  const world = script()
  const chat = world.client(options)
  const coming = chat.join('geral')
  const line = await world.welcome(more)
  line.ok('join', joined())
  const room = await coming
  await world.clock.advance(0)
  const back = async (hello: object = {}, answer: object = joined()): Promise<Line> => {
    world.line.end()
    await world.clock.advance(1000)
    const next = await world.welcome(hello)
    next.ok('join', answer)
    await world.clock.settle()
    return next
  }
  return { ...world, world, chat, line, room, back }
}

const sends = (line: Line): string[] =>
  line.said.flatMap(({ op, text }) => (op === 'send' ? [text] : []))

/** What became of a promise: a value, or the code of an error. */
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: { code: string }) => error.code)

function memoryStore(first: Record<string, string> = {}) {
  const kept = new Map(Object.entries(first))
  const store: ClientStore = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  }
  return { kept, store }
}

describe('saying', () => {
  it('is acknowledged by the answer', async () => {
    const { room, line } = await inside()
    const states: boolean[][] = []
    room.on('unsent', (all) => states.push(all.map(({ sent }) => sent)))
    const said = room.send('oi', { ref: 3 })
    const { cid } = line.last('send')
    expect(line.last('send')).toMatchObject({ room: 'geral', text: 'oi', ref: 3 })
    expect(room.unsent).toMatchObject([{ cid, op: 'send', text: 'oi', ref: 3, sent: true }])
    line.ok('send', { seq: 7, ts: 70 })
    expect(await said).toEqual({ seq: 7, ts: 70 })
    expect(states).toEqual([[true], []])
  })

  it('is acknowledged by seeing it, of oneself only', async () => {
    const { room, line, back } = await inside()
    const said = room.send('oi', { cid: 'c1' })
    line.push(message(1, { cid: 'c1', from: BOB }))
    expect(room.unsent).toHaveLength(1)
    // The answer is lost; coming back one sees that it was stored.
    const entries = [message(2, { cid: 'c1', from: ANA, text: 'oi' })]
    const next = await back({}, joined(2, { entries }))
    expect(await said).toEqual({ seq: 2, ts: 1002 })
    expect(sends(next)).toEqual([])
  })

  it('is tried again with the same key, in order, by another connection', async () => {
    const { room, line, back } = await inside()
    const all = Promise.all([room.send('a'), room.send('b'), room.edit(1, 'c')])
    const keys = line.said.slice(2).map(({ cid }) => cid)
    const next = await back()
    expect(next.said.slice(2).map(({ cid }) => cid)).toEqual(keys)
    expect(new Set(keys).size).toBe(3)
    next.ok('send', { seq: 1, ts: 1, duplicate: true })
    next.ok('send', { seq: 2, ts: 2 })
    next.ok('edit', { seq: 3, ts: 3 })
    expect(await all).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }])
  })

  it('waits while there is no connection, up to so many', async () => {
    const { room, line, chat } = await inside({ queueLimit: 2 })
    line.end()
    const all = ['a', 'b', 'c'].map((text) => outcome(room.send(text)))
    expect(await all[2]).toBe('overloaded')
    expect(room.unsent.map(({ text, sent }) => [text, sent])).toEqual([
      ['a', false],
      ['b', false],
    ])
    void chat.close()
    expect(await Promise.all(all)).toEqual(['closed', 'closed', 'overloaded'])
  })

  it('has 32 on their way at once', async () => {
    const { room, line } = await inside()
    for (let i = 0; i < 40; i++) void room.send(`${i}`)
    expect(sends(line)).toHaveLength(32)
    line.ok('send', { seq: 1, ts: 1 })
    expect(sends(line)).toHaveLength(33)
    expect(room.unsent.filter(({ sent }) => sent)).toHaveLength(32)
  })

  it('keeps to the pace that the server announced', async () => {
    const limits = { ...LIMITS, commandsPerSecond: 10, commandBurst: 10 }
    const { room, line, clock } = await inside({}, { limits })
    for (let i = 0; i < 20; i++) void room.send(`${i}`)
    expect(sends(line)).toHaveLength(7)
    await clock.advance(1000)
    expect(sends(line)).toHaveLength(14)
  })

  it('what the server would close for is refused', async () => {
    const { room, line, chat } = await inside()
    const said = outcome(room.send('x'.repeat(70_000)))
    expect(await said).toBe('too_large')
    expect(sends(line)).toEqual([])
    expect(chat.state).toBe('online')
  })
})

describe('a refusal', () => {
  it('that is final is told', async () => {
    const { room, line } = await inside()
    const all = [outcome(room.send('a')), outcome(room.send('b'))]
    line.refuse('send', 'muted')
    line.refuse('send', 'slow_mode', { retryable: true, retryAfterMs: 5000 })
    expect(await Promise.all(all)).toEqual(['muted', 'slow_mode'])
  })

  it('that passes is waited for, and what is behind it waits, too', async () => {
    const { room, line, clock } = await inside()
    const said = room.send('a')
    line.refuse('send', 'overloaded', { retryable: true, retryAfterMs: 2000 })
    void room.send('b')
    await clock.advance(1999)
    expect(sends(line)).toEqual(['a'])
    await clock.advance(600)
    expect(sends(line)).toEqual(['a', 'a', 'b'])
    line.ok('send', { seq: 1, ts: 1 })
    expect(await said).toEqual({ seq: 1, ts: 1 })
  })

  it('is borne for a minute', async () => {
    const { room, line, clock } = await inside()
    const said = outcome(room.send('a'))
    let isOver = false
    void said.then(() => {
      isOver = true
    })
    const begin = clock.now()
    while (!isOver) {
      line.refuse('send', 'unavailable', { retryable: true })
      await clock.advance(8000)
    }
    expect(await said).toBe('unavailable')
    expect(clock.now() - begin).toBeGreaterThanOrEqual(60_000)
    expect(clock.now() - begin).toBeLessThan(80_000)
  })

  it('as no member while one comes back is waited for; else it counts', async () => {
    const { room, line, back } = await inside()
    const said = outcome(room.send('a'))
    line.refuse('send', 'not_member')
    expect(await said).toBe('not_member')
    const other = room.send('b')
    // Another log: until the join is answered one isn't in it.
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 3 })
    line.refuse('send', 'not_member')
    expect(room.unsent).toHaveLength(1)
    const next = await back()
    next.ok('send', { seq: 1, ts: 1 })
    expect(await other).toEqual({ seq: 1, ts: 1 })
  })

  it('of what concerns entries of another log', async () => {
    const { room, line, back } = await inside()
    line.end()
    const edit = outcome(room.edit(5, 'outro'))
    const answer = room.send('resposta', { ref: 5 })
    const next = await back({}, joined(0, { epoch: 'e2', reset: true }))
    expect(await edit).toBe('entry_not_found')
    expect(next.last('send')).not.toHaveProperty('ref')
    next.ok('send', { seq: 1, ts: 1 })
    expect(await answer).toEqual({ seq: 1, ts: 1 })
  })
})

describe('somebody else', () => {
  it('does not say what may have been said, but says what was not', async () => {
    const { room, line, back } = await inside()
    const tried = outcome(room.send('a'))
    line.end()
    const fresh = room.send('b')
    const next = await back({ person: BOB, ticket: 't9' })
    expect(await tried).toBe('closed')
    expect(sends(next)).toEqual(['b'])
    next.ok('send', { seq: 1, ts: 1 })
    await fresh
  })
})

describe('a room one is not in any more', () => {
  it('takes nothing with it', async () => {
    const { room, line } = await inside()
    const onTheWay = outcome(room.send('a'))
    line.push({ ev: 'removed', room: 'geral', why: 'ban', reason: 'x' })
    expect(await outcome(room.send('b'))).toBe('not_member')
    line.refuse('send', 'not_member')
    expect(await onTheWay).toBe('not_member')
  })
})

describe('a store', () => {
  it('keeps the ticket, and what was not sent, for the next client', async () => {
    const { kept, store } = memoryStore()
    const first = await inside({ store })
    expect(JSON.parse(kept.get('tertulia.ticket') ?? '')).toEqual({ ticket: 't1', name: 'Ana' })
    first.line.end()
    const said = outcome(first.room.send('depois', { cid: 'c7' }))
    void first.chat.close()
    expect(await said).toBe('closed')
    await first.clock.settle()
    expect(JSON.parse(kept.get('tertulia.queue') ?? '')).toMatchObject({
      by: 'ana',
      items: [{ cid: 'c7', op: 'send', room: 'geral' }],
    })
    const world = script()
    const chat = world.client({ store })
    const line = await world.welcome({ ticket: 't2' })
    expect(line.said[0]).toMatchObject({ ticket: 't1', name: 'Ana' })
    expect(line.said[1]).toMatchObject({ op: 'join', room: 'geral' })
    line.ok('join', joined())
    await world.clock.settle()
    expect(line.last('send')).toMatchObject({ text: 'depois', cid: 'c7', room: 'geral' })
    const room = await chat.join('geral')
    expect(room.unsent).toHaveLength(1)
    line.ok('send', { seq: 1, ts: 1 })
    await world.clock.settle()
    expect(kept.has('tertulia.queue')).toBe(false)
    expect(JSON.parse(kept.get('tertulia.ticket') ?? '')).toMatchObject({ ticket: 't2' })
  })

  it('of somebody else is not said', async () => {
    const saying = { cid: 'c', op: 'send', room: 'geral', fields: { text: 'meu' }, ts: 1 }
    const { kept, store } = memoryStore({
      'x.queue': JSON.stringify({ by: 'bob', items: [saying] }),
    })
    const world = script()
    const chat = world.client({ store, storeKey: 'x' })
    const line = await world.welcome()
    expect(line.said.map(({ op }) => op)).toEqual(['hello'])
    expect(chat.rooms.size).toBe(0)
    expect(kept.has('x.queue')).toBe(false)
  })

  it.each([
    ['has garbage', { getItem: () => '{"items":[1,{"op":"rm"}],"ticket":7}' }],
    ['has no JSON', { getItem: () => 'x{' }],
    [
      'throws',
      {
        getItem() {
          throw new Error('no')
        },
      },
    ],
    ['rejects', { getItem: () => Promise.reject(new Error('no')) }],
  ])('that %s is done without', async (_, broken) => {
    const fail = (): never => {
      throw new Error('full')
    }
    const store = { setItem: fail, removeItem: fail, ...broken } as ClientStore
    const { room, line } = await inside({ store })
    const said = room.send('oi')
    line.ok('send', { seq: 1, ts: 1 })
    expect(await said).toEqual({ seq: 1, ts: 1 })
  })

  it('may be slow', async () => {
    const { kept, store } = memoryStore()
    const later = async <T>(value: T): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve))
      return value
    }
    const { room, line, clock } = await inside({
      store: {
        getItem: async (key) => later(await store.getItem(key)),
        setItem: async (key, value) => later(store.setItem(key, value)),
        removeItem: async (key) => later(store.removeItem(key)),
      },
    })
    void room.send('a')
    void room.send('b')
    line.ok('send', { seq: 1, ts: 1 })
    await clock.settle()
    await clock.settle()
    expect(JSON.parse(kept.get('tertulia.queue') ?? '').items).toHaveLength(1)
  })
})

it('private messages are said once, too', async () => {
  const { chat, line, back } = await inside()
  const said = chat.message('Bob', 'psiu')
  const { cid } = line.last('msg')
  const next = await back()
  expect(next.last('msg')).toMatchObject({ to: 'Bob', text: 'psiu', cid })
  next.ok('msg', { room: '@a:b', to: BOB, seq: 1, ts: 1, duplicate: true })
  await Promise.resolve()
  await Promise.resolve()
  // What told of the room was lost with the connection.
  expect(next.last('join')).toMatchObject({ room: '@a:b' })
  next.ok('join', joined(1, { room: '@a:b' }))
  expect(await said).toMatchObject({ room: '@a:b', seq: 1 })
  expect([...chat.rooms.keys()]).toEqual(['geral', '@a:b'])
})
