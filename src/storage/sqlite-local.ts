/** SQLite in the server's own thread: for an instance that the host brought, and for memory. */

import { isChatError } from '../errors.ts'
import type { PackedBatch, Placed } from './sql/batch.ts'
import type { Statement } from './sql/dialect.ts'
import { unavailable } from './sql/failures.ts'
import type { Engine } from './sql/store.ts'
import { type SqliteCore, type SqliteLayout, startCore } from './sqlite-core.ts'
import {
  checkInstance,
  isDurable,
  openSqliteFile,
  type SqliteDatabase,
  type SqliteFile,
} from './sqlite-driver.ts'

/** The engine that works where it is called. Its answers come at once, but as promises. */
export class SqliteLocal implements Engine {
  private readonly source: SqliteFile | { readonly instance: SqliteDatabase }
  private readonly synchronous: SqliteFile['synchronous']
  private readonly layout: SqliteLayout
  private db: SqliteDatabase | null = null
  private core: SqliteCore | null = null

  constructor(
    source: SqliteFile | { readonly instance: SqliteDatabase },
    synchronous: SqliteFile['synchronous'],
    layout: SqliteLayout,
  ) {
    this.source = source
    this.synchronous = synchronous
    this.layout = layout
  }

  async open(): Promise<{ durable: boolean }> {
    const { source } = this
    const db = 'instance' in source ? source.instance : await openSqliteFile(source)
    try {
      if ('instance' in source) checkInstance(db, this.synchronous)
      this.core = startCore(db, this.layout)
      this.db = db
      return { durable: isDurable(db) }
    } catch (error) {
      if (!('instance' in source)) db.close()
      throw error
    }
  }

  async run(statement: Statement): Promise<readonly unknown[]> {
    return this.work((core) => core.run(statement))
  }

  async append(batch: PackedBatch): Promise<Placed> {
    return this.work((core) => core.append(batch))
  }

  async close(): Promise<void> {
    const { db } = this
    this.db = null
    this.core = null
    if (!('instance' in this.source)) db?.close()
  }

  private work<T>(work: (core: SqliteCore) => T): T {
    try {
      if (this.core === null) throw new Error('the storage is closed')
      return work(this.core)
    } catch (error) {
      throw isChatError(error) ? error : unavailable(error)
    }
  }
}
