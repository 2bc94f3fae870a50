/** What the thread of SQLite and the server's thread say to each other. */

import { ChatError, type ErrorCode, isChatError } from '../errors.ts'
import type { PackedBatch, Placed } from './sql/batch.ts'
import type { Statement } from './sql/dialect.ts'
import { codeOf, messageOf, unavailable } from './sql/failures.ts'
import type { SqliteLayout } from './sqlite-core.ts'
import type { SqliteFile } from './sqlite-driver.ts'

/** What can be asked of the thread, with what is given and what comes back. */
export interface Asks {
  open: [{ readonly file: SqliteFile; readonly layout: SqliteLayout }, { durable: boolean }]
  run: [Statement, readonly unknown[]]
  append: [PackedBatch, Placed]
  close: [null, null]
}

/** A question. */
export type Ask = {
  [K in keyof Asks]: { readonly id: number; readonly ask: K; readonly given: Asks[K][0] }
}[keyof Asks]

/** An answer. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PackedError }

/** An error in a shape that survives the way between threads. */
export interface PackedError {
  readonly code: ErrorCode
  /** Null: the text of the code. */
  readonly message: string | null
  readonly cause: { readonly message: string; readonly code: string; readonly stack: string }
}

/** Makes an error ready for the way. What isn't a ChatError becomes `unavailable`. */
export function packError(error: unknown): PackedError {
  const chat = isChatError(error) ? error : unavailable(error)
  const { cause } = chat
  const stack = cause instanceof Error ? (cause.stack ?? '') : ''
  return {
    code: chat.code,
    message: chat.custom ? chat.message : null,
    cause: { message: messageOf(cause), code: codeOf(cause), stack },
  }
}

/** The error that was packed. */
export function unpackError({ code, message, cause }: PackedError): ChatError {
  const inner = Object.assign(new Error(cause.message), { code: cause.code, stack: cause.stack })
  if (message === null && code === 'unavailable') return unavailable(inner)
  return new ChatError(code, message ?? undefined, { cause: inner })
}
