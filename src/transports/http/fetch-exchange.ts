/** A request as `fetch` knows it: Hono, Next, Deno's and Bun's servers bring such. */

import type { IncomingMessage } from 'node:http'
import { ChatError } from '../../errors.ts'
import type { ConnectionInfo, TransportHost } from '../../spi/transport.ts'
import { plainAddress } from '../socket.ts'
import { keptHeaders } from '../websocket-handshake.ts'
import { bytesStream, streamBytes } from './body-bytes.ts'
import { ALWAYS, type Answer, type Exchange, type Outlet, written } from './exchange.ts'

/** What a `Request` doesn't tell. */
export interface FetchInfo {
  /** The client's address. Default: `fetch`, the same for all; limits by address are shared then. */
  readonly address?: string
}

/** Waiting for a reader from which on a stream has enough, in bytes. */
const HIGH_WATER = 64 * 1024

/** See {@link Exchange}. */
export class FetchExchange implements Exchange {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly raw: object
  /** What the handler gives back. */
  readonly response: Promise<Response>
  private readonly request: Request
  /** Null: none runs; then nothing is asked of it. */
  private readonly host: TransportHost | null
  private readonly address: string
  private readonly gone = new AbortController()
  private respond: (response: Response) => void = () => {}

  constructor(
    request: Request,
    target: { readonly path: string; readonly query: URLSearchParams },
    host: TransportHost | null,
    { address = 'fetch' }: FetchInfo,
  ) {
    this.request = request
    this.host = host
    this.address = plainAddress(address)
    this.method = request.method
    this.path = target.path
    this.query = target.query
    const { method, url } = request
    this.raw = { method, url, headers: Object.fromEntries(request.headers) }
    this.response = new Promise((resolve) => {
      this.respond = resolve
    })
    if (request.signal.aborted) this.gone.abort()
    else request.signal.addEventListener('abort', () => this.gone.abort(), { once: true })
  }

  get signal(): AbortSignal {
    return this.gone.signal
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined
  }

  info(): ConnectionInfo {
    const { url } = this.request
    return {
      transport: 'http',
      address: this.address,
      secure: url.startsWith('https:'),
      headers: keptHeaders(this.raw as IncomingMessage),
      url: url.replace(/^\w+:\/\/[^/]*/, ''),
    }
  }

  async body(limit: number, ms: number): Promise<Uint8Array> {
    if (Number(this.header('content-length') ?? 0) > limit) {
      throw new ChatError('too_large', 'the body is larger than the limit')
    }
    const reader = this.request.body?.getReader()
    if (reader === undefined) return new Uint8Array()
    let late = false
    const stop = (): void => void reader.cancel().catch(() => {})
    const timer = this.host?.clock.after(ms, () => {
      late = true
      stop()
    })
    this.signal.addEventListener('abort', stop)
    try {
      const chunks: Uint8Array[] = []
      let bytes = 0
      for (;;) {
        const { done, value } = await reader.read()
        if (late) throw new ChatError('frame_timeout', 'the body did not come in time')
        if (this.signal.aborted) throw new ChatError('closed')
        if (done) return Buffer.concat(chunks, bytes)
        bytes += value.length
        if (bytes > limit) {
          stop()
          throw new ChatError('too_large', 'the body is larger than the limit')
        }
        chunks.push(value)
      }
    } finally {
      timer?.cancel()
      this.signal.removeEventListener('abort', stop)
    }
  }

  bytes(): AsyncIterable<Uint8Array> {
    return streamBytes(this.request.body)
  }

  async send(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes: AsyncIterable<Uint8Array> | null,
  ): Promise<void> {
    const body = bytes === null ? null : bytesStream(bytes)
    this.respond(new Response(body, { status, headers: { ...ALWAYS, ...headers } }))
  }

  answer(answer: Answer): void {
    const { text, headers } = written(answer)
    const { status } = answer
    const none = text === '' || this.method === 'HEAD'
    this.respond(new Response(none ? null : text, { status, headers }))
  }

  stream(status: number, headers: Readonly<Record<string, string>>): Outlet {
    const { gone } = this
    const encoder = new TextEncoder()
    let controller: ReadableStreamDefaultController<Uint8Array> | null = null
    let wanted = (): void => {}
    const over = (): boolean => controller === null || gone.signal.aborted
    const body = new ReadableStream<Uint8Array>(
      {
        start(given) {
          controller = given
        },
        pull() {
          wanted()
        },
        cancel() {
          controller = null
          gone.abort()
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }),
    )
    gone.signal.addEventListener('abort', () => wanted(), { once: true })
    this.respond(new Response(body, { status, headers: { ...ALWAYS, ...headers } }))
    const finish = (error?: Error): void => {
      if (controller !== null && error === undefined) controller.close()
      else controller?.error(error)
      controller = null
      gone.abort()
    }
    return {
      write(text) {
        if (over()) return true
        controller?.enqueue(encoder.encode(text))
        return (controller?.desiredSize ?? 1) > 0
      },
      drained: () =>
        new Promise((resolve) => {
          if (over() || (controller?.desiredSize ?? 1) > 0) return resolve()
          wanted = () => {
            if (over() || (controller?.desiredSize ?? 1) > 0) resolve()
          }
        }),
      end: () => finish(),
      cut: () => finish(new Error('the stream was cut')),
    }
  }
}
