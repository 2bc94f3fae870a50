/** The process that is killed: a chat server with the storage that the runner names. */

import { postgresBroker } from '../../src/brokers/postgres.ts'
import { createChatServer } from '../../src/chat.ts'
import { lineLogger } from '../../src/cli/log.ts'
import { isChatError } from '../../src/errors.ts'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { postgresStorage } from '../../src/storage/postgres.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { readLog } from '../../src/testing/history-recorder.ts'
import { type Breakage, breakStorage } from './broken.ts'
import { retentionOf } from './database.ts'
import type { FromServer, ServerSettings, ToServer } from './node.ts'

const settings = JSON.parse(process.env.FAULTS_SERVER ?? '{}') as ServerSettings
const { where, keep, rooms, nodes, broken } = settings
const retention = retentionOf(keep)
const isPostgres = where.startsWith('postgres:')

function storageOf(): Storage {
  if (where === 'memory') return memoryStorage({ entriesPerRoom: keep > 0 ? keep : 1_000_000 })
  if (isPostgres) return postgresStorage(where, { retention, timeoutMs: 3000 })
  return sqliteStorage(where.slice('sqlite:'.length), { retention })
}

const inner = storageOf()
const storage = broken === null ? inner : breakStorage(inner, broken as Breakage)

const chat = createChatServer({
  storage,
  ...(isPostgres && nodes > 1 ? { broker: postgresBroker(where) } : {}),
  defaultRoom: false,
  logger: lineLogger('warn', 'text', (line) => process.stderr.write(`${line}\n`)),
  limits: {
    // Everybody comes from the same address here.
    connectionsPerAddress: 10_000,
    addressCommandsPerSecond: 100_000,
    addressCommandBurst: 100_000,
    commandsPerSecond: 1000,
    commandBurst: 1000,
    createsPerHour: 1_000_000,
    // Small, so that those who come back are served from storage, page by page.
    recentEntries: 16,
    historyPage: 25,
    // Shorter than the faults, or they would never be noticed.
    storageMs: 2000,
    pingMs: 2000,
    pongMs: 2000,
    stallMs: 3000,
    outboxBytes: 256 * 1024,
    // Longer than any run.
    emptyRoomMs: 24 * 3_600_000,
  },
})

const say = (message: FromServer): void => void process.send?.(message)

let ending = false
process.on('SIGTERM', () => {
  if (ending) return
  ending = true
  // Nothing else is done to end this process: whatever were left open would keep it.
  chat.close().then(
    () => process.disconnect(),
    (error: unknown) => {
      process.stderr.write(`close() failed: ${String(error)}\n`)
      process.exit(4)
    },
  )
})
process.on('disconnect', () => {
  // The runner is gone.
  if (!ending) process.exit(0)
})
process.on('message', (message: ToServer) => {
  if (message.kind === 'logs') {
    Promise.all(message.rooms.map((room) => readLog(storage, room).catch(() => null))).then(
      (logs) => say({ kind: 'logs', logs: logs.filter((log) => log !== null) }),
      () => say({ kind: 'logs', logs: [] }),
    )
  }
})

async function start(): Promise<void> {
  for (const room of rooms) await chat.room(room).create({ permanent: true })
  const { port, tcpPort } = await chat.listen({ port: 0, tcpPort: 0 })
  say({ kind: 'ready', webPort: port ?? 0, tcpPort: tcpPort ?? 0 })
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  // The database isn't there at the moment: the runner starts us again.
  process.exit(isChatError(error) && error.code === 'unavailable' ? 3 : 5)
})
