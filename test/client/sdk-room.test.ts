/** What a room tells: each entry once, in order, whatever the server does. The server is a script. */

import { describe, expect, it } from 'vitest'
import type { ChatRoom, ConnectOptions, JoinOptions } from '../../src/client.ts'
import { ANA, BOB, joined, type Line, message, script } from './sdk-support.ts'

/** Everything that is told of a room. */
function heard(room: ChatRoom): string[] {
  const lines: string[] = []
  room.on('entry', ({ seq }) => lines.push(`${seq}`))
  room.on('gap', ({ from, to }) => lines.push(`gap ${from}-${to}`))
  room.on('reset', ({ epoch, recent }) => lines.push(`reset ${epoch} ${recent.length}`))
  room.on('state', (state) => lines.push(state))
  room.on('left', ({ why, error }) => lines.push(`left ${why} ${error?.code ?? ''}`.trim()))
  return lines
}

async function inside(
  answer: object = joined(),
  join: JoinOptions = {},
  options: ConnectOptions = {},
) {
  const world = script()
  const chat = world.client(options)
  const coming = chat.join('geral', join)
  const line = await world.welcome()
  line.ok('join', answer)
  const room = await coming
  const lines = heard(room)
  await world.clock.advance(0)
  /** Loses the connection and comes back, up to the answer to the join. */
  const back = async (hello: object = {}): Promise<Line> => {
    world.line.end()
    await world.clock.advance(1000)
    return world.welcome(hello)
  }
  return { ...world, world, chat, line, room, lines, back }
}

const page = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i))

const history = (from: number, to: number, more = false, rest: object = {}): object => ({
  room: 'geral',
  epoch: 'e1',
  head: to,
  entries: page(from, to),
  more,
  ...rest,
})

describe('live', () => {
  it('entries are told once, in order, by kind; the client is told, too', async () => {
    const { room, chat, line } = await inside()
    const told: string[] = []
    room.on('entry', ({ seq }) => told.push(`entry ${seq}`))
    room.on('message', ({ seq, kind }) => told.push(`message ${seq} ${kind}`))
    room.on('act', ({ kind }) => told.push(`act ${kind}`))
    chat.on('entry', ({ room: { name }, entry }) => told.push(`${name} ${entry.seq}`))
    line.push(message(1))
    line.push(message(1))
    line.push(message(2, { ev: 'mute', to: ANA }))
    expect(told).toEqual([
      'entry 1',
      'message 1 message',
      'geral 1',
      'entry 2',
      'act mute',
      'geral 2',
    ])
    expect(room.position).toEqual({ epoch: 'e1', seq: 2 })
  })

  it('whoever waits for the join misses nothing of what comes with it', async () => {
    const world = script()
    const chat = world.client()
    const coming = chat.join('geral').then((room) => heard(room))
    const line = await world.welcome()
    line.ok('join', joined(4, { entries: page(3, 4) }))
    line.push(message(5))
    line.push({ ev: 'joined', room: 'geral', person: BOB, count: 2 })
    const lines = await coming
    await world.clock.advance(0)
    expect(lines).toEqual(['5'])
    const room = chat.rooms.get('geral')
    expect(room?.recent.map(({ seq }) => seq)).toEqual([3, 4])
    expect(room?.members.size).toBe(2)
    expect(await chat.join('#GERAL')).toBe(room)
  })

  it('a jump is read up', async () => {
    const { line, lines } = await inside()
    line.push(message(1))
    line.push(message(5))
    line.push(message(6))
    expect(line.last('history')).toMatchObject({ after: 1 })
    line.ok('history', history(2, 3, true))
    line.ok('history', history(4, 5))
    expect(lines).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  it('a page without what is missing is asked for again', async () => {
    const { line, lines, clock } = await inside()
    line.push(message(3))
    line.ok('history', history(1, 0))
    await clock.advance(1000)
    line.refuse('history', 'unavailable', { retryable: true, retryAfterMs: 200 })
    await clock.advance(200)
    line.ok('history', history(1, 2))
    expect(lines).toEqual(['1', '2', '3'])
  })

  it('a gap is told; what it covers partly was told already', async () => {
    const { line, lines } = await inside()
    line.push(message(1))
    line.push({ ev: 'gap', room: 'geral', from: 1, to: 4 })
    line.push({ ev: 'gap', room: 'geral', from: 1, to: 3 })
    line.push(message(5))
    expect(lines).toEqual(['1', 'gap 2-4', '5'])
  })

  it('an empty log that replaces another', async () => {
    const { line, lines, room } = await inside(joined(3, { entries: page(1, 3) }))
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 0 })
    line.push(message(1))
    expect(lines).toEqual(['reset e2 0', '1'])
    expect(room.position).toEqual({ epoch: 'e2', seq: 1 })
    expect(room.recent).toEqual([])
  })

  it('another log that has entries already is told with the newest', async () => {
    const { line, lines, room } = await inside(joined(9))
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 2 })
    line.push(message(3))
    expect(lines).toEqual([])
    expect(line.last('join')).toMatchObject({ since: { epoch: 'e1', seq: 9 }, recent: 50 })
    line.push(message(4))
    line.ok('join', joined(3, { epoch: 'e2', reset: true, entries: page(1, 3) }))
    expect(lines).toEqual(['reset e2 3', '4'])
    expect(room.recent).toHaveLength(3)
  })

  it('settings and roles are kept in step', async () => {
    const { line, room } = await inside(joined(0, { role: 'owner', settings: { topic: 'a' } }))
    expect([room.role, room.settings]).toEqual(['owner', { topic: 'a' }])
    line.push(message(1, { ev: 'settings', details: { settings: { readOnly: true } } }))
    line.push(message(2, { ev: 'role', to: BOB, details: { role: 'member' } }))
    line.push(message(3, { ev: 'role', to: ANA, details: { role: 'moderator' } }))
    expect([room.role, room.settings]).toEqual(['moderator', { readOnly: true }])
  })
})

