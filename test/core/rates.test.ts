import { describe, expect, it } from 'vitest'
import { addressKey } from '../../src/address.ts'
import { Addresses, Bucket } from '../../src/core/rates.ts'
import { makeTicket, readTicket } from '../../src/core/tickets.ts'
import { LIMITS } from '../../src/limits.ts'

describe('bucket', () => {
  it('lets a burst through, then as much as flows in', () => {
    const bucket = new Bucket(3, 0)
    expect([1, 2, 3].map(() => bucket.take(1, 2, 3, 0))).toEqual([0, 0, 0])
    expect(bucket.take(1, 2, 3, 0)).toBe(500)
    expect(bucket.take(1, 2, 3, 499)).toBeGreaterThan(0)
    expect(bucket.take(1, 2, 3, 500)).toBe(0)
    expect(bucket.take(3, 2, 3, 60_000)).toBe(0)
    expect(bucket.take(1, 2, 3, 60_000)).toBe(500)
  })

  it('is not confused by a clock that stands still or goes back', () => {
    const bucket = new Bucket(1, 1000)
    expect(bucket.take(1, 1, 1, 1000)).toBe(0)
    expect(bucket.take(1, 1, 1, 0)).toBe(1000)
    expect(bucket.take(1, 1, 1, 2000)).toBe(0)
  })
})

describe('addresses', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:1:2::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['memory', 'memory'],
  ])('counts %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })

  it('forgets an address once nothing need be remembered of it', () => {
    const addresses = new Addresses(LIMITS)
    const use = addresses.use('192.0.2.1', 0)
    use.connections = 1
    addresses.sweep(0)
    expect(addresses.use('192.0.2.1', 0)).toBe(use)
    use.connections = 0
    use.commands.take(LIMITS.addressCommandBurst, 1, LIMITS.addressCommandBurst, 0)
    addresses.sweep(1)
    expect(addresses.use('192.0.2.1', 1)).toBe(use)
    addresses.sweep(60_000)
    expect(addresses.use('192.0.2.1', 60_000)).not.toBe(use)
  })
})

describe('tickets', () => {
  const alice = { id: 'a1', name: 'Alice çé' }

  it('tell who it is until their time is over', () => {
    const ticket = makeTicket('secret', alice, 1000)
    expect(readTicket('secret', ticket, 999)).toEqual(alice)
    expect(readTicket('secret', ticket, 1000)).toBeNull()
  })

  it('are worth nothing when anything about them was changed', () => {
    const ticket = makeTicket('secret', alice, 1000)
    expect(readTicket('other', ticket, 0)).toBeNull()
    const [body = '', mac = ''] = ticket.split('.')
    const forged = Buffer.from(JSON.stringify(['root', 'Root', 1e12])).toString('base64url')
    for (const bad of [`${forged}.${mac}`, body, `${body}.`, '', '.', 'x.y']) {
      expect(readTicket('secret', bad, 0), bad).toBeNull()
    }
  })
})
