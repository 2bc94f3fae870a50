/** Bodies and replies in JSON, over node's HTTP. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ChatError, isChatError } from '../errors.ts'
import type { WireError } from '../protocol/types.ts'
import type { Clock } from '../spi/clock.ts'

/** What was sent: a JSON object, of which nothing has been checked. */
export type Fields = Readonly<Record<string, unknown>>

/** How much of a body is taken, and for how long. */
export interface BodyLimits {
  /** In bytes. */
  readonly bodyBytes: number
  /** Until it is there, in ms. */
  readonly requestMs: number
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(bytes: Buffer): Fields {
  if (bytes.length === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ChatError('bad_json', 'the body is not JSON')
  }
  if (!isObject(value)) throw new ChatError('bad_json', 'the body is not a JSON object')
  return value
}

/**
 * Reads a body as a JSON object, whatever type it says it has; an empty one is `{}`. What a framework
 * has parsed before is taken from `request.body`.
 *
 * @throws ChatError `too_large`, `frame_timeout`, `bad_json`; `closed` when the client has gone
 */
export function readFields(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<Fields> {
  const { body } = request as { body?: unknown }
  if (isObject(body) && !Buffer.isBuffer(body)) return Promise.resolve(body)
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) {
      return reject(new ChatError('too_large'))
    }
    const chunks: Buffer[] = []
    let size = 0
    const done = (settle: () => void): void => {
      timer.cancel()
      request.off('data', data).off('end', end).off('error', gone).off('close', gone)
      settle()
    }
    const fail = (error: ChatError): void => done(() => reject(error))
    const timer = clock.after(limits.requestMs, () => fail(new ChatError('frame_timeout')))
    const data = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limits.bodyBytes) fail(new ChatError('too_large'))
      else chunks.push(chunk)
    }
    const end = (): void =>
      done(() => {
        try {
          resolve(parse(Buffer.concat(chunks)))
        } catch (error) {
          reject(error)
        }
      })
    const gone = (): void => fail(new ChatError('closed'))
    if (request.destroyed && !request.readableEnded) return gone()
    request.on('data', data).on('end', end).on('error', gone).on('close', gone)
  })
}

/** Writes a reply in JSON, which nobody may keep. With `connection: close` it is the last one. */
export function writeJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return
  // A reset while writing: there is nobody left to tell.
  response.on('error', () => {})
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  const { req: request } = response
  const shown = request.method === 'HEAD' ? '' : text
  if (headers.connection === 'close' && !request.readableEnded) response.write(shown)
  else response.end(shown)
}

/**
 * Reads away what is still coming of a request that was answered, for at most `ms`. Closing with
 * bytes unread would reset the connection, and the client might not see the answer.
 */
export function readAway(response: ServerResponse, clock: Clock, ms: number): void {
  const { req: request } = response
  if (request.readableEnded || request.destroyed) {
    if (!response.writableEnded) response.end()
    return
  }
  const end = (): void => {
    timer.cancel()
    if (!response.writableEnded) response.end()
    if (!request.readableEnded) request.destroy()
  }
  const timer = clock.after(ms, end)
  request
    .once('end', end)
    .once('close', end)
    .on('error', () => {})
  request.resume()
}

/** What a client is told of an error: what is no `ChatError` is `internal`, and nothing else. */
export function wireError(error: unknown): WireError {
  const { code, message, retryable, retryAfterMs } = isChatError(error)
    ? error
    : new ChatError('internal')
  return { code, message, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** Writes `{ error: { code, message, retryable, retryAfterMs? } }` with the status of the table. */
export function writeError(
  response: ServerResponse,
  error: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const known = isChatError(error) ? error : new ChatError('internal')
  const { code, retryAfterMs, status } = known
  writeJson(
    response,
    status,
    { error: wireError(known) },
    {
      ...(retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      // RFC 9110, section 11.6.1: a 401 says how one may show who one is.
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      // The rest of such a request isn't read: the connection is of no use any more.
      ...(code === 'too_large' || code === 'frame_timeout' ? { connection: 'close' } : {}),
      ...headers,
    },
  )
}
