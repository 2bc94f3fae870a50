/** Mounted in the programs of others: plain `http`, what is like Express, and what speaks `fetch`. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChatServer, createChatServer } from '../src/chat.ts'
import { httpTransport } from '../src/transports/http/transport.ts'
import { api, eventually, guest, seqs, stream } from './support/http.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

function chatServer(options: Parameters<typeof createChatServer>[0] = {}): ChatServer {
  const chat = createChatServer(options)
  open.push(() => chat.close())
  return chat
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Next = (error?: unknown) => void
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void

/** As Express does it: one after the other, the mount path taken off. */
function express(...uses: readonly (readonly [string, Middleware])[]): Server {
  return createServer((request, response) => {
    const whole = request.url ?? '/'
    const run = (index: number): void => {
      request.url = whole
      const [path, use] = uses[index] ?? []
      if (path === undefined || use === undefined) {
        response.statusCode = 404
        return void response.end('"nobody"')
      }
      if (path !== '/' && !whole.startsWith(`${path}/`)) return run(index + 1)
      if (path !== '/') request.url = whole.slice(path.length)
      use(request, response, () => run(index + 1))
    }
    run(0)
  })
}

const page: Middleware = (_request, response) => response.end('"the application"')
/** As `express.json()` does it. */
const bodyParser: Middleware = (request, _response, next) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString()
    ;(request as IncomingMessage & { body: unknown }).body = text === '' ? {} : JSON.parse(text)
    next()
  })
}

let rooms = 0

/** Comes in, says something, and hears it on a stream. */
async function chats(url: string, via?: Parameters<typeof guest>[2]): Promise<void> {
  const room = `sala-${rooms++}`
  const ana = await guest(url, 'Ana', via)
  await ana.put(`/v1/rooms/${room}/members/me`)
  const heard = await stream(`${url}/v1/events?session=${ana.session}`, {}, via)
  for (const text of ['um', 'dois', 'três']) {
    expect((await ana.post(`/v1/rooms/${room}/messages`, { text })).status).toBe(201)
  }
  await eventually('all three', () => seqs(heard.all, room).length === 3)
  expect(seqs(heard.all, room)).toEqual([1, 2, 3])
  heard.abort()
  await ana.del('/v1/session')
}

describe('chat.handler()', () => {
  it('on a plain server', async () => {
    const chat = chatServer()
    const url = await listening(createServer(chat.handler()))
    await chats(url)
    expect((await api(url).get('/elsewhere')).status).toBe(404)
    // Not unless one asks for them: they would hide routes of the application.
    expect((await api(url).post('/join', { room: 'a', username: 'b' })).status).toBe(404)
  })

  it('below a path that nobody takes off', async () => {
    const chat = chatServer()
    const url = await listening(createServer(chat.handler({ base: '/chat', plainRoutes: true })))
    await chats(`${url}/chat`)
    expect((await api(`${url}/chat`).post('/join', { room: 'a', username: 'b' })).status).toBe(200)
    for (const path of ['/v1/ping', '/chatter/v1/ping', '/chat']) {
      expect((await api(url).get(path)).status).toBe(404)
    }
  })

  it('as middleware, with and without a path, before the routes of the application', async () => {
    const chat = chatServer()
    const rooted = await listening(express(['/', chat.handler()], ['/', page]))
    await chats(rooted)
    const below = await listening(express(['/chat', chat.handler()], ['/', page]))
    await chats(`${below}/chat`)
    for (const path of ['/', '/rooms', '/join', '/login', '/v2/rooms']) {
      expect((await api(rooted).get(path)).body).toBe('the application')
    }
    expect((await api(rooted).post('/login', { name: 'x' })).body).toBe('the application')
    // What is under /v1 is ours, found or not.
    expect((await api(rooted).get('/v1/nothing')).body.error.code).toBe('not_found')
    expect((await api(below).get('/v1/ping')).body).toBe('the application')
  })

  it('with plain routes leaves other methods of theirs to the application', async () => {
    const chat = chatServer()
    const url = await listening(express(['/', chat.handler({ plainRoutes: true })], ['/', page]))
    expect((await api(url).get('/login')).body).toBe('the application')
    expect((await api(url).post('/join', { room: 'a', username: 'b' })).body.status).toBe('ok')
  })

  it('behind something that has read the body already', async () => {
    const chat = chatServer()
    const url = await listening(express(['/', bodyParser], ['/', chat.handler()]))
    await chats(url)
    const wrong = await api(url).post('/v1/session', [1])
    expect(wrong.body.error.code).toBe('bad_json')
  })

  it('says 503 as long as the storage cannot be opened, and then works', async () => {
    let broken = true
    const { memoryStorage } = await import('../src/storage/memory.ts')
    const storage = memoryStorage()
    const chat = chatServer({
      storage: {
        ...storage,
        async open() {
          if (broken) throw new Error('not yet')
          await storage.open()
        },
      },
    })
    const url = await listening(createServer(chat.handler()))
    const early = await api(url).post('/v1/session', { name: 'Ana' })
    expect(early).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
    expect((await api(url).get('/ready')).status).toBe(503)
    broken = false
    await chats(url)
  })

  it('says 503 when the server has closed', async () => {
    const chat = chatServer()
    const url = await listening(createServer(chat.handler()))
    await chats(url)
    await chat.close()
    const { status, body } = await api(url).post('/v1/session', { name: 'Ana' })
    expect([status, body.error.code]).toEqual([503, 'shutting_down'])
    expect((await api(url).get('/ready')).status).toBe(503)
  })
})

