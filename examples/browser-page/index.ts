import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChatServer } from 'tertulia'
import { webPages } from 'tertulia/web'

const page = readFileSync(new URL('index.html', import.meta.url))

// Under /chat there is all of the chat: its WebSocket, its SDK as `client.js`, and its own page, too.
const pages = webPages({ base: '/chat', accounts: false, admin: false }).handler()
const web = createServer((request, response) => {
  if (request.url !== '/') return pages(request, response)
  response.setHeader('content-type', 'text/html; charset=utf-8').end(page)
})

const chat = createChatServer()
await chat.attach(web, { path: '/chat' })

web.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = web.address() as AddressInfo
  console.log(
    `http://127.0.0.1:${port}/ is our page, http://127.0.0.1:${port}/chat/ the one that is there`,
  )
})

process.once('SIGINT', async () => {
  await chat.close()
  web.close()
  web.closeAllConnections()
})
