// What the two servers below `ws` share: `ws` receives, the frames to send are built here and go to
// the raw sockets.

import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { host } from './host.ts'

interface Incoming {
  readonly type: 'hello' | 'join' | 'message'
  readonly name: string
  readonly room: string
  readonly text: string
}

export interface RawRoom {
  readonly members: Set<Socket>
  /** Frames that wait for the end of the turn; unused by a server that writes at once. */
  pending: Buffer[]
}

/** Serves the plain dialect; `broadcast` is what the servers differ in. */
export function hostRawRooms(broadcast: (room: RawRoom, frame: Buffer) => void): void {
  const rooms = new Map<string, RawRoom>()
  let people = 0

  function serve(socket: WebSocket, raw: Socket): void {
    const id = `p${++people}`
    let name = ''
    const joined = new Map<string, RawRoom>()

    socket.on('message', (data) => {
      const message: Incoming = JSON.parse(data.toString())
      if (message.type === 'hello') {
        name = message.name
        raw.write(textFrame(JSON.stringify({ type: 'welcome', id })))
      } else if (message.type === 'join') {
        let room = rooms.get(message.room)
        if (!room) {
          room = { members: new Set(), pending: [] }
          rooms.set(message.room, room)
        }
        room.members.add(raw)
        joined.set(message.room, room)
        raw.write(textFrame(JSON.stringify({ type: 'joined', room: message.room })))
      } else {
        const room = joined.get(message.room)
        if (!room) return
        const from = { id, name }
        const { text } = message
        const body = { type: 'message', room: message.room, from, text, ts: Date.now() }
        broadcast(room, textFrame(JSON.stringify(body)))
      }
    })
    socket.on('close', () => {
      for (const room of joined.values()) room.members.delete(raw)
    })
    socket.on('error', () => socket.terminate())
  }

  host(
    () =>
      new Promise((resolve) => {
        const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
        server.on('connection', (socket, request) => serve(socket, request.socket))
        server.on('listening', () => resolve((server.address() as AddressInfo).port))
      }),
  )
}

/** An unmasked text frame, up to 65,535 bytes of payload. */
function textFrame(payload: string): Buffer {
  const length = Buffer.byteLength(payload)
  const head = length < 126 ? 2 : 4
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = 0x81
  if (head === 2) frame[1] = length
  else {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  }
  frame.write(payload, head)
  return frame
}
