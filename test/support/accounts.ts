/** Servers with accounts whose passwords cost little to hash. */

import { storageAccounts } from '../../src/auth/accounts.ts'
import type { ChatServerOptions } from '../../src/chat.ts'
import type { Logger } from '../../src/spi/logger.ts'
import type { Records } from '../../src/spi/records.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type JsonClient, jsonClient } from './clients.ts'
import { start } from './server.ts'

export const PASSWORD = 'correct horse battery'
export const NEXT = 'another good password'

export const recordsOf = (storage: Storage): Records => storage.records as Records

/** Accounts in a storage. */
export const accountsIn = (storage: Storage, more: object = {}) =>
  storageAccounts({
    records: recordsOf(storage),
    hashing: { scrypt: { ln: 4, r: 8, p: 1 } },
    ...more,
  })

/** A server with accounts, and guests beside them. */
export async function withAccounts(options: ChatServerOptions = {}) {
  const storage = options.storage ?? memoryStorage()
  const limits = { commandBurst: 10_000, ...options.limits }
  const { clock } = options
  const accounts = accountsIn(storage, { limits, ...(clock && { clock }) })
  const server = await start({ storage, accounts, guests: true, ...options, limits })
  return { ...server, storage, accounts, admin: accounts.admin }
}

/** Registers; resolves to the token. */
export async function register(open: Parameters<typeof jsonClient>[0], name: string) {
  const client = await jsonClient(open)
  const login = await client.ask('register', { name, password: PASSWORD })
  client.cut()
  return login as { token: string; person: { id: string; name: string }; expiresAt: number }
}

/** A client that came in by a token. */
export async function byToken(
  open: Parameters<typeof jsonClient>[0],
  token: string,
): Promise<JsonClient> {
  const client = await jsonClient(open)
  await client.ask('hello', { version: 1, token })
  return client
}

/** A logger that keeps every line, with all that is in it. */
export function keptLog() {
  const lines: string[] = []
  const log =
    (level: string) =>
    (fields: object, message: string): void => {
      const plain = JSON.stringify(fields, (_key, value) =>
        value instanceof Error ? `${value.stack} ${String(value.cause)}` : value,
      )
      lines.push(`${level} ${message} ${plain}`)
    }
  const logger: Logger = {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
  }
  return { lines, logger }
}

/** How long something takes, in ms. */
export async function timed(work: Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work
  return performance.now() - begin
}
