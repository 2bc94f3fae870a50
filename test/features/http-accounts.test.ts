/** Accounts by HTTP: what `curl` does, and what its token opens elsewhere. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { byToken, keptLog, NEXT, PASSWORD, timed, withAccounts } from '../support/accounts.ts'
import { jsonClient, overWebSocket, person } from '../support/clients.ts'
import { api, raw, stream } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const credentials = { username: 'Ana', password: PASSWORD }
const error = (code: string, more: object = {}) => ({
  error: expect.objectContaining({ code, ...more }),
})

async function served(options = {}) {
  const server = await withAccounts(options)
  const url = server.where.httpUrl as string
  return { ...server, httpUrl: url, http: api(url) }
}

describe('E1–E3 by HTTP', () => {
  it('E1: POST /register makes an account, once', async () => {
    const { http, url } = await served()
    const made = await http.post('/register', credentials)
    expect(made.status).toBe(201)
    expect(made.headers.get('cache-control')).toBe('no-store')
    expect(made.body).toEqual({
      token: expect.stringMatching(/^tertulia_[\w-]{43}$/),
      expiresAt: expect.any(Number),
      person: { id: expect.any(String), name: 'Ana' },
      url,
    })
    const again = await http.post('/register', { ...credentials, username: 'ana' })
    expect([again.status, again.body]).toEqual([409, error('name_taken')])
    for (const [body, status, code] of [
      [{ username: 'Bia', password: 'short' }, 400, 'password_weak'],
      [{ username: 'a\nb', password: PASSWORD }, 400, 'name_invalid'],
      [{ username: 'admin', password: PASSWORD }, 403, 'name_reserved'],
      [{ username: 'Bia' }, 400, 'bad_request'],
      [{ password: PASSWORD }, 400, 'bad_request'],
      [{ username: 'Bia', password: 7 }, 400, 'bad_request'],
    ] as const) {
      const refused = await http.post('/register', body)
      expect([refused.status, refused.body]).toEqual([status, error(code)])
    }
  })

  it('E2: POST /login gives a token and the address of the chat; one reply for all that is wrong', async () => {
    const { http, url } = await served()
    await http.post('/register', credentials)
    const login = await http.post('/login', credentials)
    expect(login.status).toBe(200)
    expect(login.body).toMatchObject({ url, person: { name: 'Ana' } })
    const wrong = await http.post('/login', { ...credentials, password: 'not the password' })
    const nobody = await http.post('/login', { ...credentials, username: 'Nobody' })
    expect([wrong.status, wrong.body]).toEqual([
      401,
      error('credentials_wrong', { retryable: false }),
    ])
    expect([nobody.status, nobody.body]).toEqual([wrong.status, wrong.body])
  })

  it('E3: POST /validate_token tells whose a token is', async () => {
    const { http } = await served()
    const { body } = await http.post('/register', credentials)
    const valid = await http.post('/validate_token', { token: body.token })
    expect([valid.status, valid.body]).toEqual([
      200,
      { valid: true, person: body.person, expiresAt: body.expiresAt },
    ])
    const invalid = await http.post('/validate_token', { token: `${body.token}x` })
    expect([invalid.status, invalid.body]).toEqual([200, { valid: false }])
    const none = await http.post('/validate_token', {})
    expect([none.status, none.body]).toEqual([400, error('bad_request')])
  })

  it('curl does it', async () => {
    const { httpUrl } = await served()
    const curl = async (path: string, body: object) => {
      const args = ['-sS', '-X', 'POST', '-H', 'Content-Type: application/json']
      const { stdout } = await promisify(execFile)('curl', [
        ...[...args, '-d', JSON.stringify(body), '-w', '\n%{http_code}', httpUrl + path],
      ])
      const [json = '', status] = stdout.split(/\n(?=\d+$)/)
      return [Number(status), JSON.parse(json)] as const
    }
    const [made, { person: ana }] = await curl('/register', credentials)
    expect(made).toBe(201)
    const [, { token, url }] = await curl('/login', credentials)
    expect(await curl('/validate_token', { token })).toEqual([
      200,
      { valid: true, person: ana, expiresAt: expect.any(Number) },
    ])
    const chat = await byToken(overWebSocket(url), token)
    await chat.ask('join', { room })
    await expect(curl('/login', { ...credentials, password: 'x' })).resolves.toMatchObject([
      401,
      {},
    ])
  })

  it('bytes by hand do it, too', async () => {
    const { http, where } = await served()
    await http.post('/register', credentials)
    const body = JSON.stringify(credentials)
    const answer = await raw(
      where.port as number,
      'POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n',
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('"token":"tertulia_')
  })

  it('is unsupported where there are no accounts', async () => {
    const { where } = await start()
    const got = await api(where.httpUrl as string).post('/login', credentials)
    expect([got.status, got.body]).toEqual([501, error('unsupported')])
  })
})

describe('E4: the token', () => {
  it('alone opens the chat where guests aren’t wanted', async () => {
    const { http, ws, tcp, httpUrl } = await served({ guests: false })
    const { token } = (await http.post('/register', credentials)).body
    await expect(person(ws, 'Bia')).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(byToken(ws, `${token}x`)).rejects.toMatchObject({ code: 'unauthorized' })
    const ana = await byToken(tcp, token)
    await ana.ask('join', { room })
    expect((await http.post('/join', { room, username: 'Bia' })).status).toBe(401)
    expect((await http.post('/v1/session', { name: 'Bia' })).status).toBe(401)
    const mine = api(httpUrl, { authorization: `Bearer ${token}` })
    const sent = await mine.post(`/v1/rooms/${room}/messages`, { text: 'oi' })
    expect(sent.status).toBe(201)
    expect(await ana.push('message')).toMatchObject({ text: 'oi', from: { name: 'Ana' } })
    const wrong = api(httpUrl, { authorization: 'Bearer nothing' })
    const refused = await wrong.get('/v1/rooms')
    expect([refused.status, refused.body]).toEqual([401, error('unauthorized')])
  })

  it('that ends by /v1/logout ends WebSocket, TCP and SSE within a second, on another node too', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const one = await served({ storage, broker })
    const two = await served({ storage, broker })
    const { token } = (await one.http.post('/register', credentials)).body
    const authorization = `Bearer ${token}`
    const ws = await byToken(one.ws, token)
    const tcp = await byToken(two.tcp, token)
    const sse = await stream(`${two.httpUrl}/v1/events`, { authorization })
    await sse.next('session')
    const out = await api(one.httpUrl, { authorization }).post('/v1/logout')
    expect([out.status, out.body]).toEqual([200, { ended: 1 }])
    const ms = await timed(Promise.all([ws.closed, tcp.closed, sse.ended]))
    expect(ms).toBeLessThan(1000)
    expect(await ws.closed).toBe(3505)
    expect(sse.all.at(-1)).toMatchObject({ ev: 'close', code: 3505 })
    for (const { http } of [one, two]) {
      expect((await http.post('/validate_token', { token })).body).toEqual({ valid: false })
    }
    expect((await api(two.httpUrl, { authorization }).get('/v1/rooms')).status).toBe(401)
  })

  it('is renewed, and ends with the password', async () => {
    const { ws, http, httpUrl } = await served()
    const { token, expiresAt } = (await http.post('/register', credentials)).body
    const mine = api(httpUrl, { authorization: `Bearer ${token}` })
    const renewed = await mine.post('/v1/renew')
    expect(renewed.status).toBe(200)
    expect(renewed.body.expiresAt).toBeGreaterThanOrEqual(expiresAt)
    const other = await byToken(ws, token)
    const changed = await mine.post('/v1/password', { old: PASSWORD, new: NEXT })
    expect(changed.status).toBe(200)
    expect(await timed(other.closed)).toBeLessThan(1000)
    await byToken(ws, changed.body.token)
    expect((await mine.get('/v1/rooms')).status).toBe(401)
  })

  it('and passwords stand in no line of the log', async () => {
    const { lines, logger } = keptLog()
    const { http, ws, httpUrl, url } = await served({ logger })
    const { token } = (await http.post('/register', credentials)).body
    await http.post('/login', { ...credentials, password: 'a wrong password' })
    await http.post('/login', { username: PASSWORD, password: 'Ana' })
    await http.post('/validate_token', { token })
    const headers = { authorization: `Bearer ${token}`, cookie: `token=${token}` }
    await api(httpUrl, headers).get('/v1/rooms')
    await api(httpUrl).get(`/v1/events?token=${token}x`)
    const client = await jsonClient(overWebSocket(`${url}/?token=${token}`, { headers }))
    await client.ask('hello', { version: 1, token })
    await client.ask('password', { old: 'a wrong password', new: NEXT }).catch(() => {})
    const login = await client.ask('password', { old: PASSWORD, new: NEXT })
    const again = await byToken(ws, login.token as string)
    await again.ask('logout', { everywhere: true })
    await again.closed
    expect(lines.length).toBeGreaterThan(0)
    const log = lines.join('\n')
    for (const secret of [token, login.token, PASSWORD, NEXT, 'a wrong password']) {
      expect(log).not.toContain(secret)
    }
  })
})
