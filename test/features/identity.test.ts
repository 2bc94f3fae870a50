/** Who somebody is: by the application, by an account, or a guest. */

import { describe, expect, it } from 'vitest'
import { ChatError, type ChatServerOptions } from '../../src/index.ts'
import type { Authenticate } from '../../src/spi/auth.ts'
import { manualClock } from '../core/manual-clock.ts'
import { byToken, keptLog, PASSWORD, register, withAccounts } from '../support/accounts.ts'
import { jsonClient, overWebSocket, person, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const code = (value: string) => ({ code: value })
const hello = (more: object) => ({ version: 1, ...more })

/** Who shows the cookie `user=…`, or the token `app-…`, is that user. */
const users: Authenticate = ({ token }, { headers }) => {
  const [, cookie] = /(?:^|; )user=(\w+)/.exec(String(headers?.cookie ?? '')) ?? []
  const name = cookie ?? /^app-(\w+)$/.exec(token ?? '')?.[1]
  return name === undefined ? null : { id: `user.${name}`, name, admin: name === 'Root' }
}

describe('the application’s own persons', () => {
  it('come by the cookie of the upgrade request, under their name, without a ticket', async () => {
    const { url } = await start({ authenticate: users })
    const ana = await jsonClient(overWebSocket(url, { headers: { cookie: 'a=b; user=Ana' } }))
    const ok = await ana.ask('hello', hello({ name: 'somebody else' }))
    expect(ok.person).toEqual({ id: 'user.Ana', name: 'Ana' })
    expect(ok).not.toHaveProperty('ticket')
    await expect(ana.ask('nick', { name: 'Bia' })).rejects.toMatchObject(code('forbidden'))
  })

  it('come by a token, on any transport', async () => {
    const { tcp } = await start({ authenticate: users })
    const ana = await jsonClient(tcp)
    const ok = await ana.ask('hello', hello({ token: 'app-Ana' }))
    expect(ok.person).toEqual({ id: 'user.Ana', name: 'Ana' })
  })

  it('come by text too: the cookie is asked before the greeting', async () => {
    const { url } = await start({ authenticate: users })
    const ana = await textClient(overWebSocket(url, { headers: { cookie: 'user=Ana' } }))
    ana.send('olá')
    await ana.line('Welcome, Ana!')
    expect(await ana.line(/^\[#geral\] Ana/)).toBe('[#geral] Ana: olá')
  })

  it('may have a name that is reserved, and be admins', async () => {
    const { ws } = await start({ authenticate: users })
    const root = await person(ws, undefined, { token: 'app-Root' })
    const ana = await person(ws, undefined, { token: 'app-Ana' })
    await ana.ask('join', { room })
    await root.ask('close', { room })
    await ana.push('closed')
    await expect(ana.ask('close', { room: 'geral' })).rejects.toMatchObject(code('forbidden'))
  })

  it('that it doesn’t know may have an account, and else aren’t let in', async () => {
    const { ws, chat } = await withAccounts({ authenticate: users, guests: false })
    const { token } = await register(ws, 'Bia')
    const bia = await jsonClient(ws)
    expect((await bia.ask('hello', hello({ token }))).person).toMatchObject({ name: 'Bia' })
    const nobody = await jsonClient(ws)
    for (const shown of ['x', token.slice(0, -1), '', token.toUpperCase()]) {
      await expect(nobody.ask('hello', hello({ token: shown }))).rejects.toMatchObject(
        code('unauthorized'),
      )
    }
    await expect(nobody.ask('hello', hello({ name: 'Caio' }))).rejects.toMatchObject(
      code('unauthorized'),
    )
    expect(chat.stats().people).toBe(1)
    // The connection is kept: here are the right ones.
    await nobody.ask('hello', hello({ token: 'app-Caio' }))
  })

  it('are refused by a ChatError with its code, by anything else as unavailable', async () => {
    const { lines, logger } = keptLog()
    let error: unknown
    const authenticate: Authenticate = () => {
      throw error
    }
    const { ws } = await start({ authenticate, logger, guests: true })
    const ana = await jsonClient(ws)
    error = new ChatError('forbidden', 'not on Sundays')
    await expect(ana.ask('hello', hello({}))).rejects.toMatchObject({
      code: 'forbidden',
      message: 'not on Sundays',
    })
    error = new Error('ECONNREFUSED 10.0.0.1')
    const refusal = await ana.ask('hello', hello({})).catch((thrown) => thrown)
    expect(refusal).toMatchObject({ code: 'unavailable', retryable: true })
    expect(JSON.stringify(refusal)).not.toContain('10.0.0.1')
    expect(lines.filter((line) => line.startsWith('error authenticate failed'))).toHaveLength(1)
  })

  it('hookMs: are refused as unavailable when that takes too long', async () => {
    const clock = manualClock()
    const asked: string[] = []
    const authenticate: Authenticate = ({ token }) => {
      asked.push(token ?? '')
      return new Promise(() => {})
    }
    const { ws } = await start({ authenticate, clock, limits: { hookMs: 700 } })
    const ana = await jsonClient(ws)
    const refused = expect(ana.ask('hello', hello({ token: 't' }))).rejects.toMatchObject(
      code('unavailable'),
    )
    await expect.poll(() => asked).toEqual(['t'])
    clock.pass(701)
    await refused
  })

  it.each([
    [{ id: '', name: 'Ana' }],
    [{ id: 'a b', name: 'Ana' }],
    [{ id: 'x'.repeat(65), name: 'Ana' }],
    [{ id: 7, name: 'Ana' }],
    [{ id: 'server', name: 'Ana' }],
    [{ id: 'ana', name: '' }],
    [{ id: 'ana', name: 'a\u202eb' }],
    [{ id: 'ana', name: 'x'.repeat(33) }],
    [{ id: 'ana' }],
    [{ id: 'ana', name: 'Ana', expiresAt: 'soon' }],
    [{}],
  ])('cannot be %j: logged, and refused as internal', async (identity) => {
    const { lines, logger } = keptLog()
    const authenticate = (() => identity) as unknown as Authenticate
    const { ws, chat } = await start({ authenticate, logger })
    const ana = await jsonClient(ws)
    await expect(ana.ask('hello', hello({}))).rejects.toMatchObject(code('internal'))
    expect(lines.some((line) => line.startsWith('error an identity cannot have'))).toBe(true)
    expect(chat.stats().people).toBe(0)
  })

  it('beforeConnect may refuse them, and sees who they are', async () => {
    const seen: unknown[] = []
    const options: ChatServerOptions = {
      authenticate: users,
      hooks: {
        beforeConnect({ name, person: who }) {
          seen.push([name, who])
          if (name === 'Bia') return false
          return { name: 'Impostor' }
        },
      },
    }
    const { ws } = await start(options)
    const ana = await jsonClient(ws)
    const ok = await ana.ask('hello', hello({ token: 'app-Ana', name: 'x' }))
    expect(ok.person).toEqual({ id: 'user.Ana', name: 'Ana' })
    await expect(person(ws, 'x', { token: 'app-Bia' })).rejects.toMatchObject(code('forbidden'))
    expect(seen).toEqual([
      ['Ana', { id: 'user.Ana', name: 'Ana' }],
      ['Bia', { id: 'user.Bia', name: 'Bia' }],
    ])
  })

  it('are disconnected by the application, and those who come anew are not', async () => {
    const { ws, tcp, chat } = await start({ authenticate: users })
    const one = await person(ws, undefined, { token: 'app-Ana' })
    const two = await person(tcp, undefined, { token: 'app-Ana' })
    const other = await person(ws, undefined, { token: 'app-Bia' })
    chat.disconnect('user.Ana')
    expect(await one.push('close')).toMatchObject({ code: 3505, reconnect: false })
    expect(await one.closed).toBe(3505)
    await two.closed
    await other.ask('ping')
    const again = await person(ws, undefined, { token: 'app-Ana' })
    await again.ask('ping')
  })
})

describe('an account', () => {
  it('is registered and opens a connection by its token', async () => {
    const { ws, tcp, url } = await withAccounts()
    const client = await jsonClient(tcp)
    const made = await client.ask('register', { name: 'Ana', password: PASSWORD })
    expect(made).toEqual({
      token: expect.stringMatching(/^tertulia_/),
      expiresAt: expect.any(Number),
      person: { id: expect.any(String), name: 'Ana' },
      url,
    })
    const login = await client.ask('login', { name: 'ANA', password: PASSWORD })
    expect(login).toMatchObject({ person: made.person, url })
    expect(login.token).not.toBe(made.token)
    // It gives a token and nothing else: this one is still nobody.
    const ok = await client.ask('hello', hello({ token: login.token }))
    expect(ok.person).toEqual(made.person)
    expect(ok).not.toHaveProperty('ticket')
    const other = await byToken(ws, made.token as string)
    await other.ask('join', { room })
    expect(await client.ask('join', { room })).toMatchObject({ count: 1, members: [made.person] })
  })

  it('several connections of it are one person', async () => {
    const { ws, tcp, chat } = await withAccounts()
    const { token, person: ana } = await register(ws, 'Ana')
    const bia = await person(ws, 'Bia')
    await bia.ask('join', { room })
    const one = await byToken(ws, token)
    const two = await byToken(tcp, token)
    await one.ask('join', { room })
    expect(await bia.push('joined')).toMatchObject({ person: ana, count: 2 })
    expect(await two.ask('join', { room })).toMatchObject({ count: 2 })
    await one.ask('send', { room, text: 'oi', cid: '1' })
    expect(await two.ask('send', { room, text: 'oi', cid: '1' })).toMatchObject({ duplicate: true })
    one.end()
    await one.closed
    await two.ask('ping')
    expect(await bia.ask('members', { room })).toMatchObject({ count: 2 })
    expect(chat.stats().people).toBe(2)
    two.end()
    expect(await bia.push('left')).toMatchObject({ person: ana })
  })

  it('says the same of a wrong password and of nobody', async () => {
    const { ws } = await withAccounts()
    await register(ws, 'Ana')
    const client = await jsonClient(ws)
    const refusal = (name: string, password: string) =>
      client.ask('login', { name, password }).catch((error) => error)
    const wrong = await refusal('Ana', 'not the password')
    expect(wrong).toMatchObject(code('credentials_wrong'))
    expect(await refusal('Nobody', 'not the password')).toEqual(wrong)
    expect(await refusal('', '')).toEqual(wrong)
    await expect(client.ask('register', { name: 'Bia', password: 'short' })).rejects.toMatchObject(
      code('password_weak'),
    )
    await expect(client.ask('register', { name: 'AnA', password: PASSWORD })).rejects.toMatchObject(
      code('name_taken'),
    )
  })

  it('limits by address hold for the protocol', async () => {
    const { ws } = await withAccounts({ limits: { registersPerHour: 1, failuresPerHour: 2 } })
    await register(ws, 'Ana')
    const client = await jsonClient(ws)
    await expect(client.ask('register', { name: 'Bia', password: PASSWORD })).rejects.toMatchObject(
      { code: 'rate_limited', retryAfterMs: expect.any(Number) },
    )
    for (const expected of ['credentials_wrong', 'credentials_wrong', 'rate_limited']) {
      await expect(
        client.ask('login', { name: 'Ana', password: 'not the password' }),
      ).rejects.toMatchObject(code(expected))
    }
  })

  it('costs of logging in are high: others than the account’s limits stop a flood too', async () => {
    const { ws } = await withAccounts({ limits: { commandBurst: 50, commandsPerSecond: 1 } })
    const client = await jsonClient(ws)
    const asked = Array.from({ length: 4 }, () =>
      client.ask('login', { name: 'Ana', password: 'x' }).catch((error) => error.code),
    )
    expect(await Promise.all(asked)).toEqual([
      'credentials_wrong',
      'credentials_wrong',
      'rate_limited',
      'rate_limited',
    ])
  })

  it('validate tells what a token is worth, also of an admin', async () => {
    const { ws, admin } = await withAccounts()
    const { token, person: ana, expiresAt } = await register(ws, 'Ana')
    const client = await jsonClient(ws)
    expect(await client.ask('validate', { token })).toEqual({ valid: true, person: ana, expiresAt })
    await admin.setAdmin(ana.id, true)
    expect(await client.ask('validate', { token })).toMatchObject({ valid: true, admin: true })
    expect(await client.ask('validate', { token: 'x' })).toEqual({ valid: false })
  })

  it('of an admin may do everything', async () => {
    const { ws, admin } = await withAccounts()
    await admin.create('Chefe', PASSWORD, true)
    const ana = await person(ws, 'Ana')
    await ana.ask('join', { room })
    const client = await jsonClient(ws)
    const { token } = await client.ask('login', { name: 'Chefe', password: PASSWORD })
    await client.ask('hello', hello({ token }))
    await client.ask('close', { room })
    await ana.push('closed')
  })

  it('is refused as unsupported where there are none, and help says so', async () => {
    const { ws } = await start()
    const client = await jsonClient(ws)
    const ops = (await client.ask('help')).ops as string[]
    for (const op of ['register', 'login', 'logout', 'validate', 'renew', 'password']) {
      expect(ops).not.toContain(op)
    }
    await expect(client.ask('login', { name: 'Ana', password: PASSWORD })).rejects.toMatchObject(
      code('unsupported'),
    )
    await expect(client.ask('hello', hello({ token: 'x' }))).rejects.toMatchObject(
      code('unauthorized'),
    )
    const { ws: other } = await withAccounts()
    const asked = await jsonClient(other)
    expect((await asked.ask('help')).ops).toEqual(expect.arrayContaining(['login', 'renew']))
  })
})

describe('guests', () => {
  it('are let in by default, which the log says; not beside accounts or authenticate', async () => {
    const told = async (options: ChatServerOptions) => {
      const { lines, logger } = keptLog()
      const { ws } = await start({ ...options, logger })
      const came = await person(ws, 'Ana').then(
        () => true,
        () => false,
      )
      return [came, lines.filter((line) => /^info .*as a guest/.test(line)).length]
    }
    expect(await told({})).toEqual([true, 1])
    expect(await told({ guests: true })).toEqual([true, 0])
    expect(await told({ guests: false })).toEqual([false, 0])
    expect(await told({ authenticate: users })).toEqual([false, 0])
    expect(await told({ accounts: true })).toEqual([false, 0])
    expect(await told({ accounts: true, guests: true })).toEqual([true, 0])
  })

  it('have no way in by an old ticket when they aren’t wanted any more', async () => {
    const { ws, storage } = await withAccounts()
    const client = await jsonClient(ws)
    const { ticket } = await client.ask('hello', hello({ name: 'Ana' }))
    const { ws: closed } = await withAccounts({ storage, guests: false })
    const again = await jsonClient(closed)
    await expect(again.ask('hello', hello({ ticket }))).rejects.toMatchObject(code('unauthorized'))
  })

  it('cannot have an account’s name, nor one that looks like it', async () => {
    const { ws, accounts } = await withAccounts()
    await accounts.register('Alice', PASSWORD, 'here')
    for (const name of ['Alice', 'ALICE', 'AIice', 'A1ice']) {
      await expect(person(ws, name)).rejects.toMatchObject(code('name_taken'))
    }
    const bob = await jsonClient(ws)
    const { ticket } = await bob.ask('hello', hello({ name: 'Bob' }))
    await expect(bob.ask('nick', { name: 'alice' })).rejects.toMatchObject(code('name_taken'))
    expect(await bob.ask('nick', { name: 'BOB' })).toMatchObject({ ticket: expect.any(String) })
    // Coming back after somebody has registered the name.
    bob.end()
    await bob.closed
    await accounts.register('Bob', PASSWORD, 'here')
    await expect(person(ws, undefined, { ticket })).rejects.toMatchObject(code('name_taken'))
    const again = await jsonClient(ws)
    await again.ask('hello', hello({ ticket, name: 'Bento' }))
  })

  it('are renamed when the one comes whose name they have', async () => {
    const { ws, tcp } = await withAccounts()
    const guest = await person(tcp, 'Alice')
    await guest.ask('join', { room })
    const other = await person(ws, 'Bob')
    await other.ask('join', { room })
    const { token, person: alice } = await register(ws, 'ALICE')
    const owner = await byToken(ws, token)
    const renamed = await other.push('renamed')
    expect(renamed).toMatchObject({
      was: 'Alice',
      person: { name: expect.stringMatching(/^guest-\d+$/) },
    })
    expect(await guest.push('renamed')).toEqual(renamed)
    await owner.ask('join', { room })
    const { members } = await other.ask('members', { room })
    expect(members).toEqual([renamed.person, expect.anything(), alice])
    expect(await other.ask('msg', { to: 'alice', text: 'oi' })).toMatchObject({ to: alice })
  })

  it('verified persons may share a name', async () => {
    const authenticate: Authenticate = ({ token }) =>
      token === undefined ? null : { id: token, name: 'Ana' }
    const { ws } = await start({ authenticate })
    const people = await Promise.all(
      ['one', 'two', 'three'].map((token) => person(ws, undefined, { token })),
    )
    for (const client of people) await client.ask('join', { room })
    expect(await people[0]?.ask('members', { room })).toMatchObject({ count: 3 })
    people[0]?.end()
    await people[0]?.closed
    // The name is still somebody's.
    expect(await people[1]?.ask('msg', { to: 'ana', text: 'x' }).catch(({ code }) => code)).toBe(
      'forbidden',
    )
  })
})
