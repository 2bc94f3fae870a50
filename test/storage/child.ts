/**
 * A process of its own, for tests of several: `tsx test/storage/child.ts JSON`. Says on its standard
 * output what it did, one line of JSON each.
 */

import type { NewEntry, Storage } from '../../src/spi/storage.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'

/** What the process is told. */
export interface ChildTask {
  readonly storage: 'sqlite' | 'postgres'
  /** A file, or a URL. */
  readonly where: string
  /** For Postgres. */
  readonly schema: string
  /**
   * `open`: opens, makes a room of its name, closes.
   * `append`: appends batches of 1 to 9 entries to the rooms, tells each answer, until `batches`
   * are stored or it is killed.
   * `leave`: appends one entry and ends without closing.
   */
  readonly task: 'open' | 'append' | 'leave'
  /** Sender, and beginning of the keys. */
  readonly name: string
  readonly rooms: readonly string[]
  readonly batches: number
}

/** An entry that was acknowledged. */
export interface Told {
  readonly room: string
  readonly cid: string
  readonly seq: number
}

const EPOCH = 'epoch'
const task = JSON.parse(process.argv[2] ?? '') as ChildTask

const say = (told: object): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify(told)}\n`, () => resolve()))

const draft = (room: string, n: number): NewEntry => ({
  room,
  epoch: EPOCH,
  kind: 'message',
  ts: n,
  from: { id: task.name, name: task.name },
  // The key again: who reads the log knows what must be there.
  text: `${task.name} ${n}`,
  cid: `${task.name} ${n}`,
})

async function append(storage: Storage): Promise<void> {
  let n = 0
  for (let i = 0; i < task.batches; i++) {
    const batch: NewEntry[] = []
    for (let size = 1 + ((i * 7) % 9); size > 0; size--, n++) {
      batch.push(draft(task.rooms[n % task.rooms.length] as string, n))
    }
    const results = await storage.append(batch)
    const told = results.map((result, j): Told => {
      if ('error' in result) throw new Error(result.error)
      const { room, cid = '' } = batch[j] as NewEntry
      return { room, cid, seq: result.seq }
    })
    await say(told)
  }
}

const storage: Storage =
  task.storage === 'sqlite'
    ? sqliteStorage(task.where)
    : postgresStorage(task.where, { schema: task.schema, connections: 3 })
await storage.open()
const room = { epoch: EPOCH, permanent: true, createdAt: 0, keepUntil: 0 }
for (const name of task.rooms) await storage.rooms.create({ ...room, room: name }, 1000)
await say({ open: true })
if (task.task === 'append') await append(storage)
if (task.task === 'leave') await storage.append([draft(task.rooms[0] as string, 0)])
else await storage.close()
