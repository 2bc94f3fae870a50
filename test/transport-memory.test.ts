import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Link,
  type MemoryClient,
  type MemoryTransport,
  memoryTransport,
} from '../src/transports/memory.ts'
import { EchoHost, FULL } from './support/transport-host.ts'

let host: EchoHost
let transport: MemoryTransport
let client: MemoryClient

/** Everything that is due in microtasks has happened then. */
const settled = () => new Promise(setImmediate)

beforeEach(async () => {
  host = new EchoHost({ helloBytes: 100, frameBytes: 1000 })
  transport = memoryTransport()
  await transport.start(host)
  client = transport.connect()
})

afterEach(async () => {
  client.cut()
  const stopped = transport.stop()
  host.clock.advance(60_000)
  await stopped
})

describe('payloads', () => {
  it('go both ways, in order, never in the same turn', async () => {
    const shown: string[] = []
    client.onPayload = (payload) => shown.push(payload)
    for (let i = 0; i < 100; i++) client.send(`${i}`)
    expect(host.accepted[0]?.payloads).toEqual([])
    await settled()
    const expected = Array.from({ length: 100 }, (_, i) => `${i}`)
    expect(host.accepted[0]?.payloads).toEqual(expected)
    expect(client.received).toEqual(expected)
    expect(shown).toEqual(expected)
  })

  it('reach the sink only after send has returned', async () => {
    const accepted = await host.connection()
    accepted.send('x'.repeat(100_000))
    expect(client.received).toEqual([])
    expect(accepted.events).toEqual([])
    await settled()
    expect(accepted.events).toEqual(['drained'])
  })

  it('come from where the client says', () => {
    transport.connect({ address: '10.1.1.1', headers: { cookie: 'a' } })
    expect(host.accepted[1]?.info).toEqual({
      transport: 'memory',
      address: '10.1.1.1',
      secure: true,
      headers: { cookie: 'a' },
    })
  })

  it('have limits, before and after the welcome', async () => {
    client.send('welcome me')
    client.send('x'.repeat(1000))
    client.send('x'.repeat(1001))
    client.send('not heard')
    const other = transport.connect()
    other.send('é'.repeat(51))
    await settled()
    expect(client.received.map((payload) => payload.length)).toEqual([10, 1000, 7])
    expect(client.ended).toEqual({ code: 3502, reason: 'too_large' })
    expect(host.accepted[0]?.others).toEqual(['broken too_large', 'closed'])
    expect(host.accepted[1]?.events).toEqual(['broken too_large', 'closed'])
  })

  it('must be text that UTF-8 can say', async () => {
    client.send('\ud800')
    await settled()
    expect(host.accepted[0]?.events).toEqual(['broken bad_frame', 'closed'])
  })
})

describe('back-pressure', () => {
  it('is told to the core, and its end', async () => {
    const accepted = await host.connection()
    client.pauseReading()
    expect(accepted.send('x'.repeat(60_000))).toBe(true)
    expect(accepted.send('é'.repeat(10_000))).toBe(false)
    expect(accepted.connection.bufferedBytes).toBe(80_000)
    await settled()
    expect(client.received).toEqual([])
    expect(accepted.events).toEqual([])
    client.resumeReading()
    await settled()
    expect(client.received).toHaveLength(2)
    expect(accepted.connection.bufferedBytes).toBe(0)
    expect(accepted.events).toEqual(['drained'])
  })

  it('works the other way by pause and resume', async () => {
    const accepted = await host.connection()
    accepted.connection.pause()
    client.send('waits')
    await settled()
    expect(accepted.events).toEqual([])
    accepted.connection.resume()
    await settled()
    expect(accepted.payloads).toEqual(['waits'])
  })
})

describe('pings', () => {
  it('are answered unless the client plays dead', async () => {
    const accepted = await host.connection()
    accepted.connection.ping?.()
    await settled()
    expect(accepted.events).toEqual(['alive'])
    client.answersPings = false
    accepted.connection.ping?.()
    await settled()
    expect(accepted.events).toEqual(['alive'])
  })
})

