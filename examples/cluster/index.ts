import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'tertulia/client'
import { balancer } from './balancer.ts'

if (!process.env.DATABASE_URL) {
  throw new Error('set DATABASE_URL=postgres://user:password@host/database')
}

async function startNode(): Promise<{ node: ChildProcess; port: number }> {
  const node = fork(new URL('node.ts', import.meta.url))
  const [port] = await once(node, 'message')
  return { node, port }
}

const nodes = await Promise.all([startNode(), startNode()])
const front = balancer(nodes.map(({ port }) => port)).listen(0, '127.0.0.1')
await once(front, 'listening')
const url = `ws://127.0.0.1:${(front.address() as AddressInfo).port}`
console.log(`two nodes on ports ${nodes.map(({ port }) => port).join(' and ')}, behind ${url}`)

// One after the other, so that each is at another node.
const ana = connect(url, { name: 'Ana' })
await ana.ready
const bia = connect(url, { name: 'Bia' })
await bia.ready
const roomName = `cluster-${process.pid}`
const [here, there] = [await ana.join(roomName), await bia.join(roomName)]

bia.on('state', ({ state, error }) =>
  console.log(`Bia is ${state}${error ? `: ${error.code}` : ''}`),
)

const COUNT = 60
const heard: string[] = []
const heardAll = new Promise<void>((resolve) => {
  there.on('message', ({ text }) => {
    if (heard.push(text) === COUNT) resolve()
  })
})

const said: string[] = []
const stored: Promise<unknown>[] = []
for (let n = 1; n <= COUNT; n++) {
  said.push(`message ${n}`)
  stored.push(here.send(`message ${n}`))
  if (n === COUNT / 3) {
    console.log(`after message ${n}: kill -9 of the node that Bia is at`)
    nodes[1]?.node.kill('SIGKILL')
  }
  await wait(50)
}

await Promise.all([...stored, heardAll])
const same = heard.join() === said.join()
console.log(`Bia heard ${heard.length} of ${COUNT} messages, each once and in order: ${same}`)

await Promise.all([ana.close(), bia.close()])
front.close()
nodes[0]?.node.disconnect()
