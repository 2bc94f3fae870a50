import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ChatError, createChatServer } from 'tertulia'

// The application: a login that is none, and sessions in cookies.
const sessions = new Map<string, string>()
const sessionOf = (cookies: string | undefined) =>
  sessions.get(/(?:^|; )session=([\w-]+)/.exec(cookies ?? '')?.[1] ?? '')

const web = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const name = url.searchParams.get('as')
  if (url.pathname === '/login' && name !== null) {
    const id = randomUUID()
    sessions.set(id, name)
    response.setHeader('set-cookie', `session=${id}; HttpOnly; SameSite=Strict; Path=/`)
  }
  response.end(`You are ${name ?? sessionOf(request.headers.cookie) ?? 'nobody'}\n`)
})

// The chat: whoever is logged in there is the same person here; nobody else comes in.
const chat = createChatServer({
  hooks: {
    beforeConnect({ connection }) {
      const name = sessionOf(connection.headers?.cookie?.toString())
      if (name === undefined) throw new ChatError('unauthorized', 'Log in first.')
      return { name }
    },
  },
})
await chat.attach(web, { path: '/chat' })

web.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = web.address() as AddressInfo
  console.log(`http://127.0.0.1:${port}/login?as=Alice and ws://127.0.0.1:${port}/chat`)
})

process.once('SIGINT', async () => {
  await chat.close()
  web.close()
})
