/** `tertulia serve`: a chat server on its own. */

import { remoteAccounts } from '../auth/remote.ts'
import {
  type ChatServer,
  type ChatServerOptions,
  createChatServer,
  type Listening,
} from '../chat.ts'
import type { Logger } from '../spi/logger.ts'
import { filesOf } from './files.ts'
import { lineLogger } from './log.ts'
import type { ServeOptions } from './options.ts'
import { placeOf } from './place.ts'

/** Runs a server until it is told to stop. Resolves when it listens. */
export async function serve(
  options: ServeOptions,
  out: { print(line: string): void; version: string },
): Promise<ChatServer> {
  const logger = lineLogger(options.logLevel, options.logFormat, (line) => {
    process.stderr.write(`${line}\n`)
  })
  const { told, ...place } = await placeOf(options.storage)
  const { told: filesTold, ...shared } = filesOf(
    options.files,
    options.storage,
    place.storage.name !== 'memory',
  )
  const chat = createChatServer({
    ...place,
    ...shared,
    lang: options.lang,
    defaultRoom: options.defaultRoom ?? false,
    ...accountsOf(options),
    guests: options.guests,
    ...(options.metrics ? { metrics: true } : {}),
    ...(options.url === undefined ? undefined : { url: options.url }),
    logger,
  })
  report(chat, logger)
  const where = await chat.listen({
    port: options.port,
    tcpPort: options.tcpPort,
    host: options.host,
    metrics: options.metrics,
  })
  const kept = { storage: told, files: filesTold }
  for (const line of banner(options, where, kept, out.version)) out.print(line)
  return chat
}

function accountsOf({
  accounts,
  accountsSecret,
}: ServeOptions): Pick<ChatServerOptions, 'accounts'> {
  if (typeof accounts === 'boolean') return { accounts }
  const secret = accountsSecret === undefined ? {} : { secret: accountsSecret }
  return { accounts: remoteAccounts(accounts, secret) }
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

/** Who may come in. */
function peopleOf({ accounts, guests }: ServeOptions): string {
  const kept = accounts === true ? 'accounts' : `accounts of ${accounts}`
  if (accounts === false) {
    return guests ? 'anybody, as a guest' : 'nobody: --accounts and --guests are off'
  }
  return guests ? `${kept}, and anybody as a guest (--guests off ends that)` : `${kept} only`
}

function banner(
  options: ServeOptions,
  where: Listening,
  kept: { readonly storage: string; readonly files: string },
  version: string,
): string[] {
  const tcp = `${where.host} ${where.tcpPort}`
  const room = options.defaultRoom === undefined ? 'none' : `#${options.defaultRoom}`
  return [
    `Tertulia ${version} is listening`,
    `  WebSocket  ${where.url}    JSON or text, one frame each`,
    `  TCP        ${tcp}    4 bytes length, big-endian, then UTF-8: JSON or text`,
    `  HTTP       ${where.httpUrl}    GET /v1/openapi.json tells what there is`,
    `  Health     ${where.healthUrl}`,
    `  Room       ${room}`,
    `  People     ${peopleOf(options)}`,
    `  Storage    ${kept.storage}`,
    `  Files      ${kept.files}`,
    '',
    'Say something from another terminal:',
    `  python3 -c "import socket,struct; s=socket.create_connection(('${where.host}',${where.tcpPort})); ` +
      `f=s.makefile('rwb'); m='Olá a todos!'.encode(); f.write(struct.pack('!I',len(m))+m); f.flush(); ` +
      `[print(f.read(*struct.unpack('!I',n)).decode()) for n in iter(lambda: f.read(4), b'')]"`,
    '',
    'Ctrl+C stops it in order.',
  ]
}
