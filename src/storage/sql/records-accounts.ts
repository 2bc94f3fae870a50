/** Accounts and their tokens, in SQL. */

import type { AccountRecord, AccountStore, TokenRecord, TokenStore } from '../../spi/records.ts'
import { codeOf } from './failures.ts'
import { fromMoment, type RecordParts, toLimit, toMoment } from './records-parts.ts'
import type { AccountTable, TokenTable } from './records-tables.ts'
import { fromSql, sortKey, toInteger, toSql } from './text.ts'

/** A unique index said no: SQLite's code, and Postgres'. */
const TAKEN = new Set(['SQLITE_CONSTRAINT_UNIQUE', '23505'])

/** Tokens deleted by one statement. */
const STEP = 500

function rowOf(account: AccountRecord): AccountTable {
  return {
    id: toSql(account.id),
    created_at: toInteger(account.createdAt),
    ...(columnsOf(account) as Omit<AccountTable, 'id' | 'created_at'>),
  }
}

function columnsOf(change: Partial<AccountRecord>): Partial<AccountTable> {
  const { name, key, password, admin, disabled } = change
  return {
    ...(name === undefined ? undefined : { name: toSql(name) }),
    ...(key === undefined ? undefined : { key: toSql(key), key_order: sortKey(key) }),
    ...(password === undefined ? undefined : { password: toSql(password) }),
    ...(admin === undefined ? undefined : { admin: admin ? 1 : 0 }),
    ...(disabled === undefined ? undefined : { disabled: disabled ? 1 : 0 }),
  }
}

const accountOf = (row: AccountTable): AccountRecord => ({
  id: fromSql(row.id),
  name: fromSql(row.name),
  key: fromSql(row.key),
  password: fromSql(row.password),
  admin: Number(row.admin) === 1,
  disabled: Number(row.disabled) === 1,
  createdAt: Number(row.created_at),
})

const tokenOf = (row: TokenTable): TokenRecord => ({
  hash: fromSql(row.hash),
  accountId: fromSql(row.account_id),
  createdAt: Number(row.created_at),
  expiresAt: fromMoment(row.expires_at),
})

/** The accounts. A trigger deletes the tokens of one that is deleted. */
export function sqlAccounts({ dialect, run }: RecordParts): AccountStore {
  const { db, names } = dialect
  const { accounts } = names
  const all = db.selectFrom(accounts).selectAll()

  async function get(id: string): Promise<AccountRecord | null> {
    const [row] = await run(all.where('id', '=', toSql(id)).compile())
    return row === undefined ? null : accountOf(row)
  }

  return {
    get,
    async create(account) {
      const made = await run(
        db
          .insertInto(accounts)
          .values(rowOf(account))
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .compile(),
      )
      return made.length > 0
    },
    async byKey(key) {
      const [row] = await run(all.where('key_order', '=', sortKey(key)).compile())
      return row === undefined ? null : accountOf(row)
    },
    async update(id, change) {
      const columns = columnsOf(change)
      if (Object.keys(columns).length === 0) return get(id)
      const query = db.updateTable(accounts).set(columns).where('id', '=', toSql(id)).returningAll()
      try {
        const [row] = await run(query.compile())
        return row === undefined ? null : accountOf(row)
      } catch (error) {
        if (TAKEN.has(codeOf((error as Error).cause))) return 'taken'
        throw error
      }
    },
    async delete(id) {
      const query = db.deleteFrom(accounts).where('id', '=', toSql(id)).returning('id')
      return (await run(query.compile())).length > 0
    },
    async list(after, limit) {
      const query = all.where('key_order', '>', sortKey(after)).orderBy('key_order')
      return (await run(query.limit(toLimit(limit)).compile())).map(accountOf)
    },
    async count() {
      const query = db.selectFrom(accounts).select((eb) => eb.fn.countAll<number>().as('count'))
      return Number((await run(query.compile()))[0]?.count)
    },
  }
}

/** The tokens. One for an account that is not there isn't kept: it would be worth nothing. */
export function sqlTokens({ dialect, run }: RecordParts): TokenStore {
  const { db, names, oneOf } = dialect
  const { accounts, tokens } = names

  const insert = (token: TokenRecord) =>
    db
      .insertInto(tokens)
      .columns(['account_id', 'hash', 'created_at', 'expires_at'])
      .expression(
        db
          .selectFrom(accounts)
          .where('id', '=', toSql(token.accountId))
          .select((eb) => [
            'id',
            eb.val(toSql(token.hash)).as('hash'),
            eb.val(toInteger(token.createdAt)).as('created_at'),
            eb.val(toMoment(token.expiresAt)).as('expires_at'),
          ])
          // The account isn't deleted in between: its tokens would stay.
          .$if(dialect.locks, (select) => select.forKeyShare()),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('hash')
      .compile()

  /** Which token goes first when two end at the same time: the older one. */
  const beyond = (account: string, most: number) =>
    db
      .deleteFrom(tokens)
      .where('account_id', '=', account)
      .where('hash', 'not in', (eb) =>
        eb
          .selectFrom(tokens)
          .select('hash')
          .where('account_id', '=', account)
          .orderBy('expires_at', 'desc')
          .orderBy('created_at', 'desc')
          .orderBy('hash')
          .limit(most),
      )
      .returning('hash')
      .compile()

  const told = async (query: { compile(): ReturnType<typeof insert> }): Promise<number> =>
    (await run(query.compile())).length

  return {
    async add(token, most) {
      await run(insert(token))
      await run(beyond(toSql(token.accountId), toLimit(most)))
    },
    async get(hash) {
      const query = db.selectFrom(tokens).selectAll().where('hash', '=', toSql(hash))
      const [row] = await run(query.compile())
      return row === undefined ? null : tokenOf(row)
    },
    async known(hashes) {
      if (hashes.length === 0) return []
      const query = db
        .selectFrom(tokens)
        .select('hash')
        .where((eb) => oneOf(eb.ref('hash'), [...new Set(hashes)].map(toSql)))
      const there = new Set((await run(query.compile())).map(({ hash }) => fromSql(hash)))
      return hashes.map((hash) => there.has(hash))
    },
    async renew(hash, expiresAt) {
      return (
        (await told(
          db
            .updateTable(tokens)
            .set({ expires_at: toMoment(expiresAt) })
            .where('hash', '=', toSql(hash))
            .returning('hash'),
        )) > 0
      )
    },
    async delete(hash) {
      return (
        (await told(db.deleteFrom(tokens).where('hash', '=', toSql(hash)).returning('hash'))) > 0
      )
    },
    async deleteAll(accountId, except) {
      const query = db.deleteFrom(tokens).where('account_id', '=', toSql(accountId))
      const others = except === undefined ? query : query.where('hash', '<>', toSql(except))
      return told(others.returning('hash'))
    },
    async expire(now) {
      const ended = db
        .selectFrom(tokens)
        .select('hash')
        .where('expires_at', '<', toMoment(now))
        .limit(STEP)
      const query = db.deleteFrom(tokens).where('hash', 'in', ended).returning('hash')
      for (let total = 0; ; ) {
        const count = await told(query)
        total += count
        if (count < STEP) return total
      }
    },
  }
}
