/** Servers that say what they shouldn't: the SDK throws nothing, and doesn't run hot. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LinkEars } from '../../src/client.ts'
import { connect } from '../../src/client-node.ts'
import { virtualClock } from '../../src/testing/clock.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { ANA, BOB, joined, LIMITS, message, watched } from './sdk-support.ts'

const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeEach(() => {
  uncaught.length = 0
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
})

afterEach(() => {
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

/** In the room already. */
async function inside(more: object = {}) {
  const all = watched()
  const coming = all.chat.join('geral')
  const line = await all.world.welcome(more)
  line.ok('join', joined())
  const room = await coming
  await all.clock.advance(0)
  return { ...all, line, room }
}

describe('what makes no sense ends the connection, and it comes back', () => {
  it.each([
    ['null', 'null'],
    ['a number', '7'],
    ['half an object', '{"ev":'],
    ['an entry with a seq that is none', JSON.stringify(message(1.5))],
    [
      'an entry with a seq beyond all numbers',
      '{"ev":"message","room":"geral","seq":1e99,"text":""}',
    ],
    ['an entry of nobody', JSON.stringify(message(1, { from: null }))],
    ['an entry whose text is none', JSON.stringify(message(1, { text: 5 }))],
    ['somebody who is nobody', '{"ev":"joined","room":"geral","count":2}'],
    ['an answer with nothing in it', '{"re":3}'],
    ['an answer that is none', '{"re":3,"ok":"yes"}'],
    ['entries that are none', '{"re":3,"ok":{"entries":"five"}}'],
  ])('%s', async (_, text) => {
    const { clock, chat, lines, line, states, world } = await inside()
    const asked = chat.request('rooms', {})
    expect(line.last('rooms').id).toBe(3)
    line.raw(text)
    expect(states.at(-1)).toMatchObject({ state: 'waiting', error: { code: 'bad_json' } })
    expect(line.isOpen).toBe(false)
    await expect(asked).rejects.toMatchObject({ code: 'closed' })
    await clock.advance(1000)
    expect(lines).toHaveLength(2)
    await world.welcome()
    expect(chat.state).toBe('online')
  })

  it('a hello without what belongs to it, more and more slowly', async () => {
    const { chat, clock, lines, world, states } = watched()
    for (const ok of [{}, { person: ANA }, { limits: LIMITS }]) {
      await clock.settle()
      world.line.ok('hello', ok)
      expect(chat.state).toBe('waiting')
      await clock.advance(states.at(-1)?.retryInMs ?? 0)
    }
    expect(states.flatMap(({ retryInMs }) => retryInMs ?? [])).toEqual([1000, 2000, 4000])
    expect(lines).toHaveLength(4)
    await world.welcome()
    expect(chat.state).toBe('online')
  })
})

describe('what makes little sense is borne', () => {
  it('rooms one is not in, events and answers that nobody knows', async () => {
    const { chat, line, room } = await inside()
    const told: unknown[] = []
    room.on('entry', (entry) => told.push(entry))
    line.push(message(1, { room: 'outra' }))
    line.push({ ev: 'joined', room: '__proto__', person: BOB, count: 1 })
    line.push({ ev: 'removed', room: 'outra', why: 'ban' })
    line.push({ ev: 'fireworks', room: 'geral' })
    line.push({ re: 99, ok: {} })
    line.push({ re: null, err: { code: 'bad_request' } })
    line.push({})
    expect([chat.state, told, chat.rooms.size]).toEqual(['online', [], 1])
  })

  it('an error that nobody knows', async () => {
    const { chat, line } = await inside()
    const asked = [chat.request('rooms', {}), chat.request('rooms', {}), chat.request('rooms', {})]
    line.refuse('rooms', 'toString')
    line.refuse('rooms', 'new_here', { retryable: true })
    line.push({ re: line.last('rooms').id, err: 'no' })
    const codes = asked.map((one) => one.catch(({ code }: { code: string }) => code))
    expect(await Promise.all(codes)).toEqual(['forbidden', 'unavailable', 'forbidden'])
  })

  it.each([0, -1, null, undefined, 'many', 1e300])('limits of %s', async (value) => {
    const all = Object.keys(LIMITS).map((key) => [key, value])
    // A server that takes no bytes gets none.
    const limits = { ...Object.fromEntries(all), frameBytes: 65_536 }
    const { clock, line, room, lines } = await inside({ limits })
    for (let i = 0; i < 40; i++) void room.send(`${i}`)
    const before = line.said.length
    await clock.advance(10_000)
    // Some each second at most, while nothing is answered; no loop.
    expect(line.said.length - before).toBeLessThan(40)
    expect(lines.length).toBeLessThan(5)
  })

  it('waits that no timer can wait', async () => {
    const { clock, line, lines, states } = await inside()
    line.push({ ev: 'close', code: 3000, reason: '', reconnect: true, retryAfterMs: 1e300 })
    line.end(3000)
    expect(states.at(-1)?.retryInMs).toBeLessThan(2 ** 31)
    await clock.advance(3_600_000)
    expect(lines).toHaveLength(1)
  })

  it('a seq far ahead is asked for, each second at most', async () => {
    const { clock, line, room } = await inside()
    line.push(message(Number.MAX_SAFE_INTEGER))
    for (let i = 0; i < 10; i++) {
      line.ok('history', { room: 'geral', epoch: 'e1', head: 9, entries: [], more: true })
      await clock.advance(1000)
    }
    expect(line.said.filter(({ op }) => op === 'history')).toHaveLength(11)
    expect(room.position).toEqual({ epoch: 'e1', seq: 0 })
  })

  it('what comes early is remembered up to a most, and read then', async () => {
    const { line, room, clock } = await inside()
    const seqs: number[] = []
    room.on('entry', ({ seq }) => seqs.push(seq))
    for (let seq = 2; seq <= 3000; seq++) line.push(message(seq))
    for (let i = 0; seqs.length < 3000 && i < 100; i++) {
      const { after } = line.last('history')
      const entries = Array.from({ length: 100 }, (_, n) => message(after + 1 + n))
      line.ok('history', { room: 'geral', epoch: 'e1', head: 3000, entries, more: true })
      await clock.settle()
    }
    expect(seqs).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1))
  })

  it('a log that is another one with each answer: once a second', async () => {
    const { clock, line } = await inside()
    const joins = (): number => line.said.filter(({ op }) => op === 'join').length
    const wrong = { room: 'geral', epoch: 'other', head: 5, entries: [], more: false }
    line.push(message(5))
    line.ok('history', wrong)
    expect(joins()).toBe(2)
    for (let n = 3; n < 6; n++) {
      line.ok('join', joined(5, { more: true }))
      line.ok('history', wrong)
      expect(joins()).toBe(n - 1)
      await clock.advance(1000)
      expect(joins()).toBe(n)
    }
  })

  it('members without end', async () => {
    const { line, clock, room } = await inside()
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 1 })
    line.ok('join', joined(1, { epoch: 'e2', reset: true, count: 900 }))
    let pages = 0
    const asked = (): number => line.said.filter(({ op }) => op === 'members').length
    while (asked() > pages && pages < 100) {
      const members = Array.from({ length: 100 }, (_, n) => ({ id: `${pages}.${n}`, name: 'x' }))
      line.ok('members', { room: 'geral', count: 900, members, more: true, next: 'x' })
      await clock.settle()
      pages += 1
    }
    expect(pages).toBeLessThan(20)
    expect(room.members.size).toBeLessThan(1200)
  })
})

