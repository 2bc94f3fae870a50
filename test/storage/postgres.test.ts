/** What the suite of storages doesn't ask of Postgres: options, the host's pool, unsafe servers. */

import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../../src/spi/storage.ts'
import { type PostgresStorageOptions, postgresStorage } from '../../src/storage/postgres.ts'
import { postgresDialect } from '../../src/storage/sql/postgres-dialect.ts'
import { queriesFor } from '../../src/storage/sql/queries.ts'
import { fill, makeRooms, NOW, said } from '../../src/testing/storage-subject.ts'
import { ask, dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'

const found = await testPostgres()
const url = found ?? ''
let schema: string
const storages: Storage[] = []

beforeEach(() => {
  schema = freshSchema()
})

afterEach(async () => {
  for (const storage of storages.splice(0)) await storage.close()
  if (found !== null) await dropSchema(url, schema)
})

async function opened(options: PostgresStorageOptions = {}, where = url): Promise<Storage> {
  const storage = postgresStorage(where, { schema, connections: 2, ...options })
  await storage.open()
  storages.push(storage)
  return storage
}

/** The same database, with settings for its connections. */
const withSettings = (settings: string): string => {
  const changed = new URL(url)
  changed.searchParams.set('options', settings)
  return changed.href
}

describe.skipIf(found === null)('a database', () => {
  it('holds what schemas and prefixes keep, apart', async () => {
    const one = await opened()
    const two = await opened({ prefix: 'Two_' })
    await makeRooms(one, 'a')
    await makeRooms(two, 'a', 'b')
    await one.append([said('a', 'x')])
    expect(await two.heads(['a', 'b'])).toMatchObject([{ head: 0 }, { head: 0 }])
    expect(await one.heads(['a', 'b'])).toMatchObject([{ head: 1 }, null])
    const tables = `select table_name from information_schema.tables where table_schema = '${schema}'`
    const names = (await ask(url, tables)).map((row) => (row as { table_name: string }).table_name)
    expect(names).toEqual(expect.arrayContaining(['tertulia_rooms', 'Two_rooms', 'Two_version']))
  })

  it('is used without the right to make tables, once it is set up', async () => {
    await opened()
    const role = `r_${schema}`
    await ask(
      url,
      `create role ${role} login`,
      `grant usage on schema ${schema} to ${role}`,
      `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
      `grant usage on all sequences in schema ${schema} to ${role}`,
    )
    const theirs = new URL(url)
    theirs.username = role
    const storage = await opened({}, theirs.href)
    await makeRooms(storage, 'a')
    expect(await storage.append([said('a', 'x', { cid: 'k' })])).toMatchObject([{ seq: 1 }])
    expect(await storage.rooms.delete('a')).toBe(true)
    await storage.close()
    // And where it is not set up, what is missing is said.
    const other = freshSchema()
    await expect(postgresStorage(theirs.href, { schema: other }).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('permission denied'),
    })
    await ask(url, `drop owned by ${role}`, `drop role ${role}`)
  })

  it('of a newer release is refused', async () => {
    await opened()
    await ask(url, `update ${schema}.tertulia_version set version = 99`)
    await expect(postgresStorage(url, { schema }).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(/newer release of tertulia.*99/),
    })
  })

  it('can be closed and opened again', async () => {
    const storage = postgresStorage(url, { schema, connections: 2 })
    await storage.close()
    await storage.open()
    await makeRooms(storage, 'a')
    const appends = [1, 2, 3].map((n) => storage.append([said('a', `${n}`)]))
    await storage.close()
    expect((await Promise.all(appends)).flat()).toHaveLength(3)
    await storage.close()
    await expect(storage.heads(['a'])).rejects.toMatchObject({ code: 'unavailable' })
    await storage.open()
    expect(await storage.heads(['a'])).toMatchObject([{ head: 3 }])
    await storage.close()
  })

  it('is asked for pages of history by the primary key', async () => {
    const storage = await opened()
    await makeRooms(storage, 'a', 'b')
    for (let n = 0; n < 20; n++) {
      await fill(storage, 'a', 1000)
      await fill(storage, 'b', 20)
    }
    await ask(url, `analyze ${schema}.tertulia_entries`, `analyze ${schema}.tertulia_rooms`)
    const queries = queriesFor(postgresDialect(schema, 'tertulia_'), 15_000)
    const client = new pg.Client(url)
    await client.connect()
    try {
      for (const mode of ['force_custom_plan', 'force_generic_plan']) {
        await client.query(`set plan_cache_mode = ${mode}`)
        for (const range of [
          { after: 9000, limit: 50 },
          { before: 9000, limit: 50 },
          { at: NOW, limit: 50 },
        ]) {
          const { sql, parameters } = queries.read('a', range)
          const text = `explain (analyze, format text) ${sql}`
          const { rows } = await client.query(text, [...parameters])
          const plan = rows.map((row) => (row as { 'QUERY PLAN': string })['QUERY PLAN']).join('\n')
          expect(plan).toMatch(/tertulia_entries_log.*rows=50(\.00)? /s)
          expect(plan).not.toMatch(/Seq Scan on \w+entries|Rows Removed by Join Filter/)
        }
      }
    } finally {
      await client.end()
    }
  })
})

describe('options', () => {
  it.each([
    [{ schema: 'a"b' }, /schema/],
    [{ schema: '' }, /schema/],
    [{ prefix: '1x' }, /prefix/],
    [{ connections: 0 }, /connections/],
    [{ timeoutMs: 1.5 }, /timeoutMs/],
    [{ retention: { days: -1 } }, /days/],
  ])('%o are refused', (options, message) => {
    expect(() => postgresStorage('postgres://x', options)).toThrow(message)
    expect(() => postgresStorage('postgres://x', options)).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })
})

describe.skipIf(found === null)('a pool of the host', () => {
  it('is used as it is, and not closed', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const storage = postgresStorage(pool, { schema })
    expect(storage.supports.durable).toBe(false)
    await storage.open()
    expect(storage.supports).toEqual({ durable: true, appends: 4, changes: true })
    await makeRooms(storage, 'a')
    const appends = [1, 2, 3, 4, 5].map((n) => storage.append([said('a', `${n}`)]))
    await storage.close()
    expect((await Promise.all(appends)).flat()).toHaveLength(5)
    expect(pool.listenerCount('error')).toBe(0)
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  it('that is used up: unavailable in time, and well again', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const storage = postgresStorage(pool, { schema, timeoutMs: 100 })
    await storage.open()
    await makeRooms(storage, 'a')
    const taken = await pool.connect()
    await expect(storage.append([said('a', 'x')])).rejects.toMatchObject({
      code: 'unavailable',
      custom: false,
      cause: { message: 'no connection was free within 100 ms' },
    })
    taken.release()
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
    // The one that waited in vain gave its connection back.
    expect(pool.waitingCount).toBe(0)
    expect(pool.idleCount).toBe(1)
    await storage.close()
    await pool.end()
  })
})

describe.skipIf(found === null)('a server that may lose what it acknowledged', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: 'off', full_page_writes: 'off' } })
  })

  afterAll(() => server.remove())

  it('is refused, unless told otherwise', async () => {
    await expect(postgresStorage(server.url).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(/fsync=off and full_page_writes=off.*allowUnsafe/s),
    })
    const storage = postgresStorage(server.url, { allowUnsafe: true })
    await storage.open()
    expect(storage.supports.durable).toBe(false)
    await makeRooms(storage, 'a')
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
    await storage.close()
  })

  it('such as one with synchronous_commit=off', async () => {
    const lazy = withSettings('-c synchronous_commit=off')
    await expect(postgresStorage(lazy, { schema }).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('synchronous_commit=off'),
    })
    expect((await opened({ allowUnsafe: true }, lazy)).supports.durable).toBe(false)
    const local = withSettings('-c synchronous_commit=local')
    expect((await opened({}, local)).supports.durable).toBe(true)
  })
})

describe.skipIf(found === null)('what cannot be used', () => {
  const refused = (message: RegExp, code = 'invalid_options') => ({
    code,
    message: expect.stringMatching(message),
  })

  it('connections with another isolation', async () => {
    const strict = withSettings('-c default_transaction_isolation=serializable')
    await expect(postgresStorage(strict, { schema }).open()).rejects.toMatchObject(
      refused(/default_transaction_isolation=serializable/),
    )
  })

  it('a database of another encoding', async () => {
    const name = `latin_${schema}`
    await ask(url, `create database ${name} encoding 'LATIN1' locale 'C' template template0`)
    const latin = new URL(url)
    latin.pathname = `/${name}`
    await expect(postgresStorage(latin.href).open()).rejects.toMatchObject(
      refused(/encoding LATIN1/),
    )
    await ask(url, `drop database ${name}`)
  })

  it('a database, a user, that is not there', async () => {
    const missing = new URL(url)
    missing.pathname = '/nowhere'
    await expect(postgresStorage(missing.href).open()).rejects.toMatchObject(
      refused(/"nowhere" does not exist/),
    )
    const nobody = new URL(url)
    nobody.username = 'nobody_of_this_name'
    await expect(postgresStorage(nobody.href).open()).rejects.toMatchObject(
      refused(/nobody_of_this_name/),
    )
  })

  it('what is no URL', async () => {
    await expect(postgresStorage('postgres://[').open()).rejects.toMatchObject({
      code: 'invalid_options',
    })
  })
})
