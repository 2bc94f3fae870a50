/** Postgres: a server of our own, and a proxy between it and the chat. */

import { readFileSync, readlinkSync, rmSync } from 'node:fs'
import pg from 'pg'
import { postgresStorage } from '../../src/storage/postgres.ts'
import type { Random } from '../../src/testing/random.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { type Database, logsOf, retentionOf } from './database.ts'
import type { FaultKind } from './faults.ts'
import type { RunOptions } from './options.ts'
import { TcpProxy } from './proxy.ts'
import { sleep } from './time.ts'

const KEY = /"c\d+:\d+"|c\d+:\d+,/
/** What the name of the server's table begins with. */
const TABLE = 'public.tertulia_rooms'

/** Starts a Postgres and the proxy to it. */
export async function postgresDatabase(options: RunOptions): Promise<Database> {
  const server = await startPostgres()
  const { url } = server
  // Should the run end before its time, Postgres and its data don't stay behind.
  const folder = folderOf(server.pid)
  const last = (): void => {
    endNow(server)
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', last)
  const port = Number(new URL(url).port)
  const proxy = new TcpProxy(() => port)
  await proxy.listen()
  const through = new URL(url)
  through.port = String(proxy.port)

  return {
    where: through.href,
    durable: true,
    notes: [`Postgres of our own on port ${port}, reached through a proxy`],
    faults: () => [...serverFaults(server), ...backendFaults(url), ...connectionFaults(proxy)],
    logs: (rooms) =>
      logsOf(postgresStorage(url, { retention: retentionOf(options.keep) }), rooms, options.broken),
    check: async () => [],
    async remove() {
      process.off('exit', last)
      proxy.close()
      await server.remove()
    },
  }
}

/** The processes that a process has started. Empty where the system doesn't tell. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The folder of a server's data, which it works in; null where the system doesn't tell. */
function folderOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return null
  }
}

function endNow(server: PostgresServer): void {
  try {
    const { pid } = server
    const children = childrenOf(pid)
    for (const one of [pid, ...children]) kill(one)
  } catch {
    // It isn't running.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

type Plan = { readonly words: string; run(): Promise<void> }

function onDatabase(name: string, weight: number, plan: (random: Random) => Plan): FaultKind {
  return { name, weight, make: (random) => ({ place: 'database', ...plan(random) }) }
}

function serverFaults(server: PostgresServer): FaultKind[] {
  return [
    onDatabase('postgres killed', 2, (random) => {
      const all = random.chance(0.7)
      const ms = random.int(0, 1500)
      return {
        words: `${all ? 'all its processes' : 'the first process'}, away for ${ms} ms`,
        async run() {
          const children = childrenOf(server.pid)
          const killed = server.kill()
          if (all) for (const child of children) kill(child)
          await killed
          await sleep(ms)
          await server.start()
        },
      }
    }),
    onDatabase('postgres restarted', 1, (random) => {
      const ms = random.int(0, 1500)
      return {
        words: `fast, away for ${ms} ms`,
        async run() {
          await server.stop()
          await sleep(ms)
          await server.start()
        },
      }
    }),
    // One backend that dies makes Postgres end all the others and recover.
    onDatabase('backend killed', 1, (random) => {
      const which = random()
      return {
        words: 'one process, so that Postgres recovers',
        async run() {
          const children = childrenOf(server.pid)
          const child = children[Math.floor(which * children.length)]
          if (child !== undefined) kill(child)
          await sleep(300)
        },
      }
    }),
  ]
}

function backendFaults(url: string): FaultKind[] {
  return [
    onDatabase('backends terminated', 3, (random) => {
      const some = random.pick([1, 0.5])
      return {
        words: some === 1 ? 'all' : 'some',
        run: () =>
          ask(url, async (client) => {
            await client.query(
              `select pg_terminate_backend(pid) from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid()
                and random() < $1`,
              [some],
            )
          }),
      }
    }),
    onDatabase('table locked', 1, (random) => {
      const ms = random.int(100, 4000)
      return {
        words: `${ms} ms`,
        run: () =>
          ask(url, async (client) => {
            await client.query('begin')
            await client.query(`lock table ${TABLE} in exclusive mode`)
            await sleep(ms)
            await client.query('rollback')
          }),
      }
    }),
  ]
}

/** Asks as the superuser. A database that isn't there at the moment is no news. */
async function ask(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3000,
    query_timeout: 8000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
  } catch {
    // It was on its way up or down.
  } finally {
    await client.end().catch(() => {})
  }
}

function connectionFaults(proxy: TcpProxy): FaultKind[] {
  return [
    onDatabase('commit unanswered', 4, (random) => {
      const most = random.int(1, 4)
      const ms = random.int(500, 2500)
      return {
        words: `${most} times at most, in ${ms} ms`,
        async run() {
          let left = most
          proxy.watch = (direction, bytes, flow) => {
            if (direction === 'up') {
              flow.marked ||= isAppend(bytes)
              return true
            }
            // What is answered has been committed. Nobody is told.
            if (!flow.marked || left === 0) return true
            left -= 1
            flow.destroy()
            return false
          }
          await sleep(ms)
          proxy.heal()
        },
      }
    }),
    onDatabase('request cut', 2, (random) => {
      const bytes = random.int(1, 400)
      return {
        words: `after ${bytes} bytes`,
        async run() {
          for (const flow of proxy.flows) flow.up.cutAfter = bytes
          await sleep(1500)
          proxy.heal()
        },
      }
    }),
    onDatabase('database black hole', 2, (random) => {
      const ms = random.int(300, 5000)
      const ways = random.pick([['up'], ['down'], ['up', 'down']] as const)
      const cut = random.chance(0.5)
      return {
        words: `${ways.join(' and ')}, ${ms} ms${cut ? ', then cut' : ''}`,
        async run() {
          for (const way of ways) proxy.change(way, { held: true })
          await sleep(ms)
          if (cut) proxy.cut()
          proxy.heal()
        },
      }
    }),
    onDatabase('database slow', 2, (random) => {
      const delayMs = random.int(5, 150)
      const ms = random.int(500, 3000)
      return {
        words: `${delayMs} ms, for ${ms} ms`,
        async run() {
          proxy.change('up', { delayMs })
          await sleep(ms)
          proxy.heal()
        },
      }
    }),
    onDatabase('database cut', 1, () => ({
      words: 'all connections',
      async run() {
        proxy.cut()
      },
    })),
  ]
}

/** Carries messages of clients to the log, and isn't a hint to other nodes. */
function isAppend(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return KEY.test(text) && !text.includes('pg_notify')
}
