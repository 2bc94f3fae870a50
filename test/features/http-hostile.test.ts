/** Requests by chance, good and spoilt: the server answers by its table, and stays well. */

import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { ERRORS } from '../../src/errors.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { ROUTES } from '../../src/transports/http/routes.ts'
import { person } from '../support/clients.ts'
import { api, eventually, guest } from '../support/http.ts'
import { start } from '../support/server.ts'

const seed = Number(process.env.TERTULIA_SEED ?? 7)
const STATUSES = new Set(Object.values(ERRORS).map(({ http }) => http as number))
const VALUES: readonly unknown[] = [
  '',
  'a',
  'sala',
  '#Sala',
  '@a:b',
  'x'.repeat(300),
  '\u0000',
  '\ud800',
  '../..',
  "'; DROP TABLE entries; --",
  0,
  1,
  -1,
  1.5,
  1e300,
  true,
  null,
  [],
  {},
  { room: 'sala' },
  { epoch: 'x', seq: 1 },
  '__proto__',
]

it(`any request has an answer of the table, and hurts nobody (seed ${seed})`, async () => {
  const logged: unknown[] = []
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (...line: unknown[]) => logged.push(line),
  }
  const server = await start({
    logger,
    limits: { commandBurst: 1_000_000, createsPerHour: 100_000, pollMs: 5, httpIdleMs: 60_000 },
  })
  const url = server.where.httpUrl as string
  const control = await person(server.ws, 'Control')
  await control.ask('join', { room: 'controle' })
  const random = seededRandom(seed)
  let ana = await guest(url, 'Ana')
  for (let i = 0; i < 600; i++) {
    const route = random.pick(ROUTES)
    if (route.action === 'events') continue
    const one = (): string => encodeURIComponent(String(random.pick(VALUES)).toWellFormed())
    const path = route.path.replace(/\{\w+\}/g, () => one() || 'sala')
    const fields = Object.entries(route.fields)
    const of = (place: string) => fields.filter(([, field]) => field.in === place)
    const query = of('query')
      .filter(() => random.chance(0.5))
      .map(([name]) => `${name}=${one()}`)
    const body = of('body')
      .filter(() => random.chance(0.8))
      .map(([name]) => [name, random.pick(VALUES)])
    const got = await ana.ask(
      route.method,
      `${path}?${query.join('&')}`,
      route.method === 'GET' ? undefined : Object.fromEntries(body),
    )
    const what = `${route.method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(got.body)}`
    if (got.status >= 400) {
      expect(STATUSES, what).toContain(got.status)
      expect(Object.keys(ERRORS), what).toContain(got.body.error.code)
      expect(got.body.error.code, what).not.toBe('internal')
    }
    expect(JSON.stringify(got.body), what).not.toMatch(/\bat .+:\d+:\d+|node:internal|SELECT /)
    if ((await ana.get('/v1/session')).status !== 200) ana = await guest(url, `Ana ${i}`)
  }
  await control.ask('send', { room: 'controle', text: 'still here' })
  expect(logged).toEqual([])
})

it(`bytes by chance leave nothing behind (seed ${seed})`, async () => {
  const server = await start({ limits: { httpIdleMs: 50 } })
  const url = server.where.httpUrl as string
  const port = server.where.port as number
  const random = seededRandom(seed)
  const good =
    'POST /send HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 47\r\n\r\n' +
    '{"room":"sala","username":"Ana","message":"olá"}'
  for (let i = 0; i < 150; i++) {
    const bytes = Buffer.from(good.repeat(random.int(1, 3)))
    for (let n = random.int(0, 6); n > 0; n--) {
      bytes[random.int(0, bytes.length - 1)] = random.int(0, 255)
    }
    const socket = connect(port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => {})
    socket.write(bytes.subarray(0, random.int(0, bytes.length)))
    socket.end()
    socket.resume()
    if (random.chance(0.3)) socket.destroy()
    await closed
  }
  expect((await api(url).get('/health')).status).toBe(200)
  await eventually('nobody is left', () => server.chat.stats().connections === 0)
})
