/** Accounts in a storage: register, log in, change the password. */

import { describe, expect, it } from 'vitest'
import { storageAccounts } from '../../src/auth/accounts.ts'
import { scryptHash } from '../../src/auth/scrypt.ts'
import { hashToken } from '../../src/auth/tokens.ts'
import { ChatError } from '../../src/errors.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Accounts } from '../../src/spi/auth.ts'
import { manualClock } from '../core/manual-clock.ts'
import { CHEAP, codeOf, freshRecords, HERE, PASSWORD, THERE, world } from './world.ts'

const NEXT = 'another good password'

describe('registering', () => {
  it('makes an account and logs in', async () => {
    const { accounts, records, clock } = world({ url: 'wss://chat.example.org' })
    const login = await accounts.register('  Maria   Clara ', PASSWORD, HERE)
    expect(login).toEqual({
      token: expect.stringMatching(/^tertulia_[\w-]{43}$/),
      expiresAt: clock.now() + LIMITS.tokenMs,
      person: { id: expect.stringMatching(/^[\w-]{22}$/), name: 'Maria Clara' },
      url: 'wss://chat.example.org',
    })
    expect(await accounts.validate(login.token)).toEqual({
      hash: hashToken(login.token),
      expiresAt: login.expiresAt,
      identity: { ...login.person, expiresAt: login.expiresAt },
    })
    const account = await records.accounts.get(login.person.id)
    expect(account).toMatchObject({ admin: false, disabled: false, createdAt: clock.now() })
    expect(account?.password).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/)
  })

  it.each([
    ['', PASSWORD, 'name_invalid'],
    ['a\nb', PASSWORD, 'name_invalid'],
    ['x'.repeat(33), PASSWORD, 'name_invalid'],
    ['admin', PASSWORD, 'name_reserved'],
    ['Alice', 'short', 'password_weak'],
    ['Maria Clara', 'maria clara', 'password_weak'],
  ])('refuses %j with %j: %s', async (name, password, code) => {
    const { accounts, records } = world()
    expect(await codeOf(accounts.register(name, password, HERE))).toBe(code)
    expect(await records.accounts.count()).toBe(0)
  })

  it.each(['Alice', 'ALICE', 'AIice', 'A1ice', ' alice '])(
    'refuses %j after Alice',
    async (name) => {
      const { accounts } = world()
      await accounts.register('Alice', PASSWORD, HERE)
      expect(await codeOf(accounts.register(name, PASSWORD, THERE))).toBe('name_taken')
    },
  )

  it('gives a name to one of several who ask at once', async () => {
    const { accounts, records } = world()
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(accounts.register('Alice', PASSWORD, HERE))),
    )
    expect(codes.toSorted()).toEqual([...Array(7).fill('name_taken'), 'ok'])
    expect(await records.accounts.count()).toBe(1)
  })

  it('is limited by address, and what made no account doesn’t count', async () => {
    const { accounts, clock } = world({ limits: { registersPerHour: 2 } })
    const register = (name: string, from: string) => codeOf(accounts.register(name, PASSWORD, from))
    expect(await register('Ana', HERE)).toBe('ok')
    for (let i = 0; i < 5; i++) expect(await register('Ana', HERE)).toBe('name_taken')
    expect(await register('Bia', HERE)).toBe('ok')
    expect(await register('Caio', HERE)).toBe('rate_limited')
    expect(await register('Caio', THERE)).toBe('ok')
    clock.pass(30 * 60_000)
    expect(await register('Davi', HERE)).toBe('ok')
    expect(await register('Eva', HERE)).toBe('rate_limited')
  })

  it('ends where there are as many accounts as there can be', async () => {
    const { accounts } = world({ limits: { accounts: 2 } })
    await accounts.register('Ana', PASSWORD, HERE)
    await accounts.register('Bia', PASSWORD, HERE)
    expect(await codeOf(accounts.register('Caio', PASSWORD, HERE))).toBe('overloaded')
    expect(await codeOf(accounts.login('Ana', PASSWORD, HERE))).toBe('ok')
  })
})

