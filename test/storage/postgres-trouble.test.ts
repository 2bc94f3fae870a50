/** Postgres in trouble: backends terminated, the server stopped, killed, away, full. */

import { createServer } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry, Storage } from '../../src/spi/storage.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { logOf, makeRooms, said, seqsOf, span } from '../../src/testing/storage-subject.ts'
import { ask, freshSchema, testPostgres } from '../support/postgres.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'

// A server of this file's own: it is treated badly. The one of the run only tells whether there is one.
const found = await testPostgres()
const trouble = { code: 'unavailable', retryable: true, custom: false, retryAfterMs: 1000 }

/** What was acknowledged, by key. */
type Told = Map<string, number>

/**
 * Sends entries, 1, 2, 3, …, several batches at a time, each again and again with its key until it
 * is acknowledged; while `disturb` does its worst.
 */
async function sendThrough(storage: Storage, count: number, disturb: () => Promise<void>) {
  const told: Told = new Map()
  let failures = 0
  let next = 1
  const rooms = ['a', 'b', 'c', 'd']
  const sender = async (room: string): Promise<void> => {
    while (next <= count) {
      const batch: NewEntry[] = []
      for (let size = 1 + (next % 5); size > 0 && next <= count; size--, next++) {
        batch.push(said(room, `${next}`, { cid: `${next}` }))
      }
      for (;;) {
        try {
          const results = await storage.append(batch)
          for (const [i, result] of results.entries()) {
            expect(result).toMatchObject({ seq: expect.any(Number) })
            told.set(batch[i]?.cid ?? '', 'seq' in result ? result.seq : 0)
          }
          break
        } catch (error) {
          expect(error).toMatchObject(trouble)
          failures += 1
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    }
  }
  await Promise.all([...rooms.map(sender), disturb()])
  return { told, failures }
}

/** Everything that was sent is there once, where it was said to be, without holes. */
async function check(storage: Storage, told: Told, count: number): Promise<void> {
  expect(told.size).toBe(count)
  let total = 0
  for (const room of ['a', 'b', 'c', 'd']) {
    const log = (await storage.read(room, { after: 0, limit: 100_000 }))?.entries ?? []
    expect(seqsOf(log)).toEqual(span(1, log.length))
    for (const { cid = '', seq } of log) expect(told.get(cid)).toBe(seq)
    total += log.length
  }
  expect(total).toBe(count)
}

describe.skipIf(found === null)('Postgres in trouble', () => {
  let server: PostgresServer
  let schema: string
  const storages: Storage[] = []
  const uncaught: unknown[] = []
  const note = (error: unknown): void => void uncaught.push(error)

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  beforeEach(() => {
    schema = freshSchema()
    process.on('uncaughtExceptionMonitor', note)
  })

  afterEach(async () => {
    for (const storage of storages.splice(0)) await storage.close()
    process.off('uncaughtExceptionMonitor', note)
    expect(uncaught.splice(0)).toEqual([])
  })

  async function opened(where: string | pg.Pool = server.url, timeoutMs = 5000): Promise<Storage> {
    const storage = postgresStorage(where, { schema, connections: 6, timeoutMs })
    await storage.open()
    storages.push(storage)
    return storage
  }

  const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  it('whose backends are terminated: nothing is lost or doubled', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a', 'b', 'c', 'd')
    const { told, failures } = await sendThrough(storage, 3000, async () => {
      for (let n = 0; n < 15; n++) {
        await later(20)
        await ask(
          server.url,
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tertulia'",
        )
      }
    })
    expect(failures).toBeGreaterThan(0)
    await check(storage, told, 3000)
  })

  it('that is restarted, and killed: nothing acknowledged is lost', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a', 'b', 'c', 'd')
    const { told, failures } = await sendThrough(storage, 4000, async () => {
      await later(50)
      await server.stop()
      await later(50)
      await server.start()
      await later(100)
      await server.kill()
      await server.start()
    })
    expect(failures).toBeGreaterThan(0)
    await check(storage, told, 4000)
  })

  it('that dies while nothing is asked: the process lives, the next call works', async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 3 })
    const storage = await opened(pool)
    const own = await opened()
    await makeRooms(storage, 'a')
    await own.heads(['a'])
    await server.kill()
    await expect(storage.heads(['a'])).rejects.toMatchObject(trouble)
    await expect(own.append([said('a', 'x')])).rejects.toMatchObject(trouble)
    await server.start()
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
    expect(await own.heads(['a'])).toMatchObject([{ head: 1 }])
    await storages.splice(0, 1)[0]?.close()
    await pool.end()
  })

  it('that is away when it is opened: says so, and opens when it is there', async () => {
    await server.stop()
    const storage = postgresStorage(server.url, { schema })
    await expect(storage.open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    await expect(storage.heads(['a'])).rejects.toMatchObject({ code: 'unavailable' })
    await server.start()
    await storage.open()
    storages.push(storage)
    expect(await storage.heads(['a'])).toEqual([null])
  })

  it('that accepts and says nothing: unavailable in time', async () => {
    const mute = createServer(() => {})
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const address = mute.address()
    const port = typeof address === 'object' ? address?.port : 0
    const storage = postgresStorage(`postgres://postgres@127.0.0.1:${port}/x`, { timeoutMs: 100 })
    await expect(storage.open()).rejects.toMatchObject({ code: 'unavailable' })
    mute.close()
  })

  it('that takes too long: unavailable, and no lock is left behind', async () => {
    const storage = await opened(server.url, 200)
    await makeRooms(storage, 'a')
    const other = new pg.Client(server.url)
    await other.connect()
    await other.query('begin')
    await other.query(`select * from ${schema}.tertulia_rooms for update`)
    await expect(storage.append([said('a', 'x', { cid: 'k' })])).rejects.toMatchObject(trouble)
    // Readers don't mind.
    expect(await storage.heads(['a'])).toMatchObject([{ head: 0 }])
    await other.query('rollback')
    await other.end()
    expect(await storage.append([said('a', 'x', { cid: 'k' })])).toMatchObject([{ seq: 1 }])
  })

  it('that refuses to write: unavailable, and nothing half', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a', 'b')
    const deny = `create function ${schema}.deny() returns trigger language plpgsql as
      $$begin
        if new.text = 'last' then raise exception 'no space left' using errcode = 'disk_full'; end if;
        return new;
      end$$`
    await ask(
      server.url,
      deny,
      `create trigger deny before insert on ${schema}.tertulia_entries
        for each row execute function ${schema}.deny()`,
    )
    const batch = [...span(1, 20).map((n) => said(n % 2 ? 'a' : 'b', `${n}`)), said('b', 'last')]
    await expect(storage.append(batch)).rejects.toMatchObject({
      ...trouble,
      cause: { code: '53100' },
    })
    expect(await storage.heads(['a', 'b'])).toMatchObject([{ head: 0 }, { head: 0 }])
    expect(await logOf(storage, 'a')).toEqual([])
    await ask(server.url, `drop trigger deny on ${schema}.tertulia_entries`)
    expect(await storage.append(batch)).toHaveLength(21)
    expect(seqsOf(await logOf(storage, 'b'))).toEqual(span(1, 11))
  })

  it('that has become read-only: unavailable, and reads go on', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a')
    const database = 'alter database postgres set default_transaction_read_only ='
    const renew = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tertulia'`
    await ask(server.url, `${database} on`, 'set default_transaction_read_only = off', renew)
    await expect
      .poll(() => storage.append([said('a', 'x')]).catch((error) => error.cause?.code))
      .toBe('25006')
    expect(await storage.heads(['a'])).toMatchObject([{ head: 0 }])
    await ask(server.url, 'set default_transaction_read_only = off', `${database} off`, renew)
    await expect
      .poll(() => storage.append([said('a', 'x', { cid: 'k' })]).catch(() => null))
      .toMatchObject([{ seq: 1 }])
  })

  it('that has no connection left: unavailable, until there is one', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a')
    await storage.close()
    const [row] = await ask(server.url, "select current_setting('max_connections')::int as max")
    const clients: pg.Client[] = []
    try {
      for (let n = 0; n < (row as { max: number }).max; n++) {
        const client = new pg.Client(server.url)
        client.on('error', () => {})
        await client.connect()
        clients.push(client)
      }
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' })
    }
    await expect(storage.open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('too many clients'),
    })
    for (const client of clients) await client.end()
    await storage.open()
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
  })
})
