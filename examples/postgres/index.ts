import { hostname } from 'node:os'
import { createChatServer } from 'tertulia'
import { postgresBroker, postgresStorage } from 'tertulia/postgres'

const database = process.env.DATABASE_URL
if (!database) throw new Error('set DATABASE_URL=postgres://user:password@host/database')

// Each process of this program is a node of one chat: they meet in the database.
const chat = createChatServer({
  storage: postgresStorage(database), // makes its tables at the first start
  broker: postgresBroker(database), // tells the other nodes what is new, by LISTEN and NOTIFY
  accounts: true,
  guests: true,
})

// What comes in at this node; others print theirs.
chat.on('message', ({ room, from, text }) => console.log(`[#${room}] ${from.name}: ${text}`))

const { url, tcpPort } = await chat.listen({
  port: Number(process.env.PORT ?? 8080),
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})
console.log(
  `a node on ${hostname()}, process ${process.pid}: ${url}, framed TCP on port ${tcpPort}`,
)

process.once('SIGINT', () => chat.close())
