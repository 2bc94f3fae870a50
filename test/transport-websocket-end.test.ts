import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { clientFrame, text } from './support/frames.ts'
import { type Client, connectRaw, connectTo, host, start } from './support/websocket.ts'

describe('back-pressure', () => {
  it.each([false, true])(
    'is told to the core, and its end (compressed: %s)',
    async (compressed) => {
      await start(compressed ? { perMessageDeflate: {} } : {})
      host.echoes = false
      const client = connectTo({ perMessageDeflate: compressed })
      await client.open()
      const accepted = await host.connection()
      expect(accepted.connection.framing.name).toBe(compressed ? 'websocket-messages' : 'websocket')
      client.ws.pause()
      const payloads: string[] = []
      // Noise, which doesn't get much smaller.
      const noise = () => Array.from({ length: 4000 }, () => Math.random().toString(36)).join('')
      do payloads.push(noise())
      while (accepted.send(payloads.at(-1) as string))
      expect(accepted.connection.bufferedBytes).toBeGreaterThan(64 * 1024)
      expect(accepted.events).toEqual([])
      client.ws.resume()
      await accepted.seen('drained')
      await client.got(payloads.length)
      expect(client.received).toEqual(payloads)
      expect(accepted.connection.bufferedBytes).toBe(0)
      expect(accepted.events).toEqual(['drained'])
    },
  )

  it('ends when what waited was compressed to nearly nothing', async () => {
    await start({ perMessageDeflate: {} })
    const client = connectTo({ perMessageDeflate: true })
    await client.open()
    const accepted = await host.connection()
    expect(accepted.send('x'.repeat(500_000))).toBe(false)
    await accepted.seen('drained')
    await client.got(1)
    expect(accepted.events).toEqual(['drained'])
  })

  it('works the other way by pause and resume', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const accepted = await host.connection()
    accepted.connection.pause()
    client.ws.send('waits')
    accepted.send('a sign')
    await client.got(1)
    expect(accepted.events).toEqual([])
    accepted.connection.resume()
    await client.got(2)
    expect(client.received).toEqual(['a sign', 'waits'])
  })
})

describe('pings', () => {
  it('bring a sign of life', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const accepted = await host.connection()
    accepted.connection.ping?.()
    await accepted.seen('alive')
    expect(client.pings).toBe(1)
    client.ws.ping()
    await once(client.ws, 'pong')
  })
})

describe('the end', () => {
  it('comes after what was sent before, with code and reason', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const accepted = await host.connection()
    const large = 'x'.repeat(500_000)
    accepted.send(large, 'last')
    accepted.connection.close(3001, 'too slow')
    accepted.connection.close(3002, 'twice')
    expect(accepted.send('too late')).toBe(true)
    accepted.connection.ping?.()
    await client.ended()
    expect(client.end).toEqual({ code: 3001, reason: 'too slow' })
    expect(client.received).toEqual([large, 'last'])
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['closed'])
  })

  it('has a reason of at most 123 bytes, cut between characters', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const { connection } = await host.connection()
    connection.close(3000, `a${'é'.repeat(100)}`)
    await client.ended()
    expect(client.end?.reason).toBe(`a${'é'.repeat(61)}`)
  })

  it('reaches a client nobody read from', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const accepted = await host.connection()
    accepted.connection.pause()
    client.ws.send('not heard')
    accepted.connection.close(3000, 'bye')
    await client.ended()
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['closed'])
  })

  it('is made by force when the peer does not answer', async () => {
    await start({}, { closeMs: 30 })
    const client = await connectRaw()
    const accepted = await host.connection()
    accepted.connection.close(3000, 'bye')
    await client.until(() => client.received().length > 0)
    client.socket.write(text('not heard'))
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['closed'])
  })

  it('writes nothing after the close frame, whoever sent it first', async () => {
    await start()
    const client = await connectRaw()
    const accepted = await host.connection()
    client.socket.write(Buffer.concat([clientFrame(0x88, Buffer.from([0x03, 0xe8])), text('x')]))
    await client.until(() => client.received().length > 0)
    expect(accepted.send('too late')).toBe(true)
    await accepted.seen('closed')
    expect(client.received()).toEqual(Buffer.from([0x88, 2, 0x03, 0xe8]))
    expect(accepted.events).toEqual(['closed'])
  })

  it.each([
    ['closes', (client: Client) => client.ws.close(1000)],
    ['vanishes', (client: Client) => client.ws.terminate()],
  ])('is told once when the client %s', async (_, leave) => {
    await start()
    const client = connectTo()
    await client.open()
    const accepted = await host.connection()
    leave(client)
    await accepted.seen('closed')
    expect(accepted.send('nobody')).toBe(true)
    accepted.connection.close(3000, 'bye')
    expect(accepted.events).toEqual(['closed'])
  })
})
