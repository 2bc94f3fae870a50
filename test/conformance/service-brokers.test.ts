/** The brokers on Redis and NATS pass the suite of brokers, and link two nodes. */

import { connect } from '@nats-io/transport-node'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NatsConnection, natsBroker } from '../../src/brokers/nats.ts'
import { type RedisClient, redisBroker } from '../../src/brokers/redis.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { brokerSuite } from '../../src/testing/broker-suite.ts'
import { person, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'
import { type Service, serviceProgram, startService } from '../support/services.ts'

let count = 0
const quiet = { reconnected() {} }

/** What an application brings, and what it does with it itself. */
interface Own {
  readonly broker: (prefix: string) => Broker
  alive(): Promise<boolean>
  end(): Promise<unknown>
}

const KINDS = {
  redis: {
    program: 'redis' as const,
    make: (url: string, prefix: string): Broker => redisBroker(url, { prefix }),
    nowhere: () => redisBroker('redis://127.0.0.1:1'),
    locks: [[['--requirepass', 'p@ss'], ':p%40ss@']] as const,
    async own(url: string): Promise<Own> {
      const client = createClient({ url })
      client.on('error', () => {})
      await client.connect()
      return {
        broker: (prefix) => redisBroker(client as unknown as RedisClient, { prefix }),
        alive: async () => (await client.ping()) === 'PONG',
        end: () => client.close(),
      }
    },
  },
  nats: {
    program: 'nats' as const,
    make: (url: string, prefix: string): Broker => natsBroker(url, { prefix }),
    nowhere: () => natsBroker('nats://127.0.0.1:1'),
    locks: [
      [['--user', 'ana', '--pass', 'p@ss'], 'ana:p%40ss@'],
      [['--auth', 't0ken'], 't0ken@'],
    ] as const,
    async own(url: string): Promise<Own> {
      const connection = await connect({ servers: url })
      return {
        broker: (prefix) => natsBroker(connection as NatsConnection, { prefix }),
        alive: async () => (await connection.rtt()) >= 0,
        end: () => connection.close(),
      }
    },
  },
}

for (const [name, { program, make, nowhere, own, locks }] of Object.entries(KINDS)) {
  describe.skipIf(serviceProgram(program) === null)(`${name}Broker`, () => {
    let service: Service
    beforeAll(async () => {
      service = await startService(program)
    })
    afterAll(() => service.remove())

    beforeEach(() => service.start())

    const prefix = (): string => `test${++count}`

    brokerSuite({
      test: it,
      supports: { reconnect: true },
      factory() {
        const shared = prefix()
        const other = make(service.url, shared)
        return {
          broker: make(service.url, shared),
          other,
          async cut() {
            await service.kill()
            await service.start()
            // It was cut off, too.
            await vi.waitFor(() => other.publish('probe', Uint8Array.of(0)), 10_000)
          },
        }
      },
    })

    it('says at once that nobody is there', async () => {
      const broker = nowhere()
      await expect(broker.open(quiet)).rejects.toMatchObject({ code: 'unavailable' })
      await broker.close()
    })

    it('shows who it is, by the address', async () => {
      for (const [args, shown] of locks) {
        const locked = await startService(program, args)
        const url = locked.url.replace('://', `://${shown}`)
        const refused = expect(make(locked.url, prefix()).open(quiet)).rejects
        await refused.toMatchObject({ code: 'unavailable' })
        const broker = make(url, prefix())
        const heard: number[] = []
        await broker.open(quiet)
        await broker.subscribe('a', (bytes) => heard.push(bytes[0] as number))
        await broker.publish('a', Uint8Array.of(7))
        await vi.waitFor(() => expect(heard).toEqual([7]))
        await broker.close()
        await locked.remove()
      }
    })

    it('keeps two servers on one service apart', async () => {
      const [one, two] = [make(service.url, prefix()), make(service.url, prefix())]
      const heard: string[] = []
      await one.open(quiet)
      await two.open(quiet)
      await one.subscribe('a', (bytes) => heard.push(`one ${bytes[0]}`))
      await two.subscribe('a', (bytes) => heard.push(`two ${bytes[0]}`))
      await one.publish('a', Uint8Array.of(1))
      await two.publish('a', Uint8Array.of(2))
      await vi.waitFor(() => expect(heard.sort()).toEqual(['one 1', 'two 2']))
      await one.close()
      await two.close()
    })

    it('refuses to publish while it is cut off, instead of keeping it for later', async () => {
      const broker = make(service.url, prefix())
      let back = 0
      await broker.open({ reconnected: () => back++ })
      await service.kill()
      await vi.waitFor(() =>
        expect(broker.publish('a', Uint8Array.of(1))).rejects.toMatchObject({
          code: 'unavailable',
        }),
      )
      const heard: number[] = []
      await broker.subscribe('a', (bytes) => heard.push(bytes[0] as number))
      await service.start()
      await vi.waitFor(() => expect(back).toBe(1), 10_000)
      await vi.waitFor(() => broker.publish('a', Uint8Array.of(2)), 5000)
      await vi.waitFor(() => expect(heard).toContain(2))
      expect(heard).not.toContain(1)
      await broker.close()
    })

    it('leaves a connection of the application open', async () => {
      const mine = await own(service.url)
      const broker = mine.broker(prefix())
      const heard: number[] = []
      await broker.open(quiet)
      await broker.subscribe('a', (bytes) => heard.push(bytes[0] as number))
      await broker.publish('a', Uint8Array.of(7))
      await vi.waitFor(() => expect(heard).toEqual([7]))
      await broker.close()
      expect(await mine.alive()).toBe(true)
      await mine.end()
    })

    it('notices a connection that is silent, and comes back', { timeout: 40_000 }, async () => {
      const broker = make(service.url, prefix())
      let back = 0
      await broker.open({ reconnected: () => back++ })
      service.freeze()
      // Longer than it waits for an answer.
      await vi.waitFor(
        () =>
          expect(broker.publish('a', Uint8Array.of(1))).rejects.toMatchObject({
            code: 'unavailable',
          }),
        { timeout: 25_000, interval: 500 },
      )
      service.go()
      await vi.waitFor(() => expect(back).toBeGreaterThan(0), 15_000)
      await broker.close()
    })

    it('links two nodes: one order for everybody, whatever happens to it', async () => {
      const storage = memoryStorage()
      const shared = prefix()
      const node = () => start({ storage, broker: make(service.url, shared), limits })
      const limits = { commandBurst: 100_000, positionMs: 300 }
      const [one, two] = [await node(), await node()]
      const room = 'sala'
      const people = await Promise.all(
        Array.from({ length: 6 }, (_, i) =>
          person((i % 2 ? one : two)[i % 3 ? 'ws' : 'tcp'], `p${i}`),
        ),
      )
      for (const client of people) await client.ask('join', { room })
      const sends = people.flatMap((client, i) =>
        Array.from({ length: 30 }, (_, j) =>
          client.ask('send', { room, text: `${i}-${j}`, cid: `${j}` }),
        ),
      )
      await service.kill()
      const more = people.map((client) =>
        client.ask('send', { room, text: 'in the dark', cid: 'x' }),
      )
      await Promise.all([...sends, ...more])
      await service.start()
      await vi.waitFor(() => {
        const [first, ...rest] = people.map((client) => texts(client, room))
        expect(first).toHaveLength(186)
        for (const seen of rest) expect(seen).toEqual(first)
      }, 10_000)
    })
  })
}
