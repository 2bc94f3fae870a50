import { describe, expect, it } from 'vitest'
import { type ChatServer, createChatServer } from '../../src/chat.ts'
import type { Limits } from '../../src/limits.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { testClient } from '../../src/testing/client.ts'
import { virtualClock } from '../../src/testing/clock.ts'
import { checkHistory } from '../../src/testing/history.ts'
import {
  type HistoryRecorder,
  historyRecorder,
  readLog,
  recordedDial,
} from '../../src/testing/history-recorder.ts'
import { testNetwork } from '../../src/testing/network.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { recordingClient } from '../../src/testing/recording-client.ts'
import { tcpDial, webSocketDial } from '../../src/testing/recording-link.ts'
import { eventually } from '../../src/testing/suite.ts'

const LIMITS: Partial<Limits> = {
  historyPage: 5,
  recentEntries: 3,
  commandsPerSecond: 100_000,
  commandBurst: 100_000,
}

async function verdict(recorder: HistoryRecorder, storage: Storage, rooms: readonly string[]) {
  const logs = await Promise.all(rooms.map((room) => readLog(storage, room)))
  return checkHistory({ events: recorder.events, logs })
}

const count = (recorder: HistoryRecorder, type: string): number =>
  recorder.events.filter((event) => event.type === type).length

/** A server in a network of its own, with its time. */
async function simulation(seed: number) {
  const random = seededRandom(seed)
  const clock = virtualClock()
  const network = testNetwork({ clock, seed, delay: [1, 20], split: 0.2 })
  const transport = network.transport()
  const storage = memoryStorage()
  const chat = createChatServer({ clock, storage, limits: LIMITS, defaultRoom: false })
  await chat.open(transport)
  return { random, clock, transport, storage, chat, recorder: historyRecorder() }
}

async function close(chat: ChatServer, clock: ReturnType<typeof virtualClock>): Promise<void> {
  let closed = false
  const closing = chat.close().then(() => {
    closed = true
  })
  await clock.advanceUntil(() => closed, 60_000)
  await closing
}

describe('a recorder', () => {
  it('listens in on simulated clients', async () => {
    const { random, clock, transport, storage, chat, recorder } = await simulation(1)
    const clients = ['ana', 'bob', 'eva'].map((label) => {
      const dial = recordedDial(recorder, label, (ear) => transport.connect(ear))
      return testClient({ clock, random: random.fork(), dial, room: 'sala', label })
    })
    for (const client of clients) client.start()
    for (let n = 0; n < 60; n++) {
      random.pick(clients).say(`${n}`)
      if (n % 6 === 0) random.pick(clients).drop()
      if (n % 10 === 0) random.pick(clients).link?.cut()
      await clock.advance(random.int(0, 200))
    }
    await clock.advanceUntil(() => clients.every(({ settled }) => settled), 60_000)
    await clock.advance(5000)
    for (const label of ['ana', 'bob', 'eva']) recorder.rest(label, 'sala')
    expect(await verdict(recorder, storage, ['sala'])).toEqual([])
    for (const type of ['invoke', 'ok', 'unknown', 'saw', 'complete', 'closed']) {
      expect(count(recorder, type), type).toBeGreaterThan(3)
    }
    for (const client of clients) client.stop()
    await close(chat, clock)
  })

  it('follows clients that come and go and talk to each other in private', async () => {
    const { random, clock, transport, storage, chat, recorder } = await simulation(2)
    // Rooms that nobody owns: there everybody deletes only what they said.
    for (const room of ['sala', 'jogos']) await chat.room(room).create()
    const clients = ['ana', 'bob', 'eva'].map((name) => {
      const dial = transport.connect
      return recordingClient({ recorder, name, dial, clock, random: random.fork() })
    })
    for (const client of clients) {
      for (const room of ['sala', 'jogos']) client.join(room)
      client.start()
    }
    for (let n = 0; n < 150; n++) {
      const client = random.pick(clients)
      const room = random.pick(['sala', 'jogos'])
      if (random.chance(0.5)) client.say(room, `${n}`)
      if (random.chance(0.2)) client.leave(room)
      if (random.chance(0.4)) client.join(room, { fresh: random.chance(0.2) })
      if (random.chance(0.1)) client.link?.cut()
      if (random.chance(0.1)) client.drop()
      const at = client.at(room)
      const deed = random.pick(['edit', 'delete', 'react', 'unreact', 'answer'] as const)
      if (at > 0 && random.chance(0.4)) {
        const text = { edit: `${n}`, delete: '', react: '👍', unreact: '👍', answer: `${n}` }[deed]
        client.change(room, deed, random.int(Math.max(1, at - 5), at), text)
      }
      if (random.chance(0.2)) client.look(room, { before: at })
      const { called } = random.pick(clients)
      if (random.chance(0.1) && called !== undefined && called !== client.called) {
        client.tell(called, `${n}`)
      }
      await clock.advance(random.int(0, 200))
    }
    for (const client of clients) for (const room of ['sala', 'jogos']) client.join(room)
    await clock.advanceUntil(() => clients.every(({ settled }) => settled), 60_000)
    await clock.advance(5000)
    for (const client of clients) client.rest()
    const rooms = new Set(clients.flatMap((client) => client.rooms))
    expect(rooms.size).toBeGreaterThan(3)
    const kinds = new Set(recorder.events.map((e) => (e.type === 'saw' ? e.entry.kind : null)))
    for (const kind of ['message', 'edit', 'delete', 'react', 'unreact'] as const) {
      expect(kinds).toContain(kind)
    }
    expect(await verdict(recorder, storage, [...rooms])).toEqual([])
    for (const type of ['invoke', 'ok', 'unknown', 'saw', 'left', 'closed', 'signal', 'rest']) {
      expect(count(recorder, type), type).toBeGreaterThan(3)
    }
    for (const client of clients) client.stop()
    await close(chat, clock)
  })

  it('notes gaps and resets', async () => {
    const { random, clock, transport, recorder, chat } = await simulation(3)
    const ana = recordingClient({ recorder, name: 'ana', dial: transport.connect, clock, random })
    ana.join('sala')
    ana.start()
    await clock.advance(1000)
    ana.say('sala', 'one')
    await clock.advance(1000)
    await chat.room('sala').delete()
    await clock.advance(1000)
    ana.say('sala', 'two')
    await clock.advance(1000)
    expect(ana.settled).toBe(true)
    const joins = recorder.events.filter(({ type }) => type === 'joined')
    expect(joins).toMatchObject([{ head: 0 }, { head: 0, reset: true, since: { seq: 1 } }])
    ana.stop()
    await close(chat, clock)
  })

  it('finds strange what is no answer, no JSON, or half', () => {
    const recorder = historyRecorder()
    const tap = recorder.tap('ana')
    for (const payload of ['{"re":7,"ok":{}}', '[1', '7', '{"ev":"message","room":"r","seq":1}']) {
      tap.received(payload)
    }
    expect(recorder.events.map(({ type }) => type)).toEqual(Array(4).fill('strange'))
  })

  it('tells what is refused from what nobody knows', () => {
    const recorder = historyRecorder()
    const tap = recorder.tap('ana')
    const codes = ['unavailable', 'internal', 'rate_limited', 'conflict']
    for (const [id, code] of codes.entries()) {
      tap.sent(JSON.stringify({ id, op: 'send', room: 'r', text: 'x', cid: `${id}` }))
      tap.received(JSON.stringify({ re: id, err: { code, message: '', retryable: false } }))
    }
    tap.sent(JSON.stringify({ id: 9, op: 'send', room: 'r', text: 'x', cid: 'y' }))
    tap.closed()
    tap.received('{"re":9,"ok":{"seq":1,"ts":1}}')
    const types = recorder.events.map(({ type }) => type).filter((type) => type !== 'invoke')
    expect(types).toEqual(['unknown', 'unknown', 'fail', 'fail', 'unknown', 'closed'])
  })
})

