/** What is installed, running: `tertulia serve` as a process that can be killed, and people at it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import { beforeEach, expect, type TestContext, vi } from 'vitest'
import { KEY, type Sitting, sit } from '../support/pty.ts'
import type { Visitor } from './chat-scene.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const LOOPBACK = '127.0.0.1'
/** Starting takes so long at most, in ms, on a machine that does other things. */
const PATIENCE = 20_000

/** What the accounts of these tests have. */
export const PASSWORD = 'uma xícara de café'

/** A server in a process of its own, with a database and files in a folder of its own. */
export interface Served {
  /** The page. */
  readonly url: string
  readonly ws: string
  readonly tcpPort: number
  readonly folder: string
  /** Runs another command on the same database, with an environment of its own. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Again, on the same ports. */
  start(): Promise<void>
  /** Ends it, and deletes what it kept. */
  remove(): Promise<void>
}

/** Starts `tertulia serve` with accounts, guests, SQLite and files. */
export async function serve(...more: readonly string[]): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'tertulia-together-'))
  const storage = ['--storage', `sqlite:${join(folder, 'chat.db')}`]
  const files = ['--files', join(folder, 'files')]
  let child: ChildProcess | null = null
  let port = 0
  let tcpPort = 0

  async function start(): Promise<void> {
    const ports = ['--port', `${port}`, '--tcp-port', `${tcpPort}`]
    const { running, output } = program(['serve', ...ports, ...storage, ...files, ...more])
    child = running
    await vi.waitUntil(() => output.text.includes('Ctrl+C stops it') || running.exitCode !== null, {
      timeout: PATIENCE,
      interval: 20,
    })
    if (running.exitCode !== null) throw new Error(`serve did not start: ${output.text}`)
    port = Number(/ws:\/\/[^:]+:(\d+)/.exec(output.text)?.[1])
    tcpPort = Number(/TCP +\S+ (\d+)/.exec(output.text)?.[1])
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child
    child = null
    if (running === null || running.exitCode !== null) return
    const gone = new Promise((resolve) => running.once('close', resolve))
    running.kill(signal)
    await gone
  }

  async function remove(): Promise<void> {
    await end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }

  await start().catch(async (error) => {
    await remove()
    throw error
  })
  return {
    url: `http://${LOOPBACK}:${port}/`,
    ws: `ws://${LOOPBACK}:${port}`,
    tcpPort,
    folder,
    async run(args, env) {
      const { running, output } = program([...args, ...storage], env)
      const code = await new Promise((resolve) => running.once('close', resolve))
      expect(code, output.text).toBe(0)
      return output.text
    },
    kill: () => end('SIGKILL'),
    start,
    remove,
  }
}

function program(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { text: '' }
  for (const stream of [running.stdout, running.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk
    })
  }
  return { running, output }
}

/** A cable to a port that can be pulled out: what is open breaks, and nothing new gets through. */
export interface Cable {
  /** The page, through the cable. */
  readonly url: string
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** Lays one. */
export async function cableTo(port: number): Promise<Cable> {
  const sockets = new Set<Socket>()
  let whole = true
  const cable = createServer((near) => {
    near.on('error', () => {})
    if (!whole) {
      near.resetAndDestroy()
      return
    }
    const far = connect(port, LOOPBACK)
    far.on('error', () => {})
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => cable.listen(0, LOOPBACK, resolve))
  const address = cable.address()
  const cut = (): void => {
    whole = false
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://${LOOPBACK}:${typeof address === 'object' ? address?.port : ''}/`,
    cut,
    mend() {
      whole = true
    },
    async close() {
      cut()
      await new Promise((resolve) => cable.close(resolve))
    },
  }
}

/** The port of an address. */
export const portOf = (url: string): number => Number(new URL(url).port)

// ── people ──────────────────────────────────────────────────────────────────────────────────

/** Makes an account by the form of the page, and comes in. */
export async function signUp({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('radio', { name: 'Sign up' }).check()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.locator('.sidebar').waitFor()
}

/** Sits down at `tertulia chat` and chooses to log in, as row E6 wants it. */
export async function logInAtTerminal(served: Served, name: string): Promise<Sitting> {
  const home = { XDG_STATE_HOME: served.folder, HOME: served.folder, LANG: 'en_US.UTF-8' }
  const size = { columns: 100, rows: 30 }
  const sitting = sit([process.execPath, PROGRAM, 'chat', served.ws], { ...size, env: home })
  await sitting.at('Your choice: ')
  await sitting.sees('1  log in\n  2  sign up')
  sitting.type(`1${KEY.enter}`)
  await sitting.at('Name: ')
  sitting.type(name + KEY.enter)
  await sitting.at('Password: ')
  sitting.type(PASSWORD + KEY.enter)
  await sitting.at(`#geral ${name}> `)
  return sitting
}

/** What a page shows of the room: seq and text of each message, in order. */
export async function shown({ page }: Visitor): Promise<string[]> {
  return (await page.evaluate(`[...document.querySelectorAll('article')].map((one) =>
    one.dataset.seq + ' ' + (one.querySelector('.message-text, .gone-text')?.innerText ?? ''))`)) as string[]
}

// ── complaints, and what is left of a failure ───────────────────────────────────────────────

/**
 * What the browser complained of, without what it has to: a request that was refused with one of
 * `refused` (`POST /v1/…` aren't told, only the status), and connections while there is no network.
 */
export function complaints(
  { problems }: Visitor,
  { refused = [], cut = false }: { refused?: readonly number[]; cut?: boolean } = {},
): string[] {
  const statuses = refused.map((status) => `responded with a status of ${status} `)
  const lost =
    /^WebSocket connection to 'ws:\/\/127\.0\.0\.1:\d+\/' failed: |net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE)/
  return problems.filter(
    (one) => !statuses.some((status) => one.includes(status)) && !(cut && lost.test(one)),
  )
}

/** When a test fails, what everybody sees is kept as pictures in a folder, which is told. */
export function picturesOfFailures(visitors: () => Readonly<Record<string, Visitor | undefined>>) {
  beforeEach(({ onTestFailed, task }: TestContext) => {
    onTestFailed(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tertulia-failed-'))
      for (const [name, visitor] of Object.entries(visitors())) {
        if (visitor === undefined || visitor.page.isClosed()) continue
        await visitor.page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => {})
        if (visitor.problems.length > 0) console.error(name, visitor.problems)
      }
      console.error(`${task.name}: pictures are in ${folder}`)
    })
  })
}

// ── pictures ────────────────────────────────────────────────────────────────────────────────

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, sum])
}

/** A picture of so many points, in colours (PNG, 8 bits each of red, green and blue). */
export function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([
      0,
      ...Array.from({ length: width }, (_, x) => [x % 256, y % 256, 160] as const).flat(),
    ]),
  )
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
