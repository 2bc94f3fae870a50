/** Receiving by HTTP: server-sent events and polls, which resume without gap or double. */

import { describe, expect, it } from 'vitest'
import { jsonClient, person, texts } from '../support/clients.ts'
import { alone, type Event, eventually, guest, type Stream, seqs, stream } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const at = `/v1/rooms/${room}`
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => i + from)

async function server(options: Parameters<typeof start>[0] = {}) {
  const limits = { commandBurst: 1_000_000, ...options.limits }
  const started = await start({ ...options, limits })
  const url = started.where.httpUrl as string
  const bob = await person(started.ws, 'Bob')
  await bob.ask('join', { room })
  let said = 0
  return {
    ...started,
    url,
    bob,
    guest: (name: string) => guest(url, name),
    events: (session: string, last = '') =>
      stream(`${url}/v1/events?session=${session}`, last === '' ? {} : { 'last-event-id': last }),
    async say(count: number, text = '') {
      const all = upTo(said + count, said + 1)
      said += count
      await Promise.all(all.map((n) => bob.ask('send', { room, text: `${n}${text}` })))
    },
  }
}

const has = (all: readonly Event[], seq: number) => () => all.some((one) => one.seq === seq)

describe('server-sent events', () => {
  it('tell everything from the moment one came into the room', async () => {
    const { guest, events, say, bob } = await server()
    const ana = await guest('Ana')
    await say(2)
    expect((await ana.put(`${at}/members/me`)).body.head).toBe(2)
    await say(3)
    const heard = await events(ana.session)
    expect(heard.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(heard.response.headers.get('cache-control')).toBe('no-store')
    expect(await heard.next('session')).toMatchObject({ session: ana.session })
    expect(heard.retry).toBe(1000)
    await say(2)
    await eventually('7', has(heard.all, 7))
    expect(seqs(heard.all, room)).toEqual([3, 4, 5, 6, 7])
    await bob.ask('typing', { room })
    expect(await heard.next('typing')).toMatchObject({ person: { name: 'Bob' } })
    heard.abort()
  })

  it('go on where the last id says, in the session that still lives', async () => {
    const { guest, events, say } = await server()
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const first = await events(ana.session)
    await say(5)
    await eventually('5', has(first.all, 5))
    first.abort()
    await say(20)
    const second = await events(ana.session, first.lastId)
    await eventually('25', has(second.all, 25))
    expect(seqs(second.all, room)).toEqual(upTo(25, 6))
    // From whatever event it was cut off: what came before it isn't told again, what came after is.
    for (const seq of [1, 3, 17]) {
      const { id } = [...first.all, ...second.all].find((one) => one.seq === seq) as Event
      const third = await events(ana.session, id)
      await eventually('25', has(third.all, 25))
      expect(seqs(third.all, room)).toEqual(upTo(25, seq + 1))
      third.abort()
    }
    second.abort()
  })

  it('go on after the session has expired, by the ticket, in a new one', async () => {
    const { url, guest, events, say, bob } = await server({ limits: { httpIdleMs: 50 } })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const first = await events(ana.session)
    await say(3)
    await eventually('3', has(first.all, 3))
    first.abort()
    expect(await bob.push('left')).toMatchObject({ why: 'lost' })
    await say(250)
    const query = `session=${ana.session}&ticket=${ana.hello.ticket}`
    const last = { 'last-event-id': first.lastId }
    const second = await stream(`${url}/v1/events?${query}`, last)
    const opened = await second.next('session')
    expect(opened.session).not.toBe(ana.session)
    expect(opened).toMatchObject({ person: ana.hello.person, ticket: expect.any(String) })
    await eventually('253', has(second.all, 253))
    await say(1)
    await eventually('254', has(second.all, 254))
    expect(seqs(second.all, room)).toEqual(upTo(254, 4))
    second.abort()
    const gone = await events(ana.session, first.lastId)
    expect(gone.response.status).toBe(404)
  })

  it('hold through any number of cuts, while people speak', async () => {
    const { guest, events, say } = await server()
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const talking = (async () => {
      for (let i = 0; i < 30; i++) {
        await say(10)
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    })()
    const all: Event[] = []
    let last = ''
    while (!has(all, 300)()) {
      const heard: Stream = await events(ana.session, last)
      const before = all.length
      await heard.next('session')
      await new Promise((resolve) => setTimeout(resolve, (before * 7) % 23))
      heard.abort()
      await heard.ended
      all.push(...heard.all)
      last = heard.lastId
    }
    await talking
    expect(seqs(all, room)).toEqual(upTo(300))
  })

  it('say that a room begins anew, or is no more, after one was away', async () => {
    const { guest, events, say, chat } = await server()
    const ana = await guest('Ana')
    for (const one of [room, 'fora']) await ana.put(`/v1/rooms/${one}/members/me`)
    const first = await events(ana.session)
    await say(3)
    await eventually('3', has(first.all, 3))
    first.abort()
    await chat.room('fora').delete()
    const second = await events(ana.session, first.lastId)
    expect(await second.next('closed')).toMatchObject({ room: 'fora' })
    second.abort()
    // Somebody with a position in a log that isn't this one.
    const bia = await guest('Bia')
    const forged = first.lastId.replace(/~c2FsYQ\.[\w-]+\.3/, '~c2FsYQ.anotherlog.99')
    expect(forged).not.toBe(first.lastId)
    const third = await events(bia.session, forged)
    expect(await third.next('reset')).toMatchObject({ room, head: 0 })
    await eventually('3', has(third.all, 3))
    expect(seqs(third.all, room)).toEqual([1, 2, 3])
    third.abort()
  })

  it('tell of private conversations that began while one was away', async () => {
    const { guest, events, bob } = await server()
    const ana = await guest('Ana')
    const first = await events(ana.session)
    await first.next('session')
    first.abort()
    await first.ended
    await bob.ask('msg', { to: 'Ana', text: 'psst' })
    const second = await events(ana.session, first.lastId)
    const opened = await second.next('opened')
    expect(opened).toMatchObject({ with: { name: 'Bob' } })
    expect(await second.next('message')).toMatchObject({ text: 'psst', room: opened.room })
    second.abort()
  })

  it('are given to as many as ask, each on its own', async () => {
    const { guest, events, say } = await server()
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const all = await Promise.all(upTo(3).map(() => events(ana.session)))
    await say(30)
    for (const heard of all) {
      await eventually('30', has(heard.all, 30))
      expect(seqs(heard.all, room)).toEqual(upTo(30))
      heard.abort()
    }
  })

  it('keep the line alive with comments', async () => {
    const { guest, events } = await server({ limits: { pingMs: 20 } })
    const ana = await guest('Ana')
    const heard = await events(ana.session)
    await eventually('three comments', () => heard.comments >= 3)
    expect(heard.all).toHaveLength(1)
    heard.abort()
  })

  it('keep one present, and one is gone some time after they end', async () => {
    const { guest, events, bob } = await server({ limits: { httpIdleMs: 60 } })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const heard = await events(ana.session)
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(bob.all.some(({ ev }) => ev === 'left')).toBe(false)
    heard.abort()
    expect(await bob.push('left')).toMatchObject({ person: { name: 'Ana' }, why: 'lost' })
  })

  it('refuse a cursor that is none, before the stream begins', async () => {
    const { guest, events } = await server()
    const ana = await guest('Ana')
    for (const last of ['x', 'a.1~b', 'a.1~!.e.1', 'a.1~YQ.e.-1', `a.1~YQ.e.${'9'.repeat(17)}`]) {
      expect((await events(ana.session, last)).response.status, last).toBe(400)
    }
  })

  it('end with the word why, when the server closes', async () => {
    const { guest, events, chat } = await server()
    const ana = await guest('Ana')
    const heard = await events(ana.session)
    const waiting = ana.get('/v1/poll?wait=20000')
    const messages = ana.get('/v1/poll?wait=20000')
    await heard.next('session')
    // Until both are waiting.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await chat.close()
    await heard.ended
    expect(heard.all.at(-1)).toMatchObject({ ev: 'close', code: 3000, reconnect: true })
    for (const { status, body } of [await waiting, await messages]) {
      expect(status).toBe(200)
      expect(body.events.at(-1)).toMatchObject({ ev: 'close', code: 3000 })
    }
  })
})

describe('a slow reader of events', () => {
  it('does not hold up their own requests, costs bounded memory, and misses nothing', async () => {
    const { guest, events, say } = await server({
      limits: { outboxBytes: 20_000, recentEntries: 10 },
    })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const heard = await events(ana.session)
    await heard.next('session')
    const filling = ' '.padEnd(3000, 'x')
    // Nobody reads in this loop: it never waits for the stream.
    for (let i = 0; i < 20; i++) {
      await say(50, filling)
      expect((await ana.get('/v1/ping')).status).toBe(200)
    }
    await eventually('1000', has(heard.all, 1000))
    expect(seqs(heard.all, room)).toEqual(upTo(1000))
    heard.abort()
  })
})

describe('polls', () => {
  it('give what came since the cursor, and again for the same cursor', async () => {
    const { guest, say } = await server()
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const poll = async (cursor: string, wait = 0) =>
      (await ana.get(`/v1/poll?cursor=${cursor}&wait=${wait}`)).body
    const begin = await poll('')
    await say(3)
    const first = await poll(begin.cursor)
    expect(seqs(first.events, room)).toEqual([1, 2, 3])
    // The answer was lost on the way: the same question has the same answer, and what came since.
    await say(1)
    expect(seqs((await poll(begin.cursor)).events, room)).toEqual([1, 2, 3, 4])
    expect(seqs((await poll(first.cursor)).events, room)).toEqual([4])
    // What was taken as received long ago is in the log.
    expect(seqs((await poll(begin.cursor)).events, room)).toEqual([1, 2, 3, 4])
  })

  it('wait until there is something, and no longer than asked', async () => {
    const { guest, say } = await server({ limits: { pollMs: 50 } })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const { body } = await ana.get('/v1/poll?wait=0')
    const begun = Date.now()
    const nothing = await ana.get(`/v1/poll?cursor=${body.cursor}&wait=60000`)
    expect(nothing.body.events).toEqual([])
    expect(Date.now() - begun).toBeLessThan(3000)
    const waiting = ana.get(`/v1/poll?cursor=${nothing.body.cursor}`)
    await say(1)
    const got = [...(await waiting).body.events]
    if (got.length === 0) {
      got.push(...(await ana.get(`/v1/poll?cursor=${nothing.body.cursor}&wait=0`)).body.events)
    }
    expect(seqs(got, room)).toEqual([1])
  })

  it('hold through an overflow, and through the end of the session', async () => {
    const { url, guest, say, bob } = await server({
      limits: { outboxBytes: 5000, httpIdleMs: 1500, historyPage: 20 },
    })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const begin = (await ana.get('/v1/poll?wait=0')).body
    await say(200, 'x'.repeat(100))
    const all: Event[] = []
    let { cursor } = begin
    const poll = async (query: string) => {
      const got = await fetch(`${url}/v1/poll?cursor=${cursor}&wait=0&${query}`)
      const body = (await got.json()) as { cursor: string; events: Event[]; session: string }
      expect(got.status, JSON.stringify(body)).toBe(200)
      cursor = body.cursor
      all.push(...body.events)
      return body
    }
    while (!has(all, 200)()) await poll(`session=${ana.session}`)
    await bob.push('left')
    await say(100)
    const { session } = await poll(`session=${ana.session}&ticket=${ana.hello.ticket}`)
    expect(session).not.toBe(ana.session)
    while (!has(all, 300)()) await poll(`session=${session}`)
    expect(seqs(all, room)).toEqual(upTo(300))
  })

  it('that are given up leave nothing waiting', async () => {
    const { url, guest, bob } = await server({ limits: { httpIdleMs: 60 } })
    const ana = await guest('Ana')
    await ana.put(`${at}/members/me`)
    const control = new AbortController()
    const waiting = alone(`${url}/v1/poll?session=${ana.session}&wait=20000`, {
      signal: control.signal,
    })
    await new Promise((resolve) => setTimeout(resolve, 150))
    control.abort()
    await expect(waiting).rejects.toThrow()
    expect(await bob.push('left')).toMatchObject({ why: 'lost' })
  })
})

describe('one room, four ways in', () => {
  it('everybody has the same entries with the same seqs in the same order', async () => {
    const { guest, events, ws, tcp } = await server()
    const ana = await guest('Ana')
    const bia = await guest('Bia')
    const [web, wire] = [await person(ws, 'Caio'), await jsonClient(tcp)]
    await wire.ask('hello', { version: 1, name: 'Davi' })
    for (const one of [ana, bia]) await one.put(`${at}/members/me`)
    for (const one of [web, wire]) await one.ask('join', { room })
    const heard = await events(ana.session)
    const polled: Event[] = []
    let done = false
    const polling = (async () => {
      let cursor = ''
      while (!done) {
        const { body } = await bia.get(`/v1/poll?cursor=${cursor}&wait=200`)
        polled.push(...body.events)
        cursor = body.cursor
      }
    })()
    await Promise.all(
      upTo(50).flatMap((n) => [
        ana.post(`${at}/messages`, { text: `ana ${n}` }),
        bia.post(`${at}/messages`, { text: `bia ${n}` }),
        web.ask('send', { room, text: `web ${n}` }),
        wire.ask('send', { room, text: `wire ${n}` }),
      ]),
    )
    await eventually('200 on the stream', has(heard.all, 200))
    await eventually('200 by polls', has(polled, 200))
    await eventually('200 by tcp', () => texts(wire, room).length === 200)
    done = true
    await polling
    heard.abort()
    for (const all of [heard.all, polled, web.all, wire.all]) {
      expect(seqs(all, room)).toEqual(upTo(200))
      const mine = all.filter(({ ev }) => ev === 'message').map(({ text }) => text)
      expect(mine).toEqual(texts(web, room))
    }
  })
})
