/** The client's end of a connection, over framed TCP or WebSocket, written from `PROTOCOL.md`. */

import { connect } from 'node:net'
import { WebSocket } from 'ws'

export type WireName = 'tcp' | 'websocket'

/** Hears a connection. `closed` comes once, last, whatever happens. */
export interface WireEar {
  opened(): void
  payload(text: string): void
  closed(): void
}

/** A connection. */
export interface Wire {
  send(payload: string): void
  /** Says that nothing more will be sent; what comes is still heard. */
  end(): void
  /** Gives the connection up. */
  destroy(): void
}

const HEADER = 4

/** Connects to a port of this machine. */
export function dial(name: WireName, port: number, ear: WireEar): Wire {
  return name === 'tcp' ? dialTcp(port, ear) : dialWebSocket(port, ear)
}

function dialTcp(port: number, ear: WireEar): Wire {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let rest: Buffer = Buffer.alloc(0)
  socket.on('connect', () => ear.opened())
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32BE(0)
      if (rest.length < end) break
      const text = rest.toString('utf8', HEADER, end)
      rest = rest.subarray(end)
      ear.payload(text)
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => ear.closed())
  return {
    send(payload) {
      const size = Buffer.byteLength(payload)
      const frame = Buffer.allocUnsafe(HEADER + size)
      frame.writeUInt32BE(size, 0)
      frame.write(payload, HEADER)
      socket.write(frame)
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  }
}

function dialWebSocket(port: number, ear: WireEar): Wire {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    handshakeTimeout: 5000,
  })
  socket.on('open', () => ear.opened())
  socket.on('message', (data) => ear.payload(data.toString()))
  socket.on('error', () => {})
  socket.on('close', () => ear.closed())
  return {
    send(payload) {
      if (socket.readyState === WebSocket.OPEN) socket.send(payload)
    },
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
  }
}
