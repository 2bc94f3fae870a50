// Somebody who reads and comes back, through a server's WebSocket.

import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { byTurns, makeChance, measureFor, Times, tell } from './measuring.ts'
import type { Row, Spread, Visit } from './messages.ts'

const PAGE = 50
const STORMS = 5

interface Reply {
  readonly re?: number
  readonly ok?: { readonly entries?: readonly unknown[]; readonly head?: number }
}

/** A connection that asks and waits for the answer. */
class Visitor {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #next = 1

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      const reply = JSON.parse(data.toString()) as Reply
      if (reply.re === undefined) return
      this.#waiting.get(reply.re)?.(reply)
      this.#waiting.delete(reply.re)
    })
  }

  static async come(port: number, name: string): Promise<Visitor> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
    const visitor = new Visitor(socket)
    await visitor.ask({ op: 'hello', version: 1, name })
    return visitor
  }

  async ask(request: object): Promise<NonNullable<Reply['ok']>> {
    const id = this.#next++
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#socket.send(JSON.stringify({ id, ...request }))
    })
    if (reply.ok) return reply.ok
    throw new Error(`${JSON.stringify(request)}: ${JSON.stringify(reply)}`)
  }

  leave(): void {
    this.#socket.close()
  }
}

/** Asks, and makes sure that as many entries come as should. */
async function entriesOf(visitor: Visitor, request: object, expected: number): Promise<void> {
  const { entries } = await visitor.ask(request)
  if (entries?.length === expected) return
  throw new Error(`${JSON.stringify(request)}: ${entries?.length} entries`)
}

measureFor<Visit>(async ({ port, rooms, epoch, sizes }) => {
  const { times, storm } = sizes
  const chance = makeChance(2)
  const one = await Visitor.come(port, 'visitor')
  const heads: number[] = []
  for (const room of rooms) heads.push((await one.ask({ op: 'join', room })).head ?? 0)

  const page = (what: string, range: (head: number) => object): Promise<Row> =>
    byTurns(what, times, async (which) => {
      const request = { op: 'history', room: rooms[which], ...range(heads[which] as number) }
      return () => entriesOf(one, { ...request, limit: PAGE }, PAGE)
    })
  const back = (what: string, entries: number, seq: (head: number) => number): Promise<Row> =>
    byTurns(what, times, async (which) => {
      await one.ask({ op: 'leave', room: rooms[which] })
      const since = { epoch, seq: seq(heads[which] as number) }
      return () => entriesOf(one, { op: 'join', room: rooms[which], since }, entries)
    })
  const rows = [
    await page('newest 50', () => ({})),
    await page('50 before a place', (head) => ({ before: chance(PAGE + 1, head) })),
    await page('50 after a place', (head) => ({ after: chance(0, head - PAGE) })),
    await back('coming back, 50 missed', PAGE, (head) => head - PAGE),
    await back('coming back, 100 or more missed', 100, (head) => chance(0, head - 100)),
  ]
  one.leave()
  const storms: Spread[] = []
  for (const at of [0, 1] as const) {
    const since = { epoch, seq: (heads[at] as number) - PAGE }
    storms.push(await stormOf(storm, port, { op: 'join', room: rooms[at], since }))
  }
  const what = `${storm} coming back at once, 50 missed, the last has them`
  rows.push({ what, small: storms[0] as Spread, large: storms[1] as Spread })
  const [small, large] = sizes.entries.map((n) => `room of ${n.toLocaleString('en-US')}`)
  const titles = { small: small as string, large: large as string }
  tell({ kind: 'measured', tables: [{ what: 'through a server', ...titles, rows }] })
})

/** Everybody is there, and comes into the room in the same moment. */
async function stormOf(size: number, port: number, request: object): Promise<Spread> {
  const times = new Times()
  for (let round = 0; round < STORMS; round++) {
    const all: Visitor[] = []
    for (let i = 0; i < size; i++) all.push(await Visitor.come(port, `v${round}-${i}`))
    await times.take(() => Promise.all(all.map((one) => entriesOf(one, request, PAGE))))
    for (const one of all) one.leave()
    await sleep(200)
  }
  return times.spread()
}
