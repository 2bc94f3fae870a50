/** Where shared files are kept: what `--files` means. */

import { basename, dirname, extname, join } from 'node:path'
import { directoryFiles } from '../files/directory.ts'
import { memoryFiles } from '../files/memory.ts'
import type { FileStore } from '../spi/files.ts'

/** A store of files, and how people are told. */
export interface FilesPlace {
  readonly files?: FileStore
  readonly told: string
}

const DIRECTORY = 'tertulia-files'

/**
 * What `--files` asks for. `auto`: in a directory beside the database, called as it is; in memory where
 * messages are.
 *
 * @param storage as `--storage` has it
 * @param durable whether that is anything but memory
 */
export function filesOf(where: string, storage: string, durable: boolean): FilesPlace {
  if (where === 'off') return { told: 'none: --files is off' }
  if (where === 'memory' || (where === 'auto' && !durable)) {
    return { files: memoryFiles(), told: 'memory: gone when it ends' }
  }
  const directory = where === 'auto' ? beside(storage) : where
  return { files: directoryFiles(directory), told: directory }
}

/** Each database has a directory of its own: what one knows nothing of, another may need. */
function beside(storage: string): string {
  if (!storage.startsWith('sqlite:')) return DIRECTORY
  const file = storage.slice('sqlite:'.length)
  return join(dirname(file), `${basename(file, extname(file))}-files`)
}
