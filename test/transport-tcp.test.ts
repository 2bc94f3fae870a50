import { describe, expect, it, vi } from 'vitest'
import { TcpConnection } from '../src/transports/tcp-connection.ts'
import { connectTo, frame, host, start } from './support/tcp.ts'

describe('frames', () => {
  it('come in and go out as UTF-8', async () => {
    await start()
    const client = connectTo()
    const payloads = ['Olá a todos!', '', '😀 "x"\n', 'x'.repeat(8000)]
    for (const payload of payloads) client.socket.write(frame(payload))
    await client.got(4)
    expect(client.received).toEqual(payloads)
    const { info } = await host.connection()
    expect(info).toEqual({ transport: 'tcp', address: '127.0.0.1', secure: false })
  })

  it('may come byte by byte', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    client.socket.setNoDelay(true)
    const chunks: number[] = []
    const received = TcpConnection.prototype.received
    const spy = vi.spyOn(TcpConnection.prototype, 'received').mockImplementation(function (
      this: TcpConnection,
      chunk,
    ) {
      chunks.push(chunk.length)
      received.call(this, chunk)
      accepted.happened()
    })
    const bytes = frame('Olá', 'mundo')
    for (const [i, byte] of bytes.entries()) {
      client.socket.write(Uint8Array.of(byte))
      await accepted.until(() => chunks.length > i)
    }
    spy.mockRestore()
    await client.got(2)
    expect(chunks).toEqual(Array(bytes.length).fill(1))
    expect(client.received).toEqual(['Olá', 'mundo'])
  })

  it('may come many in one write', async () => {
    await start()
    const client = connectTo()
    const payloads = Array.from({ length: 1000 }, (_, i) => `message ${i}`)
    client.socket.write(frame(...payloads))
    await client.got(1000)
    expect(client.received).toEqual(payloads)
  })

  it('are written in order, small and large, one and many', async () => {
    await start()
    const client = connectTo()
    const { connection } = await host.connection()
    const sizes = [1, 5, 3000, 4096, 20_000, 70_000]
    const payloads = sizes.map((size, i) => String(i).repeat(size))
    connection.send(payloads.slice(0, 3).map((payload) => frame(payload))) // joined
    connection.send(payloads.map((payload) => frame(payload))) // a vector
    connection.send([frame(...payloads)])
    await client.got(15)
    expect(client.received).toEqual([...payloads.slice(0, 3), ...payloads, ...payloads])
  })

  it('are refused by their header when they are over the limit', async () => {
    await start({}, { helloBytes: 100, frameBytes: 1000 })
    const client = connectTo()
    client.socket.write(frame('x'.repeat(100)))
    await client.got(1)
    client.socket.write(Buffer.from([0, 0, 0, 101]))
    const accepted = await host.connection()
    await accepted.seen('closed')
    expect(accepted.others).toEqual(['broken too_large', 'closed'])
  })

  it('may be larger once the client was welcomed', async () => {
    await start({}, { helloBytes: 100, frameBytes: 1000 })
    const client = connectTo()
    client.socket.write(frame('welcome me', 'x'.repeat(1000)))
    await client.got(2)
    client.socket.write(Buffer.concat([frame('y'), Buffer.from([0, 0, 3, 0xe9])]))
    const accepted = await host.connection()
    await accepted.seen('closed')
    await client.until(() => client.ended)
    expect(client.received.slice(2)).toEqual(['y', 'goodbye'])
    expect(accepted.others).toEqual(['broken too_large', 'closed'])
  })

  it('must be UTF-8; nothing after a bad one counts', async () => {
    await start()
    const client = connectTo()
    client.socket.write(Buffer.concat([Buffer.from([0, 0, 0, 1, 0xff]), frame('after')]))
    const accepted = await host.connection()
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['broken bad_frame', 'closed'])
  })
})

describe('a frame that does not end', () => {
  it('is told after limits.frameMs', async () => {
    await start({}, { frameMs: 5000 })
    const client = connectTo()
    client.socket.write(Buffer.concat([frame('whole'), Buffer.from([0, 0])]))
    await host.clock.until(() => host.clock.pending > 0)
    const accepted = await host.connection()
    host.clock.advance(4999)
    expect(accepted.events).toEqual(['payload'])
    host.clock.advance(1)
    expect(accepted.others).toEqual(['broken frame_timeout'])
    await accepted.seen('closed')
  })

  it('sets no timer for frames that come whole, and forgives one that ends in time', async () => {
    await start()
    const client = connectTo()
    client.socket.write(frame('whole'))
    await client.got(1)
    expect(host.clock.pending).toBe(0)
    const bytes = frame('half')
    client.socket.write(bytes.subarray(0, 3))
    await host.clock.until(() => host.clock.pending > 0)
    client.socket.write(bytes.subarray(3))
    await client.got(2)
    expect(client.received).toEqual(['whole', 'half'])
    host.clock.advance(60_000)
    expect((await host.connection()).others).toEqual([])
    expect(host.clock.pending).toBe(0)
  })

  it('is not held against a client nobody reads from', async () => {
    await start({}, { frameMs: 5000 })
    const client = connectTo()
    const bytes = frame('half')
    client.socket.write(bytes.subarray(0, 3))
    await host.clock.until(() => host.clock.pending > 0)
    const accepted = await host.connection()
    accepted.connection.pause()
    client.socket.write(bytes.subarray(3))
    host.clock.advance(20_000)
    expect(accepted.events).toEqual([])
    accepted.connection.resume()
    await client.got(1)
    expect(accepted.events).toEqual(['payload'])
  })
})

