/** The pages mounted in applications, beside the chat: at the top, and under a path. */

import { createServer, request } from 'node:http'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { httpTransport } from '../../src/transports/http/transport.ts'
import { webPages } from '../../src/web.ts'
import { serveFetch } from './serve-fetch.ts'
import { after, chatServer, isUndisturbed, listening, talks } from './talk.ts'

/** Asks with the path as it is written here: `fetch` would make it tidy first. */
function rawGet(url: string, path: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, agent: false }, (got) => {
      let body = ''
      got.on('data', (chunk) => {
        body += chunk
      })
      got.on('end', () => resolve({ status: got.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })
}

/** Every file that a page asks for is there, with what keeps it safe; nothing else is. */
async function showsPages(url: string, base: string): Promise<void> {
  for (const [path, script] of [
    ['', 'chat.js'],
    ['admin', 'admin.js'],
  ] as const) {
    const at = `${url}${base}${path}`
    const response = await fetch(at, { headers: { 'accept-encoding': 'br, gzip' } })
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain(`<script type="module" src="${script}?v=`)
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const etag = response.headers.get('etag') ?? ''
    const again = await fetch(at, {
      headers: { 'accept-encoding': 'br, gzip', 'if-none-match': etag },
    })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await fetch(at, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const file = await fetch(new URL(address, at))
      expect(file.status, address).toBe(200)
      expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(0)
      const lasts = address.includes('?v=') ? /immutable/ : /^no-cache$/
      expect(file.headers.get('cache-control'), address).toMatch(lasts)
    }
  }
  for (const name of ['client.js', 'worker.js']) {
    const file = await fetch(`${url}${base}${name}`)
    expect([file.status, file.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ])
    await file.arrayBuffer()
  }
  for (const path of ['../package.json', '..%2f..%2fpackage.json', 'chat.html', 'nothing.js']) {
    const { status, body } = await rawGet(url, base + path)
    expect(status, path).toBe(404)
    expect(body).not.toMatch(/\/(src|dist|node_modules)\b|doctype html><title>Tertulia|scripts/)
  }
}

/** Where it is mounted, the slash is added that the page's addresses need. */
async function addsSlash(url: string): Promise<void> {
  const response = await fetch(`${url}/chat`)
  expect([response.status, response.url]).toEqual([200, `${url}/chat/`])
  expect(await response.text()).toContain('chat.js')
}

describe('at the top', () => {
  it('with listen, where routes win', async () => {
    const chat = chatServer({ guests: true })
    const { httpUrl = '' } = await chat.listen({ port: 0, pages: webPages({ title: 'Café' }) })
    await showsPages(httpUrl, '/')
    expect(await (await fetch(`${httpUrl}/`)).text()).toContain('<title>Café</title>')
    expect(await (await fetch(`${httpUrl}/health`)).json()).toMatchObject({ status: 'ok' })
    // Their paths are no routes of the pages: what isn't GET is told as ever.
    expect((await fetch(httpUrl, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${httpUrl}/login`)).status).toBe(405)
    expect((await fetch(`${httpUrl}/v1/nothing`)).headers.get('content-type')).toContain('json')
    await talks(httpUrl, '')
  })

  it('with listen, under a path', async () => {
    const chat = chatServer({ guests: true })
    const pages = webPages({ base: '/chat' })
    const { httpUrl = '' } = await chat.listen({ port: 0, path: '/chat', pages })
    await showsPages(httpUrl, '/chat/')
    await addsSlash(httpUrl)
    expect((await fetch(httpUrl)).status).toBe(404)
  })

  it('in the transport by itself, by fetch', async () => {
    const chat = chatServer({ guests: true })
    const transport = httpTransport({ pages: webPages() })
    await chat.open(transport)
    const url = await listening(serveFetch((request) => transport.fetch(request)))
    await showsPages(url, '/')
    // What is elsewhere is nobody's, whatever stands at the top.
    const below = httpTransport({ base: '/chat', pages: webPages({ base: '/chat' }) })
    await chat.open(below)
    const at = async (path: string) => (await below.fetch(new Request(`http://host${path}`))).status
    expect(await Promise.all(['/chat/', '/chat/health', '/', '/x'].map(at))).toEqual([
      200, 200, 404, 404,
    ])
  })

  it('with listen, not at all unless they are given', async () => {
    const chat = chatServer({ guests: true })
    const { httpUrl = '' } = await chat.listen({ port: 0 })
    for (const path of ['/', '/admin', '/chat.js', '/client.js']) {
      const response = await fetch(httpUrl + path)
      expect([response.status, response.headers.get('content-type')]).toEqual([
        404,
        'application/json; charset=utf-8',
      ])
    }
  })

  it('in plain http, which has nothing else', async () => {
    const url = await listening(createServer(webPages().handler()))
    await showsPages(url, '/')
    const nothing = await fetch(`${url}/nothing`)
    expect([nothing.status, await nothing.text()]).toEqual([404, 'Not found\n'])
  })
})

describe('under /chat, beside the chat and the application', () => {
  it('in Express 5, whole or at a path', async () => {
    for (const at of ['/', '/chat']) {
      const app = express()
      const server = createServer(app)
      const chat = chatServer()
      app.use(at, webPages({ base: '/chat' }).handler())
      app.use('/chat', chat.handler())
      await chat.attach(server, { path: '/chat' })
      app.get('/', (_request, response) => void response.json('the application'))
      app.post('/echo', express.json(), (incoming, response) => void response.json(incoming.body))
      const url = await listening(server)
      await showsPages(url, '/chat/')
      await addsSlash(url)
      await talks(url, '/chat')
      await isUndisturbed(url)
    }
  })

  it('in Fastify 5, by a hook', async () => {
    const app = Fastify()
    const chat = chatServer()
    const pages = webPages({ base: '/chat' }).handler()
    const routes = chat.handler({ base: '/chat' })
    app.addHook('onRequest', (incoming, reply, done) => {
      pages(incoming.raw, reply.raw, () => routes(incoming.raw, reply.raw, done))
    })
    await chat.attach(app.server, { path: '/chat' })
    app.get('/', async (_request, reply) =>
      reply.type('application/json').send('"the application"'),
    )
    app.post('/echo', async (incoming) => incoming.body)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    after(() => app.close())
    await showsPages(url, '/chat/')
    await addsSlash(url)
    await talks(url, '/chat')
    await isUndisturbed(url)
  })

  it('in Hono 4, by fetch', async () => {
    const app = new Hono<{ Bindings: { address: string } }>()
    const chat = chatServer()
    const pages = webPages({ base: '/chat' })
    const routes = chat.fetch({ base: '/chat' })
    app.use(async (c, next) => pages.fetch(c.req.raw) ?? next())
    app.all('/chat/*', (c) => routes(c.req.raw, { address: c.env.address }))
    app.get('/', (c) => c.json('the application'))
    app.post('/echo', async (c) => c.json(await c.req.json()))
    app.notFound((c) => c.json('nobody', 404))
    const server = serveFetch(app.fetch)
    await chat.attach(server, { path: '/chat' })
    const url = await listening(server)
    await showsPages(url, '/chat/')
    await addsSlash(url)
    await talks(url, '/chat')
    await isUndisturbed(url)
  })

  it('in plain http', async () => {
    const chat = chatServer()
    const pages = webPages({ base: '/chat' }).handler()
    const routes = chat.handler({ base: '/chat' })
    const server = createServer((incoming, response) => {
      pages(incoming, response, () =>
        routes(incoming, response, () => {
          response.statusCode = 404
          response.end('"nobody"')
        }),
      )
    })
    await chat.attach(server, { path: '/chat' })
    const url = await listening(server)
    await showsPages(url, '/chat/')
    await addsSlash(url)
    await talks(url, '/chat')
  })
})
