/** WebSocket transports and clients for tests: made by the test, cleaned up after it. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import {
  type WebSocketOptions,
  type WebSocketTransport,
  websocketTransport,
} from '../../src/transports/websocket.ts'
import { EchoHost, Happenings } from './transport-host.ts'

/** A WebSocket client that shows what it got. */
export class Client extends Happenings {
  readonly ws: WebSocket
  readonly received: string[] = []
  pings = 0
  end: { code: number; reason: string } | undefined
  /** Status and body, when the upgrade was refused. */
  refused: { status: number; body: unknown } | undefined

  constructor(url: string, protocols: string[], options: ClientOptions) {
    super()
    this.ws = new WebSocket(url, protocols, { perMessageDeflate: false, ...options })
    this.ws.on('message', (data) => {
      this.received.push(data.toString())
      this.happened()
    })
    this.ws.on('open', () => this.happened())
    this.ws.on('ping', () => {
      this.pings += 1
      this.happened()
    })
    this.ws.on('error', () => {})
    this.ws.on('close', (code, reason) => {
      this.end = { code, reason: reason.toString() }
      this.happened()
    })
    this.ws.on('unexpected-response', async (_request, response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      const body = Buffer.concat(parts).toString()
      const isJson = response.headers['content-type']?.startsWith('application/json')
      this.refused = { status: response.statusCode ?? 0, body: isJson ? JSON.parse(body) : body }
      this.happened()
    })
  }

  open(): Promise<void> {
    return this.until(() => this.ws.readyState === WebSocket.OPEN)
  }

  got(count: number): Promise<void> {
    return this.until(() => this.received.length >= count)
  }

  ended(): Promise<void> {
    return this.until(() => this.end !== undefined)
  }

  async refusal(): Promise<{ status: number; body: unknown }> {
    await this.until(() => this.refused !== undefined)
    return this.refused as { status: number; body: unknown }
  }
}

/** The host of the test that runs. */
export let host: EchoHost
export let transport: WebSocketTransport
export let clients: Client[]
export let raws: Socket[]
let httpServer: Server | undefined

/** Closes this server too after the test. */
export function closeAfter(server: Server): void {
  httpServer = server
}

/** Where the transport listens. */
export const place = () => transport.address() as { host: string; port: number }

/** Starts a transport, on any free port unless told otherwise; it is stopped after the test. */
export async function start(options: WebSocketOptions = {}, limits = {}): Promise<void> {
  host = new EchoHost(limits)
  transport = websocketTransport(options.server === undefined ? { port: 0, ...options } : options)
  await transport.start(host)
}

/** Starts one on `/chat` of a server of the application, which is closed after the test. */
export async function attach(options: WebSocketOptions = {}): Promise<Server> {
  const server = createServer((_request, response) => response.end('the application'))
  closeAfter(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await start({ server, path: '/chat', ...options })
  return server
}

interface ConnectOptions extends ClientOptions {
  readonly path?: string
  readonly protocols?: string[]
}

export function connectTo({ path = '/', protocols = [], ...options }: ConnectOptions = {}): Client {
  const client = new Client(`ws://127.0.0.1:${place().port}${path}`, protocols, options)
  clients.push(client)
  return client
}

/** A client that says bytes, upgraded already. What it receives is shown raw. */
export async function connectRaw(
  first: Uint8Array = Buffer.alloc(0),
): Promise<Happenings & { socket: Socket; received: () => Buffer }> {
  const socket = connect(place())
  raws.push(socket)
  const client = Object.assign(new Happenings(), { socket, received: () => bytes })
  let bytes = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('close', () => client.happened())
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    client.happened()
  })
  const handshake =
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  socket.write(Buffer.concat([Buffer.from(handshake), first]))
  await client.until(() => bytes.includes('\r\n\r\n'))
  bytes = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
  return client
}

beforeEach(() => {
  clients = []
  raws = []
  httpServer = undefined
})

afterEach(async () => {
  for (const { ws } of clients) ws.terminate()
  for (const socket of raws) socket.destroy()
  const stopped = transport.stop()
  host.clock.advance(60_000)
  await stopped
  if (httpServer !== undefined) {
    httpServer.close()
    httpServer.closeAllConnections()
  }
})
