// What the bench uses of the built package, so that it type-checks before the package is built.

import type { Storage } from '../../src/spi/storage.ts'
import type { Place } from './places.ts'

/** A running chat server of ours. */
export interface Running {
  listen(where: object): Promise<{ readonly port: number; readonly tcpPort: number }>
}

/** Two folders above both the sources of bench/servers and the bundle of them that is run. */
async function load<T>(file: string): Promise<T> {
  return (await import(new URL(`../../dist/${file}`, import.meta.url).href)) as T
}

/** Nothing here is to refuse the load generator, which comes from one address and talks a lot. */
const limits = {
  createsPerHour: 1_000_000,
  connections: 100_000,
  connectionsPerAddress: 100_000,
  membersPerRoom: 100_000,
  commandsPerSecond: 1_000_000,
  commandBurst: 1_000_000,
  addressCommandsPerSecond: 10_000_000,
  addressCommandBurst: 10_000_000,
  outboxBytes: 64 * 1024 * 1024,
}

const silence = (): void => {}
const silent = { debug: silence, info: silence, warn: silence, error: silence }

/** A chat server with nothing changed but what would refuse the load; it may have a storage. */
export async function chatServer(storage?: Storage): Promise<Running> {
  const { createChatServer } = await load<{ createChatServer(options: object): Running }>(
    'index.js',
  )
  return createChatServer({ limits, logger: silent, ...(storage && { storage }) })
}

/** A storage of ours with its default settings; for memory, what a server has by itself. */
export async function storageAt(place: Place): Promise<Storage | undefined> {
  switch (place.kind) {
    case 'memory':
      return undefined
    case 'sqlite': {
      const { sqliteStorage } = await load<{ sqliteStorage(file: string): Storage }>(
        'storage/sqlite.js',
      )
      return sqliteStorage(place.file)
    }
    case 'postgres': {
      const { postgresStorage } = await load<{
        postgresStorage(url: string, options: object): Storage
      }>('postgres.js')
      return postgresStorage(place.url, { schema: place.schema })
    }
  }
}
