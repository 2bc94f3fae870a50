/** Things that happen in the same moment, and listeners that call back in. The server is a script. */

import { describe, expect, it } from 'vitest'
import type { ConnectOptions } from '../../src/client.ts'
import { ANA, BOB, joined, message, watched } from './sdk-support.ts'

/** In the room already. */
async function inside(options: ConnectOptions = {}) {
  const all = watched(options)
  const coming = all.chat.join('geral')
  const line = await all.world.welcome()
  line.ok('join', joined())
  const room = await coming
  await all.clock.advance(0)
  return { ...all, line, room }
}

const ops = (line: { said: { op: string }[] }): string[] => line.said.map(({ op }) => op)

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )

describe('retry()', () => {
  it('as often as one likes makes one connection, and one ping at a time', async () => {
    const { chat, clock, line, lines, world } = await inside()
    for (let i = 0; i < 1000; i++) chat.retry()
    expect(ops(line).filter((op) => op === 'ping')).toHaveLength(1)
    line.ok('ping')
    chat.retry()
    expect(ops(line).filter((op) => op === 'ping')).toHaveLength(2)
    line.end()
    for (let i = 0; i < 1000; i++) chat.retry()
    await clock.settle()
    expect(lines).toHaveLength(2)
    await world.welcome()
    expect(chat.state).toBe('online')
  })

  it('does not keep a dead connection alive', async () => {
    const { chat, clock, line } = await inside()
    for (let i = 0; i < 12; i++) {
      chat.retry()
      await clock.advance(1000)
    }
    expect(line.isOpen).toBe(false)
  })

  it('in a listener that is told of waiting connects at once, once', async () => {
    const { chat, clock, line, lines, room, names } = await inside()
    room.on('state', () => chat.retry())
    line.end()
    await clock.settle()
    expect(lines).toHaveLength(2)
    expect(names().at(-1)).toBe('connecting')
    await clock.advance(5000)
    expect(lines).toHaveLength(2)
  })
})

describe('who leaves', () => {
  it('in the listener of a message hears nothing more, and asks for nothing more', async () => {
    const { line, room, clock, chat } = await inside()
    const told: string[] = []
    room.on('message', ({ seq }) => {
      told.push(`message ${seq}`)
      void room.leave()
    })
    room.on('typing', () => told.push('typing'))
    chat.on('entry', ({ entry }) => told.push(`entry ${entry.seq}`))
    line.push(message(1))
    line.push(message(2))
    line.push({ ev: 'typing', room: 'geral', person: BOB, on: true })
    await clock.advance(60_000)
    expect(told).toEqual(['message 1'])
    expect(ops(line).slice(2)).toEqual(['leave', 'ping'])
  })

  it('while what was missed is told: the rest is not read', async () => {
    const { line, room, clock, world } = await inside()
    const told: number[] = []
    room.on('message', ({ seq }) => {
      told.push(seq)
      if (seq === 2) void room.leave()
    })
    line.end()
    await clock.advance(1000)
    const next = await world.welcome()
    next.ok('join', joined(90, { entries: [message(1), message(2), message(3)], more: true }))
    await clock.advance(60_000)
    expect(told).toEqual([1, 2])
    expect(ops(next)).toEqual(['hello', 'join', 'leave', 'ping'])
  })

  it('and comes at once is in the room', async () => {
    const { line, room, chat, clock } = await inside()
    void room.leave()
    const coming = chat.join('#Geral')
    await clock.settle()
    expect(ops(line)).toEqual(['hello', 'join', 'leave', 'join'])
    line.ok('leave', { room: 'geral' })
    line.ok('join', joined(4))
    const again = await coming
    expect(again).not.toBe(room)
    expect([room.state, again.state, chat.rooms.get('geral')]).toEqual(['left', 'live', again])
    expect(again.position?.seq).toBe(4)
  })

  it('and comes while it is away, by a join that took too long: it stays', async () => {
    const { line, chat, clock } = await inside({ timeoutMs: 5000 })
    const first = code(chat.join('outra'))
    await clock.advance(5000)
    expect(await first).toBe('unavailable')
    const second = chat.join('Outra')
    await clock.settle()
    line.ok('join', joined(0, { room: 'outra' }))
    line.ok('join', joined(0, { room: 'outra' }))
    expect((await second).state).toBe('live')
    expect(ops(line)).not.toContain('leave')
  })

  it('waits for nothing: whom nobody waits for any more leaves', async () => {
    const { line, chat, clock } = await inside({ timeoutMs: 5000 })
    const late = code(chat.join('outra'))
    await clock.advance(5000)
    expect(await late).toBe('unavailable')
    line.ok('join', joined(0, { room: 'outra' }))
    expect(line.last('leave')).toMatchObject({ room: 'outra' })
  })
})

