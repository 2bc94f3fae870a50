import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChatServer } from 'tertulia'
import { connect } from 'tertulia/client'
import { openUnix } from './unix-link.ts'
import { unixTransport } from './unix-transport.ts'

const folder = mkdtempSync(join(tmpdir(), 'chat-'))
const path = process.env.SOCKET ?? join(folder, 'chat.sock')

// Who comes by the socket and who comes by TCP are in the same rooms.
const chat = createChatServer({ transports: [unixTransport({ path })] })
const { tcpPort } = await chat.listen({
  port: false,
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})
console.log(`unix:${path} and framed TCP on port ${tcpPort}`)

// Another program on this machine would do just this.
const local = connect(`unix:${path}`, { name: 'Local', open: openUnix })
const room = await local.join('geral')
room.on('message', ({ from, text }) => console.log(`[#${room.name}] ${from.name}: ${text}`))
await room.send('Hello from the same machine.')

process.once('SIGINT', async () => {
  await local.close()
  await chat.close()
  rmSync(folder, { recursive: true })
})
