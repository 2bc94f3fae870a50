/** What is given up, or deleted with its room, is really deleted: in the background, bit by bit. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/spi/clock.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { type PostgresStorageOptions, postgresStorage } from '../../src/storage/postgres.ts'
import { type SqliteStorageOptions, sqliteStorage } from '../../src/storage/sqlite.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import {
  bob,
  changing,
  fill,
  makeRooms,
  NOW,
  pageOf,
  said,
  seqsOf,
  span,
  spec,
} from '../../src/testing/storage-subject.ts'
import { ask, dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'

const url = await testPostgres()
const DAY = 24 * 60 * 60_000

/** A store into which the test can look without the storage. */
interface Place {
  open(options: Pick<SqliteStorageOptions & PostgresStorageOptions, 'retention' | 'clock'>): Storage
  /** The first column of what this gives. */
  column(sql: string): Promise<unknown[]>
  remove(): Promise<void>
}

function sqlitePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-sweeper-'))
  const file = join(folder, 'chat.db')
  const db = new Database(file)
  return {
    open: (options) => sqliteStorage(file, options),
    column: async (sql) => db.prepare(sql).pluck().all(),
    async remove() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function postgresPlace(): Place {
  const schema = freshSchema()
  const where = url ?? ''
  return {
    open: (options) => postgresStorage(where, { schema, connections: 2, ...options }),
    column: async (sql) => {
      const rows = await ask(where, `set search_path = ${schema}`, sql)
      return rows.map((row) => Number(Object.values(row as object)[0]))
    },
    remove: () => dropSchema(where, schema),
  }
}

const places: [string, () => Place, boolean][] = [
  ['SQLite', sqlitePlace, false],
  ['Postgres', postgresPlace, url === null],
]

for (const [name, make, skip] of places) {
  describe.skipIf(skip)(`sweeping ${name}`, () => {
    let place: Place
    let clock: VirtualClock
    let storage: Storage

    beforeEach(() => {
      place = make()
      clock = virtualClock({ start: NOW + 100 * DAY })
    })

    afterEach(async () => {
      await storage.close()
      await place.remove()
    })

    async function opened(retention = {}, own: Clock = clock): Promise<void> {
      storage = place.open({ retention, clock: own })
      await storage.open()
    }

    const countOf = async (table = 'tertulia_entries'): Promise<number> =>
      Number((await place.column(`select count(*) from ${table}`))[0])

    /** Lets virtual time pass, and the database work, until it is so. */
    async function until(ms: number, check: () => Promise<boolean>): Promise<void> {
      for (let step = 0; !(await check()); step++) {
        if (step === 500) throw new Error(`not within ${ms} virtual ms`)
        await clock.advance(ms / 500)
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }

    it('deletes what is beyond the number of entries kept', async () => {
      await opened({ entriesPerRoom: 10 })
      await makeRooms(storage, 'a', 'b', 'c')
      await fill(storage, 'a', 950)
      await fill(storage, 'b', 15)
      await fill(storage, 'c', 10)
      expect(await countOf()).toBe(975)
      await until(60_000, async () => (await countOf()) === 30)
      const { head, first, entries } = await pageOf(storage, 'a')
      expect([head, first, seqsOf(entries)]).toEqual([950, 941, span(941, 950)])
      expect(await place.column('select min(seq) from tertulia_entries group by room_id')).toEqual(
        expect.arrayContaining([941, 6, 1]),
      )
      // Later appends set it going again.
      await fill(storage, 'b', 7)
      expect(seqsOf((await pageOf(storage, 'b')).entries)).toEqual(span(13, 22))
      await until(60_000, async () => (await countOf()) === 30)
      expect(await storage.append([said('a', 'next')])).toMatchObject([{ seq: 951 }])
    })

    it('deletes what became too old, and counts on', async () => {
      await opened({ days: 30 })
      await makeRooms(storage, 'a', 'b', 'young')
      const at = (day: number, n: number) =>
        said('a', `${day} ${n}`, { ts: NOW + day * DAY, cid: `${day} ${n}` })
      for (const day of [0, 60, 69, 71, 99]) {
        await storage.append(span(1, 250).map((n) => at(day, n)))
      }
      await storage.append([said('b', 'old')])
      await storage.append([said('young', 'new', { ts: NOW + 99 * DAY })])
      await until(3_600_000, async () => (await countOf()) === 501)
      const page = await pageOf(storage, 'a', { limit: 1000 })
      expect([page.head, page.first]).toEqual([1250, 751])
      expect(seqsOf(page.entries)).toEqual(span(751, 1250))
      const empty = await pageOf(storage, 'b')
      expect([empty.head, empty.first, empty.entries]).toEqual([1, 2, []])
      expect(await storage.append([said('b', 'next', { ts: NOW + 100 * DAY })])).toMatchObject([
        { seq: 2 },
      ])
      // Time goes on, without anybody saying anything.
      await clock.advance(2 * DAY)
      await until(3_600_000, async () => (await countOf()) === 252)
      expect((await pageOf(storage, 'a')).first).toBe(1001)
    })

    it('heeds what is set for a room, whatever is kept of the others', async () => {
      await opened({ days: 30, entriesPerRoom: 100 })
      const settings = {
        few: { keepEntries: 10 },
        many: { keepEntries: 250 },
        short: { keepDays: 0.5 },
        long: { keepDays: 90 },
      }
      for (const [room, set] of Object.entries(settings)) {
        await storage.rooms.create(spec(room, { settings: set, permanent: true }), 10)
      }
      const at = (room: string, day: number, n: number) =>
        said(room, `${n}`, { ts: NOW + day * DAY })
      for (const room of ['few', 'many']) {
        await storage.append(span(1, 300).map((n) => at(room, 99, n)))
      }
      for (const room of ['short', 'long']) {
        for (const day of [5, 50, 99, 99.9]) {
          await storage.append(span(1, 20).map((n) => at(room, day, n)))
        }
      }
      await until(3_600_000, async () => (await countOf()) === 10 + 250 + 20 + 60)
      const kept = async (room: string) => (await pageOf(storage, room)).entries.length
      const rooms = ['few', 'many', 'short', 'long']
      expect(await Promise.all(rooms.map(kept))).toEqual([10, 250, 20, 60])
      // Set later, it is heeded soon.
      await storage.rooms.update('many', { settings: { keepEntries: 5 } })
      await until(60_000, async () => (await countOf()) === 95)
      await storage.rooms.update('long', { settings: { keepDays: 1 } })
      await until(3_600_000, async () => (await countOf()) === 55)
    })

    it('heeds what is set for a room where nothing else is given up', async () => {
      await opened()
      const settings = { keepDays: 1 }
      await storage.rooms.create(spec('a', { settings, permanent: true }), 10)
      await makeRooms(storage, 'b')
      for (const room of ['a', 'b']) {
        await storage.append(span(1, 5).map((n) => said(room, `${n}`, { ts: NOW + 99.5 * DAY })))
      }
      await clock.advance(3_600_000)
      expect(await countOf()).toBe(10)
      await clock.advance(DAY)
      await until(3_600_000, async () => (await countOf()) === 5)
      expect((await pageOf(storage, 'a')).first).toBe(6)
    })

    it('has no text of what was deleted in any row', async () => {
      await opened()
      await makeRooms(storage, 'a')
      const { edit, erase, react } = changing('a')
      const details = { mentions: ['SECRET'] }
      await storage.append([
        said('a', 'SECRET', { cid: 'k', details }),
        ...[1, 2, 3].map((n) => edit(1, `SECRET ${n}`, { details })),
        react(1, 'SECRET'),
        said('a', 'x'),
        edit(6, 'SECRET', { cid: 'e' }),
        edit(6, 'y'),
      ])
      const row = (what: string): string =>
        `coalesce(${what}text, '') || coalesce(${what}details, '') || coalesce(${what}original, '')`
      const found = async () => {
        const secret = (text: string) => `count(case when ${text} like '%SECRET%' then 1 end)`
        const [inEntries] = await place.column(`select ${secret(row(''))} from tertulia_entries`)
        const [held] = await place.column(`select ${secret('text')} from tertulia_reactions`)
        return [Number(inEntries), Number(held)]
      }
      expect(await found()).toEqual([6, 1])
      await storage.append([erase(1), erase(6)])
      expect(await found()).toEqual([0, 0])
      const tables = ['changes', 'reactions', 'holders'].map((table) => `tertulia_${table}`)
      expect(await Promise.all(tables.map(countOf))).toEqual([0, 0, 0])
    })

    it('deletes what was done to entries with them', async () => {
      await opened({ entriesPerRoom: 10 })
      await makeRooms(storage, 'a', 'b')
      const { edit, react } = changing('a')
      await fill(storage, 'a', 5)
      for (const seq of span(1, 5)) await storage.append([edit(seq, 'x'), react(seq, '👍')])
      const tables = ['changes', 'reactions', 'holders'].map((table) => `tertulia_${table}`)
      const counts = () => Promise.all(tables.map(countOf))
      expect(await counts()).toEqual([10, 5, 5])
      // Entry 3 is the oldest that stays.
      await until(60_000, async () => (await countOf()) === 10)
      expect(await counts()).toEqual([0, 0, 0])
      await fill(storage, 'a', 5)
      await storage.append([react(20, '👍'), react(20, '❤', bob), edit(20, 'x')])
      expect(await counts()).toEqual([3, 2, 2])
      await storage.rooms.delete('a')
      await until(60_000, async () => (await countOf('tertulia_gone')) === 0)
      expect([...(await counts()), await countOf()]).toEqual([0, 0, 0, 0])
    })

    it('deletes what was done to one entry bit by bit, too', async () => {
      await opened()
      await makeRooms(storage, 'a')
      await fill(storage, 'a', 1)
      const { react } = changing('a')
      const people = span(1, 1000).map((n) => ({ id: `p${n}`, name: `${n}` }))
      await storage.append(people.map((person) => react(1, '👍', person)))
      await storage.rooms.delete('a')
      const seen = { tertulia_changes: [1000], tertulia_holders: [1000] }
      await until(60_000, async () => {
        for (const [table, counts] of Object.entries(seen)) counts.push(await countOf(table))
        return (await countOf('tertulia_gone')) === 0
      })
      for (const counts of Object.values(seen)) {
        expect(counts.at(-1)).toBe(0)
        const steps = counts.slice(1).map((count, i) => (counts[i] as number) - count)
        // The step under way may be seen before and after, or two of them at once.
        expect(Math.max(...steps)).toBeLessThanOrEqual(400)
      }
    })

    it('deletes the entries of deleted rooms, also those of before a restart', async () => {
      await opened()
      await makeRooms(storage, 'a', 'b')
      await storage.rooms.create(spec('expired', { keepUntil: NOW }), 10)
      await fill(storage, 'a', 450)
      await fill(storage, 'b', 5)
      await fill(storage, 'expired', 3)
      await storage.rooms.delete('a')
      expect(await storage.rooms.expire(NOW + 1)).toEqual(['expired'])
      expect(await countOf()).toBe(458)
      await storage.close()
      await opened()
      await until(60_000, async () => (await countOf()) === 5)
      await until(60_000, async () => (await countOf('tertulia_gone')) === 0)
      // A new room of the name has nothing of the old one's.
      await makeRooms(storage, 'a')
      expect(await storage.append([said('a', '1', { cid: 'k' })])).toMatchObject([
        { seq: 1, duplicate: false },
      ])
    })

    it('leaves everything where nothing is to be given up', async () => {
      await opened()
      await makeRooms(storage, 'a')
      await fill(storage, 'a', 300)
      await clock.advance(365 * DAY)
      expect(await countOf()).toBe(300)
      expect(clock.pending).toBe(0)
    })

    it('sets no timers after the end', async () => {
      await opened({ entriesPerRoom: 1, days: 1 })
      await makeRooms(storage, 'a')
      await fill(storage, 'a', 300)
      await clock.advance(2000)
      await storage.close()
      expect(clock.pending).toBe(0)
    })
  })
}
