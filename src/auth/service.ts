/** The account service by itself: accounts over HTTP, without a chat. */

import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { addressKey } from '../address.ts'
import { ChatError, isChatError } from '../errors.ts'
import { LIMITS, type Limits } from '../limits.ts'
import type { Accounts } from '../spi/auth.ts'
import type { Clock } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import { stderrLogger, systemClock } from '../system.ts'
import { Attempts } from './attempts.ts'
import { readAway, readFields, writeError, writeJson } from './http.ts'
import { CLIENT_HEADER, ROUTES, type Route, SECRET_HEADER } from './service-routes.ts'

/** Options of {@link accountService}. */
export interface AccountServiceOptions {
  readonly accounts: Accounts
  /**
   * What chat servers show to be believed which address their client has, at least 16 characters;
   * the same as in {@link remoteAccounts}. With it nobody else may ask `/v1/accounts/…`. Default:
   * none, and all clients of a chat server count as one address.
   */
  readonly secret?: string
  /** Those of {@link Limits} that are to be different. */
  readonly limits?: Partial<Limits>
  /**
   * The client's address, where a proxy stands before the service (such as the last element of
   * X-Forwarded-For). Limits are kept by it. Default: the other end of the socket.
   */
  readonly clientAddress?: (request: IncomingMessage) => string
  readonly logger?: Logger
  /** Default: the system's. */
  readonly clock?: Clock
}

/** Handles a request; `next` as in Express: called for addresses that aren't the service's. */
export type AccountHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => void

const LOG = { part: 'account service' }
const SHORTEST_SECRET = 16
const HEALTH = '/health'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * The account service: accounts for chat servers elsewhere (see {@link remoteAccounts}), and for
 * whoever logs in by HTTP. Mount the handler in Express or `node:http`, or see
 * {@link createAccountServer}. All that is sent and answered is JSON.
 *
 * | POST | takes | gives |
 * |---|---|---|
 * | `/register` | `username`, `password` | 201: `token`, `expiresAt`, `person`, `url?` |
 * | `/login` | `username`, `password` | the same |
 * | `/validate_token` | `token` | `valid`, `person`, `expiresAt`, `admin?` |
 * | `/v1/logout` | `token`, `everywhere?` | `ended` |
 * | `/v1/renew` | `token` | `expiresAt` |
 * | `/v1/password` | `token`, `old`, `new` | as `/login` |
 * | `/v1/accounts/alive` | `hashes`: up to 500 SHA-256 of tokens, in hexadecimal | `alive`: a list of true and false |
 * | `/v1/accounts/owner` | `name` | `person`, or null |
 *
 * `token` may stand in an `authorization: Bearer` header instead. Errors are
 * `{ error: { code, message, retryable, retryAfterMs? } }`, with the status of their code. `GET
 * /health` says that the service runs. An address gets `limits.addressCommandsPerSecond`.
 *
 * @throws ChatError `invalid_options`
 */
export function accountService(options: AccountServiceOptions): AccountHandler {
  const { accounts, secret, clientAddress, logger = stderrLogger, clock = systemClock } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  if (secret !== undefined && secret.length < SHORTEST_SECRET) {
    throw new ChatError('invalid_options', `secret: at least ${SHORTEST_SECRET} characters`)
  }
  const known = secret === undefined ? undefined : digest(secret)
  const requests = new Attempts(
    limits.addressCommandsPerSecond * 3600,
    clock,
    limits.addressCommandBurst,
  )

  /** Does a chat server ask, one that shows the secret? */
  function isInner(request: IncomingMessage): boolean {
    const shown = header(request, SECRET_HEADER)
    return known !== undefined && shown !== undefined && timingSafeEqual(digest(shown), known)
  }

  function addressOf(request: IncomingMessage, inner: boolean): string {
    const told = inner ? header(request, CLIENT_HEADER) : undefined
    if (told !== undefined) return told
    try {
      const address = inner ? undefined : clientAddress?.(request)
      if (address !== undefined && address !== '') return address
    } catch (error) {
      logger.warn({ ...LOG, error }, 'clientAddress failed; the socket is asked')
    }
    return request.socket.remoteAddress ?? 'unknown'
  }

  async function run(
    path: string,
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const inner = isInner(request)
    const from = addressOf(request, inner)
    try {
      if (!inner) requests.begin(addressKey(from)).settle(true)
      if (route.inner && known !== undefined && !inner) throw new ChatError('forbidden')
      const fields = await readFields(request, limits, clock)
      const [, bearer] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
      const result = await route.run(accounts, { fields, bearer, from })
      writeJson(response, route.status ?? 200, result)
    } catch (error) {
      const code = isChatError(error) ? error.code : 'internal'
      // Neither names nor tokens: who mistypes may write a password where the name belongs.
      if (code === 'internal') logger.error({ ...LOG, path, error }, 'a request failed')
      else logger.debug({ ...LOG, path, code, address: from }, 'refused')
      writeError(response, error)
    }
    readAway(response, clock, limits.closeMs)
  }

  return (request, response, next) => {
    const path = (request.url ?? '/').split('?', 1)[0] as string
    const { method } = request
    const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined
    if (route !== undefined && method === 'POST') return void run(path, route, request, response)
    if (path !== HEALTH && route === undefined && next !== undefined) return next()
    if (path === HEALTH && (method === 'GET' || method === 'HEAD')) {
      writeJson(response, 200, { status: 'ok' })
    } else if (path === HEALTH || route !== undefined) {
      writeError(response, new ChatError('method_not_allowed'), {
        allow: route === undefined ? 'GET, HEAD' : 'POST',
      })
    } else writeError(response, new ChatError('not_found'))
    readAway(response, clock, limits.closeMs)
  }
}

/**
 * A server of node's with nothing but the account service, within the limits `connections`,
 * `connectionsPerAddress` and `requestMs`. To be told `listen`, and `close`. For TLS, give the handler
 * of {@link accountService} to `https.createServer`, or have a proxy before it: passwords come here.
 *
 * @example
 * const server = createAccountServer({ accounts, secret: process.env.ACCOUNTS_SECRET })
 * server.listen(8090)
 */
export function createAccountServer(options: AccountServiceOptions): Server {
  const limits: Limits = { ...LIMITS, ...options.limits }
  const server = createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.max(100, Math.min(limits.requestMs / 4, 30_000)),
    },
    accountService(options),
  )
  server.maxConnections = limits.connections
  // Behind a proxy all connections are the proxy's.
  if (options.clientAddress === undefined) boundAddresses(server, limits.connectionsPerAddress)
  return server
}

function boundAddresses(server: Server, most: number): void {
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const key = addressKey(socket.remoteAddress ?? 'unknown')
    const count = (open.get(key) ?? 0) + 1
    open.set(key, count)
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1
      if (left === 0) open.delete(key)
      else open.set(key, left)
    })
    if (count > most) socket.destroy()
  })
}
