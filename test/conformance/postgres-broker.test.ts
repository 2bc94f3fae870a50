/** The broker on LISTEN/NOTIFY passes the suite of brokers, and links two nodes on one Postgres. */

import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { postgresBroker } from '../../src/brokers/postgres.ts'
import type { Broker } from '../../src/spi/broker.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { brokerSuite } from '../../src/testing/broker-suite.ts'
import { lossyBroker } from '../../src/testing/lossy-broker.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { person, texts } from '../support/clients.ts'
import { ask, dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'
import { start } from '../support/server.ts'

const url = (await testPostgres()) as string
const there = describe.skipIf(url === null)

/** The same server, for connections that are called this. */
const as = (name: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}application_name=${name}`

/** Ends the connections that are called this, as a restart of the server would. */
const terminate = (name: string): Promise<unknown> =>
  ask(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
  )

there('postgresBroker', () => {
  brokerSuite({
    test: it,
    supports: { reconnect: true },
    factory() {
      const channel = freshSchema()
      return {
        broker: postgresBroker(as(channel), { channel }),
        other: postgresBroker(url, { channel }),
        cut: async () => {
          await terminate(channel)
        },
      }
    },
  })
})

there('postgresBroker on a pool of the host', () => {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  afterAll(() => pool.end())

  brokerSuite({
    test: it,
    factory() {
      const channel = freshSchema()
      return {
        broker: postgresBroker(pool, { channel }),
        other: postgresBroker(pool, { channel }),
      }
    },
  })

  it('leaves the pool open, and gives back what it took', async () => {
    const broker = postgresBroker(pool, { channel: freshSchema() })
    await broker.open({ reconnected() {} })
    await broker.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(pool.totalCount - pool.idleCount).toBe(0)
  })
})

there('two nodes on one Postgres', () => {
  const room = 'sala'
  const limits = { commandBurst: 100_000, positionMs: 300 }

  /** Two nodes with everybody talking: everybody sees the same, in one order, all of it. */
  async function talk(wrap: (broker: Broker) => Broker, during: (name: string) => Promise<void>) {
    const schema = freshSchema()
    const channel = schema
    const node = () =>
      start({
        storage: postgresStorage(url, { schema, connections: 4 }),
        broker: wrap(postgresBroker(as(channel), { channel })),
        limits,
      })
    try {
      const [one, two] = [await node(), await node()]
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
      await during(channel)
      const seqs = (await Promise.all(sends)).map(({ seq }) => seq as number)
      const all = Array.from({ length: 180 }, (_, i) => i + 1)
      expect(seqs.sort((a, b) => a - b)).toEqual(all)
      for (const client of people) {
        if (texts(client, room).length < 180) await client.push('message', (m) => m.seq === 180)
        const got = client.all.filter(({ ev }) => ev === 'message').map(({ seq }) => seq)
        expect(got).toEqual(all)
      }
      await one.chat.close()
      await two.chat.close()
    } finally {
      await dropSchema(url, schema)
    }
  }

  it('keep one order', () =>
    talk(
      (broker) => broker,
      async () => {},
    ))

  it('lose nothing when the broker loses 30 % of what it carries', () => {
    const random = seededRandom(30)
    return talk(
      (broker) => lossyBroker(broker, { random, drop: 0.3 }),
      async () => {},
    )
  })

  it('lose nothing when the broker loses everything', () => {
    const random = seededRandom(1)
    return talk(
      (broker) => lossyBroker(broker, { random, drop: 1 }),
      async () => {},
    )
  })

  it('lose nothing when their connections are ended', () =>
    talk(
      (broker) => broker,
      async (name) => {
        await terminate(name)
      },
    ))
})
