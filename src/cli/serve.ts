/** `tertulia serve`: a chat server on its own. */

import { createRequire } from 'node:module'
import { type ChatServer, createChatServer, type Listening } from '../chat.ts'
import { ChatError } from '../errors.ts'
import type { Broker } from '../spi/broker.ts'
import type { Logger } from '../spi/logger.ts'
import type { Storage } from '../spi/storage.ts'
import { memoryStorage } from '../storage/memory.ts'
import { lineLogger } from './log.ts'
import type { ServeOptions } from './options.ts'

/** Runs a server until it is told to stop. Resolves when it listens. */
export async function serve(
  options: ServeOptions,
  out: { print(line: string): void; version: string },
): Promise<ChatServer> {
  const logger = lineLogger(options.logLevel, options.logFormat, (line) => {
    process.stderr.write(`${line}\n`)
  })
  const { told, ...place } = await placeOf(options.storage)
  const chat = createChatServer({
    ...place,
    lang: options.lang,
    defaultRoom: options.defaultRoom ?? false,
    logger,
  })
  report(chat, logger)
  const where = await chat.listen({
    port: options.port,
    tcpPort: options.tcpPort,
    host: options.host,
  })
  for (const line of banner(options, where, told, out.version)) out.print(line)
  return chat
}

/** What is kept where: the storage, the broker that goes with it, and how people are told. */
interface Place {
  readonly storage: Storage
  readonly broker?: Broker
  readonly told: string
}

/** Adapters are loaded when they are asked for: `--storage memory` needs no driver. */
async function placeOf(where: string): Promise<Place> {
  if (where === 'auto') {
    if (canLoad('better-sqlite3')) return placeOf('sqlite:tertulia.db')
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

/** One line of the log for each thing a keeper of the server wants to know. */
function report(chat: ChatServer, logger: Logger): void {
  chat.on('connect', ({ person, connection }) => {
    const { transport, address } = connection
    logger.info({ id: person.id, name: person.name, transport, address }, 'connected')
  })
  chat.on('disconnect', ({ person, code }) => {
    logger.info({ id: person.id, name: person.name, code }, 'disconnected')
  })
  chat.on('nick', ({ person, was }) => {
    logger.info({ id: person.id, name: person.name, was }, 'renamed')
  })
  chat.on('create', ({ room, permanent }) => logger.info({ room, permanent }, 'room created'))
  chat.on('delete', ({ room }) => logger.info({ room }, 'room deleted'))
  chat.on('join', ({ room, person }) => {
    logger.info({ room, id: person.id, name: person.name }, 'joined')
  })
  chat.on('leave', ({ room, person, why }) => {
    logger.info({ room, id: person.id, name: person.name, why }, 'left')
  })
}

function banner(options: ServeOptions, where: Listening, told: string, version: string): string[] {
  const tcp = `${where.host} ${where.tcpPort}`
  const room = options.defaultRoom === undefined ? 'none' : `#${options.defaultRoom}`
  return [
    `Tertulia ${version} is listening`,
    `  WebSocket  ${where.url}    JSON or text, one frame each`,
    `  TCP        ${tcp}    4 bytes length, big-endian, then UTF-8: JSON or text`,
    `  Health     ${where.healthUrl}`,
    `  Room       ${room}    guests may come in`,
    `  Storage    ${told}`,
    '',
    'Say something from another terminal:',
    `  python3 -c "import socket,struct; s=socket.create_connection(('${where.host}',${where.tcpPort})); ` +
      `f=s.makefile('rwb'); m='Olá a todos!'.encode(); f.write(struct.pack('!I',len(m))+m); f.flush(); ` +
      `[print(f.read(*struct.unpack('!I',n)).decode()) for n in iter(lambda: f.read(4), b'')]"`,
    '',
    'Ctrl+C stops it in order.',
  ]
}
