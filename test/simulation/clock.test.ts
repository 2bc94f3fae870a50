import { describe, expect, it } from 'vitest'
import { realClock, virtualClock } from '../../src/testing/clock.ts'

describe('virtualClock', () => {
  it('stands still until it is told to go on', async () => {
    const clock = virtualClock({ start: 1000 })
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0])
    await clock.advance(250)
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250])
  })

  it('runs timers in the order of their time, then of their setting, each at its time', async () => {
    const clock = virtualClock({ start: 0 })
    const ran: string[] = []
    const set = (name: string, ms: number) =>
      clock.after(ms, () => ran.push(`${name} at ${clock.now()}`))
    set('c', 30)
    set('a', 10)
    set('b', 20)
    set('b2', 20)
    set('late', 41)
    set('now', 0)
    set('before', -5)
    await clock.advance(40)
    expect(ran).toEqual(['now at 0', 'before at 0', 'a at 10', 'b at 20', 'b2 at 20', 'c at 30'])
    expect([clock.now(), clock.pending]).toEqual([40, 1])
    await clock.advance(1)
    expect(ran.at(-1)).toBe('late at 41')
  })

  it('keeps many timers in order', async () => {
    const clock = virtualClock({ turns: 0 })
    const ran: number[] = []
    for (let n = 0; n < 500; n++) {
      const ms = (n * 7919) % 1000
      const timer = clock.after(ms, () => ran.push(ms))
      if (n % 3 === 0) timer.cancel()
    }
    await clock.advance(1000)
    expect(ran).toEqual([...ran].sort((a, b) => a - b))
    expect(ran).toHaveLength(333)
    expect(clock.pending).toBe(0)
  })

  it('does not run what was cancelled, also by a timer of the same moment', async () => {
    const clock = virtualClock()
    const ran: string[] = []
    const second = { cancel: () => {} }
    clock.after(5, () => {
      ran.push('first')
      second.cancel()
    })
    second.cancel = clock.after(5, () => ran.push('second')).cancel
    clock.after(5, () => ran.push('third')).cancel()
    await clock.advance(10)
    expect(ran).toEqual(['first'])
  })

  it('runs timers that timers set, when they are due in time', async () => {
    const clock = virtualClock({ start: 0 })
    const ran: number[] = []
    const again = (): void => {
      ran.push(clock.now())
      clock.after(10, again)
    }
    clock.after(10, again)
    await clock.advance(45)
    expect(ran).toEqual([10, 20, 30, 40])
  })

  it('lets promises and immediates settle before the next timer runs', async () => {
    const clock = virtualClock({ start: 0 })
    const seen: string[] = []
    clock.after(10, () => {
      setImmediate(async () => {
        await Promise.resolve()
        setImmediate(() => seen.push(`settled at ${clock.now()}`))
      })
    })
    clock.after(11, () => seen.push('next'))
    await clock.advance(20)
    expect(seen).toEqual(['settled at 10', 'next'])
  })

  it('together: timers of one moment come before the immediates they set off', async () => {
    const run = async (together: boolean): Promise<string[]> => {
      const clock = virtualClock({ together })
      const seen: string[] = []
      for (const name of ['a', 'b']) {
        clock.after(10, () => {
          seen.push(name)
          queueMicrotask(() => seen.push(`${name} promise`))
          setImmediate(() => seen.push(`${name} immediate`))
        })
      }
      await clock.advance(10)
      return seen
    }
    expect(await run(true)).toEqual([
      'a',
      'a promise',
      'b',
      'b promise',
      'a immediate',
      'b immediate',
    ])
    expect(await run(false)).toEqual([
      'a',
      'a promise',
      'a immediate',
      'b',
      'b promise',
      'b immediate',
    ])
  })

  it('the wall clock may jump without the timers noticing', async () => {
    const clock = virtualClock({ start: 10_000 })
    let rang = 0
    clock.after(100, () => {
      rang = clock.now()
    })
    clock.jump(-5000)
    expect([clock.now(), clock.monotonic()]).toEqual([5000, 0])
    await clock.advance(99)
    expect(rang).toBe(0)
    await clock.advance(1)
    expect(rang).toBe(5100)
  })

  it('advances until something is so, or gives up', async () => {
    const clock = virtualClock()
    let count = 0
    const tick = (): void => {
      count += 1
      clock.after(100, tick)
    }
    tick()
    await clock.advanceUntil(() => count === 4, 1000)
    expect(clock.monotonic()).toBe(300)
    await expect(clock.advanceUntil(() => false, 250)).rejects.toThrow('not done after 250 ms')
    expect(clock.monotonic()).toBe(550)
  })

  it('one call waits for the other', async () => {
    const clock = virtualClock({ start: 0 })
    const times: number[] = []
    await Promise.all([
      clock.advance(10).then(() => times.push(clock.now())),
      clock.advance(5).then(() => times.push(clock.now())),
    ])
    expect(times).toEqual([10, 15])
  })
})

describe('realClock', () => {
  it('goes by itself, and its timers can be cancelled', async () => {
    const before = realClock.monotonic()
    const ran: string[] = []
    realClock.after(1, () => ran.push('cancelled')).cancel()
    await new Promise<void>((resolve) => {
      realClock.after(3, () => {
        ran.push('rang')
        resolve()
      })
      // The timer doesn't keep a process alive; something else has to.
      setTimeout(() => {}, 50)
    })
    expect(ran).toEqual(['rang'])
    expect(realClock.monotonic()).toBeGreaterThan(before)
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1000)
  })
})
