/** What an administrator does with accounts. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { cleanName, nameKey } from '../protocol/names.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { AccountRecord, Records } from '../spi/records.ts'
import { accountKey } from './account-key.ts'
import type { Passwords } from './passwords.ts'

/** An account, as an administrator sees it. */
export interface AccountInfo {
  readonly id: string
  readonly name: string
  readonly admin: boolean
  readonly disabled: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/**
 * What an administrator does with accounts. Whoever calls it has checked that it is one, and writes
 * the audit trail. What names an account by `id` rejects with `person_not_found` when there is none;
 * all reject with `unavailable` when the storage doesn't answer.
 */
export interface AccountAdmin {
  /**
   * Makes an account; `limits.accounts` and the limits of rate don't hold here. Rejects with
   * `name_invalid`, `name_reserved`, `name_taken`, `password_weak`.
   */
  create(name: string, password: string, admin?: boolean): Promise<AccountInfo>
  /** The account of this name, or one that looks like it; `null`: there is none. */
  find(name: string): Promise<AccountInfo | null>
  /** The account of this id. */
  get(id: string): Promise<AccountInfo | null>
  /** Some accounts, in an order that stays; from the place that the call before told in `next`. */
  list(
    after?: string,
    limit?: number,
  ): Promise<{ readonly accounts: readonly AccountInfo[]; readonly next?: string }>
  /** How many accounts there are. */
  count(): Promise<number>
  /** Nobody can log in to a disabled account, and all its tokens end. */
  setDisabled(id: string, disabled: boolean): Promise<AccountInfo>
  /** Who is no admin any more is logged out, so that no connection stays one. */
  setAdmin(id: string, admin: boolean): Promise<AccountInfo>
  /** Sets another password and ends all tokens. Rejects with `password_weak`. */
  resetPassword(id: string, password: string): Promise<AccountInfo>
  /** Ends all tokens of an account. Resolves to how many there were. */
  logout(id: string): Promise<number>
  /** Deletes an account and its tokens. What the person wrote stays; their name is free again. */
  delete(id: string): Promise<void>
}

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
export function accountAdmin(parts: AccountAdminParts): AccountAdmin {
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
