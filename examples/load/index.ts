import { createChatServer } from 'tertulia'
import { connect } from 'tertulia/client'
import { Tally } from './tally.ts'

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)
const people = number('PEOPLE', 1000)
const rooms = number('ROOMS', 10)
const seconds = number('SECONDS', 10)
/** People of each room who talk, each saying the next thing when the last one is stored. */
const speakers = number('SPEAKERS', 2)

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

// All come from one address, and those who talk do nothing else.
const chat = createChatServer({
  limits: {
    connectionsPerAddress: people,
    addressCommandsPerSecond: 1e6,
    addressCommandBurst: 1e6,
    commandsPerSecond: 1e5,
    commandBurst: 1e5,
  },
})
const { url = '' } = await chat.listen({ port: number('PORT', 0) })

console.log(`${people} people come into ${rooms} rooms, by WebSocket on ${url}`)
const clients = Array.from({ length: people }, (_, n) => connect(url, { name: `p${n}` }))

const joined = await Promise.all(clients.map((client, n) => client.join(`room-${n % rooms}`)))
const tally = new Tally()
for (const room of joined) room.on('message', (entry) => tally.heard(room, entry))
console.log(`all are there; ${speakers * rooms} of them talk for ${seconds} s`)

const end = setTimeout(() => stop.abort(), seconds * 1000)
const beat = setInterval(() => console.log(tally.line()), 1000)
await Promise.all(
  joined.slice(0, speakers * rooms).map(async (room) => {
    while (!stop.signal.aborted) {
      // What it takes until everybody has it is measured from here.
      await room.send(`${performance.now()}`)
      tally.said(room)
    }
  }),
)
clearTimeout(end)
clearInterval(beat)

// Each message has to reach everybody in its room, once and in order.
const due = (): number => joined.reduce((sum, { name }) => sum + tally.saidIn(name), 0)
const patience = performance.now() + 10_000
while (tally.deliveries < due() && performance.now() < patience) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
console.log(tally.summary(due()))

await Promise.all(clients.map((client) => client.close()))
await chat.close()
