/** What somebody might try by HTTP who means harm: to be somebody else, or to use up the server. */

import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { person } from '../support/clients.ts'
import { api, eventually, guest } from '../support/http.ts'
import { start } from '../support/server.ts'

const cookie = 'sid=ana'
const ana = { id: 'u1', name: 'Ana', admin: true }
const known = {
  guests: true,
  authenticate: (_: unknown, { headers = {} }: { headers?: Record<string, unknown> }) =>
    `${headers.cookie}`.includes(cookie) ? ana : null,
}

describe('somebody whom the application knows by cookies', () => {
  for (const secret of ['ticket', 'token']) {
    it(`is nobody else’s because they followed a link with a ${secret}`, async () => {
      const { where } = await start(known)
      const { get } = api(where.httpUrl as string)
      const link = `/v1/poll?${secret}=made-up&wait=0`
      const victim = await get(link, { cookie })
      expect(victim.status).toBe(200)
      const attacker = await get(link)
      expect(attacker).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
      const other = await get(link, { cookie: 'sid=eve' })
      expect(other.status).toBe(401)
      // They themselves have one session, as before.
      expect((await get(link, { cookie })).body.session).toBe(victim.body.session)
    })
  }

  it('shares an address with others, but not the name that they gave', async () => {
    const { where, chat } = await start(known)
    const { get, post } = api(where.httpUrl as string)
    const mine = { room: 'segredo', username: 'ana' }
    expect((await post('/join', mine, { cookie })).body.username).toBe('Ana')
    expect((await post('/send', { ...mine, message: 'um' }, { cookie })).status).toBe(200)
    for (const other of [{}, { cookie: 'sid=eve' }]) {
      const said = await post('/send', { ...mine, message: 'sou Ana' }, other)
      expect(said).toMatchObject({ status: 409, body: { error: { code: 'name_taken' } } })
      expect((await get('/receive?room=segredo', other)).status).toBe(403)
      expect((await get('/user_rooms?username=ana', other)).body.rooms).toEqual([])
      expect((await post('/leave', mine, other)).status).toBe(403)
    }
    expect((await get('/user_rooms?username=ana', { cookie })).body.rooms).toEqual(['segredo'])
    const { messages } = (await get('/receive?room=segredo', { cookie })).body
    expect(messages).toMatchObject([{ username: 'Ana', message: 'um' }])
    expect(chat.stats().connections).toBe(1)
  })

  it('a guest stays the same while other cookies change', async () => {
    const { where, chat } = await start(known)
    const { post } = api(where.httpUrl as string)
    for (const other of [{ cookie: 'a=1' }, { cookie: 'a=2' }, {}]) {
      const said = await post('/send', { room: 'sala', username: 'Bob', message: 'oi' }, other)
      expect(said).toMatchObject({ status: 200, body: { username: 'Bob' } })
    }
    expect(chat.stats().connections).toBe(1)
  })
})

it('who was kicked isn’t back by polling on, but by joining', async () => {
  const { where, ws } = await start()
  const { get, post } = api(where.httpUrl as string)
  const owner = await person(ws, 'Dona')
  await owner.ask('join', { room: 'Sala' })
  const bob = await guest(where.httpUrl as string, 'Bob')
  await post('/join', { room: 'sala', username: 'Pol' })
  await bob.put('/v1/rooms/sala/members/me')
  for (const name of ['Pol', 'Bob']) await owner.ask('kick', { room: 'sala', person: name })
  const out = { status: 403, body: { error: { code: 'not_member' } } }
  for (let i = 0; i < 2; i++) {
    expect(await get('/receive?room=%23Sala&username=Pol')).toMatchObject(out)
    expect(await bob.get('/v1/rooms/Sala/messages')).toMatchObject(out)
  }
  expect((await owner.ask('members', { room: 'sala' })).count).toBe(1)
  expect((await post('/join', { room: 'sala', username: 'Pol' })).status).toBe(200)
  expect((await get('/receive?room=sala&username=Pol')).status).toBe(200)
})

it('what is nested too deeply is a mistake of the client', async () => {
  const errors: unknown[] = []
  const quiet = () => {}
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (e: unknown) => errors.push(e) }
  const { where } = await start({ logger })
  const url = where.httpUrl as string
  const bob = await guest(url, 'Bob')
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const got = await fetch(`${url}/v1/rooms/sala/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'tertulia-session': bob.session },
    body: `{"text":${deep}}`,
  })
  expect([got.status, await got.json()]).toMatchObject([400, { error: { code: 'bad_request' } }])
  expect(errors).toEqual([])
})

describe('sockets', () => {
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })
  const dial = (port: number, first = ''): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write(first))
    socket.on('error', () => {}).resume()
    open.push(socket)
    return socket
  }

  it('httpReceivers: of one session that wait to be told things are 32 at most', async () => {
    const { where, ws } = await start()
    const control = await person(ws, 'Control')
    const { session, get } = await guest(where.httpUrl as string, 'Bob')
    const heads: string[] = []
    const ask = `GET /v1/events?session=${session} HTTP/1.1\r\nHost: x\r\n\r\n`
    for (let i = 0; i < 40; i++) {
      dial(where.port as number, ask).once('data', (data) => heads.push(`${data}`.slice(9, 12)))
    }
    await eventually('it is so', () => heads.length === 40)
    expect(heads.filter((status) => status === '200')).toHaveLength(32)
    expect(heads.filter((status) => status === '503')).toHaveLength(8)
    expect((await get(`/v1/poll?session=${session}`)).body.error.code).toBe('overloaded')
    await control.ask('ping')
    // And those that end make room.
    for (const socket of open.splice(0)) socket.destroy()
    await eventually('it is so', async () => (await get('/v1/poll?wait=0')).status === 200)
  })

  it('of one address are bounded, whether they ask for something or not', async () => {
    const { where, tcp } = await start({ limits: { connectionsPerAddress: 8 } })
    let closed = 0
    const idle = Array.from({ length: 120 }, () => dial(where.port as number))
    for (const socket of idle) socket.once('close', () => closed++)
    await eventually('it is so', () => closed >= 120 - (4 * 8 + 64))
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(120 - (4 * 8 + 64))
    await person(tcp, 'Control')
    for (const socket of idle) socket.destroy()
    await eventually('it is so', () => closed === 120)
    await eventually('it is so', async () => {
      const got = await fetch(`${where.httpUrl}/health`).catch(() => null)
      return got?.status === 200
    })
  })
})
