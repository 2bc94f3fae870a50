/** A request and the way to answer it, whether Node or fetch brought it. */

import type { ErrorCode } from '../../errors.ts'
import { ChatError, ERRORS, isChatError } from '../../errors.ts'
import type { ConnectionInfo } from '../../spi/transport.ts'

/** What a request is answered with. */
export interface Answer {
  readonly status: number
  /** Written as JSON. Absent: an empty body. */
  readonly body?: unknown
  /** The body, when it is JSON already. */
  readonly json?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is of no more use: something of the request is still to come. */
  readonly hangUp?: true
}

/** A reply of which the end isn't known. */
export interface Outlet {
  /** False: enough for now; wait for `drained`. After the end it does nothing. */
  write(text: string): boolean
  /** Resolves when there is room again, or the client has gone. */
  drained(): Promise<void>
  /** Ends it in order. */
  end(): void
  /** Ends it at once. */
  cut(): void
}

/** One request. */
export interface Exchange {
  readonly method: string
  /** Without query, still percent-encoded, relative to where the handler is mounted. */
  readonly path: string
  readonly query: URLSearchParams
  header(name: string): string | undefined
  /** Where it comes from, as the core is told. Throws `closed` when the client has gone already. */
  info(): ConnectionInfo
  /** Aborts when the client goes away, or the reply has gone. */
  readonly signal: AbortSignal
  /** What a function of the application that decides about origins gets. */
  readonly raw: object
  /**
   * The body, as bytes; or as an object where the application has read and parsed it already.
   * Rejects with `too_large` over `limit` bytes, `frame_timeout` after `ms`, `closed`.
   */
  body(limit: number, ms: number): Promise<Uint8Array | object>
  /** The body as it comes, of whatever size. Rejects with `closed`; given up, it harms nothing. */
  bytes(): AsyncIterable<Uint8Array>
  /** Answers with bytes, or none. Resolves when they have gone, or the client has. */
  send(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes: AsyncIterable<Uint8Array> | null,
  ): Promise<void>
  /** Answers. Only the first call counts. */
  answer(answer: Answer): void
  /** Answers by and by. */
  stream(status: number, headers: Readonly<Record<string, string>>): Outlet
}

/** In every reply. */
export const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

/** Header fields of an answer, and its body as text. */
export function written({ body, json, headers }: Answer): {
  readonly text: string
  readonly headers: Record<string, string>
} {
  const text = json ?? (body === undefined ? '' : JSON.stringify(body))
  if (text === '') return { text, headers: { ...ALWAYS, ...headers } }
  return {
    text,
    headers: { ...ALWAYS, 'content-type': 'application/json; charset=utf-8', ...headers },
  }
}

/** A language that people are told things in. */
export type HttpLang = 'en' | 'pt-BR'

/** The language that a request asks for, or the other one. */
export function langOf(exchange: Exchange, otherwise: HttpLang): HttpLang {
  const asked = exchange.header('accept-language')
  if (asked === undefined || asked.startsWith('*')) return otherwise
  return /^\s*pt\b/i.test(asked) ? 'pt-BR' : 'en'
}

/** What an error is answered with. `status`, `text`: instead of the table's. */
export function problem(error: ChatError, status?: number, text = error.message): Answer {
  const { code, retryable, retryAfterMs } = error
  const told = status ?? ERRORS[code].http
  return {
    status: told,
    body: {
      error: {
        code,
        message: text,
        retryable,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      },
    },
    headers: {
      ...(retryAfterMs !== undefined && { 'retry-after': `${Math.ceil(retryAfterMs / 1000)}` }),
      ...(told === 401 && { 'www-authenticate': 'Bearer' }),
    },
    // The rest of the body is still on its way.
    ...((told === 413 || told === 408) && { hangUp: true }),
  }
}

/** The error itself, or `internal` for whatever else was thrown. */
export function asChatError(thrown: unknown): ChatError {
  return isChatError(thrown) ? thrown : new ChatError('internal' satisfies ErrorCode)
}

/** Splits the target of a request. Throws `bad_request` for what is none. */
export function targetOf(url: string): { readonly path: string; readonly query: URLSearchParams } {
  let target = url
  if (!target.startsWith('/')) {
    // Proxies may give the whole address (RFC 9112, 3.2.2).
    if (!URL.canParse(target)) throw new ChatError('bad_request', 'the address cannot be read')
    const whole = new URL(target)
    target = whole.pathname + whole.search
  }
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, query: new URLSearchParams() }
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}

/** The path below `base`; null: it isn't below. */
export function below(base: string, path: string): string | null {
  if (base === '') return path
  if (path === base) return '/'
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null
}
