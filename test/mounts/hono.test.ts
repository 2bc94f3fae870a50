/** Mounted in Hono 4, and in whatever else speaks `fetch`. */

import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { api } from '../support/http.ts'
import { type Bindings, serveFetch } from './serve-fetch.ts'
import { chatServer, endsAlone, isUndisturbed, listening, talks } from './talk.ts'

type App = Hono<{ Bindings: Bindings }>

/** Hono’s own routes, behind the chat. */
function withRoutes(app: App): App {
  app.get('/', (c) => c.json('the application'))
  app.post('/echo', async (c) => c.json(await c.req.json()))
  return app.notFound((c) => c.json('nobody', 404))
}

it('by a route of all that is below a path', async () => {
  const app: App = new Hono()
  const chat = chatServer()
  const handler = chat.fetch({ base: '/chat' })
  // By the address the chat counts connections and requests: tell it, where it can be known.
  app.all('/chat/*', (c) => handler(c.req.raw, { address: c.env.address }))
  const server = serveFetch(withRoutes(app).fetch) // With @hono/node-server: serve({ fetch: app.fetch, … })
  await chat.attach(server, { path: '/chat' })

  const url = await listening(server)
  await talks(url, '/chat')
  await isUndisturbed(url)
  await endsAlone(chat, url, '/chat')
})

it('by app.mount, which takes the path off', async () => {
  const app: App = new Hono()
  const chat = chatServer()
  const handler = chat.fetch()
  app.mount('/api/chat', (request, env: Bindings) => handler(request, { address: env.address }))
  const server = serveFetch(withRoutes(app).fetch)
  await chat.attach(server, { path: '/api/chat' })

  const url = await listening(server)
  await talks(url, '/api/chat')
  await isUndisturbed(url)
})

it('in an app of its own, under a path of another', async () => {
  const app: App = new Hono()
  const inner: App = new Hono()
  const chat = chatServer()
  const handler = chat.fetch({ base: '/v2/chat' })
  inner.all('/chat/*', (c) => handler(c.req.raw, { address: c.env.address }))
  inner.get('/other', (c) => c.json('other'))
  app.route('/v2', inner)
  const server = serveFetch(withRoutes(app).fetch)
  await chat.attach(server, { path: '/v2/chat' })

  const url = await listening(server)
  await talks(url, '/v2/chat')
  expect((await api(url).get('/v2/other')).body).toBe('other')
  await isUndisturbed(url)
})
