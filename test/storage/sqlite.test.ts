/** What the suite of storages doesn't ask of SQLite: options, the host's instance, the file. */

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../../src/spi/storage.ts'
import { queriesFor } from '../../src/storage/sql/queries.ts'
import { sqliteDialect } from '../../src/storage/sql/sqlite-dialect.ts'
import { type SqliteStorageOptions, sqliteStorage } from '../../src/storage/sqlite.ts'
import { changing, makeRooms, said, span, spec } from '../../src/testing/storage-subject.ts'

let folder: string
let file: string
const instances: Database.Database[] = []
const storages: Storage[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tertulia-sqlite-'))
  file = join(folder, 'chat.db')
})

afterEach(async () => {
  for (const storage of storages.splice(0)) await storage.close()
  for (const db of instances.splice(0)) db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function opened(where: Parameters<typeof sqliteStorage>[0], options?: SqliteStorageOptions) {
  const storage = sqliteStorage(where, options)
  await storage.open()
  storages.push(storage)
  return storage
}

/** An instance as a host has it. */
function instance(...pragmas: readonly string[]): Database.Database {
  const db = new Database(file)
  instances.push(db)
  for (const pragma of pragmas) db.pragma(pragma)
  return db
}

const tablesOf = (db: Database.Database): unknown[] =>
  db.prepare("select name from sqlite_master where type = 'table' order by name").pluck().all()

describe('a file', () => {
  it('is durable as it is opened, and says when it is not', async () => {
    expect((await opened(file)).supports.durable).toBe(true)
    expect((await opened(file, { thread: false })).supports.durable).toBe(true)
    expect((await opened(file, { synchronous: 'normal' })).supports.durable).toBe(false)
    expect((await opened(':memory:')).supports.durable).toBe(false)
  })

  it('has a write-ahead log, and is whole without it when it was closed', async () => {
    const storage = sqliteStorage(file)
    await storage.open()
    expect(existsSync(`${file}-wal`)).toBe(true)
    await makeRooms(storage, 'a')
    await storage.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect((await (await opened(file)).rooms.get('a'))?.room).toBe('a')
  })

  it('is opened, and read, while another process writes for long', async () => {
    const storage = sqliteStorage(file, { thread: false })
    await storage.open()
    await storage.setting('secret', 'first')
    await makeRooms(storage, 'a')
    const other = instance()
    other.exec('begin immediate')
    // Nobody waits: there is nothing to be written.
    for (const thread of [true, false]) {
      const second = await opened(file, { thread, busyMs: 0 })
      expect(await second.setting('secret', 'second')).toBe('first')
      expect((await second.rooms.create(spec('a'), 10))?.created).toBe(false)
      expect((await second.read('a', { limit: 5 }))?.head).toBe(0)
    }
    other.exec('rollback')
    await storage.close()
  })

  it('has nothing left of what was deleted', async () => {
    const storage = sqliteStorage(file)
    await storage.open()
    await makeRooms(storage, 'a')
    const { edit, erase, react } = changing('a')
    const long = 'SECRET '.repeat(2000)
    for (const n of span(1, 300)) {
      const texts = [`SECRET ${n}`, `other ${n} ${'x'.repeat(n)}`, n % 50 === 0 ? long : 'y']
      await storage.append(texts.map((text) => said('a', text, { cid: `${n} ${text.length}` })))
    }
    for (const n of span(0, 299)) {
      const seq = n * 3 + 1
      await storage.append([edit(seq, `SECRET edit ${n}`), edit(seq, 'SECRETS'), react(seq, '👍')])
    }
    const { entries = [] } = (await storage.read('a', { limit: 10_000 })) ?? {}
    for (const { seq, text, kind } of entries) {
      if (kind === 'message' && text.startsWith('SECRET')) await storage.append([erase(seq)])
    }
    await storage.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(readFileSync(file).includes('SECRET')).toBe(false)
    expect(readFileSync(file).includes('other 300')).toBe(true)
    const again = await opened(file)
    const retry = said('a', 'SECRET 1', { cid: '1 8' })
    expect(await again.append([retry])).toMatchObject([{ seq: 1, duplicate: true }])
  })

  it('can be closed twice and opened again', async () => {
    const storage = sqliteStorage(file)
    await storage.close()
    await storage.open()
    await makeRooms(storage, 'a')
    await storage.close()
    await storage.close()
    await expect(storage.rooms.get('a')).rejects.toMatchObject({ code: 'unavailable' })
    await storage.open()
    expect((await storage.rooms.get('a'))?.room).toBe('a')
    await storage.close()
  })

  it.each([true, false])('is open until the last one closes it, thread: %s', async (thread) => {
    const storage = sqliteStorage(file, { thread })
    await Promise.all([storage.open(), storage.open()])
    await storage.open()
    await makeRooms(storage, 'a')
    await storage.close()
    await storage.close()
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
    await storage.close()
    await expect(storage.append([said('a', 'x')])).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('finishes what is under way when it is closed', async () => {
    const storage = sqliteStorage(file)
    await storage.open()
    await makeRooms(storage, 'a')
    const appends = [1, 2, 3].map((n) => storage.append([said('a', `${n}`)]))
    await storage.close()
    expect((await Promise.all(appends)).flat()).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }])
  })

  it('holds what any number of prefixes keep, apart', async () => {
    const one = await opened(file, { prefix: 'one_' })
    const two = await opened(file, { prefix: '' })
    await makeRooms(one, 'a')
    await makeRooms(two, 'a', 'b')
    await one.append([said('a', 'x')])
    expect(await two.heads(['a', 'b'])).toMatchObject([{ head: 0 }, { head: 0 }])
    expect(await one.heads(['a', 'b'])).toMatchObject([{ head: 1 }, null])
    const db = instance()
    expect(tablesOf(db)).toEqual(expect.arrayContaining(['one_entries', 'entries', 'one_version']))
  })

  it('of a newer release is refused', async () => {
    await (await opened(file)).close()
    instance().exec('update tertulia_version set version = 99')
    for (const thread of [true, false]) {
      await expect(sqliteStorage(file, { thread }).open()).rejects.toMatchObject({
        code: 'invalid_options',
        message: expect.stringMatching(/newer release of tertulia.*99/),
      })
    }
  })
})

describe('options', () => {
  it.each([
    [{ prefix: 'a b' }, /prefix/],
    [{ prefix: '"; drop table x; --' }, /prefix/],
    [{ synchronous: 'off' as 'full' }, /synchronous/],
    [{ busyMs: -1 }, /busyMs/],
    [{ retention: { entriesPerRoom: 0 } }, /entriesPerRoom/],
    [{ retention: { days: Number.NaN } }, /days/],
  ])('%o are refused', (options, message) => {
    expect(() => sqliteStorage(file, options)).toThrow(message)
    expect(() => sqliteStorage(file, options)).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })
})

describe('an instance of the host', () => {
  it('is used as it is, and not closed', async () => {
    const db = instance('journal_mode = WAL', 'synchronous = FULL', 'cache_size = 321')
    db.exec('create table mine (a)')
    const storage = await opened(db)
    expect(storage.supports.durable).toBe(true)
    await makeRooms(storage, 'a')
    await storage.close()
    expect(db.open).toBe(true)
    expect(db.pragma('cache_size', { simple: true })).toBe(321)
    expect(tablesOf(db)).toContain('mine')
    await expect(storage.append([said('a', 'x')])).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is refused where a power cut could take what was acknowledged', async () => {
    // What better-sqlite3 does by itself in WAL mode.
    const db = instance('journal_mode = WAL', 'synchronous = NORMAL')
    await expect(sqliteStorage(db).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining("db.pragma('synchronous = FULL')"),
    })
    expect(tablesOf(db)).toEqual([])
    expect((await opened(db, { synchronous: 'normal' })).supports.durable).toBe(false)
  })

  it('is refused where a crash could spoil the file', async () => {
    const db = instance('journal_mode = MEMORY')
    await expect(sqliteStorage(db, { synchronous: 'normal' }).open()).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('journal_mode'),
    })
  })

  it('in the middle of a transaction is left alone', async () => {
    const db = instance('synchronous = FULL')
    const storage = await opened(db)
    await makeRooms(storage, 'a')
    db.exec('begin')
    await expect(storage.append([said('a', 'x')])).rejects.toMatchObject({ code: 'unavailable' })
    await expect(storage.rooms.delete('a')).rejects.toMatchObject({ code: 'unavailable' })
    db.exec('rollback')
    expect(await storage.append([said('a', 'x')])).toMatchObject([{ seq: 1 }])
  })
})