describe('who comes', () => {
  it('twice, by other spellings, is there once', async () => {
    const { chat, world, clock } = watched()
    const both = Promise.all([chat.join('Geral'), chat.join('#geral'), chat.join('GERAL')])
    const line = await world.welcome()
    expect(ops(line)).toEqual(['hello', 'join'])
    line.ok('join', joined())
    const [one, two, three] = await both
    expect(two).toBe(one)
    expect(three).toBe(one)
    await clock.settle()
    expect([...chat.rooms.keys()]).toEqual(['geral'])
    expect(await chat.join('gEral')).toBe(one)
  })

  it('by a name that the server reads as another room’s is in that room', async () => {
    const { chat, line, room } = await inside()
    const other = chat.join('geral ')
    line.ok('join', joined(3))
    expect(await other).toBe(room)
    expect(chat.rooms.size).toBe(1)
  })

  it('into a conversation that is opened at the same moment is there once', async () => {
    const { chat, line, clock } = await inside()
    const coming = chat.join('@ana:bob')
    const opened: unknown[] = []
    chat.on('opened', ({ room }) => opened.push(room))
    line.push({ ev: 'opened', room: '@ana:bob', epoch: 'p', head: 0, with: BOB })
    line.push(message(1, { room: '@ana:bob', to: ANA }))
    line.ok('join', joined(1, { room: '@ana:bob', epoch: 'p', entries: [] }))
    const room = await coming
    expect(opened).toEqual([room])
    expect(chat.rooms.get('@ana:bob')).toBe(room)
    await clock.advance(0)
    expect(room.position).toEqual({ epoch: 'p', seq: 1 })
  })

  it('in a listener of the state', async () => {
    const { chat, clock, world } = watched()
    let joins = 0
    chat.on('state', ({ state }) => {
      if (state === 'online') void chat.join('geral').then(() => joins++)
    })
    let line = await world.welcome()
    line.ok('join', joined())
    await clock.advance(0)
    line.end()
    await clock.advance(1000)
    line = await world.welcome()
    expect(ops(line)).toEqual(['hello', 'join'])
    await clock.settle()
    expect(joins).toBe(2)
  })
})

describe('a token', () => {
  it('that never comes is asked for again; what comes too late does not count', async () => {
    const give: ((token: string) => void)[] = []
    const { clock, chat, world, lines, states } = watched({
      token: () => new Promise<string>((resolve) => give.push(resolve)),
    })
    await clock.advance(20_000)
    expect(states.at(-1)).toMatchObject({ state: 'waiting', error: { code: 'unavailable' } })
    await clock.advance(1000)
    expect(give).toHaveLength(2)
    give[1]?.('new')
    await clock.settle()
    give[0]?.('old')
    await world.welcome({ ticket: undefined })
    expect(lines).toHaveLength(1)
    // The old one was never refused, and the new one is.
    world.line.end(3505)
    await clock.advance(1000)
    give[2]?.('old')
    await world.welcome({ ticket: undefined })
    expect(chat.state).toBe('online')
  })

  it('that was asked for because of a file is not the one that was refused', async () => {
    const tokens = ['a', 'b', 'b']
    const { world, clock, chat } = watched({
      token: () => tokens.shift(),
      // Nobody listens there.
      httpUrl: 'http://127.0.0.1:1',
    })
    const line = await world.welcome({ ticket: undefined })
    const file = { id: 'f', name: 'f.txt', type: 'text/plain', size: 1 }
    expect(await code(chat.download(file))).toBe('unavailable')
    line.end(3505)
    await clock.advance(1000)
    await world.welcome({ ticket: undefined })
    expect([chat.state, world.line.said[0].token]).toEqual(['online', 'b'])
  })

  it('that throws what is final is the end', async () => {
    const { clock, chat } = watched({
      token: () => {
        throw Object.assign(new Error('no'), { name: 'ChatError', code: 'forbidden' })
      },
    })
    await clock.settle()
    await expect(chat.ready).rejects.toMatchObject({ code: 'forbidden' })
    expect(chat.state).toBe('closed')
  })
})

