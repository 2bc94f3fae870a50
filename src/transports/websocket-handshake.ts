/** Before a connection is a WebSocket: who may come, and what the others are told. */

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { CLOSE, ERRORS } from '../errors.ts'
import type { ConnectionInfo, Refused } from '../spi/transport.ts'
import { refusalPayload } from './socket.ts'

/** Which pages may connect: see `WebSocketOptions.origins`. */
export type Origins =
  | '*'
  | readonly string[]
  | ((origin: string | undefined, request: IncomingMessage) => boolean)

/** Headers the application may need later; the others go, so that an idle connection stays small. */
const KEPT = [
  'host',
  'origin',
  'cookie',
  'authorization',
  'user-agent',
  'x-forwarded-for',
  'accept-language',
] as const

/** The refusal of a page of another site. */
export const ORIGIN_REFUSED: Refused = {
  refused: {
    code: CLOSE.forbidden,
    status: ERRORS.origin_refused.http,
    reason: ERRORS.origin_refused.text,
  },
}

/** The refusal of an upgrade that nobody here wants. */
export const NO_SUCH_PATH: Refused = {
  refused: { code: CLOSE.forbidden, status: 404, reason: 'there is no WebSocket at this path' },
}

/** A copy of the few headers that are kept. */
export function keptHeaders(request: IncomingMessage): NonNullable<ConnectionInfo['headers']> {
  const headers: Record<string, string | readonly string[] | undefined> = {}
  for (const name of KEPT) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = value
  }
  return headers
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/**
 * Makes the check of origins. Browsers always tell the page's origin and can't be made to lie
 * about it (RFC 6455, 10.2); other programs needn't tell one, and aren't led astray by a page.
 */
export function originCheck(origins: Origins | undefined): (request: IncomingMessage) => boolean {
  if (origins === '*') return () => true
  if (typeof origins === 'function') return (request) => origins(request.headers.origin, request)
  const more = origins?.map((origin) => origin.toLowerCase().replace(/\/$/, ''))
  const allowed = new Set(more)
  return ({ headers: { origin, host } }) =>
    origin === undefined ||
    (host !== undefined && hostOf(origin) === host.toLowerCase()) ||
    allowed.has(origin.toLowerCase())
}

/** Host and port of an origin, as in a Host header; undefined for `null` and the like. */
function hostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined
  const { host } = new URL(origin)
  return host === '' ? undefined : host
}

/** Answers an upgrade with an HTTP status, and ends. */
export function refuseUpgrade(socket: Duplex, { refused }: Refused): void {
  const body = refusalPayload(refused)
  const head = [
    `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
  ]
  socket.on('error', ignore)
  socket.once('finish', socket.destroy)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function ignore(): void {}