describe('back-pressure', () => {
  it('is told to the core, and its end', async () => {
    await start()
    host.echoes = false
    const client = connectTo()
    const accepted = await host.connection()
    client.socket.pause()
    const payload = 'x'.repeat(32 * 1024)
    let sent = 1
    while (accepted.send(payload)) sent += 1
    expect(accepted.connection.bufferedBytes).toBeGreaterThan(64 * 1024)
    expect(accepted.events).toEqual([])
    client.socket.resume()
    await accepted.seen('drained')
    await client.got(sent)
    expect(accepted.connection.bufferedBytes).toBe(0)
    expect(client.received.every((text) => text === payload)).toBe(true)
    expect(accepted.events).toEqual(['drained'])
  })

  it('is not told for what the system takes at once', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    expect(accepted.send('x'.repeat(20_000))).toBe(true)
    client.socket.write(frame('y'))
    await client.got(2)
    expect(accepted.events).toEqual(['payload'])
  })

  it('works the other way by pause and resume', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    accepted.connection.pause()
    client.socket.write(frame('waits'))
    accepted.send('a sign')
    await client.got(1)
    expect(accepted.events).toEqual([])
    accepted.connection.resume()
    await client.got(2)
    expect(client.received).toEqual(['a sign', 'waits'])
  })
})

describe('the end', () => {
  it('comes after what was sent before', async () => {
    await start()
    const client = connectTo()
    const { connection } = await host.connection()
    const large = 'x'.repeat(500_000)
    connection.send([frame(large), frame('last')])
    connection.close(3000, 'bye')
    connection.close(3000, 'bye')
    expect(connection.send([frame('too late')])).toBe(true)
    await client.until(() => client.ended)
    expect(client.received).toEqual([large, 'last'])
    client.socket.end()
    await host.accepted[0]?.seen('closed')
    expect(host.accepted[0]?.events).toEqual(['closed'])
    expect(host.clock.pending).toBe(0)
  })

  it('is made by force when the peer does not close', async () => {
    await start({}, { closeMs: 5000 })
    const client = connectTo({ halfOpen: true })
    const accepted = await host.connection()
    accepted.connection.close(3000, 'bye')
    await client.until(() => client.ended)
    host.clock.advance(4999)
    await new Promise(setImmediate)
    expect(accepted.events).toEqual([])
    host.clock.advance(1)
    await accepted.seen('closed')
  })

  it('hears nothing more after close', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    accepted.connection.close(3000, 'bye')
    client.socket.end(frame('anybody?'))
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['closed'])
  })

  it('is noticed also when nobody read from the peer', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    accepted.connection.pause()
    client.socket.write(frame('not heard'))
    accepted.connection.close(3000, 'bye')
    await client.until(() => client.closed)
    await accepted.seen('closed')
    expect(accepted.events).toEqual(['closed'])
  })

  it('leaves the last answers to the core when the peer has said its last word', async () => {
    await start()
    host.echoes = false
    host.finishes = true
    const client = connectTo()
    client.socket.end(frame('question'))
    const accepted = await host.connection()
    await accepted.seen('finished')
    accepted.send('first answer')
    accepted.send('last answer')
    accepted.connection.close(1000, 'that was all')
    await accepted.seen('closed')
    await client.until(() => client.closed)
    expect(client.received).toEqual(['first answer', 'last answer'])
    expect(accepted.events).toEqual(['payload', 'finished', 'closed'])
    expect(host.clock.pending).toBe(0)
  })

  it('waits for the core no longer than limits.closeMs', async () => {
    await start({}, { closeMs: 500 })
    host.finishes = true
    const client = connectTo()
    client.socket.end(frame('question'))
    const accepted = await host.connection()
    await accepted.seen('finished')
    host.clock.advance(499)
    await new Promise(setImmediate)
    expect(accepted.others).toEqual(['finished'])
    host.clock.advance(1)
    await accepted.seen('closed')
  })

  it('comes at once where the sink does not want to know', async () => {
    await start()
    const client = connectTo()
    client.socket.write(frame('long ago'))
    await client.got(1)
    client.socket.end()
    const accepted = await host.connection()
    await accepted.seen('closed')
    expect(accepted.others).toEqual(['closed'])
  })

  it('is told once when the peer resets', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    client.socket.resetAndDestroy()
    await accepted.seen('closed')
    expect(accepted.send('nobody')).toBe(true)
    expect(accepted.events).toEqual(['closed'])
    expect(host.logged).toContain('debug socket error')
  })

  it('is told once when the peer vanishes in the middle of a frame', async () => {
    await start()
    const client = connectTo()
    client.socket.write(frame('half').subarray(0, 5))
    const accepted = await host.connection()
    await host.clock.until(() => host.clock.pending > 0)
    client.socket.destroy()
    host.clock.advance(200)
    await accepted.seen('closed')
    host.clock.advance(60_000)
    expect(accepted.events).toEqual(['closed'])
  })
})