it('patience begins anew with each connection', async () => {
  const { line, room, clock, world, chat } = await inside()
  const said = code(room.send('a'))
  line.refuse('send', 'overloaded', { retryable: true })
  line.end()
  // For more than a minute nobody answers.
  const until = clock.now() + 70_000
  while (clock.now() < until || chat.state !== 'connecting') await clock.advance(1000)
  const next = await world.welcome()
  next.ok('join', joined())
  next.refuse('send', 'overloaded', { retryable: true })
  await clock.advance(1000)
  next.ok('send', { seq: 1, ts: 1 })
  expect(await said).toBe('ok')
})

describe('somebody else', () => {
  it('who is closed while that is told is not told to be online', async () => {
    const { line, room, clock, world, names, chat } = await inside()
    void room.send('a')
    line.end()
    room.on('unsent', () => void chat.close())
    await clock.advance(1000)
    await world.welcome({ person: BOB })
    expect(names().slice(-2)).toEqual(['connecting', 'closed'])
  })

  it('has read what they have read', async () => {
    const { line, room, clock, world } = await inside()
    line.push({ ev: 'read', room: 'geral', seq: 7 })
    expect(room.read).toBe(7)
    line.end()
    await clock.advance(1000)
    const next = await world.welcome({ person: BOB })
    next.ok('join', joined(9, { read: 2 }))
    expect(room.read).toBe(2)
  })
})

describe('a store', () => {
  it('that never answers keeps nobody from closing', async () => {
    const never = (): Promise<null> => new Promise(() => {})
    const { chat, clock, lines } = watched({
      store: { getItem: never, setItem: never, removeItem: never },
    })
    const joining = code(chat.join('geral'))
    await clock.advance(30_000)
    expect(await joining).toBe('unavailable')
    await chat.close()
    expect(lines).toHaveLength(0)
    expect(clock.pending).toBe(0)
  })
})

it('a client that stays for long keeps nothing of what went by', async () => {
  const { chat, line, room, clock } = await inside()
  let told = 0
  chat.on('entry', () => {
    told += 1
  })
  const pending = clock.pending
  for (let n = 1; n <= 2000; n++) {
    const person = { id: `p${n}`, name: `P${n}` }
    line.push({ ev: 'joined', room: 'geral', person, count: 2 })
    line.push({ ev: 'typing', room: 'geral', person, on: true })
    line.push(message(n, { from: person, cid: 'c' }))
    line.push({ ev: 'left', room: 'geral', person, count: 1, why: 'leave' })
    line.push({ ev: 'opened', room: `@${n}`, epoch: 'p', head: 0, with: person })
    line.push({ ev: 'closed', room: `@${n}` })
    void room.send(`${n}`)
    line.ok('send', { seq: n, ts: n })
    await clock.advance(100)
  }
  expect(told).toBe(2000)
  expect([room.members.size, chat.rooms.size, room.unsent.length]).toEqual([1, 1, 0])
  expect(clock.pending).toBeLessThanOrEqual(pending + 1)
})
