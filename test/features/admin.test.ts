/** Administration, over real sockets: who may, and what is seen. */

import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/memory.ts'
import { ADMIN_FIELDS } from '../../src/protocol/admin-fields.ts'
import type { AdminOp } from '../../src/protocol/admin-types.ts'
import { withAccounts } from '../support/accounts.ts'
import { find, login, member, room } from '../support/admin.ts'
import { jsonClient, type Message, person } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { code } from '../support/scene.ts'

/** Fields that would do something, were it allowed. */
const FIELDS: Readonly<Record<AdminOp, object>> = {
  admin_stats: {},
  admin_rooms: {},
  admin_people: {},
  admin_disconnect: { person: 'Ana' },
  admin_accounts: {},
  admin_account: { account: 'Rita', disabled: true },
  admin_limits: { set: { rooms: 1 } },
  admin_sweep: {},
  admin_audit: {},
  admin_erase: { person: 'anybody' },
  admin_export: { person: 'anybody' },
}

describe('who may', () => {
  it('nobody but admins: not guests, not members, not owners of a room', async () => {
    const server = await withAccounts()
    const guest = await person(server.tcp, 'Gil')
    await guest.ask('join', { room })
    const { client: ana, token } = await member(server, 'Ana')
    const http = api(server.where.httpUrl as string, { authorization: `Bearer ${token}` })
    for (const op of Object.keys(ADMIN_FIELDS) as AdminOp[]) {
      await expect(guest.ask(op, FIELDS[op]), op).rejects.toMatchObject(code('forbidden'))
      await expect(ana.ask(op, FIELDS[op]), op).rejects.toMatchObject(code('forbidden'))
    }
    for (const path of ['stats', 'rooms', 'people', 'accounts', 'limits', 'audit']) {
      expect((await http.get(`/v1/admin/${path}`)).status, path).toBe(403)
    }
    const stranger = await jsonClient(server.ws)
    await expect(stranger.ask('admin_stats')).rejects.toMatchObject(code('hello_required'))
    // Nothing of it was done.
    expect((await server.chat.admin.limits()).limits).toContainEqual(
      expect.objectContaining({ name: 'rooms', value: 10_000 }),
    )
    expect((await guest.ask('help')).ops).not.toContain('admin_stats')
    await guest.ask('ping')
  })

  it('who is no admin any more is none at once', async () => {
    const server = await withAccounts()
    const { client: root } = await member(server, 'Rita', true)
    const { client: vice } = await member(server, 'Vice', true)
    expect((await vice.ask('help')).ops).toContain('admin_stats')
    await vice.ask('admin_stats')
    await root.ask('admin_account', { account: 'Vice', admin: false })
    expect(await vice.closed).toBe(3505)
    const { client: again } = await login(server, 'Vice')
    await expect(again.ask('admin_stats')).rejects.toMatchObject(code('forbidden'))
  })
})

describe('figures', () => {
  it('tell rooms, people, connections and messages, and storage', async () => {
    const server = await withAccounts()
    const { client: root } = await member(server, 'Rita', true)
    const ana = await person(server.ws, 'Ana')
    const bob = await person(server.tcp, 'Bob')
    for (const one of [ana, bob]) await one.ask('join', { room })
    await ana.ask('create', { room: 'vazia' })
    for (let i = 0; i < 3; i++) await ana.ask('send', { room, text: 'oi' })
    await ana.ask('msg', { to: 'Bob', text: 'só para ti' })
    const stats = await root.ask('admin_stats')
    expect(stats).toMatchObject({
      server: 'Tertulia',
      nodesKnown: 1,
      rooms: 3,
      activeRooms: 1,
      people: 3,
      connections: { websocket: 2, tcp: 1 },
      messages: { total: 4, lastMinute: 4, lastHour: 4, lastDay: 4 },
      storage: { name: 'memory', ok: true, durable: false },
      accounts: 1,
    })
    const { perMinute } = stats.messages as { perMinute: number[] }
    expect(perMinute).toHaveLength(60)
    expect(perMinute.at(-1)).toBe(4)
    const { nodes } = stats as { nodes: Message[] }
    expect(nodes).toHaveLength(1)
    expect(nodes[0]).toMatchObject({ people: 3, waiting: 0 })
  })

  it('tell when storage does not answer', async () => {
    const storage = memoryStorage()
    const server = await withAccounts({ storage })
    storage.rooms.count = () => Promise.reject(new Error('gone'))
    const stats = await server.chat.admin.stats()
    expect(stats.storage.ok).toBe(false)
    expect(stats.rooms).toBeUndefined()
  })

  it('list private rooms, too, but no private conversations', async () => {
    const server = await withAccounts()
    const { client: root } = await member(server, 'Rita', true)
    const ana = await person(server.ws, 'Ana')
    await person(server.ws, 'Bob')
    const settings = { private: true, password: 'abre-te sésamo', topic: 'segredos' }
    await ana.ask('create', { room: 'cofre', settings })
    await ana.ask('join', { room: 'cofre' })
    await ana.ask('msg', { to: 'Bob', text: 'oi' })
    expect(((await root.ask('rooms')).rooms as Message[]).map((one) => one.room)).toEqual(['geral'])
    const first = await root.ask('admin_rooms', { limit: 1 })
    expect(first).toMatchObject({ more: true, next: 'cofre' })
    expect(first.rooms).toEqual([
      expect.objectContaining({
        room: 'cofre',
        count: 1,
        head: 0,
        permanent: false,
        settings: { private: true, password: true, topic: 'segredos' },
      }),
    ])
    const rest = await root.ask('admin_rooms', { after: first.next })
    expect(rest).toMatchObject({ more: false, rooms: [{ room: 'geral', permanent: true }] })
  })

  it('delete a room that one is not in', async () => {
    const server = await withAccounts()
    const { token } = await member(server, 'Rita', true)
    const ana = await person(server.ws, 'Ana')
    await ana.ask('join', { room })
    const http = api(server.where.httpUrl as string, { authorization: `Bearer ${token}` })
    expect((await http.del(`/v1/admin/rooms/${room}`)).status).toBe(200)
    await ana.push('closed')
    expect((await http.get('/v1/admin/rooms')).body.rooms).toHaveLength(1)
  })
})

