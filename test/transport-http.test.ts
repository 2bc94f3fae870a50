/** The HTTP transport against requests that are wrong, late, too large, or none. */

import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createChatServer, type ListenOptions } from '../src/chat.ts'
import type { Limits } from '../src/limits.ts'
import { alone, api, eventually, guest, raw, stream } from './support/http.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function server(limits: Partial<Limits> = {}, listen: ListenOptions = {}) {
  const logged: { readonly level: string; readonly code?: unknown }[] = []
  const note = (level: string) => (fields: object) => void logged.push({ level, ...fields })
  const logger = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  }
  const chat = createChatServer({ limits, logger })
  open.push(chat)
  const { httpUrl, port } = await chat.listen({ port: 0, ...listen })
  const url = httpUrl as string
  return { chat, url, port: port as number, http: api(url), logged }
}

const post = (path: string, body: string, head = 'Content-Type: application/json') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
const codeOf = (answer: string): unknown =>
  (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { error: { code: string } }).error
    .code

describe('a request that is wrong is refused by the right status', () => {
  it.each([
    ['no JSON', post('/join', '{"room":'), 400, 'bad_json'],
    ['no object', post('/join', '[1]'), 400, 'bad_json'],
    ['null', post('/join', 'null'), 400, 'bad_json'],
    ['no fields', post('/join', '{}'), 400, 'bad_request'],
    ['no body', post('/join', ''), 400, 'bad_request'],
    ['another type', post('/join', '{}', 'Content-Type: text/plain'), 415, 'bad_request'],
    ['a form', post('/join', 'a=1', 'Content-Type: application/x-www-form-urlencoded'), 415, ''],
    ['no type', post('/join', '{}', 'X-A: b'), 415, 'bad_request'],
    ['no such path', post('/nothing', '{}'), 404, 'not_found'],
    ['no such path below', post('/v1/rooms/a/b/c/d', '{}'), 404, 'not_found'],
    ['an empty segment', post('/v1/rooms//messages', '{}'), 404, 'not_found'],
    ['another method', post('/health', '{}'), 405, 'method_not_allowed'],
    ['no session', post('/v1/rooms', '{}'), 401, 'hello_required'],
    ['a wrong session', post('/v1/rooms?session=x', '{}'), 404, 'session_not_found'],
    [
      'a path that is not UTF-8',
      post('/v1/rooms/%ff/messages?session=x', '{}'),
      400,
      'bad_request',
    ],
    ['half a surrogate', post('/join', '{"room":"a","username":"\\ud800"}'), 400, ''],
    ['deep nesting', post('/join', '['.repeat(30_000)), 400, 'bad_json'],
    ['a prototype', post('/join', '{"__proto__":{"room":"a","username":"b"}}'), 400, ''],
  ])('%s', async (_what, request, status, code) => {
    const { port, url } = await server()
    const control = await guest(url, 'Control')
    const answer = await raw(port, request)
    expect(statusOf(answer)).toBe(status)
    if (code !== '') expect(codeOf(answer)).toBe(code)
    expect(answer).not.toMatch(/\bat .+:\d+:\d+|node:internal|\/src\//)
    expect(answer).toMatch(/x-content-type-options: nosniff/i)
    expect(answer).toMatch(/cache-control: no-store/i)
    expect((await control.get('/v1/session')).status).toBe(200)
  })

  it('bytes that are not UTF-8', async () => {
    const { port } = await server()
    const head =
      'POST /join HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n'
    const answer = await raw(port, head, Buffer.from([0x22, 0xff, 0x22]))
    expect(codeOf(answer)).toBe('bad_json')
  })

  it('what is not HTTP at all', async () => {
    const { port, http } = await server()
    for (const bytes of ['\x00\x01\x02\r\n\r\n', 'HELO there\r\n\r\n', '{"op":"hello"}\r\n\r\n']) {
      expect(statusOf(await raw(port, bytes))).toBe(400)
    }
    expect(statusOf(await raw(port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`))).toBe(431)
    expect((await http.get('/health')).status).toBe(200)
  })

  it('one line in the log for each', async () => {
    const { http, logged } = await server()
    await http.get('/nothing')
    expect(logged).toContainEqual(
      expect.objectContaining({
        ...{ level: 'info', code: 'not_found', transport: 'http' },
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
      }),
    )
  })
})

describe('bodies', () => {
  it('over the limit are refused before they have come, and the connection is closed', async () => {
    const { port } = await server({ bodyBytes: 1000 })
    const head = 'POST /join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    const announced = await raw(port, `${head}Content-Length: 100000\r\n\r\n`, 'x'.repeat(100_000))
    expect([statusOf(announced), codeOf(announced)]).toEqual([413, 'too_large'])
    expect(announced).toMatch(/connection: close/i)
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`
    const chunked = await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, '0\r\n\r\n')
    expect([statusOf(chunked), codeOf(chunked)]).toEqual([413, 'too_large'])
  })

  it('of exactly the limit are taken, on a connection that stays', async () => {
    const { port } = await server({ bodyBytes: 1000 })
    const text = '{"room":"a","username":"Ana"}'
    const body = text + ' '.repeat(1000 - text.length)
    const one = post('/join', body).replace('Connection: close\r\n', '')
    const answer = await raw(port, one, post('/join', `${body} `))
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 413'])
  })

  it('that do not come in time are refused with 408, and the connection is closed', async () => {
    const { port } = await server({ requestMs: 50, closeMs: 50 })
    const half = post('/join', '{"room":"a"}').slice(0, -4).replace('Connection: close\r\n', '')
    const answer = await raw(port, half)
    expect([statusOf(answer), codeOf(answer)]).toEqual([408, 'frame_timeout'])
  })

  it('that are too large for the protocol are refused, and the session stays', async () => {
    const { url } = await server({ bodyBytes: 300_000 })
    const ana = await guest(url, 'Ana')
    const big = await ana.post('/v1/rooms/a/messages', { text: 'x'.repeat(100_000) })
    expect(big).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } })
    expect((await ana.post('/v1/rooms/a/messages', { text: 'x' })).status).toBe(201)
  })
})

