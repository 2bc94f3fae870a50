/**
 * The thread in which SQLite works: a commit waits for the disk, and no other connection should
 * wait with it. A file of its own, since a thread is started from a file.
 */

import { parentPort } from 'node:worker_threads'
import { type SqliteCore, startCore } from './sqlite-core.ts'
import { isDurable, openSqliteFile, type SqliteDatabase } from './sqlite-driver.ts'
import { type Answer, type Ask, packError } from './sqlite-wire.ts'

const port = parentPort
let db: SqliteDatabase | null = null
let core: SqliteCore | null = null

async function answer(ask: Ask): Promise<unknown> {
  if (ask.ask === 'open') {
    const { file, layout } = ask.given
    db = await openSqliteFile(file)
    core = startCore(db, layout)
    return { durable: isDurable(db) }
  }
  if (ask.ask === 'close') {
    db?.close()
    return null
  }
  if (core === null) throw new Error('the database is not open')
  return ask.ask === 'append' ? core.append(ask.given) : core.run(ask.given)
}

port?.on('message', (ask: Ask) => {
  answer(ask).then(
    (result) => port.postMessage({ id: ask.id, result } satisfies Answer),
    (error: unknown) => port.postMessage({ id: ask.id, error: packError(error) } satisfies Answer),
  )
})
