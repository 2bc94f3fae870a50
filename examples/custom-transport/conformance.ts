/** Does it keep every promise of a transport? The suite that Tertulia's own transports pass tells. */

import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FrameDecoder } from 'tertulia/protocol'
import { makeMailbox, transportSuite } from 'tertulia/testing'
import { framing } from './unix-connection.ts'
import { unixTransport } from './unix-transport.ts'

const open = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true })
    socket.on('connect', () => resolve(socket)).on('error', reject)
    socket.on('end', () => socket.end())
  })

/** A client as the suite wants it, without any rule of its own. */
async function client(path: string) {
  const socket = await open(path)
  const { put, end, next, closed } = makeMailbox<string>()
  const onFrame = (payload: Uint8Array): void => put(Buffer.from(payload).toString())
  const decoder = new FrameDecoder({ onFrame }, Number.MAX_SAFE_INTEGER)
  socket.on('data', (chunk) => decoder.push(chunk)).on('close', () => end())
  return {
    send: (payload: string) => void socket.write(framing.pack([payload])),
    close: () => void socket.end(),
    finish: () => void socket.end(),
    terminate: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    next,
    closed,
  }
}

/** Bytes as they are. */
async function raw(path: string) {
  const socket = (await open(path)).resume()
  return {
    write: (bytes: Uint8Array) => void socket.write(bytes),
    terminate: () => void socket.destroy(),
  }
}

describe('unixTransport', () => {
  transportSuite({
    test: it,
    supports: {
      bytes: true,
      backPressure: true,
      pause: true,
      welcome: true,
      halfClose: true,
      frameTimeout: true,
      rival: true,
    },
    factory() {
      const folder = mkdtempSync(join(tmpdir(), 'unix-transport-'))
      const path = join(folder, 'chat.sock')
      return {
        transport: unixTransport({ path }),
        connect: () => client(path),
        raw: () => raw(path),
        frame: (payload) => {
          const length = Buffer.alloc(4)
          length.writeUInt32BE(payload.length)
          return Buffer.concat([length, payload])
        },
        rival: () => unixTransport({ path }),
        dispose: () => rmSync(folder, { recursive: true }),
      }
    },
  })
})
