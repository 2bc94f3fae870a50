/** One server process: started, killed, stopped, started again. */

import { type ChildProcess, spawn } from 'node:child_process'
import type { RoomLog } from '../../src/testing/history-events.ts'
import { sleep } from './time.ts'

/** What a server process is told by its environment. */
export interface ServerSettings {
  /** `memory`, `sqlite:FILE`, or a URL of Postgres. */
  readonly where: string
  /** Entries kept per room; 0 = all. */
  readonly keep: number
  /** Rooms that are always there. */
  readonly rooms: readonly string[]
  readonly nodes: number
  readonly broken: string | null
}

export type FromServer =
  | { readonly kind: 'ready'; readonly webPort: number; readonly tcpPort: number }
  | { readonly kind: 'logs'; readonly logs: readonly RoomLog[] }
export interface ToServer {
  readonly kind: 'logs'
  readonly rooms: readonly string[]
}

/** Its database isn't there: see `server.ts`. */
const NO_DATABASE = 3
const START_MS = 60_000
const DRAIN_MS = 30_000
const LINES = 60

/** A server process that comes back. */
export class ServerNode {
  readonly index: number
  /** Null: it isn't running, or not ready. */
  ports: { readonly tcp: number; readonly web: number } | null = null
  starts = 0
  private child: ChildProcess | null = null
  private starting: Promise<void> | null = null
  /** It is meant to end. */
  private expected = false
  private lines: string[] = []
  private readonly file: string
  private readonly settings: ServerSettings
  private readonly problem: (words: string) => void

  constructor(
    index: number,
    file: string,
    settings: ServerSettings,
    problem: (words: string) => void,
  ) {
    this.index = index
    this.file = file
    this.settings = settings
    this.problem = problem
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Starts it, again and again while its database isn't there. */
  start(): Promise<void> {
    this.starting ??= this.begin().finally(() => {
      this.starting = null
    })
    return this.starting
  }

  private async begin(): Promise<void> {
    const end = performance.now() + START_MS
    while (performance.now() < end) {
      if (await this.tryStart()) return
      await sleep(100)
    }
    throw new Error(`node ${this.index} does not start:\n${this.lines.join('')}`)
  }

  private tryStart(): Promise<boolean> {
    const child = spawn(process.execPath, ['--enable-source-maps', this.file], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, FAULTS_SERVER: JSON.stringify(this.settings) },
    })
    this.child = child
    this.expected = false
    this.starts += 1
    child.stderr?.on('data', (bytes: Buffer) => {
      this.lines.push(bytes.toString())
      if (this.lines.length > LINES) this.lines.splice(0, LINES / 2)
    })
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(false)
        this.ended(child, code, signal)
      })
      child.on('message', (message: FromServer) => {
        if (message.kind !== 'ready') return
        this.ports = { tcp: message.tcpPort, web: message.webPort }
        resolve(true)
      })
    })
  }

  private ended(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.child !== child) return
    this.child = null
    const starting = this.ports === null
    this.ports = null
    if (this.expected || (starting && code === NO_DATABASE)) return
    const how = `${code ?? signal}${starting ? ' while starting' : ''}`
    this.problem(`node ${this.index} ended by itself: ${how}\n${this.lines.slice(-10).join('')}`)
    // The others go on; so does it.
    if (!starting) this.start().catch((error: unknown) => this.problem(String(error)))
  }

  /** From now on it may end without anybody wondering. */
  expectEnd(): void {
    this.expected = true
  }

  /** Not so any more. */
  expectNone(): void {
    this.expected = false
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name)
  }

  /** Resolves to whether it has ended within so many ms. */
  async gone(ms: number): Promise<boolean> {
    const { child } = this
    if (child === null) return true
    let timer: NodeJS.Timeout | undefined
    const ended = await new Promise<boolean>((resolve) => {
      child.once('exit', () => resolve(true))
      timer = setTimeout(() => resolve(false), ms)
    })
    clearTimeout(timer)
    return ended
  }

  async kill(): Promise<void> {
    this.expectEnd()
    const gone = this.gone(DRAIN_MS)
    this.signal('SIGKILL')
    await gone
  }

  /** SIGTERM: it closes in order, and ends because nothing is left open. */
  async drain(): Promise<void> {
    const { child } = this
    if (child === null) return
    this.expectEnd()
    this.ports = null
    const gone = this.gone(DRAIN_MS)
    this.signal('SIGTERM')
    if (await gone) {
      if (child.exitCode !== 0) {
        const how = child.exitCode ?? child.signalCode
        this.problem(
          `node ${this.index} drained and ended with ${how}\n${this.lines.slice(-10).join('')}`,
        )
      }
      return
    }
    this.problem(
      `node ${this.index} did not drain in ${DRAIN_MS} ms\n${this.lines.slice(-10).join('')}`,
    )
    await this.kill()
  }

  /** The logs of these rooms, as the process has them. */
  async logs(rooms: readonly string[]): Promise<readonly RoomLog[]> {
    const { child } = this
    if (child === null) throw new Error(`node ${this.index} is not running`)
    return new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`node ${this.index} ended`)))
      child.on('message', (message: FromServer) => {
        if (message.kind === 'logs') resolve(message.logs)
      })
      child.send({ kind: 'logs', rooms } satisfies ToServer)
    })
  }
}
