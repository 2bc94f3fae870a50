/** Real Redis and NATS servers for tests: found on this machine, started on free ports of their own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const START_MS = 10_000

/** A server that a test may kill, stop answering, and start again: its port stays. */
export interface Service {
  readonly url: string
  /** SIGKILL, and gone. */
  kill(): Promise<void>
  /** Unless it runs. */
  start(): Promise<void>
  /** It answers nothing, but nobody is told (SIGSTOP), until `go`. */
  freeze(): void
  go(): void
  remove(): Promise<void>
}

const KINDS = {
  redis: {
    program: 'redis-server',
    scheme: 'redis',
    args: (port: number, folder: string) => [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      ...['--dir', folder, '--daemonize', 'no'],
    ],
  },
  nats: {
    program: 'nats-server',
    scheme: 'nats',
    args: (port: number) => ['--addr', '127.0.0.1', '--port', `${port}`],
  },
} as const

/** The program of a service; `null`: it isn't on this machine. With `TERTULIA_REQUIRE_SERVICES=1` that is an error. */
export function serviceProgram(kind: keyof typeof KINDS): string | null {
  const { program } = KINDS[kind]
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
  if (found === undefined && process.env.TERTULIA_REQUIRE_SERVICES === '1') {
    throw new Error(`there is no ${program}, and TERTULIA_REQUIRE_SERVICES=1`)
  }
  return found ?? null
}

/** Starts a server that nobody else uses. */
export async function startService(
  kind: keyof typeof KINDS,
  more: readonly string[] = [],
): Promise<Service> {
  const program = serviceProgram(kind)
  if (program === null) throw new Error(`there is no ${kind}`)
  const { scheme, args } = KINDS[kind]
  const folder = mkdtempSync(join(tmpdir(), `tertulia-${kind}-`))
  const port = await freePort()
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    if (child !== null) return
    child = spawn(program as string, [...args(port, folder), ...more], { stdio: 'ignore' })
    const until = performance.now() + START_MS
    while (!(await answers(port))) {
      if (performance.now() > until || child.exitCode !== null) {
        throw new Error(`${kind} did not start`)
      }
    }
  }

  async function kill(): Promise<void> {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    await new Promise((resolve) => {
      running.once('exit', resolve)
      running.kill('SIGKILL')
    })
  }

  await start()
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    go: () => void child?.kill('SIGCONT'),
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A port that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => setTimeout(resolve, 20, false))
  })
}
