/** The account service over real HTTP. */

import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { accountService, createAccountServer } from '../../src/auth/service.ts'
import { hashToken } from '../../src/auth/tokens.ts'
import { codeOf, HERE, listen, PASSWORD, served, world } from './world.ts'

const NEXT = 'another good password'
const SECRET = 'a secret among servers'
const ALICE = { username: 'Alice', password: PASSWORD }

describe('the account service', () => {
  it('registers, logs in and validates', async () => {
    const { post, clock } = await served({ url: 'wss://chat.example.org' })
    const made = await post('/register', ALICE)
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      token: expect.stringMatching(/^tertulia_/),
      expiresAt: expect.any(Number),
      person: { id: expect.any(String), name: 'Alice' },
      url: 'wss://chat.example.org',
    })
    const { status, body, headers } = await post('/login', ALICE)
    expect(status).toBe(200)
    expect(body).toMatchObject({ person: made.body.person, url: 'wss://chat.example.org' })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    const valid = await post('/validate_token', { token: body.token })
    expect(valid.body).toEqual({ valid: true, person: body.person, expiresAt: body.expiresAt })
    clock.pass(body.expiresAt)
    expect((await post('/validate_token', { token: body.token })).body).toEqual({ valid: false })
  })

  it('says who is an admin', async () => {
    const { post, accounts } = await served()
    await accounts.admin.create('Rita', PASSWORD, true)
    const { body } = await post('/login', { username: 'Rita', password: PASSWORD })
    const valid = await post('/validate_token', { token: body.token })
    expect(valid.body).toMatchObject({ valid: true, admin: true })
  })

  it('takes forms of curl that don’t say what they are', async () => {
    const { post } = await served()
    const plain = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post('/register', ALICE, plain)).status).toBe(201)
  })

  it('renews, changes the password and logs out, with the token in the body or the header', async () => {
    const { post, accounts, clock } = await served()
    const { body: a } = await post('/register', ALICE)
    clock.pass(1000)
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const renewed = { expiresAt: a.expiresAt + 1000 }
    expect((await post('/v1/renew', {}, bearer(a.token))).body).toEqual(renewed)
    expect((await post('/v1/renew', { token: a.token })).body).toEqual(renewed)
    const { body: b } = await post('/v1/password', { old: PASSWORD, new: NEXT }, bearer(a.token))
    expect(b.person).toEqual(a.person)
    expect((await post('/v1/renew', {}, bearer(a.token))).status).toBe(401)
    expect((await post('/v1/renew', {})).status).toBe(401)
    const { body: c } = await post('/login', { ...ALICE, password: NEXT })
    expect((await post('/v1/logout', {}, bearer(b.token))).body).toEqual({ ended: 1 })
    expect((await post('/v1/logout', {}, bearer(b.token))).body).toEqual({ ended: 0 })
    expect((await post('/v1/logout', { token: c.token, everywhere: true })).body).toEqual({
      ended: 1,
    })
    expect(await accounts.validate(c.token)).toBeNull()
  })

  it('tells chat servers what is alive, and whose a name is', async () => {
    const { post } = await served()
    const { body } = await post('/register', ALICE)
    const hashes = [hashToken(body.token), hashToken('another')]
    const alive = await post('/v1/accounts/alive', { hashes })
    expect(alive.body).toEqual({ alive: [true, false] })
    const owner = (name: string) => post('/v1/accounts/owner', { name })
    expect((await owner('ALICE')).body).toEqual({ person: body.person })
    expect((await owner('Bruno')).body).toEqual({ person: null })
  })

  it('tells only them, where there is a secret', async () => {
    const { post } = await served({}, { secret: SECRET })
    const ask = (headers: Record<string, string>) =>
      post('/v1/accounts/owner', { name: 'Alice' }, headers)
    expect((await ask({})).status).toBe(403)
    expect((await ask({ 'x-tertulia-secret': `${SECRET}!` })).status).toBe(403)
    expect((await ask({ 'x-tertulia-secret': SECRET })).status).toBe(200)
  })

  it('keeps limits by the address that a chat server tells, and only it may tell one', async () => {
    const { post } = await served({ limits: { failuresPerHour: 1 } }, { secret: SECRET })
    const guess = async (headers: Record<string, string>) =>
      (await post('/login', { username: 'Alice', password: 'wrong wrong' }, headers)).status
    const told = (address: string) => ({
      'x-tertulia-secret': SECRET,
      'x-tertulia-client': address,
    })
    expect(await guess(told('192.0.2.1'))).toBe(401)
    expect(await guess(told('192.0.2.1'))).toBe(429)
    expect(await guess(told('192.0.2.2'))).toBe(401)
    expect(await guess({ 'x-tertulia-client': '192.0.2.3' })).toBe(401)
    expect(await guess({ 'x-tertulia-client': '192.0.2.4' })).toBe(429)
    expect(await guess({ 'x-forwarded-for': '192.0.2.5' })).toBe(429)
  })

  it('asks for the address where a proxy stands before it', async () => {
    const { post, told } = await served(
      { limits: { failuresPerHour: 1 } },
      {
        clientAddress: (request) => {
          const from = String(request.headers['x-forwarded-for'])
          if (from === 'undefined') throw new Error('no proxy')
          return from
        },
      },
    )
    const guess = async (headers: Record<string, string>) =>
      (await post('/login', { username: 'Alice', password: 'wrong wrong' }, headers)).status
    expect(await guess({ 'x-forwarded-for': '192.0.2.1' })).toBe(401)
    expect(await guess({ 'x-forwarded-for': '192.0.2.1' })).toBe(429)
    expect(await guess({ 'x-forwarded-for': '192.0.2.2' })).toBe(401)
    expect(await guess({})).toBe(401)
    expect(told.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })

  it('answers GET /health', async () => {
    const { url } = await served()
    const response = await fetch(`${url}/health?x=1`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
    const head = await fetch(`${url}/health`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('stands in a program beside other things', async () => {
    const { accounts } = world()
    const handler = accountService({ accounts })
    const { createServer } = await import('node:http')
    const url = await listen(
      createServer((request, response) =>
        handler(request, response, () => void response.end('something else')),
      ),
    )
    expect(await (await fetch(`${url}/page`)).text()).toBe('something else')
    const method = 'POST'
    const login = await fetch(`${url}/register`, { method, body: JSON.stringify(ALICE) })
    expect(login.status).toBe(201)
  })

  it('takes a body that was read before', async () => {
    const { accounts } = world()
    const handler = accountService({ accounts })
    const { createServer } = await import('node:http')
    const url = await listen(
      createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString()) })
        handler(request, response)
      }),
    )
    const login = await fetch(`${url}/register`, { method: 'POST', body: JSON.stringify(ALICE) })
    expect(login.status).toBe(201)
  })
})

