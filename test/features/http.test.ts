/** The REST routes: every operation, in whose name it is done, and what it answers. */

import { describe, expect, it } from 'vitest'
import { jsonClient, person, texts } from '../support/clients.ts'
import { api, eventually, guest } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const at = `/v1/rooms/${room}`

async function server(options: Parameters<typeof start>[0] = {}) {
  const started = await start(options)
  const url = started.where.httpUrl as string
  return { ...started, url, http: api(url), guest: (name: string) => guest(url, name) }
}

describe('a session', () => {
  it('says hello, is somebody, and goes', async () => {
    const { http, guest, ws } = await server()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    expect(ana.hello).toMatchObject({
      version: 1,
      person: { name: 'Ana' },
      ticket: expect.any(String),
      limits: { messageChars: 4000 },
    })
    expect(ana.session).toMatch(/^[\w-]{43}$/)
    await ana.put(`${at}/members/me`)
    expect((await ana.get('/v1/session')).body).toMatchObject({
      person: { name: 'Ana' },
      rooms: [{ room, head: 0 }],
    })
    expect((await ana.del('/v1/session')).status).toBe(200)
    expect(await bob.push('left')).toMatchObject({ person: { name: 'Ana' }, why: 'leave' })
    expect((await ana.get('/v1/session')).body.error.code).toBe('session_not_found')
    const { body } = await http.post('/v1/session', { ticket: ana.hello.ticket })
    expect(body.person).toEqual(ana.hello.person)
  })

  it('is needed, and told apart from one that has expired', async () => {
    const { http } = await server()
    const none = await http.get('/v1/rooms')
    expect(none).toMatchObject({ status: 401, body: { error: { code: 'hello_required' } } })
    expect(none.headers.get('www-authenticate')).toBe('Bearer')
    const gone = await http.get('/v1/rooms?session=x')
    expect(gone).toMatchObject({ status: 404, body: { error: { code: 'session_not_found' } } })
    const pt = await http.get('/v1/rooms?session=x', { 'accept-language': 'pt-BR' })
    expect(pt.body.error).toMatchObject({
      code: 'session_not_found',
      message: expect.stringMatching(/sess/),
    })
    expect(pt.body.error.message).not.toBe(gone.body.error.message)
    expect((await http.post('/v1/session', { ticket: 'x' })).status).toBe(401)
    expect((await http.post('/v1/session', { name: 7 })).body.error.code).toBe('bad_request')
  })

  it('gives the host program the headers of its request', async () => {
    const seen: unknown[] = []
    const { http } = await server({
      hooks: {
        beforeConnect({ connection, name }) {
          seen.push(connection?.headers?.cookie, connection?.transport, connection?.address)
          return name === undefined ? undefined : { name }
        },
      },
    })
    await http.post('/v1/session', { name: 'Ana' }, { cookie: 'user=7' })
    expect(seen).toEqual(['user=7', 'http', '127.0.0.1'])
  })

  it('ends when nothing is asked, and what keeps it is being asked', async () => {
    const { guest, ws } = await server({ limits: { httpIdleMs: 100 } })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 40))
      expect((await ana.get('/v1/session')).status).toBe(200)
    }
    expect(await bob.push('left')).toMatchObject({ why: 'lost' })
    expect((await ana.get('/v1/session')).status).toBe(404)
  })

  it('is one of so many: by httpSessions, and by connections of an address', async () => {
    const few = await server({ limits: { httpSessions: 2 } })
    await few.guest('Ana')
    await few.guest('Bia')
    const third = await few.http.post('/v1/session', { name: 'Caio' })
    expect(third).toMatchObject({ status: 503, body: { error: { code: 'too_many_connections' } } })
    expect(third.headers.get('retry-after')).toBe('1')
    const one = await server({ limits: { connectionsPerAddress: 1 } })
    await one.guest('Ana')
    const second = await one.http.post('/v1/session', { name: 'Bia' })
    expect(second).toMatchObject({ status: 503, body: { error: { code: 'too_many_connections' } } })
    // A refusal leaves nothing behind.
    expect(one.chat.stats().connections).toBe(1)
  })

  it('that is refused leaves no connection behind', async () => {
    const { http, chat, guest } = await server()
    await guest('Ana')
    expect((await http.post('/v1/session', { name: 'Ana' })).status).toBe(409)
    await eventually('only one is left', () => chat.stats().connections === 1)
  })
})

