import type { AddressInfo } from 'node:net'
import { app } from './app.ts'
import { chat } from './chat.ts'
import { serve } from './serve.ts'

const server = serve(app)
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})

process.once('SIGINT', async () => {
  server.close() // Nobody new comes in,
  await chat.close() // who is here is told to come back,
  setTimeout(() => server.closeAllConnections(), 200) // and has a moment to hear it.
})