describe('the end', () => {
  it('comes after what the server sent before', async () => {
    const accepted = await host.connection()
    const ends: unknown[] = []
    client.onClose = (code, reason) => ends.push([code, reason, client.received.length])
    accepted.send('last')
    accepted.connection.close(3000, 'bye')
    accepted.connection.close(3001, 'twice')
    expect(accepted.send('too late')).toBe(true)
    client.send('not heard')
    expect(accepted.events).toEqual([])
    await settled()
    expect(ends).toEqual([[3000, 'bye', 1]])
    expect(accepted.events).toEqual(['closed'])
    expect(host.clock.pending).toBe(0)
  })

  it('comes after what the client sent before', async () => {
    client.send('last')
    client.close()
    client.send('too late')
    await settled()
    expect(host.accepted[0]?.payloads).toEqual(['last'])
    expect(host.accepted[0]?.events).toEqual(['payload', 'closed'])
    expect(client.ended).toEqual({ code: 1000, reason: '' })
  })

  it('is made by force when the client does not read', async () => {
    const accepted = await host.connection()
    client.pauseReading()
    accepted.connection.close(3001, 'slow')
    await settled()
    expect(accepted.events).toEqual([])
    host.clock.advance(host.limits.closeMs)
    expect(accepted.events).toEqual(['closed'])
    expect(client.ended).toEqual({ code: 3001, reason: 'slow' })
  })

  it('loses what is under way when the connection is cut', async () => {
    client.pauseReading()
    client.send('heard')
    await settled()
    client.send('under way')
    client.cut()
    client.cut()
    await settled()
    client.resumeReading()
    await settled()
    expect(client.received).toEqual([])
    expect(client.ended).toEqual({ code: 1006, reason: '' })
    expect(host.accepted[0]?.others).toEqual(['closed'])
  })
})

describe('a link', () => {
  it('may delay, double and lose, and hold the end back', async () => {
    const held: (() => void)[] = []
    const link: Link = {
      up(payload, arrive) {
        if (payload === 'lost') return
        arrive(payload)
        if (payload === 'double') arrive(payload)
      },
      down: (payload, arrive) => held.push(() => arrive(payload)),
      end: (from, arrive) => {
        expect(from).toBe('server')
        held.push(arrive)
      },
    }
    const linked = transport.connect({ link })
    for (const payload of ['one', 'lost', 'double']) linked.send(payload)
    await settled()
    const accepted = await host.connection(1)
    expect(accepted.payloads).toEqual(['one', 'double', 'double'])
    accepted.connection.close(3000, 'bye')
    await settled()
    expect(linked.received).toEqual([])
    expect(linked.ended).toBeUndefined()
    for (const arrive of held) arrive()
    expect(linked.received).toEqual(['one', 'double', 'double'])
    expect(linked.ended).toEqual({ code: 3000, reason: 'bye' })
    expect(accepted.others).toEqual(['closed'])
  })
})

describe('start and stop', () => {
  it.each(['refusal', 'refusalOnAccept'] as const)('tells who is not wanted (%s)', async (when) => {
    host[when] = FULL
    const refused = transport.connect()
    refused.send('hello?')
    await settled()
    expect(refused.ended).toEqual({ code: 3003, reason: 'too many' })
    expect(host.accepted).toHaveLength(1)
  })

  it('lets nobody in unless started', async () => {
    const other = memoryTransport()
    expect(() => other.connect()).toThrow(expect.objectContaining({ code: 'closed' }))
    await other.stop()
    await expect(transport.start(host)).rejects.toMatchObject({ code: 'invalid_options' })
  })

  it('waits for the connections, and cuts those that stay', async () => {
    const stopped = transport.stop()
    expect(() => transport.connect()).toThrow(expect.objectContaining({ code: 'closed' }))
    expect(transport.stop()).toBe(stopped)
    host.clock.advance(host.limits.closeMs)
    await stopped
    expect(client.ended).toEqual({ code: 1006, reason: '' })
    expect(host.accepted[0]?.events).toEqual(['closed'])
    await transport.start(host)
    client = transport.connect()
    client.send('again')
    await settled()
    expect(client.received).toEqual(['again'])
  })
})