describe('coming back', () => {
  it('what was missed comes before what is live, page by page', async () => {
    const { room, lines, back } = await inside(joined(2))
    const line = await back()
    expect(line.said[1]).toMatchObject({ op: 'join', since: { epoch: 'e1', seq: 2 } })
    line.ok('join', joined(8, { entries: page(3, 4), more: true }))
    line.push(message(9))
    line.ok('history', history(5, 6, true))
    line.push(message(10))
    expect(room.position?.seq).toBe(6)
    line.ok('history', history(7, 10))
    expect(lines).toEqual(['joining', '3', '4', 'live', '5', '6', '7', '8', '9', '10'])
  })

  it('a connection that is lost while catching up loses nothing', async () => {
    const { lines, back } = await inside(joined(2))
    let line = await back()
    line.ok('join', joined(8, { entries: page(3, 4), more: true }))
    line.push(message(9))
    line = await back()
    expect(line.last('join')).toMatchObject({ since: { epoch: 'e1', seq: 4 } })
    line.ok('join', joined(9, { entries: page(5, 9) }))
    expect(lines.filter((one) => /\d/.test(one))).toEqual(['3', '4', '5', '6', '7', '8', '9'])
  })

  it('what is not kept is told as a gap, also on the way', async () => {
    const { lines, back } = await inside(joined(2))
    const line = await back()
    line.ok('join', joined(9, { gap: { from: 3, to: 4 }, entries: page(5, 5), more: true }))
    line.ok('history', history(8, 9, false, { gap: { from: 6, to: 7 } }))
    expect(lines).toEqual(['joining', 'gap 3-4', '5', 'live', 'gap 6-7', '8', '9'])
  })

  it('another log', async () => {
    const { lines, back, room } = await inside(joined(2, { read: 2 }))
    const line = await back()
    line.ok('join', joined(7, { epoch: 'e2', reset: true, entries: page(6, 7), read: 1 }))
    line.push(message(8))
    expect(lines).toEqual(['joining', 'reset e2 2', 'live', '8'])
    expect([room.read, room.recent.length]).toEqual([1, 2])
  })

  it('a refusal that passes is waited for; one that does not is the end of the room', async () => {
    const { lines, back, clock, chat } = await inside()
    const line = await back()
    line.refuse('join', 'room_full', { retryable: true, retryAfterMs: 300 })
    await clock.advance(700)
    line.refuse('join', 'room_closed')
    line.refuse('join', 'banned')
    expect(lines).toEqual(['joining', 'left', 'left refused banned'])
    expect(chat.rooms.size).toBe(0)
  })

  it('the password, and whether it is made again, are remembered', async () => {
    const { back } = await inside(joined(), { password: 'abre', create: false })
    const line = await back()
    expect(line.last('join')).toMatchObject({ password: 'abre', create: false })
  })

  it('a private conversation that goes on while one comes back', async () => {
    const { chat, lines: _, back } = await inside()
    const first = chat.message('Bob', 'oi')
    const { line } = { line: await back() }
    line.ok('join', joined())
    line.push({ ev: 'opened', room: '@a:b', epoch: 'p1', head: 4, with: BOB })
    line.push(message(5, { room: '@a:b', from: ANA, to: BOB, cid: line.last('msg').cid }))
    expect(await first).toMatchObject({ room: '@a:b', seq: 5, to: BOB })
    const room = chat.rooms.get('@a:b') as ChatRoom
    const lines = heard(room)
    const next = await back()
    expect(next.said.filter(({ op }) => op === 'join')).toMatchObject([
      { room: 'geral' },
      { room: '@a:b', since: { epoch: 'p1', seq: 4 } },
    ])
    next.ok('join', joined())
    // Somebody said something before the answer to the join.
    next.push({ ev: 'opened', room: '@a:b', epoch: 'p1', head: 5, with: BOB })
    next.push(message(6, { room: '@a:b' }))
    next.ok('join', joined(6, { room: '@a:b', epoch: 'p1', entries: page(5, 6) }))
    expect(lines.filter((one) => /\d/.test(one))).toEqual(['5', '6'])
  })
})

