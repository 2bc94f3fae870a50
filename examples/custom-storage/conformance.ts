/** Does it keep every promise of a storage? The suite that Tertulia's own storages pass tells. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { storageSuite } from 'tertulia/testing'
import { jsonStorage } from './json-storage.ts'

describe('jsonStorage', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true, records: true, reopen: true },
    async factory(wish) {
      const folder = await mkdtemp(join(tmpdir(), 'json-storage-'))
      const open = () => jsonStorage({ file: join(folder, 'chat.json'), ...wish })
      return { storage: open(), reopen: open, dispose: () => rm(folder, { recursive: true }) }
    },
  })
})
