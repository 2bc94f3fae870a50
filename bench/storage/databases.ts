// The databases of a bench: a folder for SQLite's files, and a Postgres that is started when it is
// first asked for, unless TERTULIA_TEST_POSTGRES says where one is. Each run gets a fresh place.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import {
  type PostgresServer,
  postgresFolder,
  startPostgres,
} from '../../test/support/postgres-server.ts'
import { LOAD_CORE, pinned } from '../children.ts'
import type { Place, PlaceKind } from './places.ts'

const TMPFS = 0x01021994

/** What must be on, or a commit promises nothing. */
const SAFE = ['fsync', 'synchronous_commit', 'full_page_writes']

let folder: string | undefined
let started: Promise<PostgresServer> | undefined
let ours: PostgresServer | undefined
let places = 0
let closed = false

/** Where a run keeps its messages. */
export interface Rented {
  readonly place: Place
  /** The database's first process, when it is on this machine and ours; else 0. */
  readonly pid: number
  /** How many rows this table has; the server may be gone. */
  count(table: string): Promise<number>
  /** Writes what waits to be written, so that it isn't done during a measurement. */
  settle(): Promise<void>
  /** Bytes on disk, the journal not counted. */
  size(): Promise<number>
  /** Removes everything. */
  remove(): Promise<void>
}

/** Why there is no such place here; undefined: there is. */
export function missing(kind: PlaceKind): string | undefined {
  const given = process.env.TERTULIA_TEST_POSTGRES
  if (kind !== 'postgres' || given || postgresFolder() !== null) return undefined
  return 'there is no Postgres on this machine, and TERTULIA_TEST_POSTGRES names none'
}

/** What a reader has to know about where the files are; undefined: nothing. */
export function warning(): string | undefined {
  if (statfsSync(tmpdir()).type !== TMPFS) return undefined
  return `${tmpdir()} is in memory: commits cost NOTHING there. Set TMPDIR to a folder on a disk.`
}

/** A fresh place of this kind. */
export async function rent(kind: PlaceKind): Promise<Rented> {
  if (closed) throw new Error('the bench is ending')
  if (kind === 'memory') return nowhere
  return kind === 'sqlite' ? rentFile() : rentSchema()
}

const nowhere: Rented = {
  place: { kind: 'memory' },
  pid: 0,
  count: async () => Number.NaN,
  settle: async () => {},
  size: async () => Number.NaN,
  remove: async () => {},
}

function rentFile(): Rented {
  folder ??= mkdtempSync(join(tmpdir(), 'tertulia-bench-'))
  const own = mkdtempSync(join(folder, 'run-'))
  const file = join(own, 'chat.db')
  return {
    place: { kind: 'sqlite', file },
    pid: 0,
    async count(table) {
      const db = new Database(file)
      try {
        const row = db.prepare(`select count(*) as n from ${table}`).get() as { n: number }
        return row.n
      } finally {
        db.close()
      }
    },
    settle: async () => {},
    async size() {
      return statSync(file).size
    },
    async remove() {
      rmSync(own, { recursive: true, force: true })
    },
  }
}

async function rentSchema(): Promise<Rented> {
  const given = process.env.TERTULIA_TEST_POSTGRES
  const url = given || (await start()).url
  const schema = `bench_${process.pid}_${++places}`
  for (const setting of SAFE) {
    const [row] = await ask(url, `select current_setting('${setting}') as is`)
    if (row?.is !== 'on') throw new Error(`Postgres has ${setting}=${row?.is}: not to be compared`)
  }
  const settle = async (): Promise<void> => void (await ask(url, 'checkpoint').catch(() => {}))
  // What earlier runs left to be written must not be written during this one.
  await settle()
  return {
    place: { kind: 'postgres', url, schema },
    pid: ours?.pid ?? 0,
    async count(table) {
      const [row] = await ask(url, `select count(*)::int as n from ${schema}.${table}`)
      return Number(row?.n)
    },
    settle,
    async size() {
      const sql = `select sum(pg_total_relation_size(c.oid))::float8 as bytes from pg_class c
        where c.relnamespace = '${schema}'::regnamespace and c.relkind = 'r'`
      const [row] = await ask(url, sql)
      return Number(row?.bytes)
    },
    remove: async () => void (await ask(url, `drop schema if exists ${schema} cascade`)),
  }
}

async function start(): Promise<PostgresServer> {
  started ??= startPostgres({ settings: Object.fromEntries(SAFE.map((name) => [name, 'on'])) })
  ours = await started
  if (places === 0) pin(ours.pid)
  return ours
}

/**
 * Away from the core that is measured: to the cores that nobody else has, or, where there are only
 * two, to that of the load generator. Its children inherit it.
 */
function pin(pid: number): void {
  if (!pinned) return
  const cores = availableParallelism()
  const where = cores > 2 ? `2-${cores - 1}` : String(LOAD_CORE)
  spawnSync('taskset', ['-a', '-c', '-p', where, String(pid)], { stdio: 'ignore' })
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Stops what was started and removes all files. */
export async function removeDatabases(): Promise<void> {
  closed = true
  if (folder) rmSync(folder, { recursive: true, force: true })
  await (await started?.catch(() => undefined))?.remove()
}
