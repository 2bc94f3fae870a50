/** Accounts kept in a storage. */

import { addressKey } from '../address.ts'
import { ChatError, isChatError } from '../errors.ts'
import { LIMITS, type Limits } from '../limits.ts'
import { cleanName, nameKey } from '../protocol/names.ts'
import type { Login } from '../protocol/types.ts'
import type { AccountKeeper, Accounts, Validated } from '../spi/auth.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import type { AccountRecord, Records } from '../spi/records.ts'
import { randomId, stderrLogger, systemClock } from '../system.ts'
import { accountAdmin } from './account-admin.ts'
import { accountKey } from './account-key.ts'
import { Attempts } from './attempts.ts'
import { inTime } from './beneath.ts'
import { createPasswords, type HashOptions } from './passwords.ts'
import { makeSweeper } from './sweeper.ts'
import { hashToken, isToken, makeToken } from './tokens.ts'

/** Options of {@link storageAccounts}. */
export interface StorageAccountsOptions {
  /** Where they are kept: `records` of a started storage. */
  readonly records: Pick<Records, 'accounts' | 'tokens'>
  /** Those of {@link Limits} that are to be different. */
  readonly limits?: Partial<Limits>
  /** Where to chat: told with every login. */
  readonly url?: string
  /** How passwords are hashed. */
  readonly hashing?: HashOptions
  readonly logger?: Logger
  /** Default: the system's. */
  readonly clock?: Clock
  /** Ids of new accounts. Default: 128 random bits. */
  readonly makeId?: MakeId
}

/** Accounts in a storage, with what an administrator does with them. */
export interface StorageAccounts extends Accounts {
  /** For administrators, who have been checked before. */
  readonly admin: AccountKeeper
  /**
   * Begins to delete tokens that have ended, now and then. Rejects with `invalid_options` when what
   * `hashing` asks for isn't installed.
   */
  start(): Promise<void>
  /** Ends that, and waits for what is under way. Twice does no harm. */
  stop(): Promise<void>
}

const LOG = { part: 'accounts' }
/** How often tokens that have ended are deleted. */
const SWEEP_MS = 10 * 60_000
/** `alive` looks for tokens that have ended no more often than this. */
const FRESH_MS = 1000
/**
 * Accounts in a storage. Names are unique by `nameKey`: whoever has `Alice` has `alice` and what
 * looks like it. Passwords are stored hashed, tokens as their SHA-256; neither is ever logged.
 *
 * An unknown name, a wrong password and a disabled account get the same answer after the same work.
 * Limits of rate are kept by each process for itself, and in memory.
 *
 * The limits used: `nameChars`, `password…`, `hashes…`, `registersPerHour`, `failuresPerHour`,
 * `accountFailuresPerHour`, `accounts` (beyond that `register` rejects with `overloaded`; those who
 * register in the same moment may be a few more), `tokensPerAccount`, `tokenMs`, `storageMs`.
 *
 * @throws ChatError `invalid_options`
 * @example
 * const accounts = storageAccounts({ records: storage.records, url: 'wss://chat.example.org' })
 * await accounts.start()
 * const { token } = await accounts.register('Alice', 'correct horse battery', '192.0.2.1')
 */
