/** Administration, over real sockets: what is changed, cleaned up and erased, on all nodes. */

import { describe, expect, it } from 'vitest'
import { ChatError } from '../../src/errors.ts'
import { memoryBroker, memoryStorage } from '../../src/memory.ts'
import type { Records } from '../../src/spi/records.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { systemClock } from '../../src/system.ts'
import { withAccounts } from '../support/accounts.ts'
import { find, login, member, password, room } from '../support/admin.ts'
import { type JsonClient, jsonClient, type Message, person, texts } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { code } from '../support/scene.ts'
import { start } from '../support/server.ts'

describe('accounts', () => {
  it('are listed, made, disabled, given another password, and deleted', async () => {
    const server = await withAccounts()
    const { client: root, person: me } = await member(server, 'Rita', true)
    const { client: ana, token } = await member(server, 'Ana')
    expect(await root.ask('admin_accounts', { limit: 1 })).toMatchObject({ count: 2, more: true })
    const { accounts } = await root.ask('admin_accounts', { name: 'ANA' })
    expect(accounts).toEqual([
      expect.objectContaining({ name: 'Ana', admin: false, disabled: false }),
    ])
    expect(JSON.stringify(accounts)).not.toMatch(/scrypt|password/)
    const disabled = await root.ask('admin_account', { account: 'Ana', disabled: true })
    expect(disabled).toMatchObject({ account: { name: 'Ana', disabled: true } })
    expect(await ana.closed).toBe(3505)
    const back = await jsonClient(server.ws)
    await expect(back.ask('hello', { version: 1, token })).rejects.toMatchObject(
      code('unauthorized'),
    )
    await expect(back.ask('login', { name: 'Ana', password })).rejects.toMatchObject(
      code('credentials_wrong'),
    )
    await root.ask('admin_account', { account: 'Ana', disabled: false, password: 'another one 1' })
    await back.ask('login', { name: 'Ana', password: 'another one 1' })
    await root.ask('admin_account', { account: 'Ana', delete: true })
    await expect(
      root.ask('admin_account', { account: 'Ana', disabled: true }),
    ).rejects.toMatchObject(code('person_not_found'))
    // Nobody locks themselves out.
    for (const change of [{ delete: true }, { disabled: true }, { admin: false }]) {
      await expect(root.ask('admin_account', { account: me.id, ...change })).rejects.toMatchObject(
        code('forbidden'),
      )
    }
    const { lines } = await root.ask('admin_audit')
    const notes = (lines as Message[])
      .filter(({ act }) => act === 'admin.account')
      .map(({ note }) => note)
    expect(notes).toEqual([
      'deleted',
      'password reset, enabled',
      'disabled',
      'created',
      'created as an admin',
    ])
    expect(JSON.stringify(lines)).not.toContain('another one')
  })

  it('are not there: unsupported', async () => {
    const server = await start()
    await expect(server.chat.admin.accounts()).rejects.toMatchObject(code('unsupported'))
    expect((await server.chat.admin.stats()).accounts).toBeUndefined()
  })
})

describe('limits', () => {
  it('change while the server runs, and are kept', async () => {
    const storage = memoryStorage()
    const server = await withAccounts({ storage })
    const { client: root } = await member(server, 'Rita', true)
    const ana = await person(server.ws, 'Ana')
    await ana.ask('send', { room: 'geral', text: 'x'.repeat(100) }).catch(() => {})
    await ana.ask('join', { room: 'geral' })
    await ana.ask('send', { room: 'geral', text: 'x'.repeat(100) })
    const { limits } = await root.ask('admin_limits', { set: { messageChars: 50, rooms: 2 } })
    expect(limits).toContainEqual({
      name: 'messageChars',
      value: 50,
      initial: 4000,
      changeable: true,
    })
    await expect(ana.ask('send', { room: 'geral', text: 'x'.repeat(51) })).rejects.toMatchObject(
      code('text_too_long'),
    )
    await ana.ask('join', { room: 'segunda' })
    await expect(ana.ask('join', { room: 'terceira' })).rejects.toMatchObject(code('server_full'))
    await root.ask('admin_limits', { set: { rooms: null } })
    await ana.ask('join', { room: 'terceira' })
    await server.chat.close()
    const again = await withAccounts({ storage })
    const bob = await person(again.ws, 'Bob')
    await bob.ask('join', { room: 'geral' })
    await expect(bob.ask('send', { room: 'geral', text: 'x'.repeat(51) })).rejects.toMatchObject(
      code('text_too_long'),
    )
  })

  it('that nobody could set back, or that are built in, are refused', async () => {
    const { chat } = await withAccounts()
    for (const set of [
      { commandBurst: 1 },
      { frameBytes: 100 },
      { nonsense: 1 },
      { constructor: 1 },
      { hookMs: 2 ** 40 },
      { rooms: 0 },
      { rooms: 1.5 },
      { rooms: '1' as unknown as number },
    ]) {
      await expect(chat.admin.limits({ set }), JSON.stringify(set)).rejects.toMatchObject(
        code('bad_request'),
      )
    }
    const { limits } = await chat.admin.limits()
    for (const { name, value, initial } of limits) expect(value, name).toBe(initial)
  })
})

