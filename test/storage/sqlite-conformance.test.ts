/** SQLite passes the suite of storages: in its thread, in ours, and as an instance of the host. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, it } from 'vitest'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { storageSuite } from '../../src/testing/storage-suite.ts'

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'tertulia-sqlite-'))
  return {
    file: join(path, 'chat.db'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

describe('SQLite in a thread, and beside it in ours', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true, reopen: true },
    factory(retention) {
      const { file, remove } = folder()
      const open = (thread: boolean) => sqliteStorage(file, { thread, retention })
      return {
        storage: open(true),
        other: open(false),
        reopen: () => open(true),
        dispose: remove,
      }
    },
  })
})

describe('SQLite with instances of the host', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true, reopen: true },
    factory(retention) {
      const { file, remove } = folder()
      const instances: Database.Database[] = []
      const open = () => {
        const db = new Database(file)
        db.pragma('journal_mode = WAL')
        db.pragma('synchronous = FULL')
        instances.push(db)
        return sqliteStorage(db, { retention })
      }
      return {
        storage: open(),
        other: open(),
        reopen: open,
        dispose() {
          for (const db of instances) db.close()
          remove()
        },
      }
    },
  })
})

describe('SQLite in memory', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true },
    factory: (retention) => ({ storage: sqliteStorage(':memory:', { retention }) }),
  })
})
