import { randomUUID } from 'node:crypto'
import { createChatServer } from 'tertulia'
import { connect } from 'tertulia/client'
import { moderate } from './bot.ts'

// The server knows the bot by a token; everybody else is a guest.
const token = randomUUID()
const chat = createChatServer({
  guests: true,
  authenticate: (shown) => (shown.token === token ? { id: 'dado', name: 'dado' } : null),
})
const { url = '', tcpPort } = await chat.listen({
  port: Number(process.env.PORT ?? 8080),
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})

// The bot needs no more than an address and a token: it may run anywhere.
const bot = connect(url, { token })
const room = await moderate(bot, 'geral')

// Somebody has to make it a moderator. The program may do everything an admin may.
const host = await chat.participant('host')
await host.ask('role', { room: room.name, person: 'dado', role: 'moderator' })
await host.close()
console.log(`${bot.person?.name} looks after #geral: ${url}, framed TCP on port ${tcpPort}`)

process.once('SIGINT', async () => {
  await bot.close()
  await chat.close()
})