describe('chat.fetch()', () => {
  it('answers requests, streams events, and ends when the reader does', async () => {
    const chat = chatServer({ limits: { httpIdleMs: 50 } })
    const handle = chat.fetch()
    const via = (url: string, init: RequestInit) => handle(new Request(url, init))
    await chats('http://chat.example', via)
    const ana = await guest('http://chat.example', 'Ana', via)
    const heard = await via(`http://chat.example/v1/events?session=${ana.session}`, {})
    const reader = (heard.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(chat.stats().connections).toBe(1)
    await reader.cancel()
    await eventually('she is gone', () => chat.stats().connections === 0)
  })

  it('holds back for a slow reader, who misses nothing', async () => {
    const chat = chatServer({ limits: { commandBurst: 1_000_000, outboxBytes: 50_000 } })
    const handle = chat.fetch()
    const via = (url: string, init: RequestInit) => handle(new Request(url, init))
    const ana = await guest('http://x', 'Ana', via)
    await ana.put('/v1/rooms/sala/members/me')
    const response = await via(`http://x/v1/events?session=${ana.session}`, {})
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const bob = await chat.participant('Bob')
    await bob.join('sala')
    for (let i = 0; i < 300; i++) await bob.send('sala', 'x'.repeat(3000))
    const decoder = new TextDecoder()
    let text = ''
    while (!text.includes('"seq":300,')) {
      text += decoder.decode((await reader.read()).value, { stream: true })
    }
    const heard = [...text.matchAll(/"seq":(\d+),/g)].map(([, seq]) => Number(seq))
    expect(heard).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
    await reader.cancel()
  })

  it('has the same limits and refusals', async () => {
    const chat = chatServer({ limits: { bodyBytes: 100, connectionsPerAddress: 1 } })
    const handle = chat.fetch({ base: '/chat', origins: ['https://good.example'] })
    const ask = (path: string, init: RequestInit = {}, address?: string) =>
      handle(new Request(`http://x${path}`, init), address === undefined ? {} : { address })
    const json = { 'content-type': 'application/json' }
    const post = (body: string, headers: Record<string, string> = json) => ({
      method: 'POST',
      body,
      headers,
    })
    expect((await ask('/v1/ping')).status).toBe(404)
    expect((await ask('/chat/v1/ping')).status).toBe(200)
    expect((await ask('/chat/v1/session', post('{}'.padEnd(101)))).status).toBe(413)
    expect((await ask('/chat/v1/session', post('{}', {}))).status).toBe(415)
    expect((await ask('/chat/v1/session', post('{'))).status).toBe(400)
    const evil = { headers: { origin: 'https://evil.example' } }
    expect((await ask('/chat/v1/ping', evil)).status).toBe(403)
    const head = await ask('/chat/health', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await ask('/chat/v1/rooms', { method: 'OPTIONS' })).status).toBe(204)
    // Addresses are told by the application.
    expect((await ask('/chat/v1/session', post('{}'), '10.0.0.1')).status).toBe(201)
    expect((await ask('/chat/v1/session', post('{}'), '10.0.0.1')).status).toBe(503)
    expect((await ask('/chat/v1/session', post('{}'), '10.0.0.2')).status).toBe(201)
  })

  it('gives up a poll whose request was aborted', async () => {
    const chat = chatServer({ limits: { httpIdleMs: 50 } })
    const handle = chat.fetch()
    const via = (url: string, init: RequestInit) => handle(new Request(url, init))
    const ana = await guest('http://x', 'Ana', via)
    const control = new AbortController()
    void via(`http://x/v1/poll?session=${ana.session}`, { signal: control.signal })
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(chat.stats().connections).toBe(1)
    control.abort()
    await eventually('she is gone', () => chat.stats().connections === 0)
  })
})

describe('httpTransport()', () => {
  it('listens on a port of its own, and opens like any transport', async () => {
    const chat = chatServer()
    const transport = httpTransport({ port: 0 })
    expect(transport.address()).toBe(undefined)
    await chat.open(transport)
    const url = `http://127.0.0.1:${transport.address()?.port}`
    await chats(url)
    const rival = httpTransport({ port: transport.address()?.port as number })
    await expect(chat.open(rival)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(chat.open(transport)).rejects.toMatchObject({ code: 'invalid_options' })
    const ana = await guest(url, 'Ana')
    const heard = await stream(`${url}/v1/events?session=${ana.session}`)
    await chat.close()
    await heard.ended
    expect(heard.all.at(-1)).toMatchObject({ ev: 'close', code: 3000 })
    await transport.stop()
    await expect(api(url).get('/health')).rejects.toThrow()
  })

  it('keeps no connection to a chat that closes: the application may want to end, too', async () => {
    const chat = chatServer()
    const url = await listening(createServer(chat.handler()))
    const before = await fetch(`${url}/v1/rooms`)
    expect([before.status, before.headers.get('connection')]).toEqual([401, 'keep-alive'])
    await chat.close()
    const after = await fetch(`${url}/v1/rooms`)
    expect([after.status, after.headers.get('connection')]).toEqual([503, 'close'])
  })

  it('says 503 before it is started', async () => {
    const transport = httpTransport()
    const url = await listening(createServer(transport.handler))
    expect((await api(url).get('/health')).body).toEqual({ status: 'starting' })
    const { status, body } = await api(url).post('/v1/session')
    expect([status, body.error.code]).toEqual([503, 'unavailable'])
  })
})