describe('what the account service refuses', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  it.each([
    ['no JSON', '/login', '{', 400, 'bad_json'],
    ['a list', '/login', '[]', 400, 'bad_json'],
    ['depth', '/login', deep, 400, 'bad_json'],
    ['a number', '/login', '1', 400, 'bad_json'],
    ['null', '/login', 'null', 400, 'bad_json'],
    ['nothing', '/login', '', 400, 'bad_request'],
    ['no password', '/login', '{"username":"Alice"}', 400, 'bad_request'],
    ['a number for a name', '/login', '{"username":1,"password":"x"}', 400, 'bad_request'],
    ['a prototype', '/login', '{"__proto__":{"username":"a","password":"b"}}', 400, 'bad_request'],
    ['a wrong password', '/login', '{"username":"A","password":"x"}', 401, 'credentials_wrong'],
    ['a weak password', '/register', '{"username":"Alice","password":"x"}', 400, 'password_weak'],
    ['an odd name', '/register', `{"username":"","password":"${PASSWORD}"}`, 400, 'name_invalid'],
    ['a list for a token', '/validate_token', '{"token":["x"]}', 400, 'bad_request'],
    ['no token', '/validate_token', '{}', 401, 'unauthorized'],
    ['a dead token', '/v1/renew', '{"token":"x"}', 401, 'unauthorized'],
    ['a dead token', '/v1/password', '{"token":"x","old":"a","new":"b"}', 401, 'unauthorized'],
    ['an odd flag', '/v1/logout', '{"token":"x","everywhere":"yes"}', 400, 'bad_request'],
    ['no hashes', '/v1/accounts/alive', '{}', 400, 'bad_request'],
    ['odd hashes', '/v1/accounts/alive', '{"hashes":["x"]}', 400, 'bad_request'],
    ['an unknown address', '/nothing', '{}', 404, 'not_found'],
    ['what objects inherit', '/constructor', '{}', 404, 'not_found'],
    ['too much', '/login', `{"x":"${'x'.repeat(70_000)}"}`, 413, 'too_large'],
  ])('%s at %s', async (_what, path, body, status, code) => {
    const { post, url } = await served()
    const refused = await post(path, body)
    expect(refused.status).toBe(status)
    expect(refused.body).toEqual({
      error: { code, message: expect.any(String), retryable: false },
    })
    expect(refused.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
    expect(refused.text).not.toMatch(/\n +at |node:|src\/|\.ts/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('too many hashes, and 500 are not too many', async () => {
    const { post } = await served()
    const ask = (count: number) =>
      post('/v1/accounts/alive', { hashes: Array(count).fill(hashToken('x')) })
    expect((await ask(500)).body.alive).toHaveLength(500)
    expect((await ask(501)).status).toBe(400)
  })

  it('bytes that are no UTF-8', async () => {
    const { url } = await served()
    const body = Buffer.from('{"username":"\xff","password":"x"}', 'latin1')
    const response = await fetch(`${url}/login`, { method: 'POST', body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'bad_json' } })
  })

  it('other methods', async () => {
    const { url } = await served()
    const login = await fetch(`${url}/login`)
    expect([login.status, login.headers.get('allow')]).toEqual([405, 'POST'])
    const health = await fetch(`${url}/health`, { method: 'POST', body: '{}' })
    expect([health.status, health.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await health.json()).toMatchObject({ error: { code: 'method_not_allowed' } })
  })

  it('an address that asks too often, with the time to wait', async () => {
    const limits = { addressCommandBurst: 3, addressCommandsPerSecond: 1 }
    const { post } = await served({}, { limits })
    const codes: number[] = []
    for (let i = 0; i < 5; i++) codes.push((await post('/validate_token', { token: 'x' })).status)
    expect(codes).toEqual([200, 200, 200, 429, 429])
    const refused = await post('/validate_token', { token: 'x' })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.body.error).toMatchObject({ code: 'rate_limited', retryable: true })
  })

  it('what is not its own fault, without a word of what it was', async () => {
    const { post, records, accounts, told } = await served()
    records.accounts.byKey = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5'))
    const down = await post('/login', ALICE)
    expect(down.status).toBe(503)
    expect(down.body.error).toMatchObject({ code: 'unavailable', retryable: true })
    expect(down.headers.get('retry-after')).toBe('1')
    Object.assign(accounts, { owner: () => Promise.reject(new TypeError('x is undefined')) })
    const broken = await post('/v1/accounts/owner', { name: 'Alice' })
    expect(broken.status).toBe(500)
    expect(broken.body.error.code).toBe('internal')
    expect(down.text + broken.text).not.toMatch(/ECONN|undefined|TypeError/)
    expect(told.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('x is undefined'),
    ])
  })

  it('to log what was sent', async () => {
    const { post, told, lines } = await served()
    const { body } = await post('/register', ALICE)
    await post('/login', { username: 'Alice', password: 'wrong wrong' })
    await post('/validate_token', { token: body.token })
    await post('/login', { username: PASSWORD, password: 'Alice' })
    expect(told.length).toBeGreaterThan(0)
    for (const line of [...told, ...lines]) {
      for (const secret of [PASSWORD, 'wrong wrong', body.token]) expect(line).not.toContain(secret)
    }
  })

  it('a secret that is short', async () => {
    const { accounts } = world()
    expect(() => accountService({ accounts, secret: 'short' })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })
})

describe('clients that behave oddly', () => {
  it('announce less than they send, or nothing at all: too much is told while it comes', async () => {
    const { url } = await served()
    const answer = await new Promise<{ status: number | undefined; text: string }>(
      (resolve, reject) => {
        const request = httpRequest(`${url}/login`, { method: 'POST' }, (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += String(chunk)
          })
          response.on('end', () => resolve({ status: response.statusCode, text }))
        })
        request.on('error', reject)
        for (let i = 0; i < 40; i++) request.write('x'.repeat(4096))
        request.end()
      },
    )
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'too_large' } })
  })

  it('send half of a body and wait: they are told, and cut off', async () => {
    const { url } = await served({}, { limits: { requestMs: 200, closeMs: 200 } })
    const { port } = new URL(url)
    const text = await new Promise<string>((resolve, reject) => {
      let got = ''
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"user')
      })
      socket.on('data', (chunk) => {
        got += String(chunk)
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(got))
    })
    expect(text).toMatch(/^HTTP\/1.1 408 /)
  })

  it('go away in the middle', async () => {
    const { url, post } = await served()
    const { port } = new URL(url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"user')
        socket.destroy()
      })
      socket.on('close', () => resolve())
    })
    expect((await post('/register', ALICE)).status).toBe(201)
  })

  it('have a bounded number of connections from one address', async () => {
    const { url } = await served({}, { limits: { connectionsPerAddress: 3 } })
    const { port } = new URL(url)
    const sockets = Array.from({ length: 6 }, () => connect(Number(port), '127.0.0.1'))
    let closed = 0
    await new Promise<void>((resolve) => {
      for (const socket of sockets) {
        socket.on('error', () => {})
        socket.on('close', () => {
          closed += 1
          if (closed === 3) resolve()
        })
      }
    })
    const open = sockets.filter((socket) => !socket.destroyed)
    expect(open).toHaveLength(3)
    await Promise.all(
      open.map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())),
    )
    const response = async () => (await fetch(`${url}/health`)).status
    await expect.poll(() => codeOf(response())).toBe('ok')
  })

  it('do not keep the server open', async () => {
    const { accounts } = world()
    const server = createAccountServer({ accounts })
    const url = await listen(server)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await new Promise((resolve) => server.close(resolve))
    expect(await codeOf(accounts.login('Alice', PASSWORD, HERE))).toBe('credentials_wrong')
  })
})
