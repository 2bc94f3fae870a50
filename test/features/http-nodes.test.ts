/** Several nodes: whoever comes back by HTTP may come back to another one. */

import { expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { person } from '../support/clients.ts'
import { type Event, eventually, guest, seqs, stream } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const limits = { commandBurst: 1_000_000, historyPage: 30 }
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

async function twoNodes() {
  const shared = { storage: memoryStorage(), broker: memoryBroker(), limits }
  const nodes = [await start(shared), await start(shared)] as const
  return { nodes, urls: nodes.map(({ where }) => where.httpUrl as string) as [string, string] }
}

it('a stream goes on at another node, to and fro, while people speak', async () => {
  const { nodes, urls } = await twoNodes()
  const speakers = await Promise.all(nodes.map(({ ws }, i) => person(ws, `p${i}`)))
  for (const one of speakers) await one.ask('join', { room })
  const ana = await guest(urls[0], 'Ana')
  await ana.put(`/v1/rooms/${room}/members/me`)
  const talking = (async () => {
    for (let i = 0; i < 200; i++) {
      await (speakers[i % 2] as (typeof speakers)[0]).ask('send', { room, text: `${i}` })
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const all: Event[] = []
  let last = ''
  for (let i = 0; !all.some(({ seq }) => seq === 200); i++) {
    const url = `${urls[i % 2]}/v1/events?session=${ana.session}&ticket=${ana.hello.ticket}`
    const heard = await stream(url, last === '' ? {} : { 'last-event-id': last })
    expect(heard.response.status).toBe(200)
    await heard.next('session')
    await new Promise((resolve) => setTimeout(resolve, 5 + ((i * 7) % 20)))
    heard.abort()
    await heard.ended
    all.push(...heard.all)
    last = heard.lastId
  }
  await talking
  expect(seqs(all, room)).toEqual(upTo(200))
})

it('a cursor of one node is good at another', async () => {
  const { nodes, urls } = await twoNodes()
  const bob = await person(nodes[1].ws, 'Bob')
  await bob.ask('join', { room })
  const here = await guest(urls[0], 'Ana')
  await here.put(`/v1/rooms/${room}/members/me`)
  const begin = (await here.get('/v1/poll?wait=0')).body
  for (const n of upTo(100)) await bob.ask('send', { room, text: `${n}` })
  const all: Event[] = []
  let { cursor } = begin
  await eventually('all of it', async () => {
    const query = `ticket=${here.hello.ticket}&cursor=${cursor}&wait=0`
    const got = await (await fetch(`${urls[1]}/v1/poll?${query}`)).json()
    const { events, cursor: next } = got as { events: Event[]; cursor: string }
    all.push(...events)
    cursor = next
    return all.some(({ seq }) => seq === 100)
  })
  expect(seqs(all, room)).toEqual(upTo(100))
})
