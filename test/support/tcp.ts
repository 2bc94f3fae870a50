/** TCP transports and clients for tests: made by the test, cleaned up after it. */

import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach } from 'vitest'
import { FrameDecoder } from '../../src/protocol/framing.ts'
import { lengthPrefixed } from '../../src/transports/pack.ts'
import { type TcpOptions, type TcpTransport, tcpTransport } from '../../src/transports/tcp.ts'
import { EchoHost, Happenings } from './transport-host.ts'

/** Payloads as they stand on the wire. */
export const frame = (...payloads: string[]) => lengthPrefixed.pack(payloads) as unknown as Buffer

/** A client that shows what it got. */
export class Client extends Happenings {
  readonly socket: Socket
  readonly received: string[] = []
  ended = false
  closed = false

  constructor(socket: Socket) {
    super()
    this.socket = socket
    const onFrame = (payload: Uint8Array): void => {
      this.received.push(Buffer.from(payload).toString())
    }
    const decoder = new FrameDecoder({ onFrame }, 1 << 30)
    socket.on('data', (chunk) => {
      decoder.push(chunk)
      this.happened()
    })
    socket.on('error', () => {})
    socket.on('end', () => {
      this.ended = true
      this.happened()
    })
    socket.on('close', () => {
      this.closed = true
      this.happened()
    })
  }

  got(count: number): Promise<void> {
    return this.until(() => this.received.length >= count)
  }
}

/** The host of the test that runs. */
export let host: EchoHost
export let transport: TcpTransport
export let clients: Client[]

/** Starts a transport on any free port; it is stopped after the test. */
export async function start(options: TcpOptions = {}, limits = {}): Promise<void> {
  host = new EchoHost(limits)
  transport = tcpTransport({ port: 0, ...options })
  await transport.start(host)
}

/** Connects. `halfOpen`: it doesn't close its side when the server has closed its own. */
export function connectTo({ halfOpen = false } = {}): Client {
  const { host, port } = transport.address() as { host: string; port: number }
  const client = new Client(connect({ host, port, allowHalfOpen: halfOpen }))
  clients.push(client)
  return client
}

beforeEach(() => {
  clients = []
})

afterEach(async () => {
  for (const { socket } of clients) socket.destroy()
  const stopped = transport.stop()
  host.clock.advance(60_000) // whatever lingers
  await stopped
})
