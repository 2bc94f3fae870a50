/** SQLite in trouble: locked, full, read-only, spoilt, its thread gone. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../../src/spi/storage.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { logOf, makeRooms, said, seqsOf, span } from '../../src/testing/storage-subject.ts'

let folder: string
let file: string
const instances: Database.Database[] = []
const storages: Storage[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tertulia-trouble-'))
  file = join(folder, 'chat.db')
})

afterEach(async () => {
  for (const storage of storages.splice(0)) await storage.close()
  for (const db of instances.splice(0)) db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function opened(...given: Parameters<typeof sqliteStorage>): Promise<Storage> {
  const storage = sqliteStorage(...given)
  await storage.open()
  storages.push(storage)
  return storage
}

function instance(options: Database.Options = {}): Database.Database {
  const db = new Database(file, options)
  instances.push(db)
  if (options.readonly !== true) db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  return db
}

/** What clients are told: that it may work later, and nothing of the database. */
const trouble = (code: string) => ({
  code: 'unavailable',
  retryable: true,
  custom: false,
  cause: { code: expect.stringMatching(code) },
})

for (const thread of [true, false]) {
  describe(`a file, thread: ${thread}`, () => {
    it('that another process has locked: unavailable, until it lets go', async () => {
      const storage = await opened(file, { thread, busyMs: 20 })
      await makeRooms(storage, 'a')
      const other = instance()
      other.exec('begin immediate')
      await expect(storage.append([said('a', 'x')])).rejects.toMatchObject(trouble('SQLITE_BUSY'))
      await expect(storage.setting('k', 'v')).rejects.toMatchObject(trouble('SQLITE_BUSY'))
      // Readers don't mind.
      expect(await storage.heads(['a'])).toMatchObject([{ head: 0 }])
      other.exec('rollback')
      expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
    })

    // In our thread nobody could let go of the lock meanwhile.
    it.runIf(thread)('that another process writes to for a moment: waits', async () => {
      const storage = await opened(file, { thread, busyMs: 5000 })
      await makeRooms(storage, 'a')
      const other = instance()
      other.exec('begin immediate')
      const waiting = storage.append([said('a', 'x')])
      await new Promise((resolve) => setTimeout(resolve, 100))
      other.exec('rollback')
      expect(await waiting).toMatchObject([{ seq: 1 }])
    })

    it('that refuses an entry: nothing of its batch is stored', async () => {
      const storage = await opened(file, { thread })
      await makeRooms(storage, 'a', 'b')
      const other = instance()
      other.exec(`create trigger deny before insert on tertulia_entries when new.text = 'last'
        begin select raise(abort, 'denied'); end`)
      const batch = [...span(1, 20).map((n) => said(n % 2 ? 'a' : 'b', `${n}`)), said('b', 'last')]
      const denied = trouble('SQLITE_CONSTRAINT_TRIGGER')
      await expect(storage.append(batch)).rejects.toMatchObject(denied)
      expect(await storage.heads(['a', 'b'])).toMatchObject([{ head: 0 }, { head: 0 }])
      expect(await logOf(storage, 'a')).toEqual([])
      other.exec('drop trigger deny')
      expect(await storage.append(batch)).toHaveLength(21)
      expect(seqsOf(await logOf(storage, 'b'))).toEqual(span(1, 11))
    })

    it('that is no database: says so', async () => {
      writeFileSync(
        file,
        'This is a text, and long enough to be taken for something else.'.repeat(9),
      )
      await expect(sqliteStorage(file, { thread }).open()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('file is not a database'),
      })
    })

    it('in a folder that is not there: says so, and works when it is', async () => {
      const inside = join(folder, 'missing', 'chat.db')
      const storage = sqliteStorage(inside, { thread })
      await expect(storage.open()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(inside),
      })
      await expect(storage.heads(['a'])).rejects.toMatchObject({ code: 'unavailable' })
      mkdirSync(join(folder, 'missing'))
      await storage.open()
      storages.push(storage)
      expect(await storage.heads(['a'])).toEqual([null])
    })
  })
}

describe('a full disk', () => {
  it('takes nothing half, and works when there is room again', async () => {
    const db = instance()
    const storage = await opened(db)
    await makeRooms(storage, 'a', 'b')
    expect(await storage.append([said('a', 'first', { cid: 'k' })])).toMatchObject([{ seq: 1 }])
    // SQLite reports a full file the same way as a full disk.
    const pages = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages + 4}`)
    const long = 'x'.repeat(3000)
    const batch = span(1, 50).map((n) => said(n % 2 === 0 ? 'a' : 'b', long, { cid: `${n}` }))
    await expect(storage.append(batch)).rejects.toMatchObject(trouble('SQLITE_FULL'))
    expect(await storage.heads(['a', 'b'])).toMatchObject([{ head: 1 }, { head: 0 }])
    expect(seqsOf(await logOf(storage, 'a'))).toEqual([1])
    // A retry that needs no room is answered.
    expect(await storage.append([said('a', 'first', { cid: 'k' })])).toMatchObject([
      { seq: 1, duplicate: true },
    ])
    db.pragma('max_page_count = 1000000')
    const results = await storage.append(batch)
    expect(results).toHaveLength(50)
    expect(seqsOf(await logOf(storage, 'a'))).toEqual(span(1, 26))
  })
})

describe('a file that can only be read', () => {
  it('is read, and what would write is unavailable', async () => {
    const writer = await opened(instance())
    await makeRooms(writer, 'a')
    await writer.append([said('a', 'x')])
    const storage = await opened(instance({ readonly: true }))
    expect(seqsOf(await logOf(storage, 'a'))).toEqual([1])
    const readonly = trouble('SQLITE_READONLY')
    await expect(storage.append([said('a', 'y')])).rejects.toMatchObject(readonly)
    await expect(storage.rooms.delete('a')).rejects.toMatchObject(readonly)
    await expect(storage.rooms.expire(0)).rejects.toMatchObject(readonly)
  })

  it('can not be set up', async () => {
    instance().exec('create table mine (a)')
    await expect(sqliteStorage(instance({ readonly: true })).open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/readonly/),
    })
  })
})

describe('the thread', () => {
  it('is started again when it has died; nothing acknowledged is lost', async () => {
    const workers: Worker[] = []
    const note = (worker: Worker): void => void workers.push(worker)
    process.on('worker', note)
    try {
      const storage = await opened(file)
      await makeRooms(storage, 'a')
      const told: number[] = []
      for (let round = 0; round < 3; round++) {
        const appends = span(1, 30).map((n) =>
          storage.append([said('a', `${round} ${n}`, { cid: `${round} ${n}` })]),
        )
        await appends[round * 4]
        void workers.at(-1)?.terminate()
        for (const result of await Promise.allSettled(appends)) {
          if (result.status === 'fulfilled') {
            const [one] = result.value
            if (one !== undefined && 'seq' in one) told.push(one.seq)
          } else {
            expect(result.reason).toMatchObject({ code: 'unavailable', retryable: true })
          }
        }
        // All again: what was stored is found, the rest is stored now.
        for (const n of span(1, 30)) {
          const text = `${round} ${n}`
          const [place] = await storage.append([said('a', text, { cid: text })])
          expect(place).toMatchObject({ seq: expect.any(Number) })
        }
        const log = await logOf(storage, 'a')
        expect(seqsOf(log)).toEqual(span(1, (round + 1) * 30))
        expect(new Set(log.map(({ cid }) => cid)).size).toBe(log.length)
      }
      expect(workers.length).toBe(4)
      expect(told.length).toBeGreaterThan(0)
    } finally {
      process.off('worker', note)
    }
  })
})