describe('methods', () => {
  it('405 tells those there are; OPTIONS too; HEAD is GET without a body', async () => {
    const { url } = await server()
    const ask = (method: string, path: string) => fetch(url + path, { method })
    const wrong = await ask('DELETE', '/health')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const options = await ask('OPTIONS', '/v1/rooms/a/messages/1')
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'PATCH, DELETE, OPTIONS'])
    expect((await ask('OPTIONS', '/v1/nothing')).status).toBe(404)
    const head = await ask('HEAD', '/health')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10)
    expect((await ask('HEAD', '/v1/events')).status).toBe(405)
    expect((await ask('HEAD', '/v1/poll')).status).toBe(405)
    expect((await ask('TRACE' as string, '/health').catch(() => null))?.status ?? 405).toBe(405)
  })
})

describe('pages from elsewhere', () => {
  const from = (origin: string, host?: string) => ({ origin, ...(host && { host }) })

  it('of a list may ask, with credentials; others are refused', async () => {
    const { http, url, chat } = await server({}, { origins: ['https://chat.example'] })
    const good = await http.get('/v1/ping', from('https://chat.example'))
    expect(good.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    expect(good.headers.get('access-control-allow-credentials')).toBe('true')
    expect(good.headers.get('vary')).toBe('origin')
    const preflight = await fetch(`${url}/join`, {
      method: 'OPTIONS',
      headers: { ...from('https://chat.example'), 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('tertulia-session')
    for (const origin of ['https://evil.example', 'null', 'https://chat.example.evil.org']) {
      const bad = await http.post('/join', { room: 'a', username: 'Ana' }, from(origin))
      expect(bad).toMatchObject({ status: 403, body: { error: { code: 'origin_refused' } } })
      expect(bad.headers.get('access-control-allow-origin')).toBe(null)
      const asked = await fetch(`${url}/join`, { method: 'OPTIONS', headers: from(origin) })
      expect(asked.status).toBe(403)
    }
    expect((await http.get('/v1/ping')).status).toBe(200)
    expect(chat.stats().people).toBe(0)
  })

  it('are those of the same host by default', async () => {
    const { http, port } = await server()
    expect((await http.get('/v1/ping', from(`http://127.0.0.1:${port}`))).status).toBe(200)
    expect((await http.get('/v1/ping', from('http://other.example'))).status).toBe(403)
  })

  it("may be all, and then without credentials: '*'", async () => {
    const { http } = await server({}, { origins: '*' })
    const { status, headers } = await http.get('/v1/ping', from('https://any.example'))
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    expect(headers.get('access-control-allow-credentials')).toBe(null)
  })

  it('may be decided by a function; one that fails refuses', async () => {
    const origins = (origin: string | undefined) => {
      if (origin === 'https://throws.example') throw new Error('oops')
      return origin === 'https://good.example'
    }
    const { http, logged } = await server({}, { origins })
    expect((await http.get('/v1/ping', from('https://good.example'))).status).toBe(200)
    expect((await http.get('/v1/ping', from('https://bad.example'))).status).toBe(403)
    expect((await http.get('/v1/ping', from('https://throws.example'))).status).toBe(403)
    expect(logged.some(({ level }) => level === 'warn')).toBe(true)
  })

  it('see errors and streams as well', async () => {
    const { url, http } = await server({}, { origins: ['https://chat.example'] })
    const refused = await http.get('/v1/rooms', from('https://chat.example'))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    const ana = await guest(url, 'Ana')
    const heard = await stream(`${url}/v1/events?session=${ana.session}`, {
      origin: 'https://chat.example',
    })
    expect(heard.response.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    heard.abort()
  })
})

describe('connections', () => {
  it('pipelined requests are answered in order', async () => {
    const { port } = await server()
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const answer = await raw(
      port,
      get('/v1/ping') + get('/nothing') + get('/ready') + get('/health', 'Connection: close\r\n'),
    )
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 404',
      'HTTP/1.1 200',
      'HTTP/1.1 200',
    ])
  })

  it('that are cut in the middle leave nothing behind', async () => {
    const { port, url, chat } = await server({ httpIdleMs: 50 })
    const ana = await guest(url, 'Ana')
    for (const request of [
      'POST /join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ro',
      `GET /v1/poll?session=${ana.session} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /v1/events?session=${ana.session} HTTP/1.1\r\nHost: x\r\n\r\n`,
      post('/v1/session', '{"name":"Bia"}'),
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(request)
      await new Promise((resolve) => setTimeout(resolve, 30))
      socket.resetAndDestroy()
    }
    await eventually('all sessions are gone', () => chat.stats().connections === 0)
  })

  it('a reader of events that takes nothing is cut after stallMs', async () => {
    const { port, url, chat, http } = await server({
      stallMs: 200,
      httpIdleMs: 100,
      commandBurst: 1_000_000,
      addressCommandBurst: 1_000_000,
    })
    const ana = await guest(url, 'Ana')
    await ana.put('/v1/rooms/sala/members/me')
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    socket.write(`GET /v1/events?session=${ana.session} HTTP/1.1\r\nHost: x\r\n\r\n`)
    socket.pause()
    const bob = await chat.participant('Bob')
    await bob.join('sala')
    const text = 'x'.repeat(4000)
    for (let i = 0; i < 4000; i++) await bob.send('sala', text)
    await eventually('the reader is gone', () => chat.stats().connections <= 1)
    expect((await http.get('/health')).status).toBe(200)
    socket.resume()
    await closed
  })
})

describe('health and readiness', () => {
  it('tell that all is well, and when the server closes', async () => {
    const { url, chat, http } = await server()
    expect(await http.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await http.get('/ready')).toMatchObject({ status: 200, body: { ready: true } })
    const ana = await guest(url, 'Ana')
    const heard = await stream(`${url}/v1/events?session=${ana.session}`)
    await heard.next('session')
    const ended = heard.ended
    const closing = chat.close()
    const late = await alone(`${url}/ready`, {}).catch(() => null)
    if (late !== null) expect(late.status).toBe(503)
    await Promise.all([closing, ended])
    await expect(alone(`${url}/health`, {})).rejects.toThrow()
  })
})
