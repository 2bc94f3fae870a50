/** Clients of the bundled transports, for their conformance suite. */

import { createHash, randomBytes } from 'node:crypto'
import { connect as connectSocket, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { FrameDecoder, frameHeader } from '../../src/protocol/framing.ts'
import { makeMailbox } from '../../src/testing/mailbox.ts'
import type { RawClient, SuiteClient } from '../../src/testing/transport-subject.ts'
import type { MemoryClient } from '../../src/transports/memory.ts'

const HOST = '127.0.0.1'

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ port, host: HOST, noDelay: true, allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // A reset by the server is one way to end; 'close' follows.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

const rawClient = (socket: Socket): RawClient => ({
  write: (bytes) => void socket.write(bytes),
  terminate: () => void socket.destroy(),
})

/** A payload in a frame of the TCP transport. */
export const tcpFrame = (payload: Uint8Array): Uint8Array =>
  Buffer.concat([frameHeader(payload.length), payload])

export async function tcpClient(port: number): Promise<SuiteClient> {
  const socket = await openSocket(port)
  const { put, end, next, closed } = makeMailbox<string>()
  const decoder = new FrameDecoder(
    { onFrame: (payload) => put(Buffer.from(payload).toString()) },
    Number.MAX_SAFE_INTEGER,
  )
  socket.on('data', (chunk) => decoder.push(chunk))
  socket.on('end', () => socket.end())
  socket.on('close', () => end())
  return {
    send: (payload) => void socket.write(tcpFrame(Buffer.from(payload))),
    close: () => void socket.end(),
    finish: () => void socket.end(),
    terminate: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    next,
    closed,
  }
}

export async function tcpRaw(port: number): Promise<RawClient> {
  const socket = await openSocket(port)
  socket.on('end', () => socket.end())
  socket.resume()
  return rawClient(socket)
}

export function wsClient(port: number): Promise<SuiteClient> {
  const { put, end, next, closed } = makeMailbox<string>()
  const socket = new WebSocket(`ws://${HOST}:${port}/`, { perMessageDeflate: false })
  socket.on('message', (data) => put(data.toString()))
  socket.on('close', (code, reason) => end({ code, reason: reason.toString() }))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () =>
      resolve({
        send(payload) {
          if (socket.readyState === WebSocket.OPEN) socket.send(payload)
        },
        close: () => socket.close(),
        terminate: () => socket.terminate(),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        next,
        closed,
      }),
    )
  })
}

/** A payload in one masked text frame, as clients send it (RFC 6455, 5.2 and 5.3). */
export function wsFrame(payload: Uint8Array): Uint8Array {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.of(0x81, 0x80 | length)
      : length < 0x10000
        ? Buffer.of(0x81, 0x80 | 126, length >> 8, length & 255)
        : Buffer.concat([Buffer.of(0x81, 0x80 | 127, 0, 0, 0, 0), sizeOf(length)])
  const mask = randomBytes(4)
  const masked = Buffer.from(payload)
  for (let i = 0; i < length; i++) masked[i] = (masked[i] as number) ^ (mask[i & 3] as number)
  return Buffer.concat([head, mask, masked])
}

function sizeOf(length: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length)
  return size
}

/** Shakes hands by hand (RFC 6455, 4.1) and leaves the rest to the caller. */
export async function wsRaw(port: number): Promise<RawClient> {
  const socket = await openSocket(port)
  const key = randomBytes(16).toString('base64')
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${HOST}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  const expected = `Sec-WebSocket-Accept: ${accept.digest('base64')}`
  let answer = ''
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (answer.includes('\r\n\r\n')) resolve()
    })
    socket.once('close', () => reject(new Error(`no handshake: ${answer}`)))
  })
  socket.on('end', () => socket.end())
  if (!answer.includes(expected)) throw new Error(`a strange handshake: ${answer}`)
  return rawClient(socket)
}

export function memoryClient(client: MemoryClient): SuiteClient {
  const { put, end, next, closed } = makeMailbox<string>()
  client.onPayload = put
  client.onClose = (code, reason) => end({ code, reason })
  return {
    send: (payload) => client.send(payload),
    close: () => client.close(),
    terminate: () => client.cut(),
    pause: () => client.pauseReading(),
    resume: () => client.resumeReading(),
    next,
    closed,
  }
}
