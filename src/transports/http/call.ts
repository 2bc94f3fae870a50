/** One request that has found its route: its fields, its body, and in whose name it is. */

import { ChatError } from '../../errors.ts'
import { type Answer, type Exchange, type HttpLang, langOf, type Outlet } from './exchange.ts'
import type { FieldType, Route } from './route.ts'
import type { HttpSession } from './session.ts'
import type { Opened, Sessions } from './sessions.ts'

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i
const BEARER = /^bearer +(\S+)$/i

/** See the file. */
export class Call {
  readonly exchange: Exchange
  readonly route: Route
  readonly sessions: Sessions
  private readonly params: Readonly<Record<string, string>>
  private readonly headers: Readonly<Record<string, string>>
  private readonly defaultLang: HttpLang
  private given: Readonly<Record<string, unknown>> = {}

  constructor(
    exchange: Exchange,
    route: Route,
    params: Readonly<Record<string, string>>,
    sessions: Sessions,
    headers: Readonly<Record<string, string>>,
    defaultLang: HttpLang,
  ) {
    this.exchange = exchange
    this.route = route
    this.params = params
    this.sessions = sessions
    this.headers = headers
    this.defaultLang = defaultLang
  }

  /** In which language lines for people are written. */
  get lang(): HttpLang {
    return langOf(this.exchange, this.defaultLang)
  }

  /** Answers, with what every reply to this client has. */
  answer(answer: Answer): void {
    this.exchange.answer({ ...answer, headers: { ...this.headers, ...answer.headers } })
  }

  stream(headers: Readonly<Record<string, string>>): Outlet {
    return this.exchange.stream(200, { ...this.headers, ...headers })
  }

  /** Answers with bytes. Resolves when they have gone, or the client has. */
  send(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes: AsyncIterable<Uint8Array> | null = null,
  ): Promise<void> {
    return this.exchange.send(status, { ...this.headers, ...headers }, bytes)
  }

  /** Reads the body, where there may be one. Rejects with `bad_json`, `too_large`, a wrong type, … */
  async read(): Promise<void> {
    const { exchange, sessions } = this
    if (this.route.method === 'GET' || this.route.bytes === 'in') return
    const length = exchange.header('content-length')
    const type = exchange.header('content-type')
    if (length !== undefined && Number(length) > 0) checkType(type)
    const { bodyBytes, requestMs } = sessions.host.limits
    const body = await exchange.body(bodyBytes, requestMs)
    if (!(body instanceof Uint8Array)) {
      this.given = objectOf(body)
    } else if (body.length > 0) {
      checkType(type)
      this.given = parsed(body)
    }
  }

  /** The fields of the operation. Throws `bad_request` for a path that isn't UTF-8. */
  fields(): Record<string, unknown> {
    const fields: Record<string, unknown> = { ...this.route.fixed }
    for (const [name, { as = name }] of Object.entries(this.route.fields)) {
      const value = this.field(name)
      if (value !== undefined) fields[as] = value
    }
    return fields
  }

  /** One field of the route, as it came. */
  field(name: string): unknown {
    const field = this.route.fields[name]
    if (field === undefined) return undefined
    if (field.in === 'body') return this.given[name]
    const value =
      field.in === 'path'
        ? decoded(this.params[name] ?? '')
        : field.in === 'query'
          ? this.exchange.query.get(name)
          : this.exchange.header(name)
    return value === null || value === undefined ? undefined : converted(value, field.type)
  }

  /** A field that has to be a text. Throws `bad_request`; `''` where it may be absent and is. */
  text(name: string): string {
    const value = this.field(name)
    if (value === undefined && this.route.fields[name]?.required !== true) return ''
    if (typeof value !== 'string') throw new ChatError('bad_request', `${name}: a string is needed`)
    return value
  }

  /** A field that has to be a number from 0. Throws `bad_request`. */
  count(name: string, absent: number): number {
    const value = this.field(name) ?? absent
    if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value
    throw new ChatError('bad_request', `${name}: a number of at least 0 is needed`)
  }

  /** What the request carries to say whose it is. */
  get credentials(): { readonly session: string | undefined; readonly token: string | undefined } {
    const { exchange } = this
    return {
      session: exchange.header('tertulia-session') ?? exchange.query.get('session') ?? undefined,
      token: BEARER.exec(exchange.header('authorization') ?? '')?.[1],
    }
  }

  /** In whose name the request is. Rejects with `session_not_found`, `hello_required`, `unauthorized`. */
  async session(): Promise<HttpSession> {
    return (await this.opened()).session
  }

  /** The same; with what `hello` was answered where the session was made on demand. */
  async opened(): Promise<{ session: HttpSession; hello?: Opened['hello'] }> {
    const { session, token = this.text('token') } = this.credentials
    const ticket = this.text('ticket')
    const name = this.text('name')
    const info = (): ReturnType<Exchange['info']> => this.exchange.info()
    if (session !== undefined) {
      const known = this.sessions.find(session)
      if (known !== undefined) return { session: known }
      if (token === '' && ticket === '') throw new ChatError('session_not_found')
    }
    if (token !== '') return this.sessions.of('token', token, info())
    if (ticket !== '')
      return this.sessions.of('ticket', ticket, info(), name === '' ? {} : { name })
    throw new ChatError('hello_required', 'a session or a token is needed: POST /v1/session first')
  }
}

function checkType(type: string | undefined): void {
  if (type !== undefined && JSON_TYPE.test(type)) return
  throw new WrongType()
}

/** The one refusal that the error table has no row for. */
export class WrongType extends ChatError {
  constructor() {
    super('bad_request', 'content-type: application/json is needed')
  }

  override get status(): number {
    return 415
  }
}

const strict = new TextDecoder('utf-8', { fatal: true })

function parsed(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(strict.decode(body))
  } catch {
    throw new ChatError('bad_json', 'the body is not JSON')
  }
  return objectOf(value)
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new ChatError('bad_json', 'the body is not a JSON object')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new ChatError('bad_request', 'the path is not UTF-8')
  }
}

/** What can't be read as its type stays a text: the core says what is needed. */
function converted(value: string, type: FieldType): unknown {
  if (type === 'integer' && /^\d{1,16}$/.test(value)) return Number(value)
  if (type === 'number' && /^\d+(\.\d+)?$/.test(value)) return Number(value)
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true'
  return value
}
