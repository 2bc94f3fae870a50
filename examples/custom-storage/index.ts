import { createChatServer } from 'tertulia'
import { jsonStorage } from './json-storage.ts'

const file = process.env.FILE ?? 'chat.json'
const chat = createChatServer({
  storage: jsonStorage({ file }),
  accounts: true, // they are in the file, too
  guests: true,
})

const { url, tcpPort } = await chat.listen({
  port: Number(process.env.PORT ?? 8080),
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})
console.log(`${url}, framed TCP on port ${tcpPort}; everything is kept in ${file}`)

process.once('SIGINT', () => chat.close())
