/** Rows D1 to D6: the routes for simple clients that poll, exactly as they are written there. */

import { describe, expect, it } from 'vitest'
import { person, texts } from '../support/clients.ts'
import { api, eventually } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'

async function server(limits: Parameters<typeof start>[0] = {}) {
  const started = await start(limits)
  return { ...started, http: api(started.where.httpUrl as string) }
}

describe('D1, POST /join', () => {
  it('makes the room if it is not there, and confirms', async () => {
    const { http } = await server()
    const first = await http.post('/join', { room, username: 'Ana' })
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'ok', room, username: 'Ana', created: true, people: ['Ana'], seq: 0 },
    })
    const second = await http.post('/join', { room: '#SALA', username: 'Bob' })
    expect(second.body).toMatchObject({ room, created: false, people: ['Ana', 'Bob'] })
    const again = await http.post('/join', { room, username: 'Bob' })
    expect(again.body.people).toEqual(['Ana', 'Bob'])
  })

  it('refuses a name that somebody else holds, and names that are none', async () => {
    const { http, ws } = await server()
    await person(ws, 'Ana')
    const got = await http.post('/join', { room, username: 'Ana' })
    expect(got).toMatchObject({ status: 409, body: { error: { code: 'name_taken' } } })
    const wrong = await http.post('/join', { room, username: '\u202e' })
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'name_invalid' } } })
    const none = await http.post('/join', { room })
    expect(none).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
    expect((await http.post('/join', { username: 'Bia' })).status).toBe(400)
    expect((await http.post('/join', { room: '', username: 'Bia' })).status).toBe(400)
  })
})

describe('D2, POST /leave', () => {
  it('leaves; an empty room goes away by itself, a permanent one stays', async () => {
    const { http, chat, ws } = await server()
    await chat.room('fixa').create()
    for (const one of [room, 'fixa']) {
      await http.post('/join', { room: one, username: 'Ana' })
      const left = await http.post('/leave', { room: one, username: 'Ana' })
      expect(left).toMatchObject({ status: 200, body: { status: 'ok', room: one } })
    }
    const bob = await person(ws, 'Bob')
    await eventually('the empty room is gone', async () => {
      const { rooms } = (await bob.ask('rooms')) as { rooms: { room: string }[] }
      const names = rooms.map((one) => one.room)
      return !names.includes(room) && names.includes('fixa')
    })
  })

  it('frees the name, and tells who was not there', async () => {
    const { http, ws } = await server()
    expect((await http.post('/leave', { room, username: 'Ana' })).body.error.code).toBe(
      'not_member',
    )
    await http.post('/join', { room, username: 'Ana' })
    expect((await http.post('/leave', { room: 'outra', username: 'Ana' })).status).toBe(403)
    await http.post('/leave', { room, username: 'Ana' })
    await person(ws, 'Ana')
  })
})

