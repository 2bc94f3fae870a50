/** Tokens of accounts in a storage. */

import { describe, expect, it } from 'vitest'
import { storageAccounts } from '../../src/auth/accounts.ts'
import { hashToken } from '../../src/auth/tokens.ts'
import { manualClock } from '../core/manual-clock.ts'
import { CHEAP, codeOf, freshRecords, HERE, keptLines, PASSWORD, world } from './world.ts'

const NEXT = 'another good password'

describe('a token', () => {
  it('ends, unless it is renewed', async () => {
    const { accounts, clock } = world({ limits: { tokenMs: 1000 } })
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    const hash = hashToken(token)
    clock.pass(900)
    expect(await accounts.renew(token)).toEqual({ expiresAt: clock.now() + 1000 })
    clock.pass(900)
    expect(await accounts.validate(token)).not.toBeNull()
    expect(await accounts.alive([hash])).toEqual([true])
    clock.pass(1101)
    expect(await accounts.validate(token)).toBeNull()
    expect(await accounts.renew(token)).toBeNull()
    expect(await accounts.logout(token, false)).toBe(0)
    expect(await accounts.alive([hash])).toEqual([false])
  })

  it.each(['', 'x', 'tertulia_', `tertulia_${'A'.repeat(43)}`, 'x'.repeat(1_000_000), '\u0000'])(
    'is not anything: %.20s',
    async (token) => {
      const { accounts } = world()
      expect(await accounts.validate(token)).toBeNull()
      expect(await accounts.renew(token)).toBeNull()
      expect(await accounts.logout(token, true)).toBe(0)
      expect(await codeOf(accounts.password(token, PASSWORD, NEXT, HERE))).toBe('unauthorized')
    },
  )

  it('ends by logging out: one, or all of the account', async () => {
    const { accounts } = world()
    const a = await accounts.register('Alice', PASSWORD, HERE)
    const b = await accounts.login('Alice', PASSWORD, HERE)
    const c = await accounts.login('Alice', PASSWORD, HERE)
    const other = await accounts.register('Bruno', PASSWORD, HERE)
    const hashes = [a, b, c, other].map(({ token }) => hashToken(token))
    expect(await accounts.logout(a.token, false)).toBe(1)
    expect(await accounts.logout(a.token, false)).toBe(0)
    expect(await accounts.alive(hashes)).toEqual([false, true, true, true])
    expect(await accounts.logout(b.token, true)).toBe(2)
    expect(await accounts.alive(hashes)).toEqual([false, false, false, true])
    expect(await accounts.alive([])).toEqual([])
  })

  it('pushes out the one that ends first, where there are too many', async () => {
    const { accounts, clock } = world({ limits: { tokensPerAccount: 3 } })
    const logins = [await accounts.register('Alice', PASSWORD, HERE)]
    for (let i = 0; i < 3; i++) {
      clock.pass(10)
      logins.push(await accounts.login('Alice', PASSWORD, HERE))
    }
    const hashes = logins.map(({ token }) => hashToken(token))
    expect(await accounts.alive(hashes)).toEqual([false, true, true, true])
  })

  it('is stored as its hash, and neither it nor a password is ever logged', async () => {
    const { accounts, records, lines } = world()
    const kept: string[] = []
    const add = records.tokens.add.bind(records.tokens)
    records.tokens.add = (token, most) => {
      kept.push(JSON.stringify(token))
      return add(token, most)
    }
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    await accounts.login('Alice', PASSWORD, HERE)
    await codeOf(accounts.login('Alice', 'wrong wrong', HERE))
    await accounts.password(token, PASSWORD, NEXT, HERE)
    expect(kept).toHaveLength(3)
    expect(kept[0]).toContain(hashToken(token))
    for (const line of [...kept, ...lines]) {
      for (const secret of [token, token.slice(9), PASSWORD, NEXT, 'wrong wrong']) {
        expect(line).not.toContain(secret)
      }
    }
  })

  it('of a disabled account is worth nothing', async () => {
    const { accounts, records } = world()
    const { token, person } = await accounts.register('Alice', PASSWORD, HERE)
    await records.accounts.update(person.id, { disabled: true })
    expect(await accounts.validate(token)).toBeNull()
    expect(await accounts.renew(token)).toBeNull()
  })
})

describe('tokens that have ended', () => {
  it('are deleted now and then, between start and stop, whatever fails', async () => {
    const clock = manualClock()
    const records = freshRecords()
    const { lines, logger } = keptLines()
    const accounts = storageAccounts({
      records,
      clock,
      logger,
      hashing: { scrypt: CHEAP },
      limits: { tokenMs: 1000 },
    })
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    const kept = async (token: string) => (await records.tokens.known([hashToken(token)]))[0]

    const first = await accounts.register('Alice', PASSWORD, HERE)
    clock.pass(3_600_000)
    await settle()
    expect(await kept(first.token)).toBe(true)

    await accounts.start()
    await accounts.start()
    const { expire } = records.tokens
    records.tokens.expire = () => Promise.reject(new Error('no'))
    clock.pass(600_000)
    await settle()
    expect(lines).toEqual([expect.stringMatching(/^warn tokens that have ended/)])
    records.tokens.expire = expire
    clock.pass(600_000)
    await settle()
    expect(await kept(first.token)).toBe(false)

    const second = await accounts.login('Alice', PASSWORD, HERE)
    await accounts.stop()
    await accounts.stop()
    clock.pass(3_600_000)
    await settle()
    expect(await kept(second.token)).toBe(true)
  })
})
