/** One node of the chat: a process of its own, started by index.ts. */

import { createChatServer } from 'tertulia'
import { postgresBroker, postgresStorage } from 'tertulia/postgres'

const database = process.env.DATABASE_URL ?? ''
const chat = createChatServer({
  storage: postgresStorage(database),
  broker: postgresBroker(database),
  guests: true,
})
const { port } = await chat.listen({ port: 0 })
process.send?.(port)
process.once('disconnect', () => chat.close())
