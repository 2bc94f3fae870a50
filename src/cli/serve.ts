/** `tertulia serve`: a chat server on its own. */

import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { remoteAccounts } from '../auth/remote.ts'
import {
  type ChatServer,
  type ChatServerOptions,
  createChatServer,
  type Listening,
  type ListenOptions,
} from '../chat.ts'
import { ChatError } from '../errors.ts'
import type { Logger } from '../spi/logger.ts'
import { webPages } from '../web.ts'
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
  const { told, ...place } = await placeOf(options.storage, options.broker)
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
    ...outsideOf(options),
    ...(options.pages ? { pages: webPages({ chat, admin: chat.waysIn.accounts }) } : {}),
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

/** What is between the server and its clients: encryption, a proxy, pages from elsewhere. */
function outsideOf({
  tls,
  trustProxy,
  origins,
}: ServeOptions): Pick<ListenOptions, 'tls' | 'clientAddress' | 'origins'> {
  return {
    ...(tls && { tls: { cert: readPem(tls.cert), key: readPem(tls.key) } }),
    ...(trustProxy && { clientAddress: forwardedFor }),
    ...(origins.length > 0 && { origins: origins.includes('*') ? '*' : origins }),
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ChatError('invalid_options', `TLS: ${(error as Error).message}`)
  }
}

/** The last one is what the nearest proxy saw; those before it may be anybody's invention. */
const forwardedFor = ({ headers }: IncomingMessage): string =>
  headers['x-forwarded-for']?.toString().split(',').at(-1)?.trim() ?? ''

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

function pagesTold({ pages, accounts }: ServeOptions, { httpUrl }: Listening): string[] {
  if (!pages) return []
  const admin = accounts === false ? '' : `    and for admins ${httpUrl}/admin`
  return [`  Pages      ${httpUrl}/${admin}`]
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
    ...pagesTold(options, where),
    `  Room       ${room}`,
    `  People     ${peopleOf(options)}`,
    `  Storage    ${kept.storage}`,
    `  Files      ${kept.files}`,
    '',
    'Chat from another terminal:',
    `  npx tertulia chat ${where.url}`,
    '',
    'Ctrl+C stops it in order.',
  ]
}
