/** Asking an account service over HTTP. */

import { ChatError, ERRORS, type ErrorCode } from '../errors.ts'
import type { Login, Person } from '../protocol/types.ts'
import { RETRY_MS, unavailable } from './beneath.ts'
import { Gate } from './gate.ts'
import type { Fields } from './http.ts'
import { CLIENT_HEADER, SECRET_HEADER } from './service-routes.ts'

/** Requests on their way at once, and waiting to be sent. */
const AT_ONCE = 64
const WAITING = 1000
/** No reply of an account service is longer. */
const REPLY_BYTES = 64 * 1024

/** One question. */
export interface Question {
  /** Below the service's address: `login`. */
  readonly path: string
  readonly body: object
  /** The address of the client it is asked for. */
  readonly from?: string
  readonly timeoutMs: number
  /** Errors that are an answer; with any other the service doesn't work as it should. */
  readonly answers?: readonly ErrorCode[]
}

/** Asks, and resolves to the object that was answered, of which nothing has been checked. */
export type AskService = (question: Question) => Promise<Fields>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with the service; stands in the cause of what people are told. */
const odd = (what: string): ChatError => unavailable(new Error(`account service: ${what}`))

/** Reads a reply of bounded size. */
async function read(response: Response): Promise<Fields> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const part = await reader?.read()
    if (part === undefined || part.done) break
    size += part.value.length
    if (size > REPLY_BYTES) {
      await reader?.cancel()
      throw odd(`the reply has more than ${REPLY_BYTES} bytes`)
    }
    chunks.push(part.value)
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw odd(`status ${response.status}, and no JSON`)
  }
  if (!isObject(value)) throw odd(`status ${response.status}, and no JSON object`)
  return value
}

function refusal(status: number, fields: Fields, answers: readonly ErrorCode[]): ChatError {
  const { code, retryAfterMs } = isObject(fields.error) ? fields.error : ({} as Fields)
  const after =
    typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs)
      ? retryAfterMs
      : undefined
  const cause = new Error(`account service: status ${status}, ${String(code)}`)
  const known = answers.find((answer) => answer === code)
  if (known === undefined) {
    return new ChatError('unavailable', undefined, { cause, retryAfterMs: after ?? RETRY_MS })
  }
  // A time to wait says something only with an error that passes.
  return ERRORS[known].retryable && after !== undefined
    ? new ChatError(known, undefined, { cause, retryAfterMs: after })
    : new ChatError(known, undefined, { cause })
}

/**
 * Makes the way to a service.
 *
 * @throws ChatError `invalid_options`
 */
export function askService(url: string, secret: string | undefined): AskService {
  const base = URL.canParse(url) ? new URL(url) : null
  if (base === null || !/^https?:$/.test(base.protocol) || base.username || base.password) {
    throw new ChatError(
      'invalid_options',
      'remoteAccounts needs the http: or https: address of an account service, without a password',
    )
  }
  const root = base.origin + base.pathname.replace(/\/*$/, '/')
  const gate = new Gate(AT_ONCE, WAITING)

  async function send({ path, body, from, timeoutMs, answers = [] }: Question): Promise<Fields> {
    let response: Response
    let fields: Fields
    try {
      response = await fetch(root + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(secret === undefined ? {} : { [SECRET_HEADER]: secret }),
          ...(from !== undefined && /^[\x21-\x7e]{1,64}$/.test(from)
            ? { [CLIENT_HEADER]: from }
            : {}),
        },
        body: JSON.stringify(body),
        // Passwords go to nobody else.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      fields = await read(response)
    } catch (error) {
      throw error instanceof ChatError ? error : unavailable(error)
    }
    if (!response.ok) throw refusal(response.status, fields, answers)
    return fields
  }

  return (question) => gate.run(question.from ?? '', () => send(question))
}

/** A person that a service names. */
export function personOf(value: unknown): Person {
  if (!isObject(value)) throw odd('no person')
  const { id, name } = value
  if (typeof id !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(id)) throw odd('no id of a person')
  if (typeof name !== 'string' || name === '' || name.length > 512) {
    throw odd('no name of a person')
  }
  return { id, name }
}

/** A time that a service tells, in ms since 1970. */
export function timeOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw odd('no time')
  return value
}

/** The reply to a login. */
export function loginOf({ token, expiresAt, person, url }: Fields): Login {
  if (typeof token !== 'string' || token === '') throw odd('no token')
  return {
    token,
    expiresAt: timeOf(expiresAt),
    person: personOf(person),
    ...(typeof url === 'string' ? { url } : {}),
  }
}

/** What of several tokens lives. */
export function aliveOf({ alive }: Fields, count: number): readonly boolean[] {
  if (
    !Array.isArray(alive) ||
    alive.length !== count ||
    !alive.every((one) => typeof one === 'boolean')
  ) {
    throw odd('not told which tokens are alive')
  }
  return alive as boolean[]
}

/** A number that a service tells. */
export function countOf(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw odd('no number')
  return value as number
}

/** Is a token worth something? */
export function validOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw odd('not told whether a token is valid')
  return value
}
