import { randomInt } from 'node:crypto'
import { createChatServer } from 'tertulia'

const chat = createChatServer()
const { url, tcpPort } = await chat.listen({
  port: Number(process.env.PORT ?? 8080),
  tcpPort: Number(process.env.TCP_PORT ?? 12345),
})

const bot = await chat.participant('dado')
await bot.join('geral')

const answers: Record<string, (name: string) => string> = {
  '!roll': (name) => `${name} rolls ${randomInt(1, 7)}`,
  '!time': () => new Date().toISOString(),
}

bot.on('joined', ({ room, person }) => bot.send(room, `Hello ${person.name}! Try !roll or !time.`))
bot.on('message', async ({ room, seq, from, text }) => {
  const answer = answers[text]
  // The key makes the answer to one message one answer, however often this were run.
  if (answer !== undefined) await bot.send(room, answer(from.name), { cid: `re-${seq}` })
})

console.log(`${bot.person.name} is in #geral: ${url}, framed TCP on port ${tcpPort}`)
process.once('SIGINT', () => chat.close())
