import { createChatServer } from 'tertulia'

const chat = createChatServer({ name: 'Terminal pair', accounts: true, guests: true })
const { tcpPort } = await chat.listen({
  port: false, // nothing but framed TCP
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})
console.log(`framed TCP on port ${tcpPort}`)

process.once('SIGINT', () => chat.close())