describe('the driver', () => {
  /** The sources in a place from which better-sqlite3 can't be found. */
  function elsewhere(code: string): string {
    const root = process.cwd()
    cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true })
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(join(root, 'node_modules/kysely'), join(folder, 'node_modules/kysely'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'main.ts'), code)
    const tsx = createRequire(import.meta.url).resolve('tsx')
    return execFileSync(process.execPath, ['--import', tsx, 'main.ts'], {
      cwd: folder,
      encoding: 'utf8',
    })
  }

  it('is loaded when it is used, and what is missing is said', () => {
    const said = elsewhere(`
      import { sqliteStorage } from './src/storage/sqlite.ts'
      import { postgresStorage } from './src/storage/postgres.ts'
      const all = [sqliteStorage('x.db', { thread: false }), postgresStorage('postgres://x/y')]
      for (const storage of all) {
        await storage.open().catch((error) => console.log(error.code, error.message))
      }
    `)
    expect(said.trim().split('\n')).toEqual([
      'invalid_options sqliteStorage needs a driver: npm install better-sqlite3',
      'invalid_options postgresStorage needs a driver: npm install pg',
    ])
  })
})

describe('pages of history', () => {
  it('are read by the primary key', async () => {
    await opened(file)
    const dialect = sqliteDialect('tertulia_')
    const db = instance()
    for (const kept of [undefined, 100]) {
      for (const range of [
        { after: 5, limit: 50 },
        { before: 5, limit: 50 },
        { at: 5, limit: 50 },
      ]) {
        const { sql, parameters } = queriesFor(dialect, kept).read('a', range)
        const plan = db.prepare(`explain query plan ${sql}`).all(...parameters) as {
          detail: string
        }[]
        const steps = plan.map(({ detail }) => detail).join('\n')
        expect(steps).toMatch(/SEARCH e USING PRIMARY KEY \(room_id=\? AND seq>\? AND seq<\?\)/)
        // What is scanned are the rows found so far, never a table.
        expect(steps).not.toMatch(/SCAN (?!(x|h|s|spot)\b)|TEMP B-TREE/)
        if ('at' in range) {
          expect(steps).toMatch(/SEARCH m USING PRIMARY KEY \(room_id=\? AND seq=\?\)/)
        }
      }
    }
  })

  it('say what they would say of a room that was made later', async () => {
    const storage = await opened(file, { retention: { entriesPerRoom: 5 } })
    await storage.rooms.create(spec('a'), 10)
    expect(await storage.read('a', { before: Number.MAX_SAFE_INTEGER, limit: 0 })).toMatchObject({
      head: 0,
      first: 1,
      entries: [],
    })
    expect(
      (await storage.read('a', { after: Number.MAX_SAFE_INTEGER, limit: 50 }))?.entries,
    ).toEqual([])
  })
})
