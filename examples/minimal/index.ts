import { ChatError, createChatServer } from 'tertulia'

const chat = createChatServer({
  hooks: {
    beforeSend({ text }) {
      if (text.includes('http://')) throw new ChatError('forbidden', 'No links here, please.')
      return { text: text.trim() }
    },
  },
})

chat.on('message', ({ room, from, text }) => console.log(`[#${room}] ${from.name}: ${text}`))

const { url, tcpPort } = await chat.listen({
  port: Number(process.env.PORT ?? 8080),
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})
console.log(`WebSocket on ${url}, framed TCP on port ${tcpPort}`)
await chat.room('geral').send('Welcome!')

process.once('SIGINT', () => chat.close())
