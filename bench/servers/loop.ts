// What the servers written by hand on `ws` have in common. One JSON.stringify per message, then a
// loop of send() over the room; they differ in what happens before that.

import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { host } from './host.ts'

interface Incoming {
  readonly type: 'hello' | 'join' | 'message'
  readonly name: string
  readonly room: string
  readonly text: string
}

/** A message as it is stored; `ts` in ms. */
export interface Message {
  readonly room: string
  readonly from: { readonly id: string; readonly name: string }
  readonly text: string
  readonly ts: number
}

/** Shows a message to its room; with its id in the table, where it has one. */
export type Broadcast = (message: Message, id?: number) => void

/** Serves the plain dialect. `handle` is given each message and sees to its being shown. */
export function hostLoop(
  prepare: () => Promise<(message: Message, broadcast: Broadcast) => void>,
): void {
  const rooms = new Map<string, Set<WebSocket>>()
  let people = 0

  function broadcast({ room, from, text, ts }: Message, id?: number): void {
    const out = JSON.stringify({ type: 'message', id, room, from, text, ts })
    for (const member of rooms.get(room) ?? []) {
      if (member.readyState === WebSocket.OPEN) member.send(out)
    }
  }

  function serve(socket: WebSocket, handle: (one: Message, broadcast: Broadcast) => void): void {
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
        handle({ room, from: { id, name }, text, ts: Date.now() }, broadcast)
      }
    })

    socket.on('close', () => {
      for (const room of joined) rooms.get(room)?.delete(socket)
    })
    socket.on('error', () => socket.terminate())
  }

  host(async () => {
    const handle = await prepare()
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
    server.on('connection', (socket) => serve(socket, handle))
    await new Promise((resolve) => server.on('listening', resolve))
    return (server.address() as AddressInfo).port
  })
}
