/** Logging out, another password, an account disabled, time over: every connection ends, everywhere. */

import { describe, expect, it } from 'vitest'
import { remoteAccounts } from '../../src/auth/remote.ts'
import { createAccountServer } from '../../src/auth/service.ts'
import { memoryBroker } from '../../src/brokers/memory.ts'
import type { ChatServerOptions } from '../../src/index.ts'
import type { Accounts } from '../../src/spi/auth.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { listen } from '../auth/world.ts'
import { manualClock } from '../core/manual-clock.ts'
import {
  accountsIn,
  byToken,
  keptLog,
  NEXT,
  PASSWORD,
  register,
  timed,
  withAccounts,
} from '../support/accounts.ts'
import { jsonClient, person, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

const SECOND = 1000
const code = (value: string) => ({ code: value })

/** Two nodes over one storage. */
async function pair(broker: Broker = memoryBroker(), options: ChatServerOptions = {}) {
  const storage = memoryStorage()
  const one = await withAccounts({ storage, broker, ...options })
  const two = await withAccounts({ storage, broker, ...options })
  return { one, two, admin: one.admin }
}

const deaf = (): Broker => ({ ...memoryBroker(), publish: async () => {} })

describe('a logout', () => {
  it('ends the token and its connections within a second, on every node and transport', async () => {
    const { one, two } = await pair()
    const { token } = await register(one.ws, 'Ana')
    const { token: spare } = await jsonClient(one.ws).then((client) =>
      client.ask('login', { name: 'Ana', password: PASSWORD }),
    )
    const here = await byToken(one.ws, token)
    const there = await byToken(two.tcp, token)
    const other = await byToken(two.ws, spare as string)
    expect(await here.ask('logout')).toEqual({ ended: 1 })
    const ms = await timed(Promise.all([here.closed, there.closed]))
    expect(ms).toBeLessThan(SECOND)
    expect(await here.closed).toBe(3505)
    expect(there.all.at(-1)).toMatchObject({ ev: 'close', code: 3505, reconnect: false })
    await expect(byToken(one.ws, token)).rejects.toMatchObject(code('unauthorized'))
    await other.ask('ping')
  })

  it('everywhere ends all of the account, and nobody else’s', async () => {
    const { one, two } = await pair()
    const { token } = await register(one.ws, 'Ana')
    const bia = await byToken(two.ws, (await register(one.ws, 'Bia')).token)
    const first = await byToken(one.ws, token)
    const client = await jsonClient(two.ws)
    const login = await client.ask('login', { name: 'Ana', password: PASSWORD })
    await client.ask('hello', { version: 1, token: login.token })
    expect(await first.ask('logout', { everywhere: true })).toEqual({ ended: 2 })
    expect(await timed(Promise.all([first.closed, client.closed]))).toBeLessThan(SECOND)
    await bia.ask('ping')
  })

  it('may be of another token than one’s own, and by who hasn’t said hello', async () => {
    const { one, two } = await pair()
    const { token } = await register(one.ws, 'Ana')
    const ana = await byToken(two.ws, token)
    const stranger = await jsonClient(one.ws)
    expect(await stranger.ask('logout', { token })).toEqual({ ended: 1 })
    expect(await timed(ana.closed)).toBeLessThan(SECOND)
    expect(await stranger.ask('logout', { token })).toEqual({ ended: 0 })
    const guest = await person(one.ws, 'Caio')
    await expect(guest.ask('logout')).rejects.toMatchObject(code('unauthorized'))
    await expect(stranger.ask('logout')).rejects.toMatchObject(code('hello_required'))
  })

  it('is told to the other nodes at once: they needn’t look', async () => {
    // No time passes, so nobody looks.
    const { one, two } = await pair(memoryBroker(), { clock: manualClock() })
    const { token } = await register(one.ws, 'Ana')
    const here = await byToken(one.ws, token)
    const there = await byToken(two.ws, token)
    const login = await here.ask('password', { old: PASSWORD, new: NEXT })
    expect(await there.closed).toBe(3505)
    const again = await byToken(two.ws, login.token as string)
    await again.ask('logout')
    expect(await here.closed).toBe(3505)
    expect(await again.closed).toBe(3505)
  })

  it('is found by looking, where the broker loses everything', async () => {
    const { one, two } = await pair(deaf())
    const { token } = await register(one.ws, 'Ana')
    const ana = await byToken(two.ws, token)
    const guest = await person(two.ws, 'Caio')
    const stranger = await jsonClient(one.ws)
    await stranger.ask('logout', { token })
    expect(await timed(ana.closed)).toBeLessThan(1.2 * SECOND)
    expect(await ana.closed).toBe(3505)
    await guest.ask('ping')
  })
})

describe('another password', () => {
  it('ends all tokens but the new one, with which this connection goes on', async () => {
    const { one, two } = await pair()
    const { token } = await register(one.ws, 'Ana')
    const here = await byToken(one.ws, token)
    const same = await byToken(one.tcp, token)
    const there = await byToken(two.ws, token)
    await expect(
      here.ask('password', { old: 'not the password', new: NEXT }),
    ).rejects.toMatchObject(code('credentials_wrong'))
    const login = await here.ask('password', { old: PASSWORD, new: NEXT })
    expect(login.token).not.toBe(token)
    expect(await timed(Promise.all([same.closed, there.closed]))).toBeLessThan(SECOND)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await here.ask('ping')
    await expect(byToken(two.ws, token)).rejects.toMatchObject(code('unauthorized'))
    const again = await byToken(two.ws, login.token as string)
    // What ends the new token ends the connection that got it, too.
    await again.ask('logout')
    expect(await here.closed).toBe(3505)
    const client = await jsonClient(one.ws)
    await expect(client.ask('login', { name: 'Ana', password: PASSWORD })).rejects.toMatchObject(
      code('credentials_wrong'),
    )
    await client.ask('login', { name: 'Ana', password: NEXT })
  })

  it('needs an account', async () => {
    const { one } = await pair()
    const guest = await person(one.ws, 'Caio')
    await expect(guest.ask('password', { old: PASSWORD, new: NEXT })).rejects.toMatchObject(
      code('unauthorized'),
    )
  })
})

describe('an account', () => {
  it('that is disabled is out within a second, wherever that was done', async () => {
    const { one, two, admin } = await pair(deaf())
    const { token, person: ana } = await register(one.ws, 'Ana')
    const here = await byToken(one.ws, token)
    const there = await byToken(two.tcp, token)
    await admin.setDisabled(ana.id, true)
    expect(await timed(Promise.all([here.closed, there.closed]))).toBeLessThan(1.2 * SECOND)
    const client = await jsonClient(one.ws)
    await expect(client.ask('login', { name: 'Ana', password: PASSWORD })).rejects.toMatchObject(
      code('credentials_wrong'),
    )
  })

  it('that is deleted is out as well', async () => {
    const { one, two, admin } = await pair()
    const { token, person: ana } = await register(one.ws, 'Ana')
    const there = await byToken(two.ws, token)
    await admin.delete(ana.id)
    expect(await timed(there.closed)).toBeLessThan(1.2 * SECOND)
  })

  it('stays in while it can’t be looked up, and one line of the log says so', async () => {
    const storage = memoryStorage()
    const inner = accountsIn(storage)
    let down = false
    const accounts: Accounts = {
      ...inner,
      alive: (hashes) => (down ? Promise.reject(new Error('no answer')) : inner.alive(hashes)),
    }
    const clock = manualClock()
    const { lines, logger } = keptLog()
    const { ws } = await start({ storage, accounts, clock, logger })
    const { token } = await register(ws, 'Ana')
    const ana = await byToken(ws, token)
    down = true
    for (let i = 0; i < 10; i++) {
      clock.pass(SECOND)
      await ana.ask('ping')
    }
    const told = lines.filter((line) => line.startsWith('warn tokens could not be looked at'))
    expect(told).toHaveLength(1)
    await inner.logout(token, false)
    down = false
    for (let i = 0; i < 3; i++) {
      clock.pass(SECOND)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await ana.closed).toBe(3505)
  })
})

describe('expiresAt', () => {
  it('ends a connection on time, of the application’s persons too', async () => {
    const clock = manualClock()
    const { ws } = await start({
      clock,
      authenticate: ({ token }) => ({
        id: 'ana',
        name: 'Ana',
        ...(token === 'short' && { expiresAt: clock.now() + 10 * SECOND }),
        ...(token === 'over' && { expiresAt: clock.now() }),
      }),
    })
    const ana = await person(ws, undefined, { token: 'short' })
    const forever = await person(ws, undefined, { token: 'long' })
    await expect(person(ws, undefined, { token: 'over' })).rejects.toMatchObject(
      code('unauthorized'),
    )
    clock.pass(9 * SECOND)
    await ana.ask('ping')
    clock.pass(2 * SECOND)
    expect(await ana.closed).toBe(3505)
    await forever.ask('ping')
  })

  it('tokenMs: of a token is moved by renew, on whatever node', async () => {
    const clock = manualClock()
    const storage = memoryStorage()
    const limits = { tokenMs: 20 * SECOND, pingMs: 1e9 }
    const one = await withAccounts({ storage, clock, limits })
    const two = await withAccounts({ storage, clock, limits })
    const { token, expiresAt } = await register(one.ws, 'Ana')
    const { token: short } = await register(one.ws, 'Bia')
    const ana = await byToken(one.ws, token)
    const there = await byToken(two.ws, token)
    const bia = await byToken(two.ws, short)
    clock.pass(15 * SECOND)
    expect(await ana.ask('renew')).toEqual({ expiresAt: expiresAt + 15 * SECOND })
    clock.pass(10 * SECOND)
    expect(await bia.closed).toBe(3505)
    await ana.ask('ping')
    await there.ask('ping')
    clock.pass(11 * SECOND)
    expect(await ana.closed).toBe(3505)
    expect(await there.closed).toBe(3505)
    const client = await jsonClient(one.ws)
    await expect(client.ask('renew', { token })).rejects.toMatchObject(code('unauthorized'))
    await expect(client.ask('renew')).rejects.toMatchObject(code('hello_required'))
  })
})

describe('E7: an account service that runs apart', () => {
  async function apart(options = {}) {
    const storage = memoryStorage()
    const accounts = accountsIn(storage, { url: 'wss://chat.example.org' })
    const secret = 'a secret between servers'
    const service = createAccountServer({ accounts, secret })
    const url = await listen(service)
    const chat = () =>
      start({ accounts: remoteAccounts(url, { secret, ...options }), guests: true })
    const post = async (path: string, body: object) => {
      const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
      return (await response.json()) as Record<string, unknown>
    }
    return { service, accounts, chat, post }
  }
  const credentials = { username: 'Ana', password: PASSWORD }

  it('opens connections to every chat server, and a logout there cuts them', async () => {
    const { chat, post } = await apart()
    const [one, two] = [await chat(), await chat()]
    await post('/register', credentials)
    const login = await post('/login', credentials)
    expect(login).toMatchObject({ url: 'wss://chat.example.org', person: { name: 'Ana' } })
    const token = login.token as string
    const people = [await byToken(one.ws, token), await byToken(two.tcp, token)]
    expect(await people[0]?.ask('validate', { token })).toMatchObject({ valid: true })
    await expect(person(two.ws, 'ana')).rejects.toMatchObject(code('name_taken'))
    expect(await post('/v1/logout', { token })).toEqual({ ended: 1 })
    const ms = await timed(Promise.all(people.map(({ closed }) => closed)))
    expect(ms).toBeLessThan(2 * SECOND)
    expect(await people[0]?.closed).toBe(3505)
  })

  it('takes registrations and logins from the protocol', async () => {
    const { chat, accounts } = await apart()
    const { ws, tcp } = await chat()
    const { token, person: ana } = await register(ws, 'Ana')
    expect(await accounts.owner('ana')).toEqual(ana)
    await byToken(tcp, token)
    const text = await textClient(tcp)
    text.send(`/login Ana ${PASSWORD}`)
    await text.line('Ana!')
  })

  it('that doesn’t answer lets nobody in, and nobody is put out', async () => {
    const { chat, service, post } = await apart({ cacheMs: 0, timeoutMs: 500 })
    const { ws } = await chat()
    const { token } = (await post('/register', credentials)) as { token: string }
    const ana = await byToken(ws, token)
    service.closeAllConnections()
    await new Promise((resolve) => service.close(resolve))
    await expect(byToken(ws, token)).rejects.toMatchObject(code('unavailable'))
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await ana.ask('ping')
  })
})
