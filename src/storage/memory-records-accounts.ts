/** Accounts, their tokens, and what was done, in memory. */

import type {
  AccountRecord,
  AccountStore,
  AuditRecord,
  AuditStore,
  TokenRecord,
  TokenStore,
} from '../spi/records.ts'
import { SortedMap, take } from './memory-records-sorted.ts'

/** The accounts. */
export class MemoryAccounts implements AccountStore {
  private readonly byId = new Map<string, AccountRecord>()
  private readonly keys = new SortedMap<AccountRecord>()
  private readonly tokens: MemoryTokens

  constructor(tokens: MemoryTokens) {
    this.tokens = tokens
  }

  async create(account: AccountRecord): Promise<boolean> {
    const { id, name, key, password, admin, disabled, createdAt } = account
    if (this.byId.has(id) || this.keys.has(key)) return false
    this.set({ id, name, key, password, admin, disabled, createdAt })
    return true
  }

  async get(id: string): Promise<AccountRecord | null> {
    return this.byId.get(id) ?? null
  }

  async byKey(key: string): Promise<AccountRecord | null> {
    return this.keys.get(key) ?? null
  }

  async update(
    id: string,
    change: Partial<Omit<AccountRecord, 'id' | 'createdAt'>>,
  ): Promise<AccountRecord | null | 'taken'> {
    const known = this.byId.get(id)
    if (known === undefined) return null
    const {
      name = known.name,
      key = known.key,
      password = known.password,
      admin = known.admin,
      disabled = known.disabled,
    } = change
    if (key !== known.key && this.keys.has(key)) return 'taken'
    const account = { id, name, key, password, admin, disabled, createdAt: known.createdAt }
    if (key !== known.key) this.keys.delete(known.key)
    this.set(account)
    return account
  }

  async delete(id: string): Promise<boolean> {
    const known = this.byId.get(id)
    if (known === undefined) return false
    this.byId.delete(id)
    this.keys.delete(known.key)
    this.tokens.forget(id)
    return true
  }

  async list(after: string, limit: number): Promise<readonly AccountRecord[]> {
    return take(this.keys.after(after), limit)
  }

  async count(): Promise<number> {
    return this.byId.size
  }

  has(id: string): boolean {
    return this.byId.has(id)
  }

  private set(account: AccountRecord): void {
    this.byId.set(account.id, account)
    this.keys.set(account.key, account)
  }
}

/** The tokens. One for an account that is not there isn't kept: it would be worth nothing. */
export class MemoryTokens implements TokenStore {
  private readonly byHash = new Map<string, TokenRecord>()
  private readonly byAccount = new Map<string, Set<string>>()
  private readonly hasAccount: (accountId: string) => boolean

  constructor(hasAccount: (accountId: string) => boolean) {
    this.hasAccount = hasAccount
  }

  async add({ hash, accountId, createdAt, expiresAt }: TokenRecord, most: number): Promise<void> {
    if (!this.hasAccount(accountId)) return
    const hashes = this.byAccount.get(accountId) ?? new Set()
    if (!this.byHash.has(hash)) {
      this.byHash.set(hash, { hash, accountId, createdAt, expiresAt })
      this.byAccount.set(accountId, hashes.add(hash))
    }
    // Of two that end at the same time the older one goes.
    const all = [...hashes].map((one) => this.byHash.get(one) as TokenRecord)
    all.sort((a, b) => b.expiresAt - a.expiresAt || b.createdAt - a.createdAt)
    for (const token of all.slice(Math.max(0, most))) this.remove(token.hash)
  }

  async get(hash: string): Promise<TokenRecord | null> {
    return this.byHash.get(hash) ?? null
  }

  async known(hashes: readonly string[]): Promise<readonly boolean[]> {
    return hashes.map((hash) => this.byHash.has(hash))
  }

  async renew(hash: string, expiresAt: number): Promise<boolean> {
    const token = this.byHash.get(hash)
    if (token === undefined) return false
    this.byHash.set(hash, { ...token, expiresAt })
    return true
  }

  async delete(hash: string): Promise<boolean> {
    return this.remove(hash)
  }

  async deleteAll(accountId: string, except?: string): Promise<number> {
    return this.forget(accountId, except)
  }

  async expire(now: number): Promise<number> {
    const ended = [...this.byHash.values()].filter(({ expiresAt }) => expiresAt < now)
    for (const { hash } of ended) this.remove(hash)
    return ended.length
  }

  /** Takes out the tokens of an account, except one. */
  forget(accountId: string, except?: string): number {
    const hashes = [...(this.byAccount.get(accountId) ?? [])].filter((hash) => hash !== except)
    for (const hash of hashes) this.remove(hash)
    return hashes.length
  }

  private remove(hash: string): boolean {
    const token = this.byHash.get(hash)
    if (token === undefined) return false
    this.byHash.delete(hash)
    const hashes = this.byAccount.get(token.accountId)
    hashes?.delete(hash)
    if (hashes?.size === 0) this.byAccount.delete(token.accountId)
    return true
  }
}

/** What was done. */
export class MemoryAudit implements AuditStore {
  private records: (AuditRecord & { readonly id: number })[] = []
  private lastId = 0

  async add(record: AuditRecord, keep: number): Promise<void> {
    const { ts, act, by, room, to, note } = record
    this.lastId += 1
    this.records.push({
      id: this.lastId,
      ts,
      act,
      by: { id: by.id, name: by.name },
      ...(room === undefined ? undefined : { room }),
      ...(to === undefined ? undefined : { to: { id: to.id, name: to.name } }),
      ...(note === undefined ? undefined : { note }),
    })
    // Now and then, so that each one costs little.
    const { length } = this.records
    if (length > keep + keep / 16) this.records = this.records.slice(length - keep)
  }

  async list(before: number | undefined, limit: number) {
    const { records } = this
    const end = before === undefined ? -1 : records.findLastIndex(({ id }) => id < before)
    const last = before === undefined ? records.length - 1 : end
    return records.slice(Math.max(0, last + 1 - Math.max(0, limit)), last + 1).reverse()
  }

  /** Takes away the name of a person. */
  forgetName(personId: string): void {
    this.records = this.records.map((record) => {
      const { by, to } = record
      if (by.id !== personId && to?.id !== personId) return record
      return {
        ...record,
        by: by.id === personId ? { id: by.id, name: '' } : by,
        ...(to?.id === personId ? { to: { id: to.id, name: '' } } : undefined),
      }
    })
  }
}
