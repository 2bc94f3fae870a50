import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { tcpTransport } from '../src/transports/tcp.ts'
import { Client, clients, connectTo, frame, host, start, transport } from './support/tcp.ts'
import { EchoHost, FULL, openHandles, selfSigned } from './support/transport-host.ts'

describe('who is not wanted', () => {
  it.each(['refusal', 'refusalOnAccept'] as const)('is told why (%s)', async (when) => {
    await start()
    host[when] = FULL
    const client = connectTo()
    client.socket.write(frame('hello?'))
    await client.until(() => client.ended)
    expect(client.received).toEqual([
      '{"ev":"close","code":3003,"reason":"too many","reconnect":true}',
    ])
    client.socket.end()
    await client.until(() => client.closed)
    expect(host.accepted).toHaveLength(0)
    expect(host.asked).toEqual(['127.0.0.1'])
  })

  it('is cut when it stays', async () => {
    await start()
    host.refusal = FULL
    const client = connectTo({ halfOpen: true })
    await client.until(() => client.ended)
    host.clock.advance(host.limits.closeMs)
    await transport.stop() // would wait for the socket
  })
})

describe('start and stop', () => {
  it('says where it could not listen', async () => {
    await start()
    const port = transport.address()?.port as number
    const second = tcpTransport({ port })
    await expect(second.start(new EchoHost())).rejects.toMatchObject({
      message: `cannot listen on 127.0.0.1:${port}: EADDRINUSE (taken by another program; 0 is any free port)`,
      code: 'EADDRINUSE',
    })
    expect(second.address()).toBeUndefined()
    await second.stop()
  })

  it('leaves nothing open', async () => {
    await start()
    const client = connectTo()
    const accepted = await host.connection()
    const { host: hostName, port } = transport.address() as { host: string; port: number }
    accepted.connection.close(3000, 'bye')
    client.socket.end()
    await Promise.all([transport.stop(), transport.stop()])
    await client.until(() => client.closed)
    expect(transport.address()).toBeUndefined()
    expect(openHandles()).toBe(0)
    expect(host.clock.pending).toBe(0)
    const [error] = await once(connect(port, hostName), 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('cuts what is still there after limits.closeMs', async () => {
    await start()
    connectTo()
    const accepted = await host.connection()
    const stopped = transport.stop()
    host.clock.advance(host.limits.closeMs)
    await stopped
    expect(accepted.events).toEqual(['closed'])
  })

  it('can be started again', async () => {
    await start()
    await transport.stop()
    await transport.start(host)
    const client = connectTo()
    client.socket.write(frame('again'))
    await client.got(1)
    await expect(transport.start(host)).rejects.toMatchObject({ code: 'invalid_options' })
  })
})

describe('TLS', () => {
  let tls: { key: Buffer; cert: Buffer }

  beforeAll(() => {
    tls = selfSigned()
  })

  function connectSecurely(): Client {
    const where = transport.address() as { host: string; port: number }
    const client = new Client(connectTls({ ...where, ca: tls.cert }))
    clients.push(client)
    return client
  }

  it('encrypts', async () => {
    await start({ tls })
    const client = connectSecurely()
    const large = 'é'.repeat(4000)
    client.socket.write(frame('Olá', large))
    await client.got(2)
    expect(client.received).toEqual(['Olá', large])
    const accepted = await host.connection()
    expect(accepted.info).toEqual({ transport: 'tcp', address: '127.0.0.1', secure: true })
    accepted.send('last')
    accepted.connection.close(3000, 'bye')
    await client.until(() => client.closed)
    expect(client.received[2]).toBe('last')
    await accepted.seen('closed')
  })

  it('tells of back-pressure too', async () => {
    await start({ tls })
    host.echoes = false
    const client = connectSecurely()
    const accepted = await host.connection()
    client.socket.pause()
    let sent = 1
    while (accepted.send('x'.repeat(64 * 1024))) sent += 1
    client.socket.resume()
    await accepted.seen('drained')
    await client.got(sent)
    expect(client.received).toHaveLength(sent)
  })

  it('does not begin with who is not wanted', async () => {
    await start({ tls })
    host.refusal = FULL
    const client = connectSecurely()
    await client.until(() => client.closed)
    expect(client.received).toEqual([])
    expect(host.accepted).toHaveLength(0)
  })

  it('survives who does not speak it, and stops in spite of who says nothing', async () => {
    await start({ tls })
    const loud = connectTo()
    loud.socket.write('not TLS at all\r\n\r\n')
    await host.until(() => host.logged.includes('debug socket error'))
    connectTo()
    await host.until(() => host.asked.length === 2)
    const stopped = transport.stop()
    host.clock.advance(host.limits.closeMs)
    await stopped
    expect(host.accepted).toHaveLength(0)
  })
})
