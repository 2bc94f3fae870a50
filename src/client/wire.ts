/** What stands on the wire, and what the client makes of it. */

import { ChatError, CLOSE, ERRORS, type ErrorCode, mayReconnect } from '../errors.ts'
import type { ActKind, Entry, EntryKind, Push, WireError } from '../protocol/types.ts'

/** In JSON `ev` stands for `kind`. */
export type WireEntry = Omit<Entry, 'kind'> & { readonly ev: EntryKind }

/** A push that is no entry. */
export type Signal = Exclude<Push, { readonly seq: number; readonly text: string }>

/** Only entries have a text. */
export const isEntry = (push: object): push is WireEntry => 'text' in push && 'seq' in push

/** An entry, as the rest of the client knows it. Throws for what is none. */
export function entryOf(wire: object): Entry {
  const { ev: kind, ...rest } = wire as WireEntry
  const { seq, from, text } = rest
  if (!(Number.isSafeInteger(seq) && seq > 0 && isText(text) && isText(from.id))) {
    throw new ChatError('bad_json')
  }
  return { kind, ...rest }
}

/** Whether this is a string. */
export const isText = (value: unknown): value is string => typeof value === 'string'

/** The longest wait that a server can ask for, in ms: longer ones timers couldn't wait, and end at once. */
const LONGEST_MS = 24 * 60 * 60_000

/** A wait, as a server asks for it. */
const waitOf = (ms: unknown): { retryAfterMs?: number } =>
  typeof ms === 'number' && ms >= 0 ? { retryAfterMs: Math.min(ms, LONGEST_MS) } : {}

/** The error of a reply. A code that this version doesn't know becomes one that means as much. */
export function errorOf({ code, message, retryable, retryAfterMs }: WireError): ChatError {
  const known: ErrorCode = Object.hasOwn(ERRORS, code)
    ? code
    : retryable
      ? 'unavailable'
      : 'forbidden'
  return new ChatError(known, message, waitOf(retryAfterMs))
}

/** Why a connection ended: by the close code, with the reason that was given. */
export function errorOfClose(code: number | undefined, reason: string, retryAfterMs?: number) {
  const codes = Object.keys(ERRORS) as ErrorCode[]
  const found =
    code === CLOSE.unauthorized
      ? 'unauthorized'
      : code === CLOSE.removed || code === CLOSE.forbidden
        ? 'forbidden'
        : codes.find((one) => code !== undefined && ERRORS[one].close === code)
  return new ChatError(found ?? 'closed', reason === '' ? undefined : reason, waitOf(retryAfterMs))
}

/** A connection that just ends, or ends normally without having been asked to, may be made again. */
export const isFinal = (code: number | undefined): boolean =>
  code !== undefined && ![0, CLOSE.normal, 1005, 1015].includes(code) && !mayReconnect(code)

/** The entries that tell what owners and moderators did. */
export const isAct = (kind: Entry['kind']): kind is ActKind =>
  !['message', 'notice', 'edit', 'delete', 'react', 'unreact'].includes(kind)
