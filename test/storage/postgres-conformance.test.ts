/** Postgres passes the suite of storages: with a pool of its own, and with the host's. */

import pg from 'pg'
import { afterAll, describe, it } from 'vitest'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { storageSuite } from '../../src/testing/storage-suite.ts'
import { dropSchema, freshSchema, testPostgres } from '../support/postgres.ts'

const url = await testPostgres()

describe.skipIf(url === null)('Postgres', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true, reopen: true },
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

describe.skipIf(url === null)('Postgres with pools of the host', () => {
  // The second is small, and prepares no statements.
  const pools = [
    new pg.Pool({ connectionString: url ?? '', max: 4 }),
    new pg.Pool({ connectionString: url ?? '', max: 2 }),
  ] as const
  afterAll(async () => {
    for (const pool of pools) await pool.end()
  })

  storageSuite({
    test: it,
    supports: { changes: true, retention: true, reopen: true },
    factory(retention) {
      const schema = freshSchema()
      return {
        storage: postgresStorage(pools[0], { schema, retention }),
        other: postgresStorage(pools[1], { schema, retention, prepare: false }),
        reopen: () => postgresStorage(pools[1], { schema, retention }),
        dispose: () => dropSchema(url as string, schema),
      }
    },
  })
})
