/** Accounts of a service elsewhere, over real HTTP. */

import { createServer, type RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { remoteAccounts } from '../../src/auth/remote.ts'
import { hashToken } from '../../src/auth/tokens.ts'
import type { Accounts } from '../../src/spi/auth.ts'
import { codeOf, HERE, listen, PASSWORD, served, THERE } from './world.ts'

const NEXT = 'another good password'
const SECRET = 'a secret among servers'

const withSecret = async (...[options]: Parameters<typeof served>) => {
  const service = await served(options, { secret: SECRET })
  return { ...service, remote: remoteAccounts(service.url, { secret: SECRET }) }
}

describe('remote accounts', () => {
  it('are as good as those of the service', async () => {
    const { remote, accounts, clock } = await withSecret({ url: 'wss://chat.example.org' })
    // The clock of the service is moved by hand; that of this end is the real one.
    clock.pass(Date.now() - clock.now())
    const a = await remote.register('Alice', PASSWORD, HERE)
    expect(a).toMatchObject({ person: { name: 'Alice' }, url: 'wss://chat.example.org' })
    const valid = {
      hash: hashToken(a.token),
      expiresAt: a.expiresAt,
      identity: { ...a.person, expiresAt: a.expiresAt },
    }
    expect(await remote.validate(a.token)).toEqual(valid)
    expect(await accounts.validate(a.token)).toEqual(valid)
    const b = await remote.login('alice', PASSWORD, HERE)
    expect(b.person).toEqual(a.person)
    expect(await remote.owner('AIice')).toEqual(a.person)
    expect(await remote.owner('Bruno')).toBeNull()
    clock.pass(1000)
    expect(await remote.renew(a.token)).toEqual({ expiresAt: a.expiresAt + 1000 })
    expect(await remote.renew('tertulia_none')).toBeNull()
    const c = await remote.password(a.token, PASSWORD, NEXT, HERE)
    const hashes = [a, b, c].map(({ token }) => hashToken(token))
    expect(await remote.alive(hashes)).toEqual([false, false, true])
    expect(await remote.validate(a.token)).toBeNull()
    expect(await remote.logout(c.token, false)).toBe(1)
    expect(await remote.logout(c.token, true)).toBe(0)
    expect(await remote.alive([])).toEqual([])
  })

  it('know admins', async () => {
    const { remote, accounts } = await withSecret()
    await accounts.admin.create('Rita', PASSWORD, true)
    const { token } = await remote.login('Rita', PASSWORD, HERE)
    expect((await remote.validate(token))?.identity.admin).toBe(true)
  })

  it('may be told where to chat, if the service isn’t', async () => {
    const { url } = await served()
    const url2 = 'wss://chat2.example.org'
    const login = await remoteAccounts(url, { url: url2 }).register('Alice', PASSWORD, HERE)
    expect(login.url).toBe(url2)
  })

  it('refuse with the codes of the service', async () => {
    const { remote } = await withSecret({ limits: { registersPerHour: 1, failuresPerHour: 1 } })
    const { token } = await remote.register('Alice', PASSWORD, HERE)
    expect(await codeOf(remote.register('Bruno', PASSWORD, HERE))).toBe('rate_limited')
    expect(await codeOf(remote.register('alice', PASSWORD, THERE))).toBe('name_taken')
    expect(await codeOf(remote.register('admin', PASSWORD, THERE))).toBe('name_reserved')
    expect(await codeOf(remote.register('\u0000', PASSWORD, THERE))).toBe('name_invalid')
    expect(await codeOf(remote.register('Bruno', 'x', THERE))).toBe('password_weak')
    expect(await codeOf(remote.login('Alice', 'wrong wrong', HERE))).toBe('credentials_wrong')
    await expect(remote.login('Alice', 'wrong wrong', HERE)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 3_600_000,
    })
    // Limits are kept by the address of the client, not that of the chat server.
    expect(await codeOf(remote.login('Alice', PASSWORD, THERE))).toBe('ok')
    expect(await codeOf(remote.password(token, 'wrong wrong', NEXT, '192.0.2.9'))).toBe(
      'credentials_wrong',
    )
    expect(await codeOf(remote.password('none', PASSWORD, NEXT, THERE))).toBe('unauthorized')
  })

  it('ask about many tokens in several requests', async () => {
    const { remote, accounts, clock } = await withSecret()
    clock.pass(Date.now() - clock.now())
    const { token } = await accounts.register('Alice', PASSWORD, HERE)
    const hashes = Array.from({ length: 1203 }, (_, i) => hashToken(`${i}`))
    hashes[777] = hashToken(token)
    const alive = await remote.alive(hashes)
    expect(alive).toHaveLength(1203)
    expect(alive.flatMap((one, index) => (one ? [index] : []))).toEqual([777])
  })

  it('stand below a path', async () => {
    const { accounts } = await served()
    const { accountService } = await import('../../src/auth/service.ts')
    const handler = accountService({ accounts })
    const url = await listen(
      createServer((request, response) => {
        request.url = String(request.url).replace(/^\/auth/, '')
        handler(request, response)
      }),
    )
    for (const base of [`${url}/auth`, `${url}/auth/`]) {
      expect(await codeOf(remoteAccounts(base).owner('Alice'))).toBe('ok')
    }
  })

  it.each(['', 'not an address', 'ftp://x', 'http://u:p@x', '/path'])(
    'need an address: %j is none',
    (url) => {
      expect(() => remoteAccounts(url)).toThrow(
        expect.objectContaining({ code: 'invalid_options' }),
      )
    },
  )
})

