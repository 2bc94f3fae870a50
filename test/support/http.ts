/** Clients by HTTP for tests, written from the table of routes: they share no code with src. */

import { request } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'

export interface Got {
  readonly status: number
  readonly headers: Headers
  // What a reply has is what the test is about.
  // biome-ignore lint/suspicious/noExplicitAny: any shape may come
  readonly body: any
}

type Head = Record<string, string>

export interface Api {
  ask(method: string, path: string, body?: unknown, headers?: Head): Promise<Got>
  get(path: string, headers?: Head): Promise<Got>
  post(path: string, body?: unknown, headers?: Head): Promise<Got>
  put(path: string, body?: unknown, headers?: Head): Promise<Got>
  patch(path: string, body?: unknown, headers?: Head): Promise<Got>
  del(path: string, body?: unknown, headers?: Head): Promise<Got>
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Asks at an address, with these headers each time. */
export function api(url: string, fixed: Head = {}, via: Fetch = fetch): Api {
  const ask: Api['ask'] = async (method, path, body, headers = {}) => {
    const type: Head = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await via(url + path, {
      method,
      headers: { ...type, ...fixed, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  return {
    ask,
    get: (path, headers) => ask('GET', path, undefined, headers),
    post: (path, body = {}, headers = {}) => ask('POST', path, body, headers),
    put: (path, body = {}, headers = {}) => ask('PUT', path, body, headers),
    patch: (path, body = {}, headers = {}) => ask('PATCH', path, body, headers),
    del: (path, body, headers) => ask('DELETE', path, body, headers),
  }
}

/** Somebody with a session. */
export async function guest(url: string, name: string, via: Fetch = fetch) {
  const got = await api(url, {}, via).post('/v1/session', { name })
  if (got.status !== 201) throw new Error(`no session: ${JSON.stringify(got.body)}`)
  const session = got.body.session as string
  return { ...api(url, { 'tertulia-session': session }, via), session, hello: got.body }
}

export interface Event {
  readonly id: string
  readonly ev: string
  readonly [field: string]: unknown
}

/** Like `fetch`, but on a connection of its own, which is closed by the abort and by nothing else. */
export const alone: Fetch = (url, { method = 'GET', headers, signal }) =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: headers as Head, agent: false }, (got) => {
      got.on('error', () => {})
      const body = Readable.toWeb(got) as unknown as ReadableStream<Uint8Array>
      resolve(new Response(body, { status: got.statusCode ?? 0, headers: got.headers as Head }))
    })
    asked.on('error', reject)
    signal?.addEventListener('abort', () => asked.destroy())
    asked.end()
  })

/** A stream of events, as EventSource reads it. */
export interface Stream {
  readonly response: Response
  /** Every event that was dispatched. */
  readonly all: Event[]
  /** The last id, also of blocks without data. */
  readonly lastId: string
  readonly comments: number
  readonly retry: number
  /** Resolves when an event of this kind is there that `next` didn't give before. */
  next(ev: string): Promise<Event>
  /** Hangs up. */
  abort(): void
  readonly ended: Promise<void>
}

const PATIENCE = 5000

export async function stream(url: string, headers: Head = {}, via: Fetch = alone): Promise<Stream> {
  const control = new AbortController()
  const response = await via(url, { headers, signal: control.signal, method: 'GET' })
  const all: Event[] = []
  let lastId = ''
  let comments = 0
  let retry = 0
  let read = 0
  let stir = (): void => {}
  const take = (block: string): void => {
    let data = ''
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) comments += 1
      const [, field = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
      if (field === 'id') lastId = value
      if (field === 'data') data += value
      if (field === 'retry') retry = Number(value)
    }
    if (data !== '') all.push({ ...(JSON.parse(data) as Event), id: lastId })
    stir()
  }
  const ended = (async () => {
    let rest = ''
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        rest += decoder.decode(chunk, { stream: true })
        for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
          take(rest.slice(0, end))
          rest = rest.slice(end + 2)
        }
      }
    } catch (error) {
      if (!control.signal.aborted) throw error
    }
  })()
  ended.catch(() => {})
  return {
    response,
    all,
    get lastId() {
      return lastId
    },
    get comments() {
      return comments
    },
    get retry() {
      return retry
    },
    async next(ev) {
      for (;;) {
        const found = all.findIndex((event, i) => i >= read && event.ev === ev)
        if (found >= 0) {
          read = found + 1
          return all[found] as Event
        }
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(
            () => reject(new Error(`no ${ev}; there is ${JSON.stringify(all.slice(-10))}`)),
            PATIENCE,
          )
          stir = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
    abort: () => control.abort(),
    ended,
  }
}

/** Sends bytes as they are; resolves to what came back, when the server hangs up. */
export function raw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setTimeout(PATIENCE, () => {
      socket.destroy()
      reject(new Error(`the server did not hang up: ${answer}`))
    })
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    for (const part of parts) socket.write(part)
  })
}

/** The seqs of the entries of a room, in the order they came. */
export const seqs = (events: readonly object[], room: string): unknown[] =>
  (events as Record<string, unknown>[])
    .filter((event) => event.room === room && event.ev === 'message')
    .map((event) => event.seq)

/** Looks again and again until it is so. */
export async function eventually(what: string, look: () => boolean | Promise<boolean>) {
  const end = Date.now() + PATIENCE
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
