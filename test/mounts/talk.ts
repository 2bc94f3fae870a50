/** What has to work wherever the chat is mounted: HTTP, events and WebSocket on the port of the host. */

import type { AddressInfo, Server } from 'node:net'
import { afterEach, expect } from 'vitest'
import { type ChatServer, type ChatServerOptions, createChatServer } from '../../src/chat.ts'
import { overWebSocket, person, texts } from '../support/clients.ts'
import { api, eventually, guest, seqs, stream } from '../support/http.ts'

const open: (() => unknown)[] = []

/** Done after the test, the last one first. */
export const after = (work: () => unknown): void => void open.push(work)

afterEach(async () => {
  for (const work of open.splice(0).reverse()) await work()
})

/** A chat server that opens no port of its own; closed after the test. */
export function chatServer(options: ChatServerOptions = {}): ChatServer {
  const chat = createChatServer(options)
  after(() => chat.close())
  return chat
}

/** Where it listens; closed after the test. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The host's own routes, there as ever: `GET /` and `POST /echo`. */
export async function isUndisturbed(url: string): Promise<void> {
  expect((await api(url).get('/')).body).toBe('the application')
  const echo = await api(url).post('/echo', { is: 'mine' })
  expect([echo.status, echo.body]).toEqual([200, { is: 'mine' }])
  // What the chat has below its path isn't anywhere else.
  for (const path of ['/v1/ping', '/health', '/join']) {
    expect((await fetch(url + path)).status).toBe(404)
  }
}

/**
 * One says something by HTTP; one on a WebSocket and one on a stream of events hear it, and the other
 * way round: `base` is the path of both.
 */
export async function talks(url: string, base: string): Promise<void> {
  const room = 'sala'
  const ana = await guest(url + base, 'Ana')
  const carla = await guest(url + base, 'Carla')
  const bob = await person(overWebSocket(url.replace('http', 'ws') + base), 'Bob')
  for (const one of [ana, carla]) {
    expect((await one.put(`/v1/rooms/${room}/members/me`)).status).toBeLessThan(300)
  }
  await bob.ask('join', { room })
  const events = await stream(`${url}${base}/v1/events?session=${carla.session}`)
  expect((await ana.post(`/v1/rooms/${room}/messages`, { text: 'by HTTP' })).status).toBe(201)
  expect(await bob.push('message')).toMatchObject({
    text: 'by HTTP',
    seq: 1,
    from: ana.hello.person,
  })
  expect(await events.next('message')).toMatchObject({ text: 'by HTTP', seq: 1 })
  await bob.ask('send', { room, text: 'by WebSocket' })
  expect(await events.next('message')).toMatchObject({ text: 'by WebSocket', seq: 2 })
  expect(seqs(events.all, room)).toEqual([1, 2])
  expect(texts(bob, room)).toEqual(['by HTTP', 'by WebSocket'])
  const past = await ana.get(`/v1/rooms/${room}/messages?after=0`)
  expect(past.body.entries.map((entry: { seq: number }) => entry.seq)).toEqual([1, 2])
  // What is below the path is the chat's, found or not, and says what is wrong.
  const nothing = await api(url + base).get('/v1/nothing')
  expect([nothing.status, nothing.body.error.code]).toEqual([404, 'not_found'])
  const wrong = await ana.post(`/v1/rooms/${room}/messages`, { text: 7 })
  expect([wrong.status, wrong.body.error.code]).toEqual([400, 'bad_request'])
  events.abort()
  await ana.del('/v1/session')
  bob.end()
  await bob.closed
}

/** The chat ends, and the host goes on. */
export async function endsAlone(chat: ChatServer, url: string, base: string): Promise<void> {
  const dora = await person(overWebSocket(url.replace('http', 'ws') + base), 'Dora')
  await chat.close()
  expect(await dora.closed).toBe(3000)
  expect((await api(url + base).post('/v1/session', { name: 'Eva' })).status).toBe(503)
  expect((await api(url).get('/')).body).toBe('the application')
  await eventually('nobody is left', () => chat.stats().connections === 0)
}
