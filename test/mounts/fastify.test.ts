/** Mounted in Fastify 5. */

import Fastify, { type FastifyInstance } from 'fastify'
import { expect, it } from 'vitest'
import { api, guest } from '../support/http.ts'
import { after, chatServer, endsAlone, isUndisturbed, talks } from './talk.ts'

/** Its own routes, and where it listens. */
async function listens(app: FastifyInstance): Promise<string> {
  app.get('/', async (_request, reply) => reply.type('application/json').send('"the application"'))
  app.post('/echo', async (request) => request.body)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  after(() => app.close())
  return url
}

it('by a hook, before Fastify reads the body', async () => {
  const app = Fastify()
  const chat = chatServer()
  const handler = chat.handler({ base: '/chat' })
  // What isn't below /chat goes on to the routes of the application: that is `done`.
  app.addHook('onRequest', (request, reply, done) => handler(request.raw, reply.raw, done))
  await chat.attach(app.server, { path: '/chat' })

  const url = await listens(app)
  await talks(url, '/chat')
  await isUndisturbed(url)
  await endsAlone(chat, url, '/chat')
})

it('as a plugin with a prefix', async () => {
  const app = Fastify()
  const chat = chatServer()
  const handler = chat.handler({ base: '/api/chat' })
  await app.register(
    async (scope) => {
      // The chat reads bodies by itself, with its own limits.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      scope.all('/*', (request, reply) => {
        reply.hijack()
        handler(request.raw, reply.raw)
      })
    },
    { prefix: '/api/chat' },
  )
  await chat.attach(app.server, { path: '/api/chat' })

  const url = await listens(app)
  await talks(url, '/api/chat')
  await isUndisturbed(url)
  expect((await api(url).post('/echo', { still: 'parsed' })).body).toEqual({ still: 'parsed' })
})

it('closes with the application', async () => {
  const app = Fastify()
  const chat = chatServer()
  const handler = chat.handler({ base: '/chat' })
  app.addHook('onRequest', (request, reply, done) => handler(request.raw, reply.raw, done))
  app.addHook('preClose', () => chat.close())
  await chat.attach(app.server, { path: '/chat' })
  const url = await listens(app)
  expect((await guest(`${url}/chat`, 'Ana')).hello.person.name).toBe('Ana')
  await app.close()
  await expect(api(`${url}/chat`).get('/ready')).rejects.toThrow()
})
