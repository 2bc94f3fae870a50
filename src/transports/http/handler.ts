/** From a request to its answer: who may ask, which route it is, and what becomes of errors. */

import { ChatError, type ErrorCode } from '../../errors.ts'
import type { Pages } from '../../spi/pages.ts'
import type { TransportHost } from '../../spi/transport.ts'
import { endSession, messages, openSession, operate, say, showSession } from './actions.ts'
import { Call, WrongType } from './call.ts'
import { type Cors, preflight } from './cors.ts'
import { events } from './events.ts'
import {
  type Answer,
  asChatError,
  type Exchange,
  type HttpLang,
  langOf,
  problem,
} from './exchange.ts'
import { bringFile, giveFile } from './files.ts'
import {
  type Health,
  healthAnswer,
  type MetricsText,
  metricsAnswer,
  readyAnswer,
} from './health.ts'
import { openApi } from './openapi.ts'
import { showPage } from './page.ts'
import { plainJoin, plainLeave, plainReceive, plainRooms, plainSend } from './plain.ts'
import { poll } from './poll.ts'
import type { Route, RouteTable, Special } from './route.ts'
import { isAnswer } from './session.ts'
import type { Sessions } from './sessions.ts'

/** What a handler stands on. */
export interface HandlerParts {
  readonly table: RouteTable
  readonly cors: Cors
  /** Of the server that runs; null: none does. */
  readonly sessions: () => Sessions | null
  readonly health: () => Health
  readonly metrics?: (() => MetricsText) | undefined
  readonly lang: HttpLang
  /** The text of an error in a language. */
  readonly errorText: (code: ErrorCode, lang: HttpLang) => string
  readonly title: string
  readonly pages?: Pages | undefined
}

const SPECIAL: Readonly<Partial<Record<Route['action'], (call: Call) => Promise<void>>>> = {
  'session.open': openSession,
  'session.show': showSession,
  'session.end': endSession,
  events,
  poll,
  messages,
  say,
  'file.bring': bringFile,
  'file.give': giveFile,
  'plain.join': plainJoin,
  'plain.leave': plainLeave,
  'plain.send': plainSend,
  'plain.receive': plainReceive,
  'plain.rooms': plainRooms,
} satisfies Partial<Record<Special, unknown>>

/** When to try again while no server runs, in ms. */
const RETRY_MS = 1000

/** Beside an application only what is under `/v1`, or is a row of the table, is ours. */
export function isOurs({ table }: HandlerParts, method: string, path: string): boolean {
  if (path.startsWith('/v1/')) return true
  const found = table.find(method, path)
  return found !== null && !('allow' in found && found.plain)
}

/** Answers one request. `whole`: its path as it came, for the pages. Never rejects. */
export async function handle(
  parts: HandlerParts,
  exchange: Exchange,
  whole: string,
): Promise<void> {
  let headers: Record<string, string> = {}
  try {
    const found = parts.table.find(exchange.method, exchange.path)
    if (found === null && parts.pages !== undefined) {
      // They are for everybody, and may be there when nobody can chat.
      if (await showPage(parts.pages, whole, exchange)) return
    }
    headers = parts.cors.headers(exchange)
    if (exchange.method === 'OPTIONS') {
      return exchange.answer(optionsAnswer(parts, exchange, headers))
    }
    if (found === null) throw new ChatError('not_found')
    if ('allow' in found) {
      headers.allow = found.allow.join(', ')
      throw new ChatError('method_not_allowed')
    }
    const { route, params } = found
    const answer = monitor(parts, route, headers)
    if (answer !== null) return exchange.answer({ headers, ...answer })
    const sessions = parts.sessions()
    const isClosing = parts.health().status === 'closing'
    if (sessions === null || isClosing) {
      const code = isClosing ? 'shutting_down' : 'unavailable'
      // Or a browser that goes on asking keeps the host's server open.
      if (isClosing) headers.connection = 'close'
      throw new ChatError(code, undefined, { retryAfterMs: RETRY_MS })
    }
    const call = new Call(exchange, route, params, sessions, headers, parts.lang)
    await call.read()
    await (SPECIAL[route.action] ?? operate)(call)
  } catch (thrown) {
    refuse(parts, exchange, headers, thrown)
  }
}

function monitor(
  parts: HandlerParts,
  { action }: Route,
  headers: Readonly<Record<string, string>>,
): Answer | null {
  if (action === 'health') return healthAnswer(parts.health())
  if (action === 'ready') return readyAnswer(parts.health())
  if (action === 'metrics') {
    const answer = metricsAnswer(parts.metrics)
    return { ...answer, headers: { ...headers, ...answer.headers } }
  }
  if (action === 'openapi') return { status: 200, json: documentOf(parts) }
  return null
}

const documents = new WeakMap<HandlerParts, string>()

/** Made once: it is large, and anybody may ask for it. */
function documentOf(parts: HandlerParts): string {
  const document = documents.get(parts) ?? JSON.stringify(openApi(parts.table.routes, parts.title))
  documents.set(parts, document)
  return document
}

function optionsAnswer(
  { table }: HandlerParts,
  { path }: Exchange,
  headers: Readonly<Record<string, string>>,
): Answer {
  // No route has this method: what is found are the methods there are.
  const found = table.find('OPTIONS', path)
  const allow = found !== null && 'allow' in found ? found.allow : null
  if (allow === null) throw new ChatError('not_found')
  return { status: 204, headers: { ...headers, ...preflight(allow), allow: allow.join(', ') } }
}

function refuse(
  { sessions, errorText, lang }: HandlerParts,
  exchange: Exchange,
  headers: Readonly<Record<string, string>>,
  thrown: unknown,
): void {
  const error = asChatError(thrown)
  // What the core refused has its text, in the language of the session.
  const text = error.custom ? error.message : errorText(error.code, langOf(exchange, lang))
  const answer = problem(error, thrown instanceof WrongType ? 415 : undefined, text)
  log(sessions()?.host ?? null, exchange, error, thrown)
  exchange.answer({ ...answer, headers: { ...headers, ...answer.headers } })
}

/** One line for each request that was refused; what broke here is an error. */
function log(
  host: TransportHost | null,
  exchange: Exchange,
  { code }: ChatError,
  thrown: unknown,
): void {
  const { method, path } = exchange
  const line = { transport: 'http', method, path, code }
  if (code === 'internal') {
    host?.logger.error({ ...line, err: thrown }, 'a request failed')
  } else if (host?.refused === undefined) {
    host?.logger.debug(line, 'a request was refused')
  } else if (!isAnswer(thrown)) {
    // What was refused behind a session is known already.
    host.refused({ code, transport: 'http', address: addressOf(exchange) })
  }
}

function addressOf(exchange: Exchange): string {
  try {
    return exchange.info().address
  } catch {
    return 'gone'
  }
}