describe('a room that ends', () => {
  it.each([
    [{ ev: 'closed', room: 'geral' }, 'left closed'],
    [{ ev: 'removed', room: 'geral', why: 'kick' }, 'left kick'],
  ])('by %j', async (push, told) => {
    const { line, lines, chat, room } = await inside()
    line.push(push)
    line.push(message(1))
    expect(lines).toEqual(['left', told])
    expect([room.state, chat.rooms.size]).toEqual(['left', 0])
    const again = chat.join('geral')
    line.ok('join', joined(5))
    expect(await again).not.toBe(room)
  })

  it('by oneself', async () => {
    const { line, lines, room } = await inside()
    const going = room.leave()
    expect(room.state).toBe('left')
    line.push(message(1))
    line.ok('leave', { room: 'geral' })
    await going
    await room.leave()
    expect(lines).toEqual(['left', 'left leave'])
  })
})

describe('people', () => {
  it('come and go; of large rooms only the number is told', async () => {
    const { line, room } = await inside()
    const push = (ev: string, more: object): void => line.push({ ev, room: 'geral', ...more })
    push('joined', { person: BOB, count: 2 })
    expect([...room.members.keys()]).toEqual(['ana', 'bob'])
    push('renamed', { person: { id: 'bob', name: 'Beto' }, was: 'Bob' })
    expect(room.members.get('bob')?.name).toBe('Beto')
    push('left', { person: BOB, count: 1, why: 'lost' })
    expect([room.members.size, room.count]).toEqual([1, 1])
    push('count', { count: 900 })
    expect([room.members.size, room.count]).toEqual([1, 900])
  })

  it('are asked for until all are there, unless they are too many', async () => {
    const { line, room, back } = await inside(joined(0, { count: 3 }))
    line.ok('members', { room: 'geral', count: 3, members: [ANA], more: true, next: 'x' })
    expect(line.last('members')).toMatchObject({ after: 'x' })
    line.push({ ev: 'joined', room: 'geral', person: { id: 'c', name: 'Caio' }, count: 4 })
    line.ok('members', { room: 'geral', count: 4, members: [BOB], more: false })
    expect([...room.members.keys()]).toEqual(['ana', 'c', 'bob'])
    const next = await back()
    next.ok('join', joined(0, { count: 1001 }))
    expect(next.last('members')).toBeUndefined()
  })

  it('one who is renamed oneself is told, once', async () => {
    const { line, chat } = await inside()
    const names: string[] = []
    chat.on('person', ({ name }) => names.push(name))
    const push = { ev: 'renamed', person: { id: 'ana', name: 'visitante-1' }, was: 'Ana' }
    line.push({ ...push, room: 'geral' })
    line.push({ ...push, room: 'outra' })
    expect(names).toEqual(['visitante-1'])
    expect(chat.person?.name).toBe('visitante-1')
  })
})

