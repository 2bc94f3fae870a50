/** Several processes on one store, and processes that are killed. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../src/protocol/types.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'
import type { ChildTask, Told } from './child.ts'

const url = await testPostgres()
const script = fileURLToPath(new URL('child.ts', import.meta.url))
const ROOMS = ['a', 'b', 'c']

/** A store that several processes use. */
interface Place {
  readonly storage: ChildTask['storage']
  readonly where: string
  readonly schema: string
  open(): Storage
  remove(): Promise<void> | void
}

function sqlitePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-processes-'))
  const where = join(folder, 'chat.db')
  return {
    storage: 'sqlite',
    where,
    schema: '',
    open: () => sqliteStorage(where),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function postgresPlace(): Place {
  const schema = freshSchema()
  const where = url ?? ''
  return {
    storage: 'postgres',
    where,
    schema,
    open: () => postgresStorage(where, { schema, connections: 2 }),
    remove: () => dropSchema(where, schema),
  }
}

const children: ChildProcess[] = []

/** Starts a process; collects what it was told was stored. */
function child(place: Place, task: Pick<ChildTask, 'task' | 'name'>, batches = 1_000_000) {
  const { storage, where, schema } = place
  const given: ChildTask = { storage, where, schema, rooms: ROOMS, batches, ...task }
  const one = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(one)
  const told: Told[] = []
  let errors = ''
  let heard = (): void => {}
  one.stderr?.on('data', (chunk: Buffer) => (errors += chunk))
  createInterface({ input: one.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const said = JSON.parse(line) as object
    if (Array.isArray(said)) told.push(...(said as Told[]))
    heard()
  })
  const ended = once(one, 'close')
  return {
    told,
    /** Resolves to the code; a process that failed fails the test. */
    async end(): Promise<void> {
      const [code] = (await ended) as [number | null]
      expect(code, errors).toBe(0)
    },
    /** Kills it when it has been told of so many entries. */
    async kill(after: number): Promise<void> {
      await new Promise<void>((resolve) => {
        heard = () => {
          if (told.length >= after) resolve()
        }
        void ended.then(() => resolve())
      })
      expect(one.exitCode, errors).toBe(null)
      one.kill('SIGKILL')
      await ended
    },
  }
}

/** Everything in the rooms, page by page. */
async function logs(storage: Storage): Promise<Map<string, Entry[]>> {
  const found = new Map<string, Entry[]>()
  for (const room of ROOMS) {
    const log: Entry[] = []
    for (;;) {
      const page = await storage.read(room, { after: log.length, limit: 1000 })
      if (page === null) throw new Error(`${room} is gone`)
      expect(page.first).toBe(1)
      log.push(...page.entries)
      if (page.entries.length === 0) {
        expect(page.head).toBe(log.length)
        break
      }
    }
    found.set(room, log)
  }
  return found
}

/** What was acknowledged is there, where it was said to be, once, and there are no holes. */
function check(found: ReadonlyMap<string, readonly Entry[]>, told: readonly Told[]): void {
  for (const [room, log] of found) {
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1))
    const keys = log.map(({ cid }) => cid)
    expect(new Set(keys).size, `an entry is twice in ${room}`).toBe(keys.length)
    expect(log.filter(({ text, cid }) => text !== cid)).toEqual([])
  }
  const lost = told.filter(({ room, seq, cid }) => found.get(room)?.[seq - 1]?.cid !== cid)
  expect(lost).toEqual([])
}

const places: [string, () => Place, boolean][] = [
  ['SQLite', sqlitePlace, false],
  ['Postgres', postgresPlace, url === null],
]

for (const [name, make, skip] of places) {
  describe.skipIf(skip)(`${name} and several processes`, () => {
    let place: Place

    beforeEach(() => {
      place = make()
    })

    afterEach(async () => {
      for (const one of children.splice(0)) one.kill('SIGKILL')
      await place.remove()
    })

    it('is set up once, however many open it at the same time', async () => {
      const all = ['p', 'q', 'r'].map((one) => child(place, { task: 'open', name: one }))
      for (const one of all) await one.end()
      const storage = place.open()
      await storage.open()
      expect((await storage.rooms.list('', 10)).map(({ room }) => room)).toEqual(ROOMS)
      await storage.close()
    })

    it('keeps one order', async () => {
      const all = ['p', 'q', 'r'].map((one) => child(place, { task: 'append', name: one }, 60))
      for (const one of all) await one.end()
      const storage = place.open()
      await storage.open()
      const found = await logs(storage)
      await storage.close()
      check(
        found,
        all.flatMap(({ told }) => told),
      )
      // Everybody had their turn, and each one's entries are in the order they were sent.
      const total = [...found.values()].reduce((sum, log) => sum + log.length, 0)
      expect(total).toBe(all.reduce((sum, { told }) => sum + told.length, 0))
      for (const log of found.values()) {
        for (const one of ['p', 'q', 'r']) {
          const mine = log.filter(({ from }) => from.id === one).map(({ ts }) => ts)
          expect(mine).toEqual([...mine].sort((a, b) => a - b))
          expect(mine.length).toBeGreaterThan(50)
        }
      }
    })

    it('keeps what was acknowledged when processes are killed, and goes on without a hole', async () => {
      const random = seededRandom(Date.now())
      const told: Told[] = []
      for (let round = 0; round < 3; round++) {
        const one = child(place, { task: 'append', name: `round ${round}` })
        const two = child(place, { task: 'append', name: `other ${round}` })
        await Promise.all([one.kill(random.int(20, 400)), two.kill(random.int(20, 400))])
        told.push(...one.told, ...two.told)
      }
      expect(told.length).toBeGreaterThan(100)
      const storage = place.open()
      await storage.open()
      check(await logs(storage), told)
      // The keys still protect.
      const first = told[0] as Told
      const sender = first.cid.replace(/ \d+$/, '')
      const again = await storage.append([
        {
          room: first.room,
          epoch: 'epoch',
          kind: 'message',
          ts: 1,
          from: { id: sender, name: '' },
          text: first.cid,
          cid: first.cid,
        },
      ])
      expect(again).toEqual([expect.objectContaining({ seq: first.seq, duplicate: true })])
      await storage.close()
    })

    it('lets a process end that did not close it', async () => {
      await child(place, { task: 'leave', name: 'p' }).end()
      const storage = place.open()
      await storage.open()
      expect((await storage.read('a', { after: 0, limit: 10 }))?.entries.length).toBe(1)
      await storage.close()
    })
  })
}
