/** Things that cross on their way: each was a mistake once. */

import { afterEach, describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import { type ChatServer, type ChatServerOptions, createChatServer } from '../../src/index.ts'
import type { Storage } from '../../src/spi/storage.ts'
import type { Framing, Refused, Sink, TransportHost } from '../../src/spi/transport.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { virtualClock } from '../../src/testing/clock.ts'

const room = 'sala'
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const servers: ChatServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((chat) => chat.close())))

function serve(options: ChatServerOptions): ChatServer {
  const chat = createChatServer({ defaultRoom: false, ...options })
  servers.push(chat)
  return chat
}

type Slow = 'read' | 'append' | 'get'

/** A storage that can be held back: before it does what it is asked, or before it tells of it. */
function gated(inner: Storage) {
  const held = new Map<string, (() => void)[]>()
  const stop = async (key: string): Promise<void> => {
    const waiting = held.get(key)
    if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const gate = async <T>(name: Slow, work: () => Promise<T>): Promise<T> => {
    await stop(`before ${name}`)
    const result = await work()
    await stop(`after ${name}`)
    return result
  }
  const storage: Storage = {
    ...inner,
    read: (name, range) => gate('read', () => inner.read(name, range)),
    append: (batch) => gate('append', () => inner.append(batch)),
    rooms: { ...inner.rooms, get: (name) => gate('get', () => inner.rooms.get(name)) },
  }
  return {
    storage,
    hold: (when: 'before' | 'after', name: Slow) => void held.set(`${when} ${name}`, []),
    async release(): Promise<void> {
      for (const [key, waiting] of held) {
        held.delete(key)
        for (const go of waiting) go()
        await turn()
      }
    },
  }
}

/** A connection whose payloads are kept in the order in which they were sent. */
function connect(host: TransportHost) {
  const got: string[] = []
  const framing: Framing = {
    name: 'kept',
    pack: (payloads) => Object.assign([...payloads], { byteLength: 1 }),
  }
  const sink: Sink | Refused = host.accept(
    {
      framing,
      bufferedBytes: 0,
      send(frames) {
        for (const frame of frames) got.push(...(frame as unknown as string[]))
        return true
      },
      close: () => queueMicrotask(() => (sink as Sink).closed()),
      ...{ pause() {}, resume() {} },
    },
    { transport: 'kept', address: 'here', secure: true },
  )
  if ('refused' in sink) throw new Error('refused')
  return {
    got,
    say: (op: string, more = {}) => sink.payload(JSON.stringify({ id: op, op, ...more })),
  }
}

describe('on one server', () => {
  it('who is put out while they read history is shown nothing', async () => {
    const { storage, hold, release } = gated(memoryStorage())
    const chat = serve({ storage })
    await chat.room(room).send('secret')
    const ana = await chat.participant('Ana')
    await ana.join(room)
    hold('after', 'read')
    const page = ana.history(room)
    const told = expect(page).rejects.toMatchObject({ code: 'room_closed' })
    await turn()
    await chat.room(room).delete()
    await chat.room(room).send('anew')
    await release()
    await told
  })

  it('who joins while the room is deleted is told of it behind the answer', async () => {
    const chat = serve({})
    let host: TransportHost | null = null
    await chat.open({
      name: 'kept',
      async start(startedBy) {
        host = startedBy
      },
      async stop() {},
    })
    const seen = new Set<string>()
    for (let n = 0; n < 30; n++) {
      const { got, say } = connect(host as unknown as TransportHost)
      say('hello', { version: 1 })
      await chat.room(room).create()
      say('join', { room, create: false })
      // So many microtasks later: it may come in between.
      for (let hop = 0; hop < n; hop++) await Promise.resolve()
      await chat.room(room).delete()
      await turn()
      const order = got.map((payload) => /"(closed|joined|join)"/.exec(payload)?.[1])
      seen.add(order.filter((one) => one !== undefined).join(' '))
      say('quit')
    }
    expect([...seen].sort()).toEqual(['join', 'join closed'])
  })

  it('the first thing said in a room is not lost when who said it is gone at once', async () => {
    const { storage, hold, release } = gated(memoryStorage())
    const chat = serve({ storage })
    const ana = await chat.participant('Ana')
    await ana.join(room)
    hold('after', 'append')
    const said = ana.send(room, 'remember').catch(() => {})
    await turn()
    await ana.close()
    await turn()
    await release()
    await said
    const page = await chat.room(room).history()
    expect(page?.entries.map(({ text }) => text)).toEqual(['remember'])
  })

  it('what is being stored while a room is opened is heard at once', async () => {
    const { storage, hold, release } = gated(memoryStorage())
    const chat = serve({ storage })
    await chat.room(room).create({ permanent: true })
    const ana = await chat.participant('Ana')
    await ana.join(room)
    await ana.send(room, 'one')
    hold('before', 'append')
    void ana.send(room, 'two').catch(() => {})
    await turn()
    await ana.close()
    const bob = await chat.participant('Bob')
    const heard: string[] = []
    bob.on('message', ({ text }) => heard.push(text))
    // The head is read, then the entry is stored, then the room is open.
    hold('after', 'get')
    const joining = bob.join(room)
    await turn()
    await release()
    const { head } = await joining
    await turn()
    expect([head, heard]).toEqual([2, []])
  })

  it('an entry of a room that was made anew meanwhile is shown to nobody', async () => {
    const { storage, hold, release } = gated(memoryStorage())
    const chat = serve({ storage })
    await chat.room(room).create()
    const [ana, bob] = [await chat.participant('Ana'), await chat.participant('Bob')]
    await ana.join(room)
    hold('after', 'append')
    void ana.send(room, 'of old').catch(() => {})
    await turn()
    await chat.room(room).delete()
    await chat.room(room).create()
    const heard: string[] = []
    bob.on('message', ({ text }) => heard.push(text))
    await bob.join(room)
    await release()
    await bob.send(room, 'new')
    await turn()
    expect(heard).toEqual(['new'])
  })
})

describe('on several servers', () => {
  it('a server that has an old answer of storage calls nothing a reset that isn’t one', async () => {
    const inner = memoryStorage()
    const broker = memoryBroker()
    const { storage, hold, release } = gated(inner)
    const here = serve({ storage, broker, clock: virtualClock() })
    const there = serve({ storage: inner, clock: virtualClock() })
    await there.room(room).create()
    const ana = await here.participant('Ana')
    const { epoch: old } = await ana.join(room)
    // Somebody tells of an entry that isn't there: the server looks, and its answer is late.
    hold('after', 'read')
    const hint = { node: 'x', epoch: old, head: 5 }
    await broker.publish(`room.${room}`, Buffer.from(JSON.stringify(hint)))
    await turn()
    await there.room(room).delete()
    await there.room(room).send('anew')
    const { epoch } = await (await there.participant('Caio')).join(room)
    const bob = await here.participant('Bob')
    const joining = bob.join(room, { since: { epoch, seq: 1 } })
    await turn()
    await release()
    expect(await joining).toMatchObject({ epoch, head: 1, entries: [], more: false })
    expect((await joining).reset).toBeUndefined()
  })

  it('nobody is put out of a room that was deleted, and made anew before that was heard', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const chat = serve({ storage, broker })
    await chat.room(room).create()
    const ana = await chat.participant('Ana')
    const told: string[] = []
    ana.on('closed', () => told.push('closed'))
    ana.on('message', ({ text }) => told.push(text))
    await ana.join(room)
    await broker.publish(`room.${room}`, Buffer.from(JSON.stringify({ node: 'x', gone: true })))
    await turn()
    await ana.send(room, 'still here')
    await turn()
    expect(told).toEqual(['still here'])
  })

  it('a room isn’t taken for empty by a server that doesn’t know who has just come', async () => {
    const storage = memoryStorage()
    const broker = memoryBroker()
    const clock = virtualClock()
    const limits = { emptyRoomMs: 60_000 }
    const first = serve({ storage, broker, clock, limits })
    const ana = await first.participant('Ana')
    await ana.join(room)
    await ana.send(room, 'here I was')
    await clock.advance(1000)
    await ana.close()
    await clock.advance(59_500)
    const second = serve({ storage, broker, clock, limits })
    const bob = await second.participant('Bob')
    const told: string[] = []
    bob.on('closed', () => told.push('closed'))
    expect(await bob.join(room)).toMatchObject({ created: false, head: 1 })
    // The first looks at empty rooms before the second says that its rooms are in use.
    await clock.advance(19_900)
    expect(told).toEqual([])
    expect(await storage.rooms.get(room)).toMatchObject({ head: 1 })
    const closing = Promise.all(servers.splice(0).map((chat) => chat.close()))
    await clock.advance(10_000)
    await closing
  })
})
