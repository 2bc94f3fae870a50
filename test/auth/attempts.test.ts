/** Limits per hour and key. */

import { describe, expect, it } from 'vitest'
import { addressKey } from '../../src/address.ts'
import { Attempts } from '../../src/auth/attempts.ts'
import { manualClock } from '../core/manual-clock.ts'

const MINUTE = 60_000

const refused = (attempts: Attempts, key: string): number | null => {
  try {
    attempts.begin(key).settle(true)
    return null
  } catch (error) {
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true })
    return (error as { retryAfterMs: number }).retryAfterMs
  }
}

describe('attempts', () => {
  it('are limited per key, and come back as time passes', () => {
    const clock = manualClock()
    const attempts = new Attempts(6, clock)
    for (let i = 0; i < 6; i++) expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).toBe(10 * MINUTE)
    expect(refused(attempts, 'b')).toBeNull()
    clock.pass(4 * MINUTE)
    expect(refused(attempts, 'a')).toBe(6 * MINUTE)
    clock.pass(6 * MINUTE)
    expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).toBe(10 * MINUTE)
    clock.pass(100 * 60 * MINUTE)
    for (let i = 0; i < 6; i++) expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).not.toBeNull()
  })

  it('don’t count when they turn out not to', () => {
    const attempts = new Attempts(2, manualClock())
    for (let i = 0; i < 100; i++) attempts.begin('a').settle(false)
    expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).not.toBeNull()
  })

  it('hold their place until they are settled', () => {
    const attempts = new Attempts(2, manualClock())
    const first = attempts.begin('a')
    const second = attempts.begin('a')
    // They may turn out well: it isn't half an hour until then.
    expect(refused(attempts, 'a')).toBe(1000)
    first.settle(true)
    second.settle(false)
    expect(refused(attempts, 'a')).toBeNull()
    expect(refused(attempts, 'a')).toBe(30 * MINUTE)
  })

  it('remember a bounded number of keys, those used last and those under way', () => {
    const attempts = new Attempts(1, manualClock(), 1, 3)
    const held = attempts.begin('held')
    for (const key of ['a', 'b']) expect(refused(attempts, key)).toBeNull()
    expect(refused(attempts, 'a')).not.toBeNull()
    for (const key of ['c', 'd', 'e']) expect(refused(attempts, key)).toBeNull()
    expect(attempts.size).toBe(3)
    expect(refused(attempts, 'held')).toBe(1000)
    expect(refused(attempts, 'e')).not.toBeNull()
    held.settle(true)
    expect(refused(attempts, 'a')).toBeNull()
  })

  it('forget first what is of no more use', () => {
    const clock = manualClock()
    const attempts = new Attempts(60, clock, 60, 3)
    for (const key of ['a', 'b']) attempts.begin(key).settle(false)
    for (let i = 0; i < 60; i++) attempts.begin('bad').settle(true)
    // The oldest by use, and a minute brings back one of sixty.
    clock.pass(MINUTE)
    expect(refused(attempts, 'new')).toBeNull()
    expect(attempts.size).toBe(2)
    expect(refused(attempts, 'bad')).toBeNull()
    expect(refused(attempts, 'bad')).not.toBeNull()
  })

  it('keep long keys apart, and short', () => {
    const attempts = new Attempts(1, manualClock())
    expect(refused(attempts, 'x'.repeat(10_000))).toBeNull()
    expect(refused(attempts, 'x'.repeat(10_001))).toBeNull()
    expect(refused(attempts, 'x'.repeat(10_000))).not.toBeNull()
  })
})

describe('an address', () => {
  it('of IPv6 is a network', () => {
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe(addressKey('2001:db8:1:2::1'))
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'))
  })
})