describe('D3 and D4, POST /send and GET /receive', () => {
  it('carry messages, with type, username, message, timestamp and seq', async () => {
    const { http } = await server()
    await http.post('/join', { room, username: 'Ana' })
    const sent = await http.post('/send', { room, username: 'Ana', message: 'Olá a todos!' })
    expect(sent).toMatchObject({ status: 200, body: { status: 'ok', room, seq: 1 } })
    const { status, body } = await http.get(`/receive?room=${room}&last_timestamp=0`)
    expect(status).toBe(200)
    expect(body.messages).toEqual([
      {
        type: 'message',
        username: 'Ana',
        message: 'Olá a todos!',
        timestamp: sent.body.timestamp,
        seq: 1,
      },
    ])
    expect(body).toMatchObject({ room, last_timestamp: sent.body.timestamp, seq: 1, more: false })
  })

  it('give each message once to whoever gives the timestamp back unchanged', async () => {
    const { http, ws } = await server()
    await http.post('/join', { room, username: 'Ana' })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const said = Array.from({ length: 60 }, (_, i) => `m${i}`)
    // Many in one millisecond: whole time stamps couldn't tell them apart.
    await Promise.all(said.map((text) => bob.ask('send', { room, text })))
    for (const step of [1, 7, 50]) {
      const heard: string[] = []
      let last: unknown = 1
      for (let more = true; more; ) {
        const { body } = await http.get(
          `/receive?room=${room}&last_timestamp=${last}&limit=${step}`,
        )
        for (const one of body.messages) {
          if (one.type !== 'message') continue
          heard.push(one.message)
          last = one.timestamp
        }
        more = body.more
      }
      expect(heard).toEqual(said)
      const nothing = await http.get(`/receive?room=${room}&last_timestamp=${last}`)
      expect(nothing.body.messages).toEqual([])
      expect(nothing.body.last_timestamp).toBe(last)
    }
  })

  it('take a timestamp that was cut to whole milliseconds', async () => {
    const { http } = await server()
    await http.post('/join', { room, username: 'Ana' })
    await http.post('/send', { room, username: 'Ana', message: 'um' })
    const { body } = await http.get(`/receive?room=${room}`)
    const cut = Math.floor(body.messages[0].timestamp)
    const again = await http.get(`/receive?room=${room}&last_timestamp=${cut}`)
    expect(again.body.messages.map((one: { message: string }) => one.message)).toEqual(['um'])
    const later = await http.get(`/receive?room=${room}&last_timestamp=${cut + 1}`)
    expect(later.body.messages).toEqual([])
  })

  it('go by seq as well, and wait when asked to', async () => {
    const { http } = await server()
    await http.post('/join', { room, username: 'Ana' })
    for (const message of ['a', 'b', 'c'])
      await http.post('/send', { room, username: 'Ana', message })
    const by = (query: string) => http.get(`/receive?room=${room}&username=Ana&${query}`)
    expect((await by('seq=2')).body.messages).toMatchObject([{ seq: 3, message: 'c' }])
    expect((await by('after=1&limit=1')).body).toMatchObject({ seq: 2, more: true })
    const waiting = by('seq=3&wait=4000')
    await http.post('/send', { room, username: 'Bia', message: 'd' })
    const { body } = await waiting
    expect(body.messages.at(-1)).toMatchObject({ username: expect.any(String) })
    const rest = await by('seq=3&wait=4000')
    expect(rest.body.messages).toMatchObject([{ seq: 4, message: 'd', username: 'Bia' }])
    expect((await by('seq=4&wait=30')).body.messages).toEqual([])
  })

  it('show who comes and goes, and what the host says, as system', async () => {
    const { http, chat, ws } = await server()
    await http.post('/join', { room, username: 'Ana' })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    await chat.room(room).send('manutenção às 18h')
    const pt = { 'accept-language': 'pt-BR,pt;q=0.9' }
    const { body } = await http.get(`/receive?room=${room}&username=Ana`, pt)
    expect(body.messages).toMatchObject([
      { type: 'system', message: 'manutenção às 18h', seq: 1 },
      { type: 'system', username: 'Bob', message: expect.stringContaining('Bob entrou') },
    ])
    const { body: after } = await http.get(
      `/receive?room=${room}&username=Ana&last_timestamp=${body.last_timestamp}`,
    )
    expect(after.messages).toEqual([])
  })

  it('need a room one has joined: by name it is entered, without a name nobody is known', async () => {
    const { http } = await server()
    const nobody = await http.get(`/receive?room=${room}`)
    expect(nobody).toMatchObject({ status: 403, body: { error: { code: 'not_member' } } })
    expect((await http.get(`/receive?room=${room}&username=Ana`)).body.error.code).toBe(
      'room_not_found',
    )
    await http.post('/send', { room, username: 'Bob', message: 'oi' })
    const named = await http.get(`/receive?room=${room}&username=Ana`)
    expect(named.body.messages).toMatchObject([{ message: 'oi' }])
    expect((await http.get('/receive')).status).toBe(400)
    for (const wrong of ['last_timestamp=x', 'wait=-1', 'seq=-1', 'limit=NaN', 'after=1e400']) {
      const got = await http.get(`/receive?room=${room}&username=Ana&${wrong}`)
      expect(got, wrong).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
    }
  })

  it('refuse what cannot be said, and know a repetition by its key', async () => {
    const { http } = await server({ limits: { messageChars: 10 } })
    const say = (message: unknown, headers = {}) =>
      http.post('/send', { room, username: 'Ana', message }, headers)
    expect((await say('x'.repeat(11))).body.error.code).toBe('text_too_long')
    expect((await say('x'.repeat(11))).status).toBe(413)
    expect((await say('  ')).body.error.code).toBe('text_empty')
    expect((await say(7)).body.error.code).toBe('bad_request')
    const key = { 'idempotency-key': 'k1' }
    const first = await say('once', key)
    const second = await say('once', key)
    expect(second.body).toEqual({ ...first.body, duplicate: true })
    expect((await say('twice', key)).status).toBe(409)
  })

  it('reach people on other transports, and are reached by them', async () => {
    const { http, tcp } = await server()
    const bob = await person(tcp, 'Bob')
    await bob.ask('join', { room })
    await http.post('/send', { room, username: 'Ana', message: 'daqui' })
    await bob.push('message')
    await bob.ask('send', { room, text: 'de lá' })
    expect(texts(bob, room)).toContain('daqui')
    const { body } = await http.get(`/receive?room=${room}`)
    const said = body.messages.filter((one: { type: string }) => one.type === 'message')
    expect(said).toMatchObject([
      { username: 'Ana', message: 'daqui' },
      { username: 'Bob', message: 'de lá' },
    ])
  })
})

