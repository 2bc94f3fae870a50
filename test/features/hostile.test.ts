/**
 * Ten thousand hostile clients on each transport: random bytes, mutated sessions and broken WebSocket frames. The
 * server stays up (an uncaught exception fails the run), and a control client that talks all the
 * while gets every message, once and in order.
 */

import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type JsonClient, person, tcpFrame } from '../support/clients.ts'
import { start } from '../support/server.ts'

/** Clients at once, and how often: 10,000 on each transport. */
const AT_ONCE = 100
const RUNS = 100

const room = fc.constantFrom('geral', 'sala', '#sala', '@a:b', '', 'x'.repeat(300), '../etc')
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constant('oi'),
  fc.constant('x'.repeat(5000)),
)
const op = fc.constantFrom(
  'hello',
  'ping',
  'nick',
  'lang',
  'create',
  'join',
  'leave',
  'rooms',
  'members',
  'send',
  'msg',
  'history',
  'typing',
  'quit',
  'help',
  '__proto__',
  'constructor',
)
const position = fc.record({ epoch: text, seq: fc.oneof(fc.integer(), fc.double()) })
/** Requests that are nearly right: now and then a field of another type. */
const request = fc.record(
  {
    id: fc.oneof({ weight: 5, arbitrary: fc.nat() }, fc.jsonValue()),
    op: fc.oneof({ weight: 20, arbitrary: op }, fc.jsonValue()),
    version: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.jsonValue()),
    name: fc.oneof(text, fc.jsonValue()),
    room: fc.oneof({ weight: 5, arbitrary: room }, fc.jsonValue()),
    to: fc.oneof(text, fc.jsonValue()),
    text: fc.oneof({ weight: 5, arbitrary: text }, fc.jsonValue()),
    cid: fc.oneof(fc.constantFrom('a', 'b'), fc.jsonValue()),
    since: fc.oneof(position, fc.jsonValue()),
    recent: fc.oneof(fc.integer(), fc.jsonValue()),
    after: fc.oneof(fc.integer(), text, fc.jsonValue()),
    before: fc.oneof(fc.integer(), fc.jsonValue()),
    limit: fc.oneof(fc.integer(), fc.jsonValue()),
    ticket: fc.oneof(text, fc.jsonValue()),
  },
  { requiredKeys: ['op'] },
)
const hello = fc.constant('{"id":0,"op":"hello","version":1}')
const command = fc.constantFrom(
  '/nick ',
  '/join ',
  '/msg ',
  '/history ',
  '/who',
  '/',
  '//',
  '/quit',
)
const payload = fc.oneof(
  { weight: 6, arbitrary: request.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.tuple(command, text).map(([a, b]) => a + b) },
  text,
  fc.json(),
  fc.constant('['.repeat(20_000)),
)
const session = fc
  .tuple(fc.option(hello), fc.array(payload, { maxLength: 8 }))
  .map(([first, rest]) => (first === null ? rest : [first, ...rest]))

/** Bytes dropped, changed and put in, here and there. */
const damage = fc.array(
  fc.record({ at: fc.nat(4000), change: fc.constantFrom('drop', 'set', 'add'), byte: fc.nat(255) }),
  { maxLength: 4 },
)
function damaged(bytes: Buffer, list: readonly { at: number; change: string; byte: number }[]) {
  const out = [...bytes]
  for (const { at, change, byte } of list) {
    const place = out.length === 0 ? 0 : at % out.length
    out.splice(place, change === 'add' ? 0 : 1, ...(change === 'drop' ? [] : [byte]))
  }
  return Buffer.from(out)
}

const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const overTcp = fc.oneof(
  noise,
  fc.tuple(session, damage).map(([list, harm]) => damaged(Buffer.concat(list.map(tcpFrame)), harm)),
  session.map((list) => Buffer.concat(list.map(tcpFrame))),
)

/** A client's WebSocket frame; any part of it may be wrong. */
function frame(first: number, body: Buffer, lie: number): Buffer {
  const mask = Buffer.alloc(4)
  const length = body.length + lie
  const head =
    length < 126
      ? Buffer.from([first, 0x80 | Math.max(0, length)])
      : Buffer.from([first, 0x80 | 126, (length >> 8) & 255, length & 255])
  return Buffer.concat([head, mask, body])
}
const frames = fc
  .array(
    fc.record({
      first: fc.oneof({ weight: 8, arbitrary: fc.constant(0x81) }, fc.nat(255)),
      body: fc.oneof(
        payload.map((value) => Buffer.from(value)),
        noise,
      ),
      lie: fc.oneof({ weight: 10, arbitrary: fc.constant(0) }, fc.integer({ min: -5, max: 5 })),
    }),
    { maxLength: 8 },
  )
  .map((list) => Buffer.concat(list.map(({ first, body, lie }) => frame(first, body, lie))))
const upgrade = Buffer.from(
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
)
const overWebSocket = fc.oneof(
  { weight: 6, arbitrary: frames.map((bytes) => Buffer.concat([upgrade, bytes])) },
  fc.tuple(frames, damage).map(([bytes, harm]) => Buffer.concat([upgrade, damaged(bytes, harm)])),
  fc.tuple(frames, damage).map(([bytes, harm]) => damaged(Buffer.concat([upgrade, bytes]), harm)),
  noise,
)

/** Sends these bytes, in two parts, and goes: in order or by cutting the line. */
function attack(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.on('data', () => {})
    const half = bytes.length >> 1
    socket.write(bytes.subarray(0, half))
    setImmediate(() => {
      if (bytes.length % 2 === 0) socket.end(bytes.subarray(half))
      else {
        socket.write(bytes.subarray(half))
        setImmediate(() => socket.resetAndDestroy())
      }
    })
  })
}

it.each(['tcp', 'ws'] as const)(
  'random bytes and mutated sessions over %s hurt nobody',
  async (transport) => {
    const server = await start({
      limits: {
        rooms: 1_000_000,
        createsPerHour: 1_000_000,
        closeMs: 200,
        commandBurst: 1_000_000,
      },
    })
    const port = (transport === 'tcp' ? server.where.tcpPort : server.where.port) as number
    const talker = await person(server.ws, 'Talker')
    const control: JsonClient[] = [await person(server.tcp), await person(server.ws)]
    const room = 'control'
    for (const one of [talker, ...control]) await one.ask('join', { room })
    let said = 0
    const bytes = transport === 'tcp' ? overTcp : overWebSocket
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (clients) => {
          said += 1
          const sent = talker.ask('send', { room, text: `${said}` })
          await Promise.all(clients.map((client) => attack(port, client)))
          await expect(sent).resolves.toHaveProperty('seq')
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    )
    for (const one of control) {
      await one.push('message', (m) => m.text === `${said}`)
      const got = one.all.filter((m) => m.ev === 'message').map((m) => m.text)
      expect(got).toEqual(Array.from({ length: said }, (_, i) => `${i + 1}`))
    }
    // Nobody is left behind.
    await expect.poll(() => server.chat.stats().connections, { timeout: 5000 }).toBe(3)
  },
  300_000,
)