describe('cleaning up', () => {
  it('lets go rooms and tokens whose time has passed, at once', async () => {
    let shift = 0
    const clock = { ...systemClock, now: () => Date.now() + shift }
    const server = await withAccounts({ clock })
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    await ana.ask('send', { room, text: 'oi' })
    const { client: bob } = await member(server, 'Bob')
    await bob.ask('join', { room: 'fica' })
    await ana.ask('leave', { room })
    expect(await server.chat.admin.sweep()).toEqual({ rooms: 0, tokens: 0 })
    shift = 31 * 24 * 60 * 60_000
    expect(await server.chat.admin.sweep()).toEqual({ rooms: 1, tokens: 1 })
    const { rooms } = await server.chat.admin.rooms()
    expect(rooms.map((one) => one.room)).toEqual(['fica', 'geral'])
    expect((await server.chat.admin.audit()).lines[0]).toMatchObject({
      act: 'admin.sweep',
      by: { id: 'server' },
      note: '1 rooms',
    })
  })
})

describe('what is kept of a person', () => {
  const said = async (client: JsonClient): Promise<unknown[]> =>
    ((await client.ask('history', { room, after: 0 })).entries as Message[]).map(({ text }) => text)

  it('is given out, and erased, also from memory, also on other nodes', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const one = await withAccounts({ storage, broker })
    const two = await withAccounts({ storage, broker })
    const { client: root } = await member(one, 'Rita', true)
    const { client: ana, person: who } = await member(one, 'Ana')
    const bob = await person(two.ws, 'Bob')
    for (const client of [ana, bob]) await client.ask('join', { room })
    await ana.ask('send', { room, text: 'o meu segredo' })
    await bob.push('message')
    await bob.ask('send', { room, text: 'de Bob' })
    await ana.ask('read', { room, seq: 1 })
    expect(await said(bob)).toEqual(['o meu segredo', 'de Bob'])
    const data = await root.ask('admin_export', { person: who.id })
    expect(data).toMatchObject({
      account: { name: 'Ana' },
      rooms: [{ room, role: 'owner', read: 1 }],
      entries: [{ ev: 'message', text: 'o meu segredo' }],
      more: false,
    })
    expect(await root.ask('admin_erase', { person: who.id })).toEqual({ entries: 1 })
    expect([3505, 3506]).toContain(await ana.closed)
    expect(await said(bob)).toEqual(['', 'de Bob'])
    const carla = await person(two.ws, 'Carla')
    const joined = await carla.ask('join', { room, recent: 10 })
    expect(JSON.stringify(joined)).not.toContain('segredo')
    await expect(root.ask('admin_erase', { person: 'server' })).rejects.toMatchObject(
      code('forbidden'),
    )
    const { lines } = await root.ask('admin_audit', { limit: 2 })
    expect((lines as Message[]).map(({ act }) => act)).toEqual(['admin.erase', 'admin.export'])
    expect(texts(bob, room)).toContain('o meu segredo')
  })

  it('is gone from memory on all nodes, also when only a part of it could be erased', async () => {
    const kept = memoryStorage()
    const records = kept.records as Records
    const people: Records['people'] = {
      ...records.people,
      async erase(id) {
        await records.people.erase(id)
        throw new ChatError('unavailable')
      },
    }
    const storage: Storage = { ...kept, records: { ...records, people } }
    const broker = memoryBroker()
    const one = await withAccounts({ storage, broker })
    const two = await withAccounts({ storage, broker })
    const { client: root } = await member(one, 'Rita', true)
    const { client: ana, person: who } = await member(one, 'Ana')
    const here = await person(one.ws, 'Bia')
    const there = await person(two.ws, 'Bob')
    for (const client of [ana, here, there]) await client.ask('join', { room })
    await ana.ask('send', { room, text: 'o meu segredo' })
    for (const client of [here, there]) {
      await client.push('message')
      expect(await said(client)).toEqual(['o meu segredo'])
    }
    await expect(root.ask('admin_erase', { person: who.id })).rejects.toMatchObject(
      code('unavailable'),
    )
    for (const client of [here, there]) expect(await said(client)).toEqual([''])
  })
})

