/**
 * `tertulia admin`: who may do everything (the first one is made here, and in no other way), and what
 * is to be done once a database was restored.
 */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { storageAccounts } from '../auth/accounts.ts'
import { ChatError } from '../errors.ts'
import type { Storage } from '../spi/storage.ts'
import type { AdminOptions } from './options.ts'
import { placeOf } from './place.ts'
import { askPassword } from './prompt.ts'
import { recordsIn } from './records.ts'

/**
 * Makes an admin, or makes an account one, or no longer one, or renews the rooms. Resolves to what was
 * done, in a line.
 *
 * @throws ChatError `invalid_options`, `name_invalid`, `name_reserved`, `name_taken`,
 *   `password_weak`, `person_not_found`
 */
export async function administer(
  { act, name, storage: where }: AdminOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { storage, told } = await placeOf(where)
  if (storage.name === 'memory') {
    throw new ChatError(
      'invalid_options',
      act === 'restored'
        ? `--storage ${where}: there is nothing in it that could have been restored`
        : `--storage ${where}: an account made here would be gone at once`,
    )
  }
  if (act === 'restored') {
    const file = /^sqlite:(.+)$/.exec(where)?.[1]
    // A mistyped name would make an empty one, and say that all is well.
    if (file !== undefined && !existsSync(file)) {
      throw new ChatError('invalid_options', `--storage ${where}: there is no such file`)
    }
    return renew(storage, told)
  }
  const { admin } = storageAccounts({ records: recordsIn(storage) })
  const password = act === 'create' ? await askPassword(env) : ''
  await storage.open()
  try {
    if (act === 'create') {
      const made = await admin.create(name, password, true)
      return `${made.name} may do everything now (${told})`
    }
    const found = await admin.find(name)
    if (found === null) {
      throw new ChatError('person_not_found', `there is no account ${name} in ${told}`)
    }
    await admin.setAdmin(found.id, act === 'grant')
    const now =
      act === 'grant' ? 'may do everything, once they log in again' : 'is no admin any more'
    return `${found.name} ${now} (${told})`
  } finally {
    await storage.close()
  }
}

/** A restored log has the name of the one that clients know, and goes on otherwise: it gets another. */
async function renew(storage: Storage, told: string): Promise<string> {
  const { rooms } = storage
  if (rooms.renew === undefined) {
    throw new ChatError('invalid_options', `--storage: ${storage.name} can't be renewed`)
  }
  await storage.open()
  try {
    const count = await rooms.renew(`${randomUUID()}.`)
    const what = count === 1 ? '1 room has' : `${count} rooms have`
    return `${what} a new epoch: clients forget what they had and read again (${told})`
  } finally {
    await storage.close()
  }
}
