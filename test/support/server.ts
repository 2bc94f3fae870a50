/** A server on free ports, closed after the test. */

import { afterEach } from 'vitest'
import { type ChatServer, type ChatServerOptions, createChatServer } from '../../src/chat.ts'
import { overTcp, overWebSocket } from './clients.ts'

const open: ChatServer[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((chat) => chat.close()))
})

/** Everything from one address in tests: limits by address would get in the way. */
export const ROOMY = { connectionsPerAddress: 10_000, addressCommandBurst: 1_000_000 }

export async function start(options: ChatServerOptions = {}) {
  const chat = createChatServer({
    logger: false,
    ...options,
    limits: { ...ROOMY, ...options.limits },
  })
  open.push(chat)
  const where = await chat.listen({ port: 0, tcpPort: 0 })
  const url = where.url as string
  return {
    chat,
    where,
    url,
    ws: overWebSocket(url),
    tcp: overTcp(where.tcpPort as number),
  }
}
