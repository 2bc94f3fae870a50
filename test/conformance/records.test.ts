/** The bundled storages pass the suite of records. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { recordsSuite } from '../../src/testing/records-suite.ts'
import { dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'

const supports = { changes: true, retention: true }

describe('records in memory', () => {
  recordsSuite({
    test: it,
    supports,
    factory: (wish) => ({ storage: memoryStorage(wish) }),
  })
})

describe('records in SQLite, in a thread and beside it in ours', () => {
  recordsSuite({
    test: it,
    supports: { ...supports, reopen: true },
    factory(retention) {
      const folder = mkdtempSync(join(tmpdir(), 'tertulia-sqlite-'))
      const open = (thread: boolean) =>
        sqliteStorage(join(folder, 'chat.db'), { retention, thread })
      return {
        storage: open(true),
        other: open(false),
        reopen: () => open(true),
        dispose: () => rmSync(folder, { recursive: true, force: true }),
      }
    },
  })
})

const url = await testPostgres()

describe.skipIf(url === null)('records in Postgres', () => {
  recordsSuite({
    test: it,
    supports: { ...supports, reopen: true },
    factory(retention) {
      const schema = freshSchema()
      const open = () => postgresStorage(url as string, { schema, retention, connections: 4 })
      return {
        storage: open(),
        other: open(),
        reopen: open,
        dispose: () => dropSchema(url as string, schema),
      }
    },
  })
})
