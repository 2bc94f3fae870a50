import { describe, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { storageSuite } from '../../src/testing/storage-suite.ts'

describe('memory', () => {
  storageSuite({
    test: it,
    supports: { changes: true, retention: true },
    factory: (wish) => ({ storage: memoryStorage(wish) }),
  })
})