describe('logging in', () => {
  it('takes the name as people write it', async () => {
    const { accounts } = world()
    const { person } = await accounts.register('Maria Clara', PASSWORD, HERE)
    for (const name of ['Maria Clara', 'maria clara', ' MARIA  CLARA']) {
      const login = await accounts.login(name, PASSWORD, HERE)
      expect(login.person).toEqual(person)
    }
  })

  it('answers the same to an unknown name, a wrong password and a disabled account', async () => {
    const { accounts } = world()
    await accounts.register('Alice', PASSWORD, HERE)
    const { person } = await accounts.register('Davi', PASSWORD, HERE)
    await accounts.admin.setDisabled(person.id, true)
    const answers = await Promise.all(
      [
        ['Alice', 'not hers at all'],
        ['Nobody', PASSWORD],
        ['Davi', PASSWORD],
        ['', PASSWORD],
        ['x'.repeat(100_000), PASSWORD],
        [`a${'\u0301'.repeat(10_000)}`, PASSWORD],
        ['Alice', ''],
        ['Alice', 'x'.repeat(100_000)],
        ['Alice', 'with\u0000zero'],
      ].map(async ([name = '', password = '']) => {
        const error: unknown = await accounts.login(name, password, HERE).catch((error) => error)
        const { code, message, retryAfterMs } = error as ChatError
        return JSON.stringify({ code, message, retryAfterMs })
      }),
    )
    expect([...new Set(answers)]).toEqual([
      '{"code":"credentials_wrong","message":"the name or the password is wrong"}',
    ])
  })

  it('is limited by account, from whatever address, whether there is such an account or not', async () => {
    const { accounts, clock } = world({ limits: { accountFailuresPerHour: 3 } })
    await accounts.register('Alice', PASSWORD, HERE)
    for (const name of ['Alice', 'Nobody']) {
      for (let i = 0; i < 3; i++) {
        const from = `192.0.2.${i}`
        expect(await codeOf(accounts.login(name, 'wrong wrong', from))).toBe('credentials_wrong')
      }
      // In other letters it is the same account, and the right password makes no difference.
      expect(await codeOf(accounts.login(name.toUpperCase(), PASSWORD, THERE))).toBe('rate_limited')
    }
    const limited: unknown = await accounts.login('Alice', PASSWORD, THERE).catch((error) => error)
    expect(limited).toMatchObject({ retryable: true, retryAfterMs: 20 * 60_000 })
    clock.pass(20 * 60_000)
    expect(await codeOf(accounts.login('Alice', PASSWORD, THERE))).toBe('ok')
  })

  it('is limited by address, whatever the account; networks of IPv6 are one', async () => {
    const { accounts } = world({ limits: { failuresPerHour: 4 } })
    await accounts.register('Alice', PASSWORD, HERE)
    const guess = (name: string, from: string) => codeOf(accounts.login(name, 'wrong wrong', from))
    for (let i = 1; i <= 4; i++) {
      expect(await guess(`Name${i}`, `2001:db8:1:2::${i}`)).toBe('credentials_wrong')
    }
    expect(await guess('Name5', '2001:db8:1:2::5')).toBe('rate_limited')
    expect(await codeOf(accounts.login('Alice', PASSWORD, '2001:db8:1:2::6'))).toBe('rate_limited')
    expect(await codeOf(accounts.login('Alice', PASSWORD, '2001:db8:1:3::1'))).toBe('ok')
  })

  it('lets no more guesses through at once than one by one', async () => {
    const { accounts } = world({ limits: { failuresPerHour: 5, hashesWaiting: 1000 } })
    await accounts.register('Alice', PASSWORD, HERE)
    const codes = await Promise.all(
      Array.from({ length: 50 }, () => codeOf(accounts.login('Alice', 'wrong wrong', HERE))),
    )
    expect(codes.filter((code) => code === 'credentials_wrong')).toHaveLength(5)
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(45)
  })

  it('is never limited by its successes', async () => {
    const { accounts } = world({ limits: { failuresPerHour: 1, accountFailuresPerHour: 1 } })
    await accounts.register('Alice', PASSWORD, HERE)
    for (let i = 0; i < 20; i++) await accounts.login('Alice', PASSWORD, HERE)
  })

  it('is overloaded when too many wait', async () => {
    const { accounts } = world({ limits: { hashesAtOnce: 1, hashesWaiting: 2 } })
    await accounts.register('Alice', PASSWORD, HERE)
    const codes = await Promise.all(
      Array.from({ length: 6 }, () => codeOf(accounts.login('Alice', PASSWORD, HERE))),
    )
    expect(codes.filter((code) => code === 'ok')).toHaveLength(3)
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(3)
  })

  it('hashes anew what was hashed with less', async () => {
    const { accounts, records } = world()
    const { person } = await accounts.register('Alice', PASSWORD, HERE)
    const old = await scryptHash(PASSWORD, { ln: 2, r: 8, p: 1 })
    await records.accounts.update(person.id, { password: old })
    expect(await codeOf(accounts.login('Alice', 'wrong wrong', HERE))).toBe('credentials_wrong')
    expect((await records.accounts.get(person.id))?.password).toBe(old)
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('ok')
    const now = (await records.accounts.get(person.id))?.password
    expect(now).toMatch(/^\$scrypt\$ln=4,/)
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('ok')
    expect((await records.accounts.get(person.id))?.password).toBe(now)
  })

  it('does so for all who log in at the same time', async () => {
    const { accounts, records } = world()
    const { person } = await accounts.register('Alice', PASSWORD, HERE)
    const old = await scryptHash(PASSWORD, { ln: 2, r: 8, p: 1 })
    await records.accounts.update(person.id, { password: old })
    const codes = await Promise.all(
      Array.from({ length: 6 }, () => codeOf(accounts.login('Alice', PASSWORD, HERE))),
    )
    expect(codes).toEqual(Array(6).fill('ok'))
  })

  it('tells the log, and nobody else, of a hash that cannot be read', async () => {
    const { accounts, records, lines } = world()
    const { person } = await accounts.register('Alice', PASSWORD, HERE)
    const password =
      '$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    await records.accounts.update(person.id, { password })
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
    expect(lines).toEqual([expect.stringMatching(/^error the hash of a password cannot be read/)])
  })
})

