import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { createChatServer } from 'tertulia'
import { webPages } from 'tertulia/web'
import { logIn, logOut, userOf } from './sessions.ts'

// Whoever is logged in to the application is the same person in the chat; nobody else comes in.
const chat = createChatServer({
  authenticate: (_credentials, { headers }) => userOf(headers?.cookie?.toString()),
})

const app = express()
const server = createServer(app)
const file = (name: string) => join(import.meta.dirname, name)

app.get('/', ({ headers }, response) => {
  response.sendFile(file(userOf(headers.cookie) === null ? 'login.html' : 'chat.html'))
})
app.get('/chat.js', (_request, response) => response.sendFile(file('chat.js')))

app.post('/login', express.urlencoded(), ({ body }, response) => {
  const cookie = logIn(String(body.login))
  if (cookie === null) return void response.status(401).sendFile(file('login.html'))
  response.cookie('session', cookie, { httpOnly: true, sameSite: 'strict' }).redirect(303, '/')
})

app.post('/logout', ({ headers }, response) => {
  const user = userOf(headers.cookie)
  if (user !== null) {
    logOut(user)
    // Connections that are open were let in before: they end now, on all nodes.
    chat.disconnect(user.id)
  }
  response.clearCookie('session').redirect(303, '/')
})

// Of these pages ours uses only the client, /chat/client.js.
app.use(webPages({ base: '/chat', accounts: false, guests: false, admin: false }).handler())
await chat.attach(server, { path: '/chat' })

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})

process.once('SIGINT', async () => {
  server.close() // Nobody new comes in,
  await chat.close() // who is here is told to come back,
  setTimeout(() => server.closeAllConnections(), 200) // and has a moment to hear it.
})
