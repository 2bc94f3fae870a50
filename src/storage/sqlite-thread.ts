/** SQLite in a thread of its own, seen from the server's. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ChatError } from '../errors.ts'
import type { PackedBatch } from './sql/batch.ts'
import type { Statement } from './sql/dialect.ts'
import { unavailable } from './sql/failures.ts'
import type { Engine } from './sql/store.ts'
import type { SqliteLayout } from './sqlite-core.ts'
import type { SqliteFile } from './sqlite-driver.ts'
import { type Answer, type Asks, unpackError } from './sqlite-wire.ts'

/** Where the thread's file may be, seen from the file that this code has ended up in. */
const PLACES = ['./sqlite-worker.js', './storage/sqlite-worker.js', './sqlite-worker.ts']

function workerFile(): URL {
  for (const place of PLACES) {
    const url = new URL(place, import.meta.url)
    if (url.protocol === 'file:' && existsSync(fileURLToPath(url))) return url
  }
  throw new ChatError(
    'invalid_options',
    "the file of SQLite's thread is not where tertulia was installed: leave tertulia out of your " +
      'bundle, or give sqliteStorage the option thread: false',
  )
}

function startWorker(): Worker {
  const url = workerFile()
  const readsTypes = (process.features as { typescript?: unknown }).typescript
  if (url.pathname.endsWith('.js') || readsTypes) {
    // `node --input-type=module -e …`: the flag is for the text it was given with, not for a file.
    const inherits = !process.execArgv.some((flag) => flag.startsWith('--input-type'))
    return new Worker(url, inherits ? {} : { execArgv: [] })
  }
  // The sources, not the package, on a Node that reads no TypeScript: for the project's own tests.
  const code = `import('tsx/esm/api').then((tsx) => (tsx.register(), import('${url}')))`
  return new Worker(code, { eval: true })
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: ChatError): void
}

/** A thread that was started, and what was asked of it. */
class Thread {
  readonly ended: Promise<void>
  private readonly worker = startWorker()
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private dead: ChatError | null = null

  constructor() {
    const { worker } = this
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.die(new Error(`the thread of SQLite ended with ${code}`))
        resolve()
      })
    })
    worker.on('error', (error) => this.die(error))
    worker.on('message', (answer: Answer) => this.take(answer))
    worker.unref()
  }

  ask<K extends keyof Asks>(ask: K, given: Asks[K][0]): Promise<Asks[K][1]> {
    return new Promise((resolve, reject) => {
      if (this.dead !== null) return reject(this.dead)
      // The thread keeps the process alive as long as somebody waits for it.
      if (this.waiting.size === 0) this.worker.ref()
      const id = this.nextId++
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.worker.postMessage({ id, ask, given })
    })
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }

  private take(answer: Answer): void {
    const waiting = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if (this.waiting.size === 0) this.worker.unref()
    if ('error' in answer) waiting?.reject(unpackError(answer.error))
    else waiting?.resolve(answer.result)
  }

  private die(cause: Error): void {
    this.dead ??= unavailable(cause)
    for (const { reject } of this.waiting.values()) reject(this.dead)
    this.waiting.clear()
  }
}

/** The engine of a file: started when it is opened, and again when the thread has died. */
export class SqliteThread implements Engine {
  private readonly file: SqliteFile
  private readonly layout: SqliteLayout
  private thread: Promise<Thread> | null = null
  private durable = false
  private opened = false

  constructor(file: SqliteFile, layout: SqliteLayout) {
    this.file = file
    this.layout = layout
  }

  async open(): Promise<{ durable: boolean }> {
    this.opened = true
    await this.ready()
    return { durable: this.durable }
  }

  async run(statement: Statement): Promise<readonly unknown[]> {
    return (await this.ready()).ask('run', statement)
  }

  async append(batch: PackedBatch) {
    return (await this.ready()).ask('append', batch)
  }

  async close(): Promise<void> {
    this.opened = false
    const thread = await this.thread?.catch(() => null)
    this.thread = null
    if (thread === undefined || thread === null) return
    // Asked last, answered last: what was asked before is finished.
    await thread.ask('close', null).catch(() => {})
    await thread.end()
  }

  private ready(): Promise<Thread> {
    if (!this.opened) return Promise.reject(unavailable(new Error('the storage is closed')))
    if (this.thread === null) {
      const starting = this.start()
      this.thread = starting
      const forget = (): void => {
        if (this.thread === starting) this.thread = null
      }
      starting.then((thread) => thread.ended.then(forget), forget)
    }
    return this.thread
  }

  private async start(): Promise<Thread> {
    const thread = new Thread()
    try {
      const { durable } = await thread.ask('open', { file: this.file, layout: this.layout })
      this.durable = durable
      return thread
    } catch (error) {
      await thread.end()
      throw error
    }
  }
}