describe('changing the password', () => {
  it('ends all tokens and gives a new one', async () => {
    const { accounts } = world()
    const a = await accounts.register('Alice', PASSWORD, HERE)
    const b = await accounts.login('Alice', PASSWORD, HERE)
    const c = await accounts.password(a.token, PASSWORD, NEXT, HERE)
    const hashes = [a, b, c].map(({ token }) => hashToken(token))
    expect(await accounts.alive(hashes)).toEqual([false, false, true])
    expect(c.person).toEqual(a.person)
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
    expect(await codeOf(accounts.login('Alice', NEXT, HERE))).toBe('ok')
  })

  it('asks for the old one, a limited number of times', async () => {
    const { accounts } = world({ limits: { accountFailuresPerHour: 3 } })
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    const change = (old: string, next = NEXT) => codeOf(accounts.password(token, old, next, HERE))
    expect(await change(PASSWORD, 'Alice')).toBe('password_weak')
    for (let i = 0; i < 3; i++) expect(await change('wrong wrong')).toBe('credentials_wrong')
    expect(await change(PASSWORD)).toBe('rate_limited')
    expect(await accounts.validate(token)).not.toBeNull()
  })

  it.each([0, 1, 2, 3, 4, 5])(
    'leaves nothing to a login with the old one, begun %i turns before',
    async (turns) => {
      const { accounts } = world()
      const { token } = await accounts.register('Alice', PASSWORD, HERE)
      const changing = accounts.password(token, PASSWORD, NEXT, HERE)
      const logins: Promise<string | null>[] = []
      for (let i = 0; i <= turns * 3; i++) {
        logins.push(
          accounts.login('Alice', PASSWORD, HERE).then(
            (login) => login.token,
            () => null,
          ),
        )
        await new Promise((resolve) => setImmediate(resolve))
      }
      const given = (await changing).token
      const tokens = (await Promise.all(logins)).filter((one) => one !== null)
      expect(await accounts.alive(tokens.map(hashToken))).toEqual(tokens.map(() => false))
      expect(await accounts.alive([hashToken(given)])).toEqual([true])
    },
  )

  it.each([
    ['as it is made now', CHEAP],
    ['to be made anew', { ln: 2, r: 8, p: 1 }],
  ])('holds against a login that looked before, with a hash %s', async (_what, cost) => {
    const { accounts, records } = world()
    const { person } = await accounts.register('Alice', PASSWORD, HERE)
    await records.accounts.update(person.id, { password: await scryptHash(PASSWORD, cost) })
    const { byKey } = records.accounts
    records.accounts.byKey = async (key) => {
      const before = await byKey.call(records.accounts, key)
      await accounts.admin.resetPassword(person.id, NEXT)
      return before
    }
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
    records.accounts.byKey = byKey
    expect(await accounts.admin.logout(person.id)).toBe(0)
    expect(await codeOf(accounts.login('Alice', NEXT, HERE))).toBe('ok')
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
  })

  it('leaves no token of the old one when the storage fails in the middle', async () => {
    const { accounts, records } = world()
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    const { deleteAll } = records.tokens
    let calls = 0
    records.tokens.deleteAll = (id) => {
      calls += 1
      return calls === 1 ? deleteAll.call(records.tokens, id) : Promise.reject(new Error('no'))
    }
    expect(await codeOf(accounts.password(token, PASSWORD, NEXT, HERE))).toBe('unavailable')
    expect(await accounts.validate(token)).toBeNull()
  })
})