/** Something that answers as told, and counts. */
async function answering(listener: RequestListener) {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    listener(request, response)
  })
  return { url: await listen(server), server, asked: () => asked }
}

describe('what was said a moment ago', () => {
  const soon = () => Date.now() + 60_000
  const valid = () =>
    answering((request, response) => {
      request.resume()
      const expiresAt = soon()
      const alive = [false]
      response.end(
        JSON.stringify({ valid: true, person: { id: 'a', name: 'A' }, expiresAt, alive, ended: 1 }),
      )
    })

  it('is believed for a little while, and asked for once at a time', async () => {
    const { manualClock } = await import('../core/manual-clock.ts')
    const clock = manualClock(Date.now())
    const { url, asked } = await valid()
    const remote = remoteAccounts(url, { clock, cacheMs: 2000 })
    await Promise.all([remote.validate('x'), remote.validate('x'), remote.validate('x')])
    expect(asked()).toBe(1)
    clock.pass(1999)
    await remote.validate('x')
    expect(asked()).toBe(1)
    await remote.validate('y')
    expect(asked()).toBe(2)
    clock.pass(1)
    await remote.validate('x')
    expect(asked()).toBe(3)
    // Not beyond the end of the token.
    const long = remoteAccounts(url, { clock, cacheMs: 1e9 })
    await long.validate('x')
    clock.pass(55_000)
    await long.validate('x')
    expect(asked()).toBe(4)
    clock.pass(5000)
    await long.validate('x')
    expect(asked()).toBe(5)
  })

  it.each<[string, (remote: Accounts) => Promise<unknown>]>([
    ['alive says otherwise', (remote) => remote.alive([hashToken('x')])],
    ['one logs out', (remote) => remote.logout('x', false)],
    ['one logs out everywhere', (remote) => remote.logout('y', true)],
    ['the password changes', (remote) => codeOf(remote.password('y', 'a', 'b', HERE))],
    ['it is renewed', (remote) => remote.renew('x')],
  ])('is forgotten when %s', async (_what, happens) => {
    const { url, asked } = await valid()
    const remote = remoteAccounts(url)
    await remote.validate('x')
    await happens(remote)
    const before = asked()
    await remote.validate('x')
    expect(asked()).toBe(before + 1)
  })

  it('takes bounded memory, and none when it is off', async () => {
    const { url, asked } = await valid()
    const small = remoteAccounts(url, { cacheTokens: 2 })
    for (const token of ['a', 'b', 'c', 'c', 'b', 'a']) await small.validate(token)
    expect(asked()).toBe(4)
    const off = remoteAccounts(url, { cacheMs: 0 })
    for (const token of ['a', 'a']) await off.validate(token)
    expect(asked()).toBe(6)
  })

  it('is not asked about what can be no token', async () => {
    const { url, asked } = await valid()
    const remote = remoteAccounts(url)
    expect(await remote.validate('')).toBeNull()
    expect(await remote.validate('x'.repeat(5000))).toBeNull()
    expect(asked()).toBe(0)
  })
})

describe('a logout elsewhere', () => {
  it('is seen by alive at once', async () => {
    const { remote, accounts, clock } = await withSecret()
    clock.pass(Date.now() - clock.now())
    const { token } = await remote.register('Alice', PASSWORD, HERE)
    expect(await remote.validate(token)).not.toBeNull()
    await accounts.logout(token, false)
    expect(await remote.alive([hashToken(token)])).toEqual([false])
    expect(await remote.validate(token)).toBeNull()
  })
})