export function storageAccounts(options: StorageAccountsOptions): StorageAccounts {
  const { url, clock = systemClock, makeId = randomId, logger = stderrLogger, records } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  const passwords = createPasswords(limits, options.hashing)
  const registers = new Attempts(limits.registersPerHour, clock)
  const addressFailures = new Attempts(limits.failuresPerHour, clock)
  const accountFailures = new Attempts(limits.accountFailuresPerHour, clock)
  const ask = <T>(answer: Promise<T>): Promise<T> => inTime(clock, limits.storageMs, answer)
  const wrong = (): ChatError => new ChatError('credentials_wrong')
  let expired = Number.NEGATIVE_INFINITY

  async function expire(): Promise<number> {
    expired = clock.monotonic()
    return ask(records.tokens.expire(clock.now()))
  }

  /** Counts a wrong password against the address and the account, whether there is one or not. */
  async function guarded<T>(from: string, key: string, task: () => Promise<T>): Promise<T> {
    const address = addressFailures.begin(addressKey(from))
    let account: ReturnType<Attempts['begin']>
    try {
      account = accountFailures.begin(key)
    } catch (error) {
      address.settle(false)
      throw error
    }
    let failed = false
    try {
      return await task()
    } catch (error) {
      failed = isChatError(error) && error.code === 'credentials_wrong'
      throw error
    } finally {
      address.settle(failed)
      account.settle(failed)
    }
  }

  async function checked(account: AccountRecord | null, password: string, from: string) {
    const hash = account?.password ?? null
    if (hash !== null && !passwords.isReadable(hash)) {
      logger.error({ ...LOG, account: account?.id }, 'the hash of a password cannot be read')
    }
    const right = await passwords.verify(password, hash, addressKey(from))
    if (!right || account === null || account.disabled) throw wrong()
    return account
  }

  /** Stores the password anew if its hash is weaker than those made now. Not worth failing for. */
  async function renewed(account: AccountRecord, password: string, from: string) {
    if (!passwords.isOutdated(account.password)) return account
    try {
      const hash = await passwords.hash(password, addressKey(from))
      // Not over one that was set in the meantime.
      const now = await ask(records.accounts.get(account.id))
      if (now?.password !== account.password) return account
      const updated = await ask(records.accounts.update(account.id, { password: hash }))
      return updated === null || updated === 'taken' ? account : updated
    } catch (error) {
      logger.warn({ ...LOG, account: account.id, error }, 'a password was not hashed anew')
      return account
    }
  }

  /** Gives a token, if the account is still what was checked: it may have changed under way. */
  async function give(account: AccountRecord, password: string, from: string): Promise<Login> {
    const token = makeToken()
    const hash = hashToken(token)
    const createdAt = clock.now()
    const expiresAt = createdAt + limits.tokenMs
    const record = { hash, accountId: account.id, createdAt, expiresAt }
    await ask(records.tokens.add(record, limits.tokensPerAccount))
    const now = await ask(records.accounts.get(account.id))
    const same =
      now !== null &&
      !now.disabled &&
      (now.password === account.password ||
        (await passwords.verify(password, now.password, addressKey(from))))
    if (!same) {
      await ask(records.tokens.delete(hash))
      throw wrong()
    }
    const person = { id: now.id, name: now.name }
    return { token, expiresAt, person, ...(url === undefined ? {} : { url }) }
  }

  async function validate(token: string): Promise<Validated | null> {
    if (!isToken(token)) return null
    const hash = hashToken(token)
    const record = await ask(records.tokens.get(hash))
    if (record === null || record.expiresAt < clock.now()) return null
    const account = await ask(records.accounts.get(record.accountId))
    if (account === null || account.disabled) return null
    const { expiresAt } = record
    const { id, name, admin } = account
    return { hash, expiresAt, identity: { id, name, expiresAt, ...(admin ? { admin } : {}) } }
  }

  const sweeper = makeSweeper(clock, SWEEP_MS, expire, (error) => {
    logger.warn({ ...LOG, error }, 'tokens that have ended could not be deleted')
  })

  return {
    admin: accountAdmin({ records, limits, passwords, clock, makeId, ask }),

    async register(name, password, from) {
      const clean = cleanName(name, limits.nameChars)
      passwords.check(password, clean)
      const attempt = registers.begin(addressKey(from))
      let made = false
      try {
        const key = nameKey(clean)
        if ((await ask(records.accounts.byKey(key))) !== null) throw new ChatError('name_taken')
        if ((await ask(records.accounts.count())) >= limits.accounts) {
          throw new ChatError('overloaded', 'there are as many accounts as there can be', {
            retryAfterMs: SWEEP_MS,
          })
        }
        const account: AccountRecord = {
          id: makeId(),
          name: clean,
          key,
          password: await passwords.hash(password, addressKey(from)),
          admin: false,
          disabled: false,
          createdAt: clock.now(),
        }
        made = true
        if (!(await ask(records.accounts.create(account)))) {
          made = false
          throw new ChatError('name_taken')
        }
        return await give(account, password, from)
      } finally {
        attempt.settle(made)
      }
    },

    async login(name, password, from) {
      const key = accountKey(name)
      return guarded(from, key ?? '', async () => {
        const found = key === null ? null : await ask(records.accounts.byKey(key))
        const account = await checked(found, password, from)
        return give(await renewed(account, password, from), password, from)
      })
    },

    validate,

    async renew(token) {
      const valid = await validate(token)
      if (valid === null) return null
      const expiresAt = clock.now() + limits.tokenMs
      return (await ask(records.tokens.renew(valid.hash, expiresAt))) ? { expiresAt } : null
    },

    async logout(token, everywhere) {
      if (!isToken(token)) return 0
      const hash = hashToken(token)
      const record = await ask(records.tokens.get(hash))
      if (record === null || record.expiresAt < clock.now()) return 0
      if (everywhere) return ask(records.tokens.deleteAll(record.accountId))
      return (await ask(records.tokens.delete(hash))) ? 1 : 0
    },

    async password(token, old, next, from) {
      const valid = await validate(token)
      const found = valid && (await ask(records.accounts.get(valid.identity.id)))
      if (found === null) throw new ChatError('unauthorized')
      passwords.check(next, found.name)
      return guarded(from, found.key, async () => {
        await checked(found, old, from)
        const hash = await passwords.hash(next, addressKey(from))
        // Before, so that none stays if only the change is done; after, for those given in between.
        await ask(records.tokens.deleteAll(found.id))
        const account = await ask(records.accounts.update(found.id, { password: hash }))
        if (account === null || account === 'taken') throw new ChatError('unauthorized')
        await ask(records.tokens.deleteAll(account.id))
        return give(account, next, from)
      })
    },

    async alive(hashes) {
      if (hashes.length === 0) return []
      if (clock.monotonic() - expired >= FRESH_MS) await expire()
      return ask(records.tokens.known(hashes))
    },

    async owner(name) {
      const key = accountKey(name)
      const account = key === null ? null : await ask(records.accounts.byKey(key))
      return account === null ? null : { id: account.id, name: account.name }
    },

    async start() {
      await passwords.ready()
      sweeper.start()
    },

    stop: sweeper.stop,
  }
}
