import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FULL } from './support/transport-host.ts'
import { connectTo, host, place, raws, start } from './support/websocket.ts'

describe('the handshake', () => {
  it('chooses the subprotocol when it is offered', async () => {
    await start()
    const chosen = connectTo({ protocols: ['other', 'tertulia.v1'] })
    const none = connectTo()
    await Promise.all([chosen.open(), none.open()])
    expect(chosen.ws.protocol).toBe('tertulia.v1')
    expect(none.ws.protocol).toBe('')
  })

  it('keeps of the request what the application may need, and no more', async () => {
    await start()
    const headers = { cookie: 'a=b', authorization: 'Bearer x', 'x-secret': 'y' }
    await connectTo({ path: '/?token=1', headers }).open()
    const { info } = await host.connection()
    expect(info).toEqual({
      transport: 'websocket',
      address: '127.0.0.1',
      secure: false,
      headers: { host: `127.0.0.1:${place().port}`, cookie: 'a=b', authorization: 'Bearer x' },
      url: '/?token=1',
    })
  })

  it('asks a proxy for the address, or the socket', async () => {
    const clientAddress = ({ headers }: IncomingMessage): string => {
      if (headers['x-forwarded-for'] === undefined) throw new Error('no proxy')
      return String(headers['x-forwarded-for'])
    }
    await start({ clientAddress, host: '::' })
    await connectTo({ headers: { 'x-forwarded-for': '::ffff:10.0.0.9' } }).open()
    await connectTo().open()
    expect(host.accepted.map(({ info }) => info.address)).toEqual(['10.0.0.9', '127.0.0.1'])
    expect(host.asked).toEqual(['10.0.0.9', '127.0.0.1'])
    expect(host.logged).toContain('warn clientAddress failed; the socket is asked')
  })

  it('tells who is not wanted before the upgrade', async () => {
    await start()
    host.refusal = FULL
    expect(await connectTo().refusal()).toEqual({
      status: 503,
      body: { ev: 'close', code: 3003, reason: 'too many', reconnect: true },
    })
    host.refusal = { refused: { code: 3003, status: 429, reason: 'too many of you' } }
    expect((await connectTo().refusal()).status).toBe(429)
    expect(host.accepted).toHaveLength(0)
  })

  it('tells it by close code when it is found out at the last moment', async () => {
    await start()
    host.refusalOnAccept = FULL
    const client = connectTo()
    await client.ended()
    expect(client.end).toEqual({ code: 3003, reason: 'too many' })
  })

  it('refuses other paths and broken upgrades', async () => {
    await start()
    expect((await connectTo({ path: '/other' }).refusal()).status).toBe(404)
    const socket = connect(place())
    raws.push(socket)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
    expect(host.accepted).toHaveLength(0)
  })
})

describe('origins', () => {
  const REFUSED = {
    status: 403,
    body: {
      ev: 'close',
      code: 3503,
      reason: 'pages of this origin may not connect',
      reconnect: false,
    },
  }

  async function comesIn(origin: string | undefined): Promise<boolean> {
    const client = connectTo(origin === undefined ? {} : { origin })
    await client.until(
      () => client.refused !== undefined || client.ws.readyState === WebSocket.OPEN,
    )
    if (client.refused !== undefined) expect(client.refused).toEqual(REFUSED)
    return client.refused === undefined
  }

  it('by default: the same host, or none', async () => {
    await start()
    const { port } = place()
    expect(await comesIn(undefined)).toBe(true)
    expect(await comesIn(`http://127.0.0.1:${port}`)).toBe(true)
    expect(await comesIn(`https://127.0.0.1:${port}`)).toBe(true)
    expect(await comesIn('http://127.0.0.1')).toBe(false)
    expect(await comesIn(`http://127.0.0.1:${port}.evil.example`)).toBe(false)
    expect(await comesIn('https://evil.example')).toBe(false)
    expect(await comesIn('null')).toBe(false)
    expect(host.asked).toHaveLength(7)
  })

  it('of a list', async () => {
    await start({ origins: ['https://Example.org/', 'capacitor://localhost'] })
    expect(await comesIn('https://example.org')).toBe(true)
    expect(await comesIn('capacitor://localhost')).toBe(true)
    expect(await comesIn(undefined)).toBe(true)
    expect(await comesIn('http://example.org')).toBe(false)
    // The server's own pages come in, whoever else may.
    expect(await comesIn(`http://127.0.0.1:${place().port}`)).toBe(true)
    expect(await comesIn('http://127.0.0.1:1')).toBe(false)
  })

  it('of everywhere', async () => {
    await start({ origins: '*' })
    expect(await comesIn('https://anywhere.example')).toBe(true)
    expect(await comesIn('null')).toBe(true)
  })

  it('as a function says; one that fails lets nobody in', async () => {
    await start({
      origins(origin, { url }) {
        if (origin === 'http://error') throw new Error('broken')
        return origin === 'http://a' && url === '/'
      },
    })
    expect(await comesIn('http://a')).toBe(true)
    expect(await comesIn('http://b')).toBe(false)
    expect(await comesIn(undefined)).toBe(false)
    expect(await comesIn('http://error')).toBe(false)
    expect(host.logged).toContain('warn the check of origins failed; refused')
  })
})
