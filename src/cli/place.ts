/** Where things are kept: what `--storage` means. */

import { createRequire } from 'node:module'
import { ChatError } from '../errors.ts'
import type { Broker } from '../spi/broker.ts'
import type { Storage } from '../spi/storage.ts'
import { memoryStorage } from '../storage/memory.ts'

/** What is kept where: the storage, the broker that goes with it, and how people are told. */
export interface Place {
  readonly storage: Storage
  readonly broker?: Broker
  readonly told: string
}

/**
 * What `--storage` asks for. Adapters are loaded when they are asked for: `memory` needs no driver.
 *
 * @param broker what `--broker` asks for; it links nodes that share a Postgres
 * @throws ChatError `invalid_options`
 */
export async function placeOf(where: string, broker = 'auto'): Promise<Place> {
  const place = await storageOf(where)
  if (broker === 'auto') return place
  const { broker: _own, ...alone } = place
  if (broker === 'off') return alone
  if (place.broker === undefined) {
    throw new ChatError(
      'invalid_options',
      `--broker ${schemeOf(broker)}: only nodes that share their storage can be linked; ` +
        '--storage postgres://… is needed',
    )
  }
  return {
    ...alone,
    ...(await brokerOf(broker)),
    told: `${place.told}, nodes linked by ${schemeOf(broker)}`,
  }
}

/** Never the password. */
const schemeOf = (url: string): string => url.split(':', 1)[0] ?? ''

async function brokerOf(url: string): Promise<{ broker: Broker }> {
  const scheme = schemeOf(url)
  if (scheme === 'redis' || scheme === 'rediss') {
    const { redisBroker } = await import('../brokers/redis.ts')
    return { broker: redisBroker(url) }
  }
  if (scheme === 'nats' || scheme === 'tls') {
    const { natsBroker } = await import('../brokers/nats.ts')
    return { broker: natsBroker(url) }
  }
  throw new ChatError(
    'invalid_options',
    `--broker ${scheme}: one of auto, off, redis://…, nats://… is needed`,
  )
}

async function storageOf(where: string): Promise<Place> {
  if (where === 'auto') {
    if (canLoad('better-sqlite3')) return storageOf('sqlite:tertulia.db')
    const told = 'memory (npm install better-sqlite3 keeps messages in a file)'
    return { storage: memoryStorage(), told }
  }
  if (where === 'memory') return { storage: memoryStorage(), told: 'memory: gone when it ends' }
  if (where.startsWith('sqlite:') && where.length > 'sqlite:'.length) {
    const file = where.slice('sqlite:'.length)
    const { sqliteStorage } = await import('../storage/sqlite.ts')
    return { storage: sqliteStorage(file), told: `SQLite in ${file}` }
  }
  if (/^postgres(ql)?:\/\//.test(where)) {
    const { postgresStorage } = await import('../storage/postgres.ts')
    const { postgresBroker } = await import('../brokers/postgres.ts')
    const { host, pathname } = new URL(where)
    return {
      storage: postgresStorage(where),
      broker: postgresBroker(where),
      // Never the password.
      told: `Postgres on ${host}${pathname}`,
    }
  }
  throw new ChatError(
    'invalid_options',
    `--storage ${where}: one of memory, sqlite:FILE, postgres://… is needed`,
  )
}

function canLoad(driver: string): boolean {
  try {
    createRequire(import.meta.url).resolve(driver)
    return true
  } catch {
    return false
  }
}
