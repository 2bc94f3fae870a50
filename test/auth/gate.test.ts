/** So many at once, so many waiting. */

import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/auth/gate.ts'
import { codeOf } from './world.ts'

/** Tasks that end when told to. */
function tasks(gate: Gate) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  let most = 0
  let running = 0
  const run = (whose: string, name: string) =>
    gate.run(whose, async () => {
      begun.push(name)
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      running -= 1
      return name
    })
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { run, end, begun, most: () => most }
}

describe('the gate', () => {
  it('lets some in at once, the others in turn, and all of them in the end', async () => {
    const { run, end, begun, most } = tasks(new Gate(2, 10))
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => run('x', name))
    expect(begun).toEqual(['a', 'b'])
    await end('b')
    expect(begun).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c', 'd', 'e']) await end(name)
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(most()).toBe(2)
  })

  it('refuses what comes when the place for waiting is full', async () => {
    const gate = new Gate(1, 2)
    const { run, end } = tasks(gate)
    const taken = [run('x', 'a'), run('x', 'b'), run('x', 'c')]
    expect(await codeOf(run('x', 'd'))).toBe('overloaded')
    for (const name of ['a', 'b', 'c']) await end(name)
    await Promise.all(taken)
    const later = run('x', 'e')
    await end('e')
    expect(await later).toBe('e')
  })

  it('says that one may come again, and when', async () => {
    const { run, end } = tasks(new Gate(1, 0))
    const first = run('x', 'a')
    await expect(run('x', 'b')).rejects.toMatchObject({
      code: 'overloaded',
      retryable: true,
      retryAfterMs: expect.any(Number),
    })
    await end('a')
    await first
  })

  it('gives everybody a turn, however many tasks of one wait before', async () => {
    const { run, end, begun } = tasks(new Gate(1, 10))
    const all = [run('x', 'x1'), run('x', 'x2'), run('x', 'x3'), run('x', 'x4'), run('y', 'y1')]
    for (const name of ['x1', 'x2', 'y1', 'x3', 'x4']) await end(name)
    await Promise.all(all)
    expect(begun).toEqual(['x1', 'x2', 'y1', 'x3', 'x4'])
  })

  it('makes room for others where one has taken it all', async () => {
    const { run, end, begun } = tasks(new Gate(1, 3))
    const first = [run('x', 'x1'), run('x', 'x2'), run('x', 'x3')]
    const pushedOut = codeOf(run('x', 'x4'))
    const other = run('y', 'y1')
    expect(await pushedOut).toBe('overloaded')
    // Two of x's, one of y's: a second one of y's is no better than they.
    expect(await codeOf(run('y', 'y2'))).toBe('overloaded')
    for (const name of ['x1', 'x2', 'y1', 'x3']) await end(name)
    await Promise.all([...first, other])
    expect(begun).toEqual(['x1', 'x2', 'y1', 'x3'])
  })

  it('goes on after a task that failed', async () => {
    const gate = new Gate(1, 1)
    const failed = gate.run('x', () => Promise.reject(new Error('no')))
    const next = gate.run('x', async () => 'yes')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('yes')
    expect(await gate.run('x', async () => 'again')).toBe('again')
  })
})
