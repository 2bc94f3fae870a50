/** How the trouble of a database is told. */

import { ChatError } from '../../errors.ts'

/** Senders may try again after this long, in ms. */
const RETRY_MS = 1000

/**
 * Something failed while the server runs: retryable, and with the catalogue's text, since clients
 * see it. What the database said is only in `cause`.
 */
export function unavailable(cause: unknown): ChatError {
  return new ChatError('unavailable', undefined, { cause, retryAfterMs: RETRY_MS })
}

/** Something failed while opening: the message is for whoever operates the server. */
export function cannotOpen(message: string, cause?: unknown): ChatError {
  return new ChatError('unavailable', message, { cause, retryAfterMs: RETRY_MS })
}

/** The driver is not installed. */
export function driverMissing(adapter: string, driver: string, cause: unknown): ChatError {
  return new ChatError('invalid_options', `${adapter} needs a driver: npm install ${driver}`, {
    cause,
  })
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  // Node's error for several addresses that refused has no text of its own.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  return first instanceof Error ? first.message : String(first)
}

/** The `code` of anything thrown, as Node, SQLite and Postgres give them; `''`: it has none. */
export function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const code = (first as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : ''
}