describe('people', () => {
  it('are shown with their connections, a page at a time, or one by name', async () => {
    const server = await withAccounts()
    const { client: root } = await member(server, 'Rita', true)
    const { token } = await member(server, 'Ana')
    const second = await jsonClient(server.tcp)
    await second.ask('hello', { version: 1, token })
    await second.ask('join', { room })
    await person(server.ws, 'Gil')
    const seen: Message[] = []
    let after = ''
    for (;;) {
      const page = await root.ask('admin_people', { after, limit: 1 })
      seen.push(...(page.people as Message[]))
      if (page.more !== true) break
      after = page.next as string
    }
    expect(seen.map((one) => (one.person as Message).name).sort()).toEqual(['Ana', 'Gil', 'Rita'])
    const { people } = await root.ask('admin_people', { person: 'ana' })
    expect(people).toEqual([
      expect.objectContaining({ person: expect.anything(), verified: true, admin: false }),
    ])
    const { sessions } = (people as Message[])[0] as { sessions: Message[] }
    expect(sessions.map((one) => [one.transport, one.rooms])).toEqual([
      ['websocket', []],
      ['tcp', [room]],
    ])
    expect(Math.abs((sessions[0]?.since as number) - Date.now())).toBeLessThan(10_000)
    expect(sessions[0]?.address).toMatch(/127\.0\.0\.1|::1/)
    const gil = find(seen, (one) => (one.person as Message).name === 'Gil')
    expect(gil).toMatchObject({ verified: false, admin: false })
  })

  it('are put out: one connection, or all of a person', async () => {
    const server = await withAccounts()
    const { client: root } = await member(server, 'Rita', true)
    const { client: first, token } = await member(server, 'Ana')
    const second = await jsonClient(server.tcp)
    await second.ask('hello', { version: 1, token })
    const { people } = await root.ask('admin_people', { person: 'Ana' })
    const { sessions } = (people as Message[])[0] as { sessions: Message[] }
    const tcp = sessions.find(({ transport }) => transport === 'tcp')
    await expect(root.ask('admin_disconnect', {})).rejects.toMatchObject(code('bad_request'))
    expect(await root.ask('admin_disconnect', { session: 'none.1' })).toEqual({ ended: 0 })
    expect(await root.ask('admin_disconnect', { session: tcp?.id })).toEqual({ ended: 1 })
    expect(await second.push('close')).toMatchObject({ code: 3506, reconnect: false })
    await first.ask('ping')
    expect(await root.ask('admin_disconnect', { person: 'Ana', reason: 'chega' })).toEqual({
      ended: 1,
    })
    expect(await first.push('close')).toMatchObject({ code: 3506, reason: 'chega' })
    const { lines } = await root.ask('admin_audit', { limit: 1 })
    expect((lines as Message[])[0]).toMatchObject({
      act: 'admin.disconnect',
      by: { name: 'Rita' },
      to: { name: 'Ana' },
    })
  })
})
