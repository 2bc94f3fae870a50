/** Where accounts are kept. */

import { ChatError } from '../errors.ts'
import type { Records } from '../spi/records.ts'
import type { Storage } from '../spi/storage.ts'

/** What a storage keeps about people. Throws `invalid_options` when it keeps nothing. */
export function recordsIn({ records, name }: Storage): Records {
  if (records !== undefined) return records
  throw new ChatError('invalid_options', `--storage: ${name} keeps no accounts`)
}