describe('several nodes', () => {
  it('are counted together, and people are found and put out wherever they are', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const one = await withAccounts({ storage, broker })
    const two = await withAccounts({ storage, broker })
    const { client: root } = await member(one, 'Rita', true)
    const { client: ana, token } = await member(two, 'Ana')
    const here = await jsonClient(one.tcp)
    await here.ask('hello', { version: 1, token })
    const bob = await person(two.tcp, 'Bob')
    for (const client of [ana, here, bob]) await client.ask('join', { room })
    await ana.ask('send', { room, text: 'oi' })
    await here.ask('send', { room, text: 'olá' })
    const stats = await root.ask('admin_stats')
    expect(stats).toMatchObject({
      nodesKnown: 2,
      people: 3,
      activeRooms: 1,
      connections: { websocket: 2, tcp: 2 },
      messages: { total: 2, lastMinute: 2 },
    })
    expect(stats.nodes).toHaveLength(2)
    const { people } = await root.ask('admin_people')
    const shown = find(people, (it) => (it.person as Message).name === 'Ana')
    const nodes = (shown.sessions as Message[]).map(({ node }) => node)
    expect(new Set(nodes).size).toBe(2)
    expect(await root.ask('admin_disconnect', { person: 'Bob' })).toEqual({ ended: 1 })
    expect((await bob.push('close')).code).toBe(3506)
    expect(await root.ask('admin_disconnect', { person: 'Ana' })).toEqual({ ended: 2 })
    await root.ask('admin_limits', { set: { messageChars: 5 } })
    const carla = await person(two.ws, 'Carla')
    await carla.ask('join', { room })
    await expect(carla.ask('send', { room, text: '123456' })).rejects.toMatchObject(
      code('text_too_long'),
    )
  })
})

it('all of it by HTTP', async () => {
  const server = await withAccounts()
  const { token } = await member(server, 'Rita', true)
  const http = api(server.where.httpUrl as string, { authorization: `Bearer ${token}` })
  const made = await http.post('/v1/admin/accounts', { account: 'Ana', password })
  expect([made.status, made.body.account.name]).toEqual([201, 'Ana'])
  const { id } = made.body.account
  const ana = await login(server, 'Ana')
  await ana.client.ask('join', { room })
  await ana.client.ask('send', { room, text: 'oi' })
  const shown = await http.get('/v1/admin/people/Ana')
  const [session] = shown.body.people[0].sessions
  expect(session).toMatchObject({ transport: 'websocket', rooms: [room] })
  expect((await http.del(`/v1/admin/sessions/${session.id}`)).body).toEqual({ ended: 1 })
  expect(await ana.client.closed).toBe(3506)
  const again = await login(server, 'Ana')
  const out = await http.post('/v1/admin/people/Ana/disconnect', { reason: 'chega' })
  expect(out.body).toEqual({ ended: 1 })
  expect(await again.client.closed).toBe(3506)
  const changed = await http.patch('/v1/admin/accounts/Ana', { disabled: true })
  expect(changed.body.account).toMatchObject({ id, disabled: true })
  expect((await http.get('/v1/admin/accounts?name=Ana')).body.accounts).toHaveLength(1)
  expect((await http.patch('/v1/admin/limits', { set: { rooms: 9 } })).status).toBe(200)
  const bad = await http.patch('/v1/admin/limits', { set: { nonsense: 9 } })
  expect([bad.status, bad.body.error.code]).toEqual([400, 'bad_request'])
  const { limits } = (await http.get('/v1/admin/limits')).body
  expect(find(limits, ({ name }) => name === 'rooms').value).toBe(9)
  const data = await http.get(`/v1/admin/people/${id}/data`)
  expect(data.body).toMatchObject({ account: { id }, entries: [{ ev: 'message', text: 'oi' }] })
  expect((await http.del(`/v1/admin/people/${id}/data`)).body).toEqual({ entries: 1 })
  expect((await http.del(`/v1/admin/accounts/${id}`)).status).toBe(404)
  expect((await http.post('/v1/admin/sweep')).body).toMatchObject({ rooms: 0 })
  const audit = await http.get('/v1/admin/audit?limit=2')
  expect(audit.body.lines.map(({ act }: Message) => act)).toEqual(['admin.sweep', 'admin.erase'])
  const rest = await http.get(`/v1/admin/audit?before=${audit.body.lines[1].id}`)
  expect(rest.body.lines[0].act).toBe('admin.export')
  expect((await http.get('/v1/admin/stats')).body.accounts).toBe(1)
})
