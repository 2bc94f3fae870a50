/** Who one is, by the SDK: names, tickets, tokens. The server is a script. */

import { describe, expect, it } from 'vitest'
import { ANA, BOB, LIMITS, watched } from './sdk-support.ts'

describe('hello', () => {
  it('comes first, and says who one is', async () => {
    const { world, chat, names } = watched({ name: 'Ana', lang: 'pt-BR' })
    expect(chat.state).toBe('connecting')
    const line = await world.welcome({ defaultRoom: 'geral' })
    expect(line.said[0]).toEqual({ id: 1, op: 'hello', version: 1, lang: 'pt-BR', name: 'Ana' })
    expect(await chat.ready).toEqual(ANA)
    expect([chat.state, chat.person, chat.limits, chat.defaultRoom]).toEqual([
      'online',
      ANA,
      LIMITS,
      'geral',
    ])
    expect(names()).toEqual(['connecting', 'online'])
  })

  it('a guest comes back with the ticket and the name', async () => {
    const { world, chat, clock, lines } = watched({ name: 'Ana' })
    const line = await world.welcome()
    const renamed = chat.rename('Bia')
    line.ok('nick', { person: { id: 'ana', name: 'Bia' }, ticket: 't2' })
    expect(await renamed).toEqual({ id: 'ana', name: 'Bia' })
    expect(chat.person?.name).toBe('Bia')
    line.end()
    await clock.advance(1000)
    expect(lines[1]?.said[0]).toMatchObject({ ticket: 't2', name: 'Bia' })
  })

  it('whose name was taken meanwhile comes back by another', async () => {
    const { world, clock, chat } = watched()
    const line = await world.welcome()
    line.end()
    await clock.advance(1000)
    world.line.refuse('hello', 'name_taken')
    await clock.settle()
    expect(world.line.last('hello')).toMatchObject({ ticket: 't1', name: 'Ana2' })
    world.line.refuse('hello', 'name_taken')
    await clock.settle()
    expect(world.line.last('hello').name).toMatch(/^Ana\d{4,5}$/)
    await world.welcome({ person: { id: 'ana', name: 'Ana2' } })
    expect(chat.person?.name).toBe('Ana2')
  })

  it('a name that was asked for and is taken is the end', async () => {
    const { world, clock, chat, states } = watched({ name: 'Ana' })
    await clock.settle()
    world.line.refuse('hello', 'name_taken')
    await expect(chat.ready).rejects.toMatchObject({ code: 'name_taken' })
    expect(states.at(-1)).toMatchObject({ state: 'closed', error: { code: 'name_taken' } })
    expect(world.line.isOpen).toBe(false)
    await expect(chat.join('geral')).rejects.toMatchObject({ code: 'closed' })
    await clock.advance(60_000)
    expect(world.lines).toHaveLength(1)
  })

  it('a ticket that is not good any more makes a new guest', async () => {
    const { world, clock, chat } = watched({ ticket: 'old' })
    await clock.settle()
    world.line.refuse('hello', 'unauthorized')
    await clock.settle()
    expect(world.line.last('hello')).not.toHaveProperty('ticket')
    await world.welcome({ person: BOB })
    expect(chat.person).toEqual(BOB)
  })

  it('where guests may not come in it is the end', async () => {
    const { world, clock, chat } = watched()
    await clock.settle()
    world.line.refuse('hello', 'unauthorized')
    await expect(chat.ready).rejects.toMatchObject({ code: 'unauthorized', retryable: false })
    expect(chat.state).toBe('closed')
  })

  it('a refusal that passes is waited for', async () => {
    const { world, clock, states } = watched()
    await clock.settle()
    world.line.refuse('hello', 'unavailable', { retryable: true, retryAfterMs: 5000 })
    await clock.settle()
    expect(states.at(-1)).toMatchObject({ state: 'waiting', error: { code: 'unavailable' } })
    await clock.advance(4999)
    expect(world.lines).toHaveLength(1)
    await clock.advance(2000)
    expect(world.lines).toHaveLength(2)
  })
})

describe('a token', () => {
  it('is asked for anew before each connection', async () => {
    let n = 0
    const { world, clock } = watched({ token: () => `token-${++n}` })
    const line = await world.welcome({ ticket: undefined })
    line.end()
    await clock.advance(1000)
    expect(world.lines.map(({ said }) => said[0].token)).toEqual(['token-1', 'token-2'])
    expect(world.line.said[0]).not.toHaveProperty('ticket')
  })

  it('that is refused is asked for once more', async () => {
    const tokens = ['old', 'new']
    const { world, clock, chat } = watched({ token: async () => tokens.shift() ?? 'new' })
    await clock.settle()
    world.line.refuse('hello', 'unauthorized')
    await clock.settle()
    expect(world.line.last('hello').token).toBe('new')
    await world.welcome({ ticket: undefined })
    expect(chat.state).toBe('online')
  })

  it.each([
    ['the same again', () => 'same'],
    ['fixed', 'same'],
  ])('that is refused is the end: %s', async (_, token) => {
    const { world, clock, chat } = watched({ token })
    await clock.settle()
    world.line.refuse('hello', 'unauthorized')
    await expect(chat.ready).rejects.toMatchObject({ code: 'unauthorized' })
    expect(chat.state).toBe('closed')
    expect(world.line.said).toHaveLength(1)
  })

  it('that ended is asked for again; the same one is the end', async () => {
    const tokens = ['a', 'b', 'b']
    const { world, clock, chat, states } = watched({ token: () => tokens.shift() })
    let line = await world.welcome({ ticket: undefined })
    line.push({ ev: 'close', code: 3505, reason: 'ended', reconnect: false })
    line.end(3505)
    await clock.advance(1000)
    line = await world.welcome({ ticket: undefined })
    expect(line.said[0].token).toBe('b')
    line.end(3505)
    await clock.advance(5000)
    expect(chat.state).toBe('closed')
    expect(states.at(-1)?.error?.code).toBe('unauthorized')
    expect(world.lines).toHaveLength(2)
  })

  it('that cannot be had is asked for later', async () => {
    let n = 0
    const { clock, lines, states } = watched({
      token: () => {
        n += 1
        if (n < 3) throw new Error('no network')
        return 'token'
      },
    })
    await clock.advance(1000)
    await clock.advance(2000)
    expect(lines).toHaveLength(1)
    expect(states[1]).toMatchObject({ state: 'waiting', error: { code: 'unavailable' } })
  })
})