describe('a recording client', () => {
  it('works over TCP and WebSocket, whatever is cut', async () => {
    const storage = memoryStorage()
    const chat = createChatServer({ storage, limits: LIMITS })
    const { url = '', tcpPort: port = 0 } = await chat.listen({ port: 0, tcpPort: 0 })
    const recorder = historyRecorder()
    const random = seededRandom(4)
    const dials = [tcpDial({ port }), webSocketDial(url)]
    const clients = ['ana', 'bob', 'eva'].map((name) =>
      recordingClient({
        ...{ recorder, name, random: random.fork(), backoffMs: [1, 5] },
        dial: (ear) => random.pick(dials)(ear),
      }),
    )
    for (const client of clients) {
      client.join('sala')
      client.start()
    }
    for (let n = 0; n < 120; n++) {
      random.pick(clients).say('sala', `${n}`)
      if (n % 10 !== 9) continue
      const { link } = random.pick(clients)
      if (random.chance(0.5)) link?.cut()
      else link?.close()
      await eventually(() => clients.every(({ settled }) => settled), 'all is answered')
    }
    const head = async () => (await readLog(storage, 'sala')).head
    expect(await head()).toBe(120)
    const seen = () => recorder.events.filter((event) => event.type === 'saw').length
    let before = -1
    await eventually(() => {
      const still = seen() === before
      before = seen()
      return still && clients.every(({ settled }) => settled)
    }, 'all is seen')
    for (const client of clients) client.rest()
    expect(await verdict(recorder, storage, ['sala'])).toEqual([])
    expect(Math.max(...clients.map(({ connections }) => connections))).toBeGreaterThan(2)
    for (const client of clients) client.stop()
    await chat.close()
  })

  it('comes back when nobody is there', async () => {
    const recorder = historyRecorder()
    const dial = tcpDial({ port: 1 })
    const client = recordingClient({ recorder, name: 'ana', dial, backoffMs: [1, 2] })
    client.start()
    await eventually(() => client.connections > 2, 'it tries again')
    client.stop()
    const other = webSocketDial('ws://127.0.0.1:1/')
    const more = recordingClient({ recorder, name: 'bob', dial: other, backoffMs: [1, 2] })
    more.start()
    await eventually(() => more.connections > 2, 'it tries again')
    more.stop()
  })
})