describe('D5, GET /user_rooms', () => {
  it('tells the rooms a person is in', async () => {
    const { http } = await server()
    for (const one of ['b', 'a']) await http.post('/join', { room: one, username: 'Ana' })
    expect((await http.get('/user_rooms?username=Ana')).body).toEqual({
      username: 'Ana',
      rooms: ['b', 'a'],
    })
    expect((await http.get('/user_rooms?username=Zeca')).body.rooms).toEqual([])
    expect((await http.get('/user_rooms')).status).toBe(400)
  })
})

describe('somebody who polls', () => {
  it('is there as long as they ask, and then goes, which the others see', async () => {
    const { http, ws } = await server({ limits: { httpIdleMs: 150 } })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    await http.post('/join', { room, username: 'Ana' })
    for (let i = 0; i < 6; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      // Without a name: all who joined from here are meant.
      expect((await http.get(`/receive?room=${room}`)).status).toBe(200)
    }
    expect(bob.all.some((push) => push.ev === 'left')).toBe(false)
    expect(await bob.push('left')).toMatchObject({ person: { name: 'Ana' }, why: 'lost' })
    expect((await http.get(`/receive?room=${room}`)).status).toBe(403)
  })

  it('is not pushed out by waiting longer than that', async () => {
    const { http, ws } = await server({ limits: { httpIdleMs: 60 } })
    const bob = await person(ws, 'Bob')
    await bob.ask('join', { room })
    const waiting = http.get(`/receive?room=${room}&username=Ana&seq=0&wait=4000`)
    await bob.push('joined')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await bob.ask('send', { room, text: 'still there?' })
    expect((await waiting).body.messages).toMatchObject([{ message: 'still there?' }])
  })

  it('may show a session instead of a name, but nobody else’s name with it', async () => {
    const { http } = await server()
    const { body } = await http.post('/v1/session', { name: 'Ana' })
    const mine = { 'tertulia-session': body.session }
    expect((await http.post('/join', { room, username: 'Ana' }, mine)).status).toBe(200)
    const other = await http.post('/send', { room, username: 'Bob', message: 'x' }, mine)
    expect(other).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect((await http.get('/user_rooms?username=Ana', mine)).body.rooms).toEqual([room])
  })
})

describe('the plain routes', () => {
  it('can be switched off', async () => {
    const { chat } = await start()
    const where = await chat.listen({ port: 0, plainRoutes: false })
    const http = api(where.httpUrl as string)
    expect((await http.post('/join', { room, username: 'Ana' })).status).toBe(404)
    expect((await http.get('/health')).status).toBe(200)
  })
})