describe('random answers', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %i', async (seed) => {
    const random = seededRandom(seed)
    const clock = virtualClock()
    const some = (deep = 0): unknown =>
      random.pick<() => unknown>([
        () => random.pick([0, 1, -1, 2, 1e300, 7.5]),
        () => random.pick(['', 'geral', '@a:b', 'message', '__proto__', 'e1']),
        () => null,
        () => random.chance(0.5),
        () => (deep > 2 ? [] : Array.from({ length: random.int(0, 3) }, () => some(deep + 1))),
        () => (deep > 2 ? {} : thing(deep + 1)),
      ])()
    const names = ['ev', 'room', 'seq', 'text', 'from', 'person', 'id', 'name', 'entries', 'epoch']
    const more = ['head', 'members', 'count', 'with', 'to', 'kind', 'details', 'settings', 'cid']
    const events = ['message', 'joined', 'left', 'renamed', 'count', 'typing', 'opened', 'reset']
    const rare = ['gap', 'closed', 'removed', 'read', 'role', 'settings', 'edit', 'react']
    const thing = (deep = 0): object => ({
      ...Object.fromEntries([...names, ...more].map((name) => [name, some(deep)])),
      ...(random.chance(0.8) && { ev: random.pick([...events, ...rare]), room: 'geral' }),
      ...(random.chance(0.5) && { from: BOB, seq: random.int(1, 9), text: 'x', person: BOB }),
    })
    const good: Record<string, object> = {
      hello: { version: 1, person: ANA, limits: LIMITS },
      join: joined(3),
    }
    let links = 0
    const chat = connect('ws://x', {
      clock,
      random: () => 1,
      open(_url, ears: LinkEars) {
        links += 1
        let over = false
        const say = (payload: object): void => {
          if (!over) ears.payload(JSON.stringify(payload))
        }
        queueMicrotask(() => over || ears.opened())
        return {
          send(text) {
            const { id, op } = JSON.parse(text)
            clock.after(5, () => {
              const isGood = random.chance(0.7) && good[op] !== undefined
              say(
                random.chance(0.8)
                  ? { re: id, ok: isGood ? good[op] : thing() }
                  : { re: id, err: some() },
              )
              for (let n = random.int(0, 6); n > 0; n--) {
                const { ev: _, ...push } = thing() as { ev: unknown }
                say(random.chance(0.5) ? thing() : { ...push, ev: random.pick(events) })
              }
            })
          },
          close() {
            if (over) return
            over = true
            ears.closed({})
          },
        }
      },
    })
    for (let n = 0; n < 20; n++) {
      chat.join('geral').then(
        (room) => void room.send('oi'),
        () => {},
      )
      chat.message('Bob', 'psiu').catch(() => {})
      await clock.advance(3000)
    }
    expect(links).toBeLessThan(70)
    const closing = chat.close()
    await clock.advance(5000)
    await closing
    expect(chat.state).toBe('closed')
  })
})
