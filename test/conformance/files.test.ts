/** The bundled file stores pass the suite. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { directoryFiles } from '../../src/files/directory.ts'
import { memoryFiles } from '../../src/files/memory.ts'
import { filesSuite } from '../../src/testing/files-suite.ts'

describe('files in memory', () => {
  filesSuite({ test: it, factory: () => ({ store: memoryFiles() }), supports: { durable: false } })
})

describe('files in a directory', () => {
  filesSuite({
    test: it,
    factory() {
      const folder = mkdtempSync(join(tmpdir(), 'tertulia-files-'))
      const open = () => directoryFiles(join(folder, 'not', 'yet', 'there'))
      return {
        store: open(),
        other: open(),
        dispose: () => rmSync(folder, { recursive: true, force: true }),
      }
    },
  })
})
