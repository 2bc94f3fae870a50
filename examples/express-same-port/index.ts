import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createChatServer } from 'tertulia'
import { webPages } from 'tertulia/web'

const chat = createChatServer({ accounts: true, guests: true })
const app = express()
const server = createServer(app)

// The application's own routes, before the chat or after it.
app.get('/', (_request, response) => {
  response.send('<!doctype html><title>Application</title><a href="/chat/">Go to the chat</a>')
})

// All of the chat is below one path: the pages, the HTTP routes (/chat/v1/…), the WebSocket.
app.use(webPages({ base: '/chat', title: 'Our chat', chat }).handler())
app.use('/chat', chat.handler())
await chat.attach(server, { path: '/chat' })

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`http://127.0.0.1:${port}/ and http://127.0.0.1:${port}/chat/`)
})

process.once('SIGINT', async () => {
  server.close() // Nobody new comes in,
  await chat.close() // who is here is told to come back,
  setTimeout(() => server.closeAllConnections(), 200) // and has a moment to hear it.
})
