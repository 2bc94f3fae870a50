/** `tertulia serve`: a chat server on its own. */

import { type ChatServer, createChatServer, type Listening } from '../chat.ts'
import { ChatError } from '../errors.ts'
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
  const chat = createChatServer({
    storage: storageOf(options.storage),
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
  for (const line of banner(options, where, out.version)) out.print(line)
  return chat
}

function storageOf(where: string): Storage {
  if (where === 'memory') return memoryStorage()
  const kind = where.split(':', 1)[0]
  if (kind === 'sqlite' || kind === 'postgres' || kind === 'postgresql') {
    throw new ChatError('invalid_options', `--storage ${kind}: not in this version; use memory`)
  }
  throw new ChatError(
    'invalid_options',
    `--storage ${where}: one of memory, sqlite:FILE, postgres://… is needed`,
  )
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

function banner(options: ServeOptions, where: Listening, version: string): string[] {
  const tcp = `${where.host} ${where.tcpPort}`
  const room = options.defaultRoom === undefined ? 'none' : `#${options.defaultRoom}`
  return [
    `Tertulia ${version} is listening`,
    `  WebSocket  ${where.url}    JSON or text, one frame each`,
    `  TCP        ${tcp}    4 bytes length, big-endian, then UTF-8: JSON or text`,
    `  Health     ${where.healthUrl}`,
    `  Room       ${room}    storage: ${options.storage}, guests may come in`,
    '',
    'Say something from another terminal:',
    `  python3 -c "import socket,struct;s=socket.create_connection(('${where.host}',${where.tcpPort}));` +
      `m='Olá a todos!'.encode();s.sendall(struct.pack('!I',len(m))+m);print(s.recv(4096)[4:].decode())"`,
    '',
    'Ctrl+C stops it in order.',
  ]
}
