/** Files where the routes are mounted in an application. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import { memoryFiles } from '../../src/files/memory.ts'
import { png } from '../files/samples.ts'

const room = 'sala'
const BYTES = png(300_000)
const open: (ChatServer | Server)[] = []

afterEach(async () => {
  for (const one of open.splice(0)) {
    await new Promise<void>((resolve) => {
      if ('listening' in one) {
        one.closeAllConnections()
        one.close(() => resolve())
      } else void one.close().then(resolve)
    })
  }
})

function chat(limits = {}): ChatServer {
  const made = createChatServer({ files: memoryFiles(), limits })
  open.push(made)
  return made
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Brings a file, and gets it, whole and in part. */
async function share(ask: Ask) {
  const json = { 'content-type': 'application/json' }
  const opened = await ask('/v1/session', { method: 'POST', headers: json, body: '{"name":"Ana"}' })
  const { session } = (await opened.json()) as { session: string }
  const headers = { 'tertulia-session': session }
  await ask(`/v1/rooms/${room}/members/me`, { method: 'PUT', headers })
  const bring = (body: Uint8Array, type = 'image/png') =>
    ask(`/v1/rooms/${room}/files?name=a.png`, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body: new Uint8Array(body),
    })
  const up = await bring(BYTES)
  expect(up.status).toBe(201)
  const { id } = (await up.json()) as { id: string }
  const got = await ask(`/v1/files/${id}/a.png`, { headers })
  expect(got.headers.get('x-content-type-options')).toBe('nosniff')
  expect(Buffer.from(await got.arrayBuffer()).equals(BYTES)).toBe(true)
  const part = await ask(`/v1/files/${id}/a.png`, { headers: { ...headers, range: 'bytes=5-9' } })
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, BYTES.subarray(5, 10)])
  const head = await ask(`/v1/files/${id}/a.png`, { headers, method: 'HEAD' })
  expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0])
  expect((await bring(Buffer.from('<html>'))).status).toBe(415)
  expect((await bring(Buffer.concat([BYTES, BYTES]))).status).toBe(413)
  // One who stops reading harms nobody.
  const left = await ask(`/v1/files/${id}/a.png`, { headers })
  await left.body?.cancel()
  expect((await ask(`/v1/files/${id}/a.png`, { headers })).status).toBe(200)
}

async function listening(server: Server): Promise<string> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const limits = { fileBytes: 500_000 }

describe('files', () => {
  it('in Express, also behind parsers of bodies', async () => {
    for (const parsers of [
      [],
      [express.json()],
      [express.raw({ type: 'image/*', limit: '1mb' })],
    ]) {
      const app = express()
      for (const parser of parsers) app.use(parser)
      app.use('/chat', chat(limits).handler())
      const url = await listening(createServer(app))
      await share((path, init) => fetch(`${url}/chat${path}`, init))
    }
  })

  it('where fetch is spoken', async () => {
    const fetcher = chat(limits).fetch()
    await share((path, init) => fetcher(new Request(`http://localhost${path}`, init)))
  })
})
