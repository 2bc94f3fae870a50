// Socket.IO as its documentation shows it: rooms by join(), io.to(room).emit(), websocket only.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { host } from './host.ts'

interface Incoming {
  readonly room: string
  readonly text: string
}

host(async () => {
  const http = createServer()
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    serveClient: false,
  })
  io.on('connection', (socket) => {
    let name = ''
    socket.on('hello', (asked: string) => {
      name = asked
      socket.emit('welcome', { id: socket.id })
    })
    socket.on('join', async (room: string) => {
      await socket.join(room)
      socket.emit('joined', { room })
    })
    socket.on('message', ({ room, text }: Incoming) => {
      if (!socket.rooms.has(room)) return
      const from = { id: socket.id, name }
      io.to(room).emit('message', { room, from, text, ts: Date.now() })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return (http.address() as AddressInfo).port
})