describe('an owner', () => {
  it('is told by whatever looks like the name', async () => {
    const { accounts } = world()
    const { person } = await accounts.register('Alice', PASSWORD, HERE)
    for (const name of ['Alice', 'alice', 'AIice', 'Аlicе']) {
      expect(await accounts.owner(name)).toEqual(person)
    }
    for (const name of ['Bruno', '', ' ', 'x'.repeat(10_000)]) {
      expect(await accounts.owner(name)).toBeNull()
    }
  })
})

describe('what lies beneath', () => {
  const calls: [string, (accounts: Accounts, token: string) => Promise<unknown>][] = [
    ['register', (accounts) => accounts.register('Bruno', PASSWORD, HERE)],
    ['login', (accounts) => accounts.login('Alice', PASSWORD, HERE)],
    ['validate', (accounts, token) => accounts.validate(token)],
    ['renew', (accounts, token) => accounts.renew(token)],
    ['logout', (accounts, token) => accounts.logout(token, true)],
    ['password', (accounts, token) => accounts.password(token, PASSWORD, NEXT, HERE)],
    ['alive', (accounts, token) => accounts.alive([hashToken(token)])],
    ['owner', (accounts) => accounts.owner('Alice')],
  ]

  it.each(calls)('fails: %s is unavailable, and works again', async (_name, call) => {
    let broken = false
    const records = freshRecords()
    const fragile = <T extends object>(store: T): T =>
      new Proxy(store, {
        get: (target, key) => {
          const method = Reflect.get(target, key, target) as () => unknown
          return broken ? fail : method.bind(target)
        },
      })
    const fail = () => Promise.reject(new Error('SQLITE_IOERR: select * from accounts'))
    const accounts = storageAccounts({
      records: { accounts: fragile(records.accounts), tokens: fragile(records.tokens) },
      clock: manualClock(),
      hashing: { scrypt: CHEAP },
    })
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    broken = true
    const error: unknown = await call(accounts, token).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, custom: false })
    broken = false
    expect(await codeOf(call(accounts, token))).toBe('ok')
  })

  it('says nothing: that is unavailable, too, after a while', async () => {
    const { accounts, records, clock } = world()
    records.accounts.byKey = () => new Promise(() => {})
    const answer = codeOf(accounts.owner('Alice'))
    clock.pass(LIMITS.storageMs)
    expect(await answer).toBe('unavailable')
  })

  it('refuses with a code of its own: that is kept', async () => {
    const { accounts, records } = world()
    records.accounts.byKey = () => Promise.reject(new ChatError('overloaded'))
    expect(await codeOf(accounts.owner('Alice'))).toBe('overloaded')
  })
})