describe('typing', () => {
  const signals = (line: Line): boolean[] =>
    line.said.flatMap(({ op, on }) => (op === 'typing' ? [on] : []))

  it('is said now and then', async () => {
    const { line, room, clock } = await inside()
    room.typing(false)
    for (let i = 0; i < 8; i++) {
      room.typing()
      await clock.advance(500)
    }
    expect(signals(line)).toEqual([true, true])
    room.typing(false)
    room.typing(false)
    expect(signals(line)).toEqual([true, true, false])
    room.typing()
    void room.send('pronto')
    room.typing(false)
    expect(signals(line)).toEqual([true, true, false, true])
    expect(line.last('typing')).not.toHaveProperty('id')
  })

  it('of others ends by itself, by what they say, and when they go', async () => {
    const { line, room, clock } = await inside()
    const told: string[] = []
    room.on('typing', ({ person: { name }, on }) => told.push(`${name} ${on}`))
    const types = (on = true, person = BOB): void =>
      line.push({ ev: 'typing', room: 'geral', person, on })
    types(true, ANA)
    types()
    await clock.advance(5000)
    types()
    await clock.advance(5999)
    expect(told).toEqual(['Bob true'])
    await clock.advance(1)
    types()
    line.push(message(1))
    types()
    types(false)
    types(false)
    types()
    line.push({ ev: 'left', room: 'geral', person: BOB, count: 1, why: 'lost' })
    types()
    line.end()
    expect(told.map((one) => one.slice(4))).toEqual(
      [1, 0, 1, 0, 1, 0, 1, 0, 1, 0].map((on) => `${on === 1}`),
    )
  })
})

describe('reading', () => {
  it('is noted once for many calls, and never goes back', async () => {
    const { line, room } = await inside(joined(9, { read: 4 }))
    const marks: number[] = []
    room.on('read', ({ seq }) => marks.push(seq))
    await room.markRead(3)
    expect(line.last('read')).toBeUndefined()
    const all = [room.markRead(5), room.markRead(7), room.markRead()]
    line.ok('read', { room: 'geral', seq: 5 })
    await Promise.resolve()
    await Promise.resolve()
    line.ok('read', { room: 'geral', seq: 9 })
    await Promise.all(all)
    expect(line.said.flatMap(({ op, seq }) => (op === 'read' ? [seq] : []))).toEqual([5, 9])
    line.push({ ev: 'read', room: 'geral', seq: 8 })
    expect(room.read).toBe(9)
    expect(marks).toEqual([5, 9])
  })

  it('is noted by the next connection when this one is lost; a refusal is told', async () => {
    const { line, room, back } = await inside(joined(9))
    const marking = room.markRead()
    expect(line.last('read')).toMatchObject({ seq: 9 })
    const next = await back()
    next.ok('join', joined(9))
    next.refuse('read', 'unsupported')
    await expect(marking).rejects.toMatchObject({ code: 'unsupported' })
  })
})

it('history ends where the log is another one', async () => {
  const { line, room, clock } = await inside(joined(9))
  const seqs: number[] = []
  const reading = (async () => {
    for await (const { seq } of room.history({ page: 500 })) seqs.push(seq)
  })()
  await clock.settle()
  expect(line.last('history')).toMatchObject({ limit: 100 })
  line.ok('history', history(8, 9, true))
  await clock.settle()
  expect(line.last('history')).toMatchObject({ before: 8 })
  line.ok('history', history(6, 7, true, { epoch: 'e2' }))
  await reading
  expect(seqs).toEqual([9, 8])
})
