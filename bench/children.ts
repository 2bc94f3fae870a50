// The bench's child processes: pinned to a core where that is possible, spoken to over IPC, and ended
// one by one, whatever happens.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

export const SERVER_CORE = 0
export const LOAD_CORE = 1

/** Whether this machine lets the bench give server and load generator a core each. */
export const pinned: boolean = [SERVER_CORE, LOAD_CORE].every((core) =>
  succeeds('taskset', ['-c', String(core), 'true']),
)

/** Whether a child could be started with that many open files allowed. */
export function canRaiseOpenFiles(to: number): boolean {
  return succeeds('sh', ['-c', `ulimit -n ${to}`])
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

const living = new Set<{ kill(): void }>()

/** Ends every child that is still there. */
export function endAll(): void {
  for (const child of living) child.kill()
}

type FromChild = { readonly kind: string }

export interface Start {
  readonly file: string
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly core: number
  /** Raise the limit of open files to this; undefined: it is high enough. */
  readonly openFiles?: number | undefined
}

/** A Node process that hears `To` and says `From`. */
export class Child<To extends object, From extends FromChild> {
  readonly #process: ChildProcess
  readonly #name: string

  constructor(name: string, { file, args = [], nodeArgs = [], core, openFiles }: Start) {
    this.#name = name
    const command = [process.execPath, ...nodeArgs, file, ...args]
    if (pinned) command.unshift('taskset', '-c', String(core))
    // Both exec, so the process started here is the Node process itself.
    if (openFiles) command.unshift('sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`)
    this.#process = spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    living.add(this)
    this.#process.once('exit', () => living.delete(this))
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  say(message: To): void {
    this.#process.send(message)
  }

  /** The child's next message, which must be of this kind. */
  async hear<K extends From['kind']>(
    kind: K,
    withinMs: number,
  ): Promise<Extract<From, { readonly kind: K }>> {
    const message = await new Promise<From>((resolve, reject) => {
      const timer = setTimeout(() => done(new Error(`no '${kind}' in ${withinMs} ms`)), withinMs)
      const onExit = (code: number | null): void => done(new Error(`ended with ${code}`))
      const onMessage = (heard: From): void => done(heard)
      const done = (outcome: From | Error): void => {
        clearTimeout(timer)
        this.#process.off('exit', onExit).off('message', onMessage)
        if (outcome instanceof Error) reject(new Error(`${this.#name}: ${outcome.message}`))
        else resolve(outcome)
      }
      this.#process.on('exit', onExit).on('message', onMessage)
    })
    if (message.kind === kind) return message as Extract<From, { readonly kind: K }>
    throw new Error(`${this.#name}: ${JSON.stringify(message)}`)
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.kill()
    await gone
  }
}
