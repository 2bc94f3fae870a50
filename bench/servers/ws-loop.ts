// The baseline: a chat server on `ws` the way it is usually written by hand. One JSON.stringify per
// message, then a loop of send() over the room.

import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { host } from './host.ts'

interface Incoming {
  readonly type: 'hello' | 'join' | 'message'
  readonly name: string
  readonly room: string
  readonly text: string
}

const rooms = new Map<string, Set<WebSocket>>()
let people = 0

function serve(socket: WebSocket): void {
  const id = `p${++people}`
  let name = ''
  const joined = new Set<string>()

  socket.on('message', (data) => {
    const message: Incoming = JSON.parse(data.toString())
    if (message.type === 'hello') {
      name = message.name
      socket.send(JSON.stringify({ type: 'welcome', id }))
    } else if (message.type === 'join') {
      let room = rooms.get(message.room)
      if (!room) {
        room = new Set()
        rooms.set(message.room, room)
      }
      room.add(socket)
      joined.add(message.room)
      socket.send(JSON.stringify({ type: 'joined', room: message.room }))
    } else if (joined.has(message.room)) {
      const { room, text } = message
      const from = { id, name }
      const out = JSON.stringify({ type: 'message', room, from, text, ts: Date.now() })
      for (const member of rooms.get(room) ?? []) {
        if (member.readyState === WebSocket.OPEN) member.send(out)
      }
    }
  })

  socket.on('close', () => {
    for (const room of joined) rooms.get(room)?.delete(socket)
  })
  socket.on('error', () => socket.terminate())
}

host(
  () =>
    new Promise((resolve) => {
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
      server.on('connection', serve)
      server.on('listening', () => resolve((server.address() as AddressInfo).port))
    }),
)
