/** The servers that the rows of the catalogue meet: each kind once per storage, with people on it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type ChatServer, type ChatServerOptions, createChatServer } from '../../src/chat.ts'
import { directoryFiles } from '../../src/files/directory.ts'
import type { Limits } from '../../src/limits.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { systemClock } from '../../src/system.ts'
import { type FlakyStorage, flakyStorage } from '../../src/testing/flaky-storage.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { accountsIn } from '../support/accounts.ts'
import { filesIn } from '../support/files.ts'
import type { Control } from './control.ts'
import { People, ROOMS, STANDING } from './people.ts'
import type { Known, Setting, Trouble } from './row.ts'

export type Kind = 'memory' | 'sqlite'

const ALWAYS: Partial<Limits> = {
  connectionsPerAddress: 10_000,
  addressCommandBurst: 1_000_000,
  createsPerHour: 10_000,
  failuresPerHour: 10_000,
  registersPerHour: 10_000,
  httpIdleMs: 600_000,
  closeMs: 1000,
}

const LIMITS: Readonly<Record<Setting | 'troubled', Partial<Limits>>> = {
  usual: {},
  strict: {},
  readonly: {},
  troubled: {},
  hasty: { helloMs: 300, frameMs: 200, requestMs: 200, uploadMs: 200 },
  narrow: {
    messageChars: 50,
    messageBytes: 100,
    frameBytes: 2000,
    frameFragments: 4,
    helloBytes: 600,
    bodyBytes: 600,
    roomsPerConnection: 1,
    rooms: ROOMS,
    commandBurst: 40,
    commandsPerSecond: 20,
    floodRefusals: 30,
    reactionsPerEntry: 1,
    fileBytes: 10_000,
    personFilesBytes: 15_000,
    accountFailuresPerHour: 2,
  },
  crowded: { connectionsPerAddress: STANDING },
}

/** One server, and what is to be known of it. */
export interface World {
  readonly port: number
  readonly tcpPort: number
  readonly known: Known
  readonly control: Control
  /** Lines of the log that say that something broke. */
  readonly broke: string[]
  /** What is stored, at this moment: rooms, heads, accounts, files, the rows of every table. */
  look(): Promise<unknown>
  /** Begins a trouble; what it resolves to ends it. */
  begin(trouble: Trouble): () => void
  close(): Promise<void>
}

interface Data {
  readonly storage: Storage
  readonly file: string | null
  readonly database: Database.Database | null
}

function dataOf(kind: Kind, name: Setting | 'troubled', folder: string): Data {
  if (kind === 'memory') return { storage: memoryStorage(), file: null, database: null }
  const file = join(folder, 'chat.db')
  if (name !== 'troubled') return { storage: sqliteStorage(file), file, database: null }
  const database = new Database(file, { timeout: 20 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  return { storage: sqliteStorage(database), file, database }
}

/** Makes one. */
export async function world(kind: Kind, name: Setting | 'troubled'): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-bad-inputs-'))
  const broke: string[] = []
  const note = (fields: object, message: string): void => {
    const { err } = fields as { err?: unknown }
    broke.push(`${message}: ${err instanceof Error ? err.stack : JSON.stringify(fields)}`)
  }
  const serve = async (storage: Storage): Promise<[ChatServer, number, number]> => {
    const limits = { ...ALWAYS, ...LIMITS[name] }
    const options: ChatServerOptions = {
      storage,
      limits,
      accounts: accountsIn(storage, { limits }),
      guests: name !== 'strict',
      files: directoryFiles(join(folder, 'files')),
      logger: { debug() {}, info() {}, warn() {}, error: note },
    }
    const chat = createChatServer(options)
    const { port, tcpPort } = await chat.listen({ port: 0, tcpPort: 0 })
    return [chat, port as number, tcpPort as number]
  }
  const data = dataOf(kind, name, folder)
  let flaky: FlakyStorage | null = null
  if (name === 'troubled') {
    flaky = flakyStorage(data.storage, { clock: systemClock, random: seededRandom(1) })
  }
  let [chat, port, tcpPort] = await serve(flaky ?? data.storage)
  let people = new People(port, tcpPort, name !== 'strict')
  const known = await people.settle()
  let { storage } = data
  if (name === 'readonly') {
    await (await people.control()).talks('tcp')
    await chat.close()
    const database = new Database(data.file as string, { readonly: true })
    database.pragma('synchronous = FULL')
    storage = sqliteStorage(database)
    ;[chat, port, tcpPort] = await serve(storage)
    people = new People(port, tcpPort, true)
  }
  const control = await people.control()
  return {
    port,
    tcpPort,
    known,
    control,
    broke,
    look: () => look(storage, data.file, join(folder, 'files')),
    begin: (trouble) => begin(trouble, data, flaky as FlakyStorage),
    async close() {
      await chat.close()
      data.database?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function look(storage: Storage, file: string | null, folder: string): Promise<unknown> {
  const { records } = storage
  const rooms = await storage.rooms.list('', 1000, true)
  const counts: Record<string, unknown> = {}
  if (file !== null) {
    const database = new Database(file, { readonly: true })
    const tables = "select name from sqlite_master where type = 'table' and name like 'tertulia%'"
    for (const name of database.prepare(tables).pluck().all()) {
      counts[name as string] = database.prepare(`select count(*) from ${name}`).pluck().get()
    }
    database.close()
  }
  return {
    rooms: rooms.map(({ keepUntil: _, ...rest }) => rest),
    heads: await storage.heads(rooms.map(({ room }) => room)),
    accounts: await records?.accounts.list('', 1000),
    audit: await records?.audit.list(undefined, 1000),
    files: filesIn(folder),
    counts,
  }
}

function begin(trouble: Trouble, { file, database }: Data, flaky: FlakyStorage): () => void {
  if (trouble === 'failing') {
    // Half of it for failing before the work: nothing is stored.
    flaky.set({ fail: 2 })
    return () => flaky.set({ fail: 0 })
  }
  if (file === null || database === null) throw new Error(`${trouble}: not with this storage`)
  if (trouble === 'full') {
    database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`)
    return () => void database.pragma('max_page_count = 1000000')
  }
  const other = new Database(file)
  other.exec('begin immediate')
  return () => {
    other.exec('rollback')
    other.close()
  }
}
