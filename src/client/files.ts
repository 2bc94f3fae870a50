/** Files: brought and got by HTTP, in the name of the person of the moment. */

import { ChatError } from '../errors.ts'
import type { FileInfo, WireError } from '../protocol/types.ts'
import type { ChatRoom } from './types.ts'
import { errorOf } from './wire.ts'

const SESSION = 'tertulia-session'

/** Leaving takes at most this, in ms. */
const LEAVING_MS = 5000

/** By what one is known to the server: a token or a ticket, or else by cookies. */
export interface Credentials {
  readonly token?: string
  readonly ticket?: string
}

type Init = { -readonly [K in 'method' | 'body' | 'signal']?: RequestInit[K] }

/** Brings and gets files. The session it takes is made when it is needed. */
export class Files {
  readonly #url: () => string
  readonly #credentials: () => Promise<Credentials>
  #session: Promise<string> | null = null

  /** @param url without a slash at its end; throws where there is none */
  constructor(url: () => string, credentials: () => Promise<Credentials>) {
    this.#url = url
    this.#credentials = credentials
  }

  async upload(
    room: string,
    data: Parameters<ChatRoom['upload']>[0],
    { name, signal }: Parameters<ChatRoom['upload']>[1],
  ): Promise<FileInfo> {
    const path = `/v1/rooms/${encodeURIComponent(room)}/files?name=${encodeURIComponent(name)}`
    const response = await this.#ask(path, {
      method: 'POST',
      body: data,
      ...(signal && { signal }),
    })
    return (await response.json()) as FileInfo
  }

  download({ id, name }: FileInfo, { signal }: { readonly signal?: AbortSignal } = {}) {
    const path = `/v1/files/${encodeURIComponent(id)}/${encodeURIComponent(name)}`
    return this.#ask(path, signal === undefined ? {} : { signal })
  }

  /** Leaves, if one was here: nobody should be shown as present because of a file. */
  end(): void {
    const session = this.#session
    this.#session = null
    session
      ?.then((id) => {
        const headers = { [SESSION]: id }
        // A program that ends doesn't wait for a server that is gone.
        const signal = AbortSignal.timeout(LEAVING_MS)
        const init = { method: 'DELETE', headers, signal, keepalive: true }
        return fetch(`${this.#url()}/v1/session`, init)
      })
      .catch(() => {})
  }

  /** Asks; with a new session where the one there was is gone. */
  async #ask(path: string, init: Init, isAgain = false): Promise<Response> {
    this.#session ??= this.#open()
    const mine = this.#session
    const forget = (): void => {
      if (this.#session === mine) this.#session = null
    }
    mine.catch(forget)
    const headers = { [SESSION]: await mine }
    try {
      return await fetched(this.#url() + path, { ...init, headers })
    } catch (error) {
      const { code } = error as ChatError
      if (isAgain || (code !== 'session_not_found' && code !== 'unauthorized')) throw error
      forget()
      return this.#ask(path, init, true)
    }
  }

  async #open(): Promise<string> {
    const { token, ticket } = await this.#credentials()
    const response = await fetched(`${this.#url()}/v1/session`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? undefined : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(token === undefined && ticket !== undefined ? { ticket } : {}),
      // Whom neither makes known, cookies may.
      ...(token === undefined && ticket === undefined && { credentials: 'include' }),
    })
    return ((await response.json()) as { session: string }).session
  }
}

/** Throws the error of the reply, `unavailable` for none; who aborted gets what `fetch` throws for that. */
async function fetched(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause
    throw new ChatError('unavailable', 'the server does not answer by HTTP', { cause })
  }
  if (response.ok) return response
  const { error } = (await response.json().catch(() => ({}))) as { error?: WireError }
  throw error === undefined
    ? new ChatError('unavailable', `the server answered ${response.status}`)
    : errorOf(error)
}

/** Where a server is by HTTP: no slash at the end. */
export function httpOf(address: string): string {
  const { protocol, host, pathname } = new URL(address)
  const http = { 'ws:': 'http:', 'wss:': 'https:', 'http:': 'http:', 'https:': 'https:' }[protocol]
  if (http === undefined) throw new ChatError('invalid_options', 'httpUrl is needed for files')
  return `${http}//${host}${pathname.replace(/\/$/, '')}`
}
