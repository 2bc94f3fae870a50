/** The SDK's connections: when it comes back, and when it doesn't. The server is a script. */

import { describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/client-node.ts'
import { joined, watched } from './sdk-support.ts'

describe('answers', () => {
  it('that count entries instead of showing them are given as they are', async () => {
    const { world, chat } = watched()
    const line = await world.welcome()
    const erased = chat.request('admin_erase', { person: 'eva' })
    line.ok('admin_erase', { entries: 120 })
    expect(await erased).toEqual({ entries: 120 })
    expect(chat.state).toBe('online')
  })
})

describe('coming back', () => {
  it('waits twice as long each time, up to a most, and begins anew after a hello', async () => {
    const { world, clock, states, chat } = watched()
    const waits = (): unknown[] =>
      states.filter(({ state }) => state === 'waiting').map(({ retryInMs }) => retryInMs)
    for (let i = 0; i < 7; i++) {
      await clock.settle()
      world.line.end()
      await clock.advance(states.at(-1)?.retryInMs ?? 0)
    }
    expect(waits()).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    await world.welcome()
    expect(chat.state).toBe('online')
    world.line.end()
    expect(waits().at(-1)).toBe(1000)
  })

  it('waits a random part', async () => {
    const parts = [0.5, 0]
    const { world, clock, states } = watched({
      backoffMs: [100, 1000],
      random: () => parts.shift() ?? 1,
    })
    await clock.settle()
    world.line.end()
    await clock.advance(50)
    world.line.end()
    expect(states.flatMap(({ retryInMs }) => retryInMs ?? [])).toEqual([50, 0])
  })

  it.each([
    [undefined, 'waiting', 'closed'],
    [1000, 'waiting', 'closed'],
    [1001, 'waiting', 'closed'],
    [1005, 'waiting', 'closed'],
    [1006, 'waiting', 'closed'],
    [3000, 'waiting', 'shutting_down'],
    [3001, 'waiting', 'slow_consumer'],
    [3004, 'waiting', 'flood'],
    [4001, 'waiting', 'closed'],
    [1002, 'closed', 'closed'],
    [1009, 'closed', 'closed'],
    [3500, 'closed', 'bad_frame'],
    [3502, 'closed', 'too_large'],
    [3503, 'closed', 'forbidden'],
    [3504, 'closed', 'unsupported_version'],
    [3505, 'closed', 'unauthorized'],
    [3506, 'closed', 'forbidden'],
    [4500, 'closed', 'closed'],
  ])('after the code %s: %s, %s', async (code, state, error) => {
    const { world, chat, states, clock } = watched()
    const line = await world.welcome()
    line.end(code, 'why')
    await clock.settle()
    expect(chat.state).toBe(state)
    expect(states.at(-1)?.error).toMatchObject({ code: error })
  })

  it('does what the push close says, without a code of the transport', async () => {
    const { world, clock, states } = watched()
    let line = await world.welcome()
    line.push({ ev: 'close', code: 3000, reason: 'bye', reconnect: true, retryAfterMs: 9000 })
    line.end()
    expect(states.at(-1)?.error).toMatchObject({ code: 'shutting_down', message: 'bye' })
    await clock.advance(8999)
    expect(world.lines).toHaveLength(1)
    await clock.advance(1001)
    line = await world.welcome()
    line.push({ ev: 'close', code: 3506, reason: 'out', reconnect: false })
    line.end()
    expect(states.at(-1)).toMatchObject({ state: 'closed', error: { message: 'out' } })
  })

  it('retry comes back at once', async () => {
    const { world, clock, chat } = watched()
    await clock.settle()
    world.line.end()
    expect(chat.state).toBe('waiting')
    chat.retry()
    await clock.settle()
    expect(world.lines).toHaveLength(2)
    await clock.advance(1000)
    expect(world.lines).toHaveLength(2)
  })

  it('a page that is seen again, or has a network again, comes back at once', async () => {
    const target = (): EventTarget => new EventTarget()
    const [page, document] = [target(), Object.assign(target(), { visibilityState: 'visible' })]
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    vi.stubGlobal('document', document)
    try {
      const { world, clock, chat } = watched()
      await clock.settle()
      world.line.end()
      page.dispatchEvent(new Event('online'))
      await clock.settle()
      world.line.end()
      document.visibilityState = 'hidden'
      document.dispatchEvent(new Event('visibilitychange'))
      await clock.settle()
      expect(world.lines).toHaveLength(2)
      document.visibilityState = 'visible'
      document.dispatchEvent(new Event('visibilitychange'))
      await clock.settle()
      expect(world.lines).toHaveLength(3)
      // A network that is gone: it is looked whether the connection is, too, and not connected anew.
      await world.welcome()
      page.dispatchEvent(new Event('offline'))
      expect(world.line.last('ping')).toBeDefined()
      await clock.advance(9999)
      expect(chat.state).toBe('online')
      await clock.advance(1)
      expect(chat.state).toBe('waiting')
      page.dispatchEvent(new Event('offline'))
      await clock.settle()
      expect(world.lines).toHaveLength(3)
      void chat.close()
      page.dispatchEvent(new Event('online'))
      await clock.settle()
      expect(world.lines).toHaveLength(3)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('a server that does not answer is given up after 20 seconds', async () => {
    const { world, clock, states } = watched({}, { opens: false })
    await clock.advance(19_999)
    expect(world.line.isOpen).toBe(true)
    await clock.advance(1)
    expect(world.line.isOpen).toBe(false)
    expect(states.at(-1)).toMatchObject({ state: 'waiting', error: { code: 'unavailable' } })
  })
})

describe('silence', () => {
  it('is asked for a sign of life, and then taken for the end', async () => {
    const { world, clock, states } = watched()
    const line = await world.welcome()
    await clock.advance(29_999)
    expect(line.last('ping')).toBeUndefined()
    await clock.advance(1)
    expect(line.last('ping')).toBeDefined()
    await clock.advance(9999)
    expect(line.isOpen).toBe(true)
    await clock.advance(1)
    expect(line.isOpen).toBe(false)
    expect(states.at(-1)).toMatchObject({ state: 'waiting', error: { code: 'ping_timeout' } })
  })

  it('that is broken is no silence', async () => {
    const { world, clock, chat } = watched()
    const line = await world.welcome()
    for (let i = 0; i < 20; i++) {
      await clock.advance(14_000)
      line.push({ ev: 'count', room: 'x', count: 1 })
    }
    expect(line.last('ping')).toBeUndefined()
    await clock.advanceUntil(() => line.last('ping') !== undefined, 45_000)
    line.ok('ping', { ts: 1 })
    await clock.advance(10_000)
    expect(chat.state).toBe('online')
    await clock.advanceUntil(() => chat.state === 'waiting', 60_000)
  })

  it('retry looks at once whether the connection is alive', async () => {
    const { world, clock, chat } = watched()
    const line = await world.welcome()
    chat.retry()
    expect(line.last('ping')).toBeDefined()
    await clock.advance(10_000)
    expect(chat.state).toBe('waiting')
  })
})

describe('requests', () => {
  it('wait for a connection', async () => {
    const { world, chat } = watched()
    const asked = chat.request('rooms', {})
    const line = await world.welcome()
    line.ok('rooms', { rooms: [], more: false })
    expect(await asked).toEqual({ rooms: [], more: false })
  })

  it('are refused as closed, and may be asked again, when the connection is lost', async () => {
    const { world, chat } = watched()
    const line = await world.welcome()
    const asked = chat.request('rooms', {})
    line.end()
    await expect(asked).rejects.toMatchObject({ code: 'closed', retryable: true })
  })

  it('do not wait for ever', async () => {
    const { chat, clock } = watched({ timeoutMs: 500 }, { opens: false })
    const asked = chat.request('rooms', {}).catch((error) => error.code)
    const coming = chat.join('geral').catch((error) => error.code)
    await clock.advance(500)
    expect(await asked).toBe('unavailable')
    expect(await coming).toBe('unavailable')
  })

  it('that came in too late leave the room again', async () => {
    const { chat, world, clock } = watched({ timeoutMs: 500 })
    const line = await world.welcome()
    const coming = chat.join('geral').catch((error) => error.code)
    await clock.advance(500)
    expect(await coming).toBe('unavailable')
    line.ok('join', joined())
    expect(line.last('leave')).toMatchObject({ room: 'geral' })
    expect(chat.rooms.size).toBe(0)
  })

  it('that the client has methods for are refused', async () => {
    const { chat } = watched()
    for (const op of ['send', 'join', 'quit', 'hello', 'nick']) {
      await expect(chat.request(op as 'rooms', {})).rejects.toMatchObject({ code: 'bad_request' })
    }
  })

  it('that the server would close for are not sent', async () => {
    const { chat, world } = watched()
    const line = await world.welcome()
    const rooms = chat.request('rooms', { after: 'á'.repeat(40_000) })
    await expect(rooms).rejects.toMatchObject({ code: 'too_large' })
    expect(line.said).toHaveLength(1)
  })

  it('tell errors with what stands on the wire; unknown codes mean something, too', async () => {
    const { chat, world } = watched()
    const line = await world.welcome()
    const [one, two] = [chat.request('rooms', {}), chat.request('help', {})]
    line.refuse('rooms', 'rate_limited', { message: 'calma', retryable: true, retryAfterMs: 70 })
    line.refuse('help', 'from_the_future', { retryable: true })
    await expect(one).rejects.toMatchObject({
      name: 'ChatError',
      code: 'rate_limited',
      message: 'calma',
      retryable: true,
      retryAfterMs: 70,
    })
    await expect(two).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })
})

describe('the end', () => {
  it('says quit, and leaves nothing behind', async () => {
    const { chat, world, clock, states } = watched()
    const line = await world.welcome()
    const closing = chat.close()
    expect(line.last('quit')).toBeDefined()
    expect(states.at(-1)).toEqual({ state: 'closed' })
    line.end(1000)
    await closing
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(world.lines).toHaveLength(1)
  })

  it('waits two seconds for a server that does not answer', async () => {
    const { chat, world, clock } = watched()
    const line = await world.welcome()
    const closing = chat.close()
    await clock.advance(2000)
    await closing
    expect(line.isOpen).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('before the first hello rejects ready, which nobody has to handle', async () => {
    const { chat } = watched({}, { opens: false })
    await chat.close()
    await expect(chat.ready).rejects.toMatchObject({ code: 'closed' })
  })

  it('an address that no connection can be made to is refused at once', () => {
    for (const url of ['http://a', 'tcp://a', 'nothing', 'ftp://a:1']) {
      expect(() => connect(url)).toThrow(expect.objectContaining({ code: 'invalid_options' }))
    }
  })
})

it('listeners that throw harm nobody else', async () => {
  const caught: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => caught.push(error))
  try {
    const { chat, world } = watched()
    const seen: string[] = []
    chat.on('person', () => {
      throw new Error('mine')
    })
    const off = chat.on('person', ({ name }) => seen.push(name))
    chat.on('person', ({ name }) => seen.push(name))
    off()
    await world.welcome()
    expect(seen).toEqual(['Ana'])
    expect(caught).toMatchObject([{ message: 'mine' }])
  } finally {
    vi.unstubAllGlobals()
  }
})
