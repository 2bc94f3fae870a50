/** Accounts in memory, with a clock that is moved by hand and hashes that cost little. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { type StorageAccountsOptions, storageAccounts } from '../../src/auth/accounts.ts'
import { type AccountServiceOptions, createAccountServer } from '../../src/auth/service.ts'
import type { Clock } from '../../src/spi/clock.ts'
import type { Logger } from '../../src/spi/logger.ts'
import { memoryRecords } from '../../src/storage/memory-records.ts'
import { manualClock } from '../core/manual-clock.ts'

/** A hash in well under a millisecond. */
export const CHEAP = { ln: 4, r: 8, p: 1 } as const
export const PASSWORD = 'correct horse battery'
export const HERE = '192.0.2.1'
export const THERE = '198.51.100.7'

export const freshRecords = () => memoryRecords({ logs: new Map(), change: (_log, work) => work() })

/** A logger that keeps its lines. */
export function keptLines() {
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

export function world(options: Partial<StorageAccountsOptions> = {}) {
  const clock = manualClock()
  const records = freshRecords()
  const { lines, logger } = keptLines()
  const accounts = storageAccounts({
    records,
    clock,
    logger,
    hashing: { scrypt: CHEAP },
    ...options,
  })
  return { accounts, records, clock, lines }
}

/** The code of the error that it rejects with; `ok` if it doesn't. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'ok'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

const open: Server[] = []

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

export async function listen(server: Server): Promise<string> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An account service on a free port, and the accounts behind it. */
export async function served(
  options: Partial<StorageAccountsOptions> = {},
  service: Partial<AccountServiceOptions> & { readonly clock?: Clock } = {},
) {
  const behind = world(options)
  const { lines, logger } = keptLines()
  const server = createAccountServer({ accounts: behind.accounts, logger, ...service })
  const url = await listen(server)
  const post = async (
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
      body: JSON.parse(text) as any,
    }
  }
  return { ...behind, server, url, post, told: lines }
}
