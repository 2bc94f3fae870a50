/** Closing a client: in every state, and by whoever is told of something. The server is a script. */

import { describe, expect, it } from 'vitest'
import type { ClientState, ConnectOptions } from '../../src/client.ts'
import { BOB, joined, message, watched } from './sdk-support.ts'

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

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )

describe('close()', () => {
  it.each<[string, (line: ReturnType<typeof watched>) => Promise<void>]>([
    ['at once', async () => {}],
    ['while it opens', async ({ clock }) => clock.settle()],
    [
      'while it waits',
      async ({ clock, world }) => {
        await clock.settle()
        world.line.end()
      },
    ],
    [
      'when it is online',
      async ({ world }) => {
        await world.welcome()
      },
    ],
    [
      'when it is in a room',
      async ({ world, clock }) => {
        const line = await world.welcome()
        line.ok('join', joined())
        await clock.settle()
      },
    ],
    [
      'when it was thrown out',
      async ({ world }) => {
        const line = await world.welcome()
        line.end(3506)
      },
    ],
  ])('%s: all is settled, and nothing follows', async (_, moment) => {
    const all = watched()
    const { chat, clock, world, lines, names } = all
    const asked = [chat.join('geral'), chat.message('Bob', 'oi'), chat.request('rooms', {})]
    const codes = Promise.all([chat.ready, ...asked].map(code))
    await moment(all)
    const closing = chat.close()
    expect(chat.close()).toBe(closing)
    expect(chat.state).toBe('closed')
    await clock.settle()
    world.lines.at(-1)?.end()
    await closing
    for (const one of await codes) expect(['ok', 'closed', 'forbidden']).toContain(one)
    expect(clock.pending).toBe(0)
    const before = [lines.length, names().length]
    chat.retry()
    for (const room of chat.rooms.values()) room.typing()
    const late = [chat.join('x'), chat.message('Bob', 'x'), chat.request('rooms', {})]
    const never = [chat.rename('x'), ...late, ...[...chat.rooms.values()].map((r) => r.send('x'))]
    for (const one of never) expect(await code(one)).toBe('closed')
    expect(clock.pending).toBe(0)
    await clock.advance(600_000)
    expect([lines.length, names().length]).toEqual(before)
    expect(names().at(-1)).toBe('closed')
  })

  it('takes timers of every kind with it', async () => {
    const { chat, clock, line, room } = await inside()
    room.typing()
    line.push({ ev: 'typing', room: 'geral', person: BOB, on: true })
    line.push(message(9))
    line.refuse('history', 'unavailable', { retryable: true, retryAfterMs: 60_000 })
    void room.send('a')
    line.refuse('send', 'overloaded', { retryable: true })
    void chat.request('rooms', {}).catch(() => {})
    void chat.join('outra').catch(() => {})
    line.push({ ev: 'reset', room: 'geral', epoch: 'e2', head: 5 })
    line.ok('join', joined(0, { room: 'outra' }))
    line.refuse('join', 'unavailable', { retryable: true, retryAfterMs: 60_000 })
    expect(clock.pending).toBeGreaterThan(3)
    const closing = chat.close()
    line.end()
    await closing
    expect(clock.pending).toBe(0)
  })

  it('settles who waits for a room of an earlier life, too', async () => {
    const items = [{ cid: 'c', op: 'send', room: 'geral', fields: { text: 'x' }, ts: 1 }]
    const store = {
      getItem: (key: string) => (key.endsWith('queue') ? JSON.stringify({ items }) : null),
      setItem: () => {},
      removeItem: () => {},
    }
    const { chat, clock, world } = watched({ store })
    const line = await world.welcome()
    const coming = code(chat.join('geral'))
    const closing = chat.close()
    expect(await coming).toBe('closed')
    line.end()
    await closing
    expect(clock.pending).toBe(0)
  })

  it('ends when quit is not answered', async () => {
    const { chat, clock, line } = await inside()
    const closing = chat.close()
    expect(line.last('quit')).toBeDefined()
    await clock.advance(2000)
    await closing
    expect(line.isOpen).toBe(false)
  })

  it.each<ClientState>(['connecting', 'online', 'waiting'])(
    'in a listener, when it is %s',
    async (state) => {
      const { chat, clock, world, names, lines } = watched()
      chat.on('state', (change) => {
        if (change.state === state) void chat.close()
      })
      await clock.settle()
      if (state !== 'connecting') await world.welcome()
      if (state === 'waiting') world.line.end()
      world.lines.at(-1)?.end()
      await clock.advance(600_000)
      expect(chat.state).toBe('closed')
      expect(names().indexOf('closed')).toBe(names().length - 1)
      expect(lines.length).toBe(state === 'connecting' ? 0 : 1)
      expect(clock.pending).toBe(0)
    },
  )

  it.each(['rooms', 'unsent', 'room', 'person', 'ready', 'opened'])(
    'in a listener of %s: nothing is told after that',
    async (what) => {
      const items = [{ cid: 'c', op: 'send', room: 'geral', fields: { text: 'x' }, ts: 1 }]
      const kept = new Map([['tertulia.queue', JSON.stringify({ by: 'ana', items })]])
      const store = {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => kept.set(key, value),
        removeItem: (key: string) => kept.delete(key),
      }
      const { chat, clock, world, names } = watched({ store })
      const close = (): void => void chat.close()
      if (what === 'ready') void chat.ready.then(close)
      else if (what === 'rooms' || what === 'person' || what === 'opened') chat.on(what, close)
      const line = await world.welcome()
      if (chat.state !== 'closed') {
        line.ok('join', joined())
        const room = chat.rooms.get('geral')
        await clock.advance(0)
        line.push({ ev: 'opened', room: '@a:b', epoch: 'p', head: 0, with: BOB })
        if (what === 'unsent') room?.on('unsent', close)
        if (what === 'room') room?.on('state', close)
      }
      line.end()
      await clock.advance(600_000)
      expect(chat.state).toBe('closed')
      expect(names().at(-1)).toBe('closed')
      expect(names().filter((name) => name === 'closed')).toHaveLength(1)
      expect(clock.pending).toBe(0)
      expect(kept.get('tertulia.queue')).toContain('"cid":"c"')
    },
  )
})