describe('rooms', () => {
  it('are listed, made, entered, looked at and left', async () => {
    const { guest } = await server()
    const ana = await guest('Ana')
    expect(await ana.post('/v1/rooms', { room: 'jogos' })).toMatchObject({
      status: 201,
      body: { room: 'jogos', permanent: false },
    })
    expect((await ana.post('/v1/rooms', { room: 'jogos' })).status).toBe(409)
    const { body } = await ana.get('/v1/rooms?limit=1')
    expect(body).toMatchObject({ rooms: [{ room: 'geral', count: 0 }], more: true })
    expect((await ana.get('/v1/rooms?after=geral')).body.rooms).toMatchObject([{ room: 'jogos' }])
    expect(await ana.put(`${at}/members/me`)).toMatchObject({
      status: 201,
      body: { room, head: 0, created: true, count: 1 },
    })
    expect((await ana.put(`${at}/members/me`, { recent: 5 })).status).toBe(200)
    expect((await ana.get(at)).body).toMatchObject({ room, count: 1 })
    expect((await ana.get(`${at}/members`)).body.members).toMatchObject([{ name: 'Ana' }])
    expect(await ana.del(`${at}/members/me`)).toMatchObject({ status: 200, body: { room } })
    expect((await ana.del(`${at}/members/me`)).status).toBe(403)
    expect((await ana.get('/v1/rooms/nada')).status).toBe(404)
    expect((await ana.put('/v1/rooms/nada/members/me', { create: false })).status).toBe(404)
    expect((await ana.get('/v1/rooms?limit=x')).body.error.code).toBe('bad_request')
  })

  it('have names that stand percent-encoded in the path', async () => {
    const { guest } = await server()
    const ana = await guest('Ana')
    const path = `/v1/rooms/${encodeURIComponent('#São-Paulo')}`
    expect((await ana.put(`${path}/members/me`)).body.room).toBe('são-paulo')
    expect((await ana.post(`${path}/messages`, { text: 'oi' })).status).toBe(201)
    expect((await ana.get('/v1/rooms/%ff/messages')).body.error.code).toBe('bad_request')
    expect((await ana.put('/v1/rooms/a%2Fb/members/me')).body.error.code).toBe('room_invalid')
  })
})

describe('messages', () => {
  it('are said, entering the room first, and read', async () => {
    const { guest, ws } = await server()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    const sent = await ana.post(`${at}/messages`, { text: 'Olá' })
    expect(sent).toMatchObject({ status: 201, body: { seq: 1, ts: expect.any(Number) } })
    await bob.push('message')
    expect(texts(bob, room)).toEqual(['Olá'])
    await ana.post(`${at}/messages`, { text: 'dois' })
    const read = async (query: string) =>
      (await ana.get(`${at}/messages?${query}`)).body.entries.map((one: { seq: number }) => one.seq)
    expect(await read('')).toEqual([1, 2])
    expect(await read('after=1')).toEqual([2])
    expect(await read('before=2')).toEqual([1])
    expect(await read('limit=1')).toEqual([2])
    expect((await ana.get(`${at}/messages?after=1&before=2`)).status).toBe(400)
  })

  it('are said once for one key, in the header or the body', async () => {
    const { guest } = await server()
    const ana = await guest('Ana')
    const say = (text: string, headers = {}, more = {}) =>
      ana.post(`${at}/messages`, { text, ...more }, headers)
    const first = await say('um', { 'idempotency-key': 'k' })
    const again = await say('um', { 'idempotency-key': 'k' })
    expect(again).toMatchObject({ status: 200, body: { ...first.body, duplicate: true } })
    expect((await say('um', {}, { cid: 'k' })).body.duplicate).toBe(true)
    expect(await say('outro', { 'idempotency-key': 'k' })).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict', retryable: false } },
    })
    expect((await say('x', { 'idempotency-key': 'k'.repeat(65) })).status).toBe(400)
  })

  it('do not make a room when told not to, and reading never does', async () => {
    const { guest } = await server()
    const ana = await guest('Ana')
    const text = 'x'
    expect((await ana.post(`${at}/messages`, { text, create: false })).status).toBe(404)
    expect((await ana.get(`${at}/messages`)).status).toBe(404)
    expect((await ana.get(`${at}/members`)).status).toBe(404)
    expect((await ana.post(`${at}/typing`)).status).toBe(404)
    expect((await ana.get('/v1/rooms')).body.rooms.map((one: object) => one)).toHaveLength(1)
  })

  it('go to one person, and are answered there', async () => {
    const { guest, ws } = await server()
    const bob = await person(ws, 'Bob')
    const ana = await guest('Ana')
    const sent = await ana.post('/v1/messages', { to: 'Bob', text: 'só para você' })
    expect(sent).toMatchObject({ status: 201, body: { to: { name: 'Bob' }, seq: 1 } })
    expect(await bob.push('message')).toMatchObject({ text: 'só para você' })
    const path = `/v1/rooms/${encodeURIComponent(sent.body.room)}/messages`
    await bob.ask('send', { room: sent.body.room, text: 'oi' })
    expect((await ana.get(path)).body.entries).toMatchObject([{ seq: 1 }, { text: 'oi' }])
    expect((await ana.post('/v1/messages', { to: 'Nemo', text: 'x' })).status).toBe(404)
  })

  it('can be waited for, by seq', async () => {
    const { guest } = await server()
    const [ana, bia] = [await guest('Ana'), await guest('Bia')]
    await ana.put(`${at}/members/me`)
    const waiting = ana.get(`${at}/messages?after=0&wait=4000`)
    await bia.post(`${at}/messages`, { text: 'agora' })
    expect((await waiting).body.entries).toMatchObject([{ seq: 1, text: 'agora' }])
    expect((await ana.get(`${at}/messages?after=1&wait=20`)).body.entries).toEqual([])
    expect((await ana.get(`${at}/messages?after=1&wait=x`)).status).toBe(400)
  })

  it('are edited, held emojis up to, and deleted', async () => {
    const { guest, ws } = await server()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    await ana.post(`${at}/messages`, { text: 'Ola' })
    expect((await ana.patch(`${at}/messages/1`, { text: 'Olá' })).body.seq).toBe(2)
    const emoji = encodeURIComponent('👍')
    expect((await ana.put(`${at}/messages/1/reactions/${emoji}`)).body.seq).toBe(3)
    expect((await ana.get(`${at}/messages?limit=3`)).body.entries[0]).toMatchObject({
      text: 'Olá',
      edited: 2,
      reactions: [{ text: '👍', count: 1 }],
    })
    expect((await ana.del(`${at}/messages/1/reactions/${emoji}`)).body.seq).toBe(4)
    expect((await ana.del(`${at}/messages/1`)).body.seq).toBe(5)
    expect((await ana.get(`${at}/messages?limit=5`)).body.entries[0]).toMatchObject({
      text: '',
      deleted: true,
    })
    expect((await ana.patch(`${at}/messages/99`, { text: 'x' })).status).toBe(404)
    expect((await ana.patch(`${at}/messages/abc`, { text: 'x' })).status).toBe(400)
    expect(await bob.push('delete')).toMatchObject({ ref: 1, seq: 5 })
  })

  it('are announced by typing', async () => {
    const { guest, ws } = await server()
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const ana = await guest('Ana')
    expect((await ana.post(`${at}/typing`)).body).toEqual({})
    expect(await bob.push('typing')).toMatchObject({ person: { name: 'Ana' }, on: true })
  })
})

