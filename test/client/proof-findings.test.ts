/** What the proof found in the SDK, each as small as it can be. */

import { describe, expect, it } from 'vitest'
import { connect } from '../../src/client.ts'
import { Script } from './proof-script.ts'

/** What became of a promise so far. */
function outcome(promise: Promise<unknown>): { readonly now: unknown } {
  const seen: { now: unknown } = { now: 'open' }
  promise.then(
    (value) => {
      seen.now = value
    },
    (error: { code?: string }) => {
      seen.now = error.code
    },
  )
  return seen
}

describe('a client that is closed', () => {
  it('before hello was answered is closed, and stays so', async () => {
    const script = new Script()
    const client = connect('x:', script.options)
    const link = await script.opened()
    expect(link.last('hello')).toBeDefined()
    const closing = outcome(client.close())
    await script.clock.advance(120_000)
    expect(closing.now).toBeUndefined()
    expect(client.state).toBe('closed')
    expect(script.links).toHaveLength(1)
  })

  it('keeps for the next one what was refused for the moment, meanwhile', async () => {
    const script = new Script()
    const client = connect('x:', { ...script.options, store: script.store })
    const link = await script.opened()
    link.greet()
    const joining = client.join('sala')
    await script.clock.settle()
    link.letIn('sala')
    const said = outcome((await joining).send('oi', { cid: 'c' }))
    await script.clock.settle()
    expect(link.last('send')?.cid).toBe('c')
    const closing = outcome(client.close())
    await script.clock.settle()
    link.fail('send', 'unavailable', true)
    link.ok('quit', {})
    link.cut()
    await script.clock.advance(10_000)
    expect(closing.now).toBeUndefined()
    expect(['closed', 'unavailable']).toContain(said.now)
    expect(script.items.get('tertulia.queue') ?? '').toContain('"cid":"c"')
  })
})

describe('what an earlier client left to be said', () => {
  it('is said, though the first join meets a passing error', async () => {
    const script = new Script()
    const items = [{ cid: 'c', op: 'send', room: 'sala', fields: { text: 'oi' }, ts: 1 }]
    script.items.set('tertulia.ticket', JSON.stringify({ ticket: 't', name: 'Ana' }))
    script.items.set('tertulia.queue', JSON.stringify({ by: 'ana', items }))
    const client = connect('x:', { ...script.options, store: script.store })
    const joining = outcome(client.join('sala'))
    const link = await script.opened()
    link.greet()
    await script.clock.settle()
    link.fail('join', 'unavailable', true)
    await script.clock.settle()
    expect(['open', 'unavailable']).toContain(joining.now)
    const asked = link.asked.length
    await script.clock.advanceUntil(() => link.asked.length > asked, 60_000)
    link.letIn('sala')
    await script.clock.settle()
    expect(link.last('send')).toMatchObject({ room: 'sala', text: 'oi', cid: 'c' })
    link.cut()
    await script.clock.settle()
    await client.close()
  })
})

describe('a guest who wants a name', () => {
  it('gets it, though the first answer was lost and the server still sees who asked', async () => {
    const script = new Script()
    const client = connect('x:', { ...script.options, name: 'Ana' })
    const ready = outcome(client.ready)
    const first = await script.opened()
    expect(first.last('hello')).toMatchObject({ name: 'Ana' })
    first.cut()
    const second = await script.opened()
    second.fail('hello', 'name_taken', false)
    await script.clock.settle()
    expect(ready.now).toBe('open')
    expect(client.state).not.toBe('closed')
    const tries = script.links.length + second.asked.length
    await script.clock.advanceUntil(
      () => script.links.length + second.asked.length > tries,
      120_000,
    )
    const third = script.links.at(-1)
    if (third !== second) await script.opened()
    third?.greet('Ana')
    await script.clock.settle()
    expect(ready.now).toMatchObject({ name: 'Ana' })
  })
})

describe('who leaves', () => {
  it('is told that what was said before is stored', async () => {
    const script = new Script()
    const client = connect('x:', script.options)
    const link = await script.opened()
    link.greet()
    const joining = client.join('sala')
    await script.clock.settle()
    link.letIn('sala')
    const room = await joining
    const said = outcome(room.send('até logo'))
    await script.clock.settle()
    const leaving = outcome(room.leave())
    await script.clock.settle()
    link.ok('send', { seq: 1, ts: 5 })
    await script.clock.settle()
    expect(said.now).toMatchObject({ seq: 1 })
    link.ok('leave', { room: 'sala' })
    await script.clock.settle()
    expect(leaving.now).toBeUndefined()
    expect(room.state).toBe('left')
  })

  it('and comes again is in the room, though a join of before is answered in between', async () => {
    const script = new Script()
    const client = connect('x:', script.options)
    const first = await script.opened()
    first.greet()
    const joining = client.join('sala')
    await script.clock.settle()
    first.letIn('sala')
    const room = await joining
    await script.clock.advance(1)
    first.cut()
    const link = await script.opened()
    link.greet()
    await script.clock.settle()
    const before = link.last('join')
    // Left and joined again, before that is answered.
    void room.leave()
    const again = client.join('sala')
    await script.clock.settle()
    for (const { id, op } of [...link.asked]) {
      if (op === 'join' && id === before?.id) link.letIn('sala', {}, id)
      await script.clock.settle()
    }
    // The server does what it is told in order.
    const isInside = (): boolean => {
      const ops = link.asked.filter(({ op }) => op === 'join' || op === 'leave')
      return ops.at(-1)?.op === 'join'
    }
    expect(isInside()).toBe(true)
    link.ok('leave', { room: 'sala' })
    await script.clock.settle()
    link.letIn('sala')
    await script.clock.settle()
    expect((await again).state).toBe('live')
    expect(isInside()).toBe(true)
  })
})
