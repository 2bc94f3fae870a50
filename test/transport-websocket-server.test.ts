import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { websocketTransport } from '../src/transports/websocket.ts'
import { EchoHost, openHandles, selfSigned } from './support/transport-host.ts'
import {
  attach,
  Client,
  clients,
  closeAfter,
  connectTo,
  host,
  place,
  raws,
  start,
  transport,
} from './support/websocket.ts'

describe('on a server of its own', () => {
  function get(path: string): Promise<{ status: number; upgrade: string | undefined }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ ...place(), path, agent: false }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, upgrade: response.headers.upgrade })
      })
      request.on('error', reject)
      request.end()
    })
  }

  it('answers plain requests', async () => {
    await start({ path: '/chat' })
    expect(await get('/chat?x=1')).toEqual({ status: 426, upgrade: 'websocket' })
    expect(await get('/')).toEqual({ status: 404, upgrade: undefined })
  })

  it('leaves them to who was given for them', async () => {
    await start({ request: (_request, response) => void response.writeHead(204).end() })
    expect(await get('/health')).toEqual({ status: 204, upgrade: undefined })
    await connectTo().open()
  })

  it('says where it could not listen', async () => {
    await start()
    const { port } = place()
    const second = websocketTransport({ port })
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
    await client.open()
    const accepted = await host.connection()
    const where = place()
    accepted.connection.close(3000, 'bye')
    await Promise.all([transport.stop(), transport.stop()])
    expect(accepted.events).toEqual(['closed'])
    await client.ended()
    expect(transport.address()).toBeUndefined()
    expect(openHandles()).toBe(0)
    expect(host.clock.pending).toBe(0)
    const [error] = await once(connect(where), 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('cuts what is still there after limits.closeMs', async () => {
    await start()
    const client = connectTo()
    await client.open()
    const silent = connect(place())
    raws.push(silent)
    silent.write('GET / HTTP/1.1\r\n') // and never the rest
    await once(silent, 'connect')
    const accepted = await host.connection()
    const stopped = transport.stop()
    await new Promise(setImmediate)
    host.clock.advance(host.limits.closeMs)
    await stopped
    expect(accepted.events).toEqual(['closed'])
  })

  it('can be started again', async () => {
    await start()
    await transport.stop()
    await transport.start(host)
    await connectTo().open()
    await expect(transport.start(host)).rejects.toMatchObject({ code: 'invalid_options' })
  })

  describe('with TLS', () => {
    let tls: { key: Buffer; cert: Buffer }

    beforeAll(() => {
      tls = selfSigned()
    })

    it('is wss', async () => {
      await start({ tls })
      const url = `wss://127.0.0.1:${place().port}/`
      const client = new Client(url, [], { ca: tls.cert })
      clients.push(client)
      await client.open()
      const payloads = ['Olá', 'é'.repeat(4000)]
      for (const payload of payloads) client.ws.send(payload)
      await client.got(2)
      expect(client.received).toEqual(payloads)
      const accepted = await host.connection()
      expect(accepted.info.secure).toBe(true)
      accepted.connection.close(3000, 'bye')
      await client.ended()
      expect(client.end).toEqual({ code: 3000, reason: 'bye' })
    })

    it('stops in spite of who began a handshake', async () => {
      await start({ tls })
      const silent = connect(place())
      raws.push(silent)
      const cut = once(silent, 'close')
      await once(silent, 'connect')
      await new Promise(setImmediate)
      const stopped = transport.stop()
      host.clock.advance(host.limits.closeMs)
      await Promise.all([stopped, cut])
    })
  })
})

describe('on a server of the application', () => {
  it('takes the upgrades of its path and leaves the others alone', async () => {
    const server = await attach()
    const others: string[] = []
    server.on('upgrade', (request, socket) => {
      if (request.url === '/chat') return
      others.push(request.url ?? '')
      socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n')
    })
    await connectTo({ path: '/chat' }).open()
    expect((await connectTo({ path: '/chats' }).refusal()).status).toBe(418)
    expect(others).toEqual(['/chats'])
    expect(host.accepted).toHaveLength(1)
  })

  it('answers upgrades that nobody else could', async () => {
    await attach()
    expect((await connectTo({ path: '/nobody' }).refusal()).status).toBe(404)
  })

  it('leaves plain requests alone', async () => {
    await attach()
    const answer = await fetch(`http://127.0.0.1:${place().port}/chat`)
    expect(await answer.text()).toBe('the application')
  })

  it('may begin before that listens', async () => {
    const server = createServer()
    closeAfter(server)
    await start({ server, path: '/chat' })
    expect(transport.address()).toBeUndefined()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await connectTo({ path: '/chat' }).open()
  })

  it('goes without closing it, and takes its listeners along', async () => {
    const server = await attach()
    const client = connectTo({ path: '/chat' })
    await client.open()
    const accepted = await host.connection()
    const { port } = place()
    const stopped = transport.stop()
    accepted.connection.close(3000, 'bye')
    await stopped
    expect(accepted.events).toEqual(['closed'])
    expect(server.listening).toBe(true)
    expect(server.listenerCount('upgrade')).toBe(0)
    expect(server.listenerCount('connection')).toBe(1) // Node's own
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('the application')
  })
})