describe('the rest', () => {
  it('nick, lang, ping, help', async () => {
    const { guest, http } = await server()
    const ana = await guest('Ana')
    expect((await ana.put('/v1/session/name', { name: 'Aninha' })).body.person.name).toBe('Aninha')
    expect((await ana.get('/v1/session')).body.person.name).toBe('Aninha')
    expect((await ana.put('/v1/session/lang', { lang: 'pt-BR' })).body).toEqual({ lang: 'pt-BR' })
    const refused = await ana.post(`${at}/messages`, { text: '' })
    expect(refused.body.error).toMatchObject({
      code: 'text_empty',
      message: expect.stringContaining('mensagem'),
    })
    expect((await http.get('/v1/ping')).body.ts).toBeGreaterThan(1e12)
    expect((await http.get('/v1/help')).body.ops).toContain('send')
  })

  it('limits of rate are those of the session, and say how long to wait', async () => {
    const { guest } = await server({ limits: { commandBurst: 10, commandsPerSecond: 1 } })
    const ana = await guest('Ana')
    const all = await Promise.all(Array.from({ length: 12 }, () => ana.get('/v1/rooms')))
    const refused = all.find(({ status }) => status === 429)
    expect(refused?.body.error).toMatchObject({ code: 'rate_limited', retryable: true })
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })

  it('an answer that does not come in time is 503; what was asked may still be done', async () => {
    let go = (): void => {}
    const late = new Promise<void>((resolve) => {
      go = resolve
    })
    const { guest } = await server({ limits: { requestMs: 60 }, hooks: { beforeSend: () => late } })
    const ana = await guest('Ana')
    const key = { 'idempotency-key': 'k' }
    const first = await ana.post(`${at}/messages`, { text: 'x' }, key)
    expect(first).toMatchObject({ status: 503, body: { error: { retryable: true } } })
    go()
    await eventually('it was said once', async () => {
      const again = await ana.post(`${at}/messages`, { text: 'x' }, key)
      return again.body.duplicate === true && again.body.seq === 1
    })
  })

  it('a flood ends the session; the next request says so', async () => {
    const { guest } = await server({
      limits: { commandBurst: 5, commandsPerSecond: 1, floodRefusals: 5 },
    })
    const ana = await guest('Ana')
    const all = await Promise.all(Array.from({ length: 30 }, () => ana.get('/v1/rooms')))
    const codes = new Set(all.map(({ body }) => body.error?.code))
    expect(codes).toContain('flood')
    expect((await ana.get('/v1/rooms')).body.error.code).toBe('session_not_found')
  })

  it('the answer is the same whichever transport one comes by', async () => {
    const { guest, ws } = await server()
    const ana = await guest('Ana')
    await ana.post(`${at}/messages`, { text: 'um' })
    const bob = await jsonClient(ws)
    await bob.ask('hello', { version: 1, name: 'Bob' })
    await bob.ask('join', { room })
    const theirs = await bob.ask('history', { room })
    expect((await ana.get(`${at}/messages`)).body).toEqual(theirs)
  })
})
