/** Mounted in Express 5. */

import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { overWebSocket, person } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { after, chatServer, endsAlone, isUndisturbed, listening, talks } from './talk.ts'

it('under a path, beside the routes of the application', async () => {
  const app = express()
  const server = createServer(app)
  const chat = chatServer()
  app.use('/chat', chat.handler()) // HTTP: POST /chat/v1/session, …
  await chat.attach(server, { path: '/chat' }) // WebSocket: ws://…/chat

  app.get('/', (_request, response) => void response.json('the application'))
  app.post('/echo', express.json(), (request, response) => void response.json(request.body))
  const url = await listening(server)
  await talks(url, '/chat')
  await isUndisturbed(url)
  await endsAlone(chat, url, '/chat')
})

it('behind a parser of bodies, which has read them before', async () => {
  const app = express()
  const server = createServer(app)
  const chat = chatServer()
  app.use(express.json())
  app.use(express.urlencoded({ extended: true }))
  app.use('/chat', chat.handler())
  await chat.attach(server, { path: '/chat' })

  app.get('/', (_request, response) => void response.json('the application'))
  app.post('/echo', (request, response) => void response.json(request.body))
  const url = await listening(server)
  await talks(url, '/chat')
  await isUndisturbed(url)
})

it('in a router, under two paths', async () => {
  const app = express()
  const server = createServer(app)
  const chat = chatServer()
  const router = express.Router()
  router.use('/chat', chat.handler())
  app.use('/api', router)
  await chat.attach(server, { path: '/api/chat' }) // The whole path: upgrades don't come by routers.

  app.get('/', (_request, response) => void response.json('the application'))
  app.post('/echo', express.json(), (request, response) => void response.json(request.body))
  app.get('/api/other', (_request, response) => void response.json('other'))
  const url = await listening(server)
  await talks(url, '/api/chat')
  await isUndisturbed(url)
  expect((await api(url).get('/api/other')).body).toBe('other')
})

it('with the application’s own persons, by a cookie, over HTTP and WebSocket', async () => {
  const app = express()
  const server = createServer(app)
  const chat = chatServer({
    authenticate: (_credentials, { headers }) =>
      headers?.cookie === 'session=ana' ? { id: 'user-1', name: 'Ana' } : null,
  })
  app.use('/chat', chat.handler())
  await chat.attach(server, { path: '/chat' })
  const url = await listening(server)
  const headers = { cookie: 'session=ana' }
  const mine = await api(`${url}/chat`, headers).post('/v1/session')
  expect(mine.body.person).toEqual({ id: 'user-1', name: 'Ana' })
  const socket = await person(overWebSocket(`${url.replace('http', 'ws')}/chat`, { headers }))
  after(() => socket.cut())
  await socket.ask('join', { room: 'sala' })
  expect((await api(`${url}/chat`).post('/v1/session', { name: 'Bob' })).status).toBe(401)
})
