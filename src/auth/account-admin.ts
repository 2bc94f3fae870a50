/** What an administrator does with accounts. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { cleanName, nameKey } from '../protocol/names.ts'
import type { AccountInfo } from '../protocol/types.ts'
import type { AccountKeeper } from '../spi/auth.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { AccountRecord, Records } from '../spi/records.ts'
import { accountKey } from './account-key.ts'
import type { Passwords } from './passwords.ts'

/** What it works with. */
export interface AccountAdminParts {
  readonly records: Pick<Records, 'accounts' | 'tokens'>
  readonly limits: Limits
  readonly passwords: Passwords
  readonly clock: Clock
  readonly makeId: MakeId
  /** Waits for the storage, in bounded time. */
  readonly ask: <T>(answer: Promise<T>) => Promise<T>
}

/** In the queue of hashes, administrators are one of those who ask. */
const WHOSE = 'admin'

const info = ({ id, name, admin, disabled, createdAt }: AccountRecord): AccountInfo => ({
  id,
  name,
  admin,
  disabled,
  createdAt,
})

const infoOrNull = (record: AccountRecord | null): AccountInfo | null => record && info(record)

/** Makes the administrator's side of accounts. */
export function accountAdmin(parts: AccountAdminParts): AccountKeeper {
  const { records, limits, passwords, clock, makeId, ask } = parts
  const { accounts, tokens } = records
  const missing = (): ChatError => new ChatError('person_not_found', 'there is no such account')

  async function update(
    id: string,
    change: Parameters<typeof accounts.update>[1],
  ): Promise<AccountInfo> {
    const updated = await ask(accounts.update(id, change))
    if (updated === null || updated === 'taken') throw missing()
    return info(updated)
  }

  /**
   * Changes an account and ends its tokens: before, so that none stays if only the change is done;
   * and after, for those who logged in between.
   */
  async function closing(
    id: string,
    change: Parameters<typeof accounts.update>[1],
  ): Promise<AccountInfo> {
    await ask(tokens.deleteAll(id))
    const updated = await update(id, change)
    await ask(tokens.deleteAll(id))
    return updated
  }

  return {
    async create(name, password, admin = false) {
      const clean = cleanName(name, limits.nameChars)
      passwords.check(password, clean)
      const account: AccountRecord = {
        id: makeId(),
        name: clean,
        key: nameKey(clean),
        password: await passwords.hash(password, WHOSE),
        admin,
        disabled: false,
        createdAt: clock.now(),
      }
      if (!(await ask(accounts.create(account)))) throw new ChatError('name_taken')
      return info(account)
    },

    async find(name) {
      const key = accountKey(name)
      return key === null ? null : infoOrNull(await ask(accounts.byKey(key)))
    },

    async get(id) {
      return infoOrNull(await ask(accounts.get(id)))
    },

    async list(after = '', limit = limits.listPage) {
      const page = await ask(accounts.list(after, limit + 1))
      const shown = page.slice(0, limit)
      const last = shown.at(-1)
      return {
        accounts: shown.map(info),
        ...(page.length > limit && last !== undefined ? { next: last.key } : {}),
      }
    },

    count: () => ask(accounts.count()),

    setDisabled: (id, disabled) =>
      disabled ? closing(id, { disabled }) : update(id, { disabled }),

    setAdmin: (id, admin) => (admin ? update(id, { admin }) : closing(id, { admin })),

    async resetPassword(id, password) {
      const account = await ask(accounts.get(id))
      if (account === null) throw missing()
      passwords.check(password, account.name)
      return closing(id, { password: await passwords.hash(password, WHOSE) })
    },

    logout: (id) => ask(tokens.deleteAll(id)),

    async delete(id) {
      if (!(await ask(accounts.delete(id)))) throw missing()
    },
  }
}