describe('a service that does not work', () => {
  const calls: [string, (accounts: Accounts) => Promise<unknown>][] = [
    ['register', (accounts) => accounts.register('Bruno', PASSWORD, HERE)],
    ['login', (accounts) => accounts.login('Alice', PASSWORD, HERE)],
    ['validate', (accounts) => accounts.validate('x')],
    ['renew', (accounts) => accounts.renew('x')],
    ['logout', (accounts) => accounts.logout('x', true)],
    ['password', (accounts) => accounts.password('x', PASSWORD, NEXT, HERE)],
    ['alive', (accounts) => accounts.alive([hashToken('x')])],
    ['owner', (accounts) => accounts.owner('Alice')],
  ]

  const replies: [string, RequestListener][] = [
    ['hangs up', (request) => request.socket.destroy()],
    ['says nothing', () => {}],
    ['stops in the middle', (_request, response) => void response.write('{"valid":')],
    ['talks of something else', (_request, response) => void response.end('<html>')],
    ['answers {}', (_request, response) => void response.end('{}')],
    ['answers a list', (_request, response) => void response.end('[]')],
    [
      'answers other shapes',
      (_request, response) =>
        void response.end(
          JSON.stringify({
            valid: 'yes',
            alive: [1],
            person: { id: '../x', name: 'A' },
            token: 1,
            expiresAt: '2030',
            ended: -0.5,
          }),
        ),
    ],
    [
      'answers for too few',
      (_request, response) => void response.end('{"alive":[],"valid":true,"person":{"id":"a"}}'),
    ],
    ['never ends', (_request, response) => void response.write('x'.repeat(200_000))],
    [
      'says far too much',
      (_request, response) =>
        void response.end(
          JSON.stringify({
            valid: false,
            alive: [true],
            person: { id: 'a', name: 'A' },
            token: 'x',
            expiresAt: Date.now(),
            ended: 0,
            more: 'x'.repeat(100_000),
          }),
        ),
    ],
    [
      'sends us elsewhere',
      (_request, response) => void response.writeHead(307, { location: '/other' }).end(),
    ],
    ['is broken', (_request, response) => void response.writeHead(500).end('Error: at x.js:1')],
    [
      'has lost its mind',
      (_request, response) =>
        void response.writeHead(500).end('{"error":{"code":"internal","message":"x"}}'),
    ],
    [
      'has other routes',
      (_request, response) => void response.writeHead(404).end('{"error":{"code":"not_found"}}'),
    ],
    [
      'wants another secret',
      (_request, response) => void response.writeHead(403).end('{"error":{"code":"forbidden"}}'),
    ],
    [
      'has codes of its own',
      (_request, response) => void response.writeHead(400).end('{"error":{"code":"__proto__"}}'),
    ],
  ]

  it.each(replies)('%s: everything is unavailable', async (_what, listener) => {
    const { url } = await answering((request, response) => {
      request.resume()
      listener(request, response)
    })
    const remote = remoteAccounts(url, { timeoutMs: 250, hashTimeoutMs: 250 })
    await Promise.all(
      calls.map(async ([name, call]) => {
        const error: unknown = await call(remote).catch((error: unknown) => error)
        expect(error, name).toMatchObject({ code: 'unavailable', retryable: true, custom: false })
      }),
    )
  })

  it('is not there: everything is unavailable', async () => {
    const { url, server } = await answering(() => {})
    await new Promise((resolve) => server.close(resolve))
    const remote = remoteAccounts(url)
    for (const [, call] of calls) expect(await codeOf(call(remote))).toBe('unavailable')
  })

  it('sends us to somebody else: nothing is told there', async () => {
    const other = await answering((request, response) => {
      request.resume()
      response.end('{"person":null}')
    })
    const { url } = await answering((request, response) => {
      request.resume()
      response.writeHead(308, { location: `${other.url}/v1/accounts/owner` }).end()
    })
    expect(await codeOf(remoteAccounts(url).owner('Alice'))).toBe('unavailable')
    expect(other.asked()).toBe(0)
  })

  it('comes back: all is well', async () => {
    let well = false
    const { url } = await answering((request, response) => {
      request.resume()
      if (well) response.end('{"person":null}')
      else request.socket.destroy()
    })
    const remote = remoteAccounts(url)
    expect(await codeOf(remote.owner('Alice'))).toBe('unavailable')
    well = true
    expect(await remote.owner('Alice')).toBeNull()
  })

  it('is asked by a bounded number at once', async () => {
    let open = 0
    let most = 0
    const { url } = await answering((request, response) => {
      request.resume()
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        response.end('{"person":null}')
      }, 20)
    })
    const remote = remoteAccounts(url)
    const codes = await Promise.all(
      Array.from({ length: 1100 }, (_, i) => codeOf(remote.owner(`Name${i}`))),
    )
    expect(most).toBeLessThanOrEqual(64)
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1064)
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(36)
  })
})
