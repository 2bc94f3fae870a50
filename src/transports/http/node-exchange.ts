/** A request of Node's `http`, `https` or `http2` (compatibility API). */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { ChatError } from '../../errors.ts'
import type { ConnectionInfo, TransportHost } from '../../spi/transport.ts'
import { plainAddress } from '../socket.ts'
import { keptHeaders } from '../websocket-handshake.ts'
import { RequestBytes, respondBytes } from './body-bytes.ts'
import { ALWAYS, type Answer, type Exchange, type Outlet, written } from './exchange.ts'

/** Bytes of a refused body that are read away, so that the client sees the refusal. */
const READ_AWAY = 1024 * 1024

/** An answer above this may have to wait for its reader, in bytes. */
const STALLS = 16 * 1024

/** Options by which addresses are told. */
export interface AddressOptions {
  /**
   * The client's address, where a proxy stands before the server (such as the last element of
   * X-Forwarded-For). Limits are kept by it. Default: the other end of the socket.
   */
  readonly clientAddress?: (request: IncomingMessage) => string
}

/** See {@link Exchange}. */
export class NodeExchange implements Exchange {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly raw: IncomingMessage
  private readonly response: ServerResponse
  /** Null: none runs; then nothing is asked of it. */
  private readonly host: TransportHost | null
  private readonly options: AddressOptions
  private readonly gone = new AbortController()
  private answered = false
  /** The body is read by whoever asked for `bytes`. */
  private streamed: RequestBytes | null = null

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    target: { readonly path: string; readonly query: URLSearchParams },
    host: TransportHost | null,
    options: AddressOptions,
  ) {
    this.raw = request
    this.response = response
    this.host = host
    this.options = options
    this.method = request.method ?? 'GET'
    this.path = target.path
    this.query = target.query
    // A reset while writing: 'close' follows, and that is enough.
    response.on('error', ignore)
    request.on('error', ignore)
    response.on('close', () => this.gone.abort())
    if (response.destroyed || response.closed) this.gone.abort()
  }

  get signal(): AbortSignal {
    return this.gone.signal
  }

  header(name: string): string | undefined {
    const value = this.raw.headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  info(): ConnectionInfo {
    const { raw } = this
    return {
      transport: 'http',
      address: this.address(),
      secure: (raw.socket as Partial<TLSSocket>).encrypted === true,
      headers: keptHeaders(raw),
      // Frameworks take the path off that they are mounted at.
      url: (raw as { originalUrl?: string }).originalUrl ?? raw.url ?? '/',
    }
  }

  body(limit: number, ms: number): Promise<Uint8Array | object> {
    const { raw } = this
    // A middleware before us has read it.
    const parsed = (raw as { body?: unknown }).body
    if (parsed !== undefined && raw.readableEnded) {
      return Promise.resolve(
        typeof parsed === 'string' ? Buffer.from(parsed) : ((parsed ?? {}) as object),
      )
    }
    if (Number(raw.headers['content-length'] ?? 0) > limit) {
      return Promise.reject(new ChatError('too_large', 'the body is larger than the limit'))
    }
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const end = (error?: ChatError): void => {
        timer?.cancel()
        raw.off('data', onData)
        raw.off('end', onEnd)
        this.signal.removeEventListener('abort', onGone)
        if (error === undefined) resolve(Buffer.concat(chunks, bytes))
        else reject(error)
      }
      const onData = (chunk: Buffer): void => {
        bytes += chunk.length
        if (bytes > limit) end(new ChatError('too_large', 'the body is larger than the limit'))
        else chunks.push(chunk)
      }
      const onEnd = (): void => end()
      const onGone = (): void => end(new ChatError('closed'))
      const timer = this.host?.clock.after(ms, () =>
        end(new ChatError('frame_timeout', 'the body did not come in time')),
      )
      this.signal.addEventListener('abort', onGone)
      if (this.signal.aborted) return onGone()
      if (raw.readableEnded) return onEnd()
      raw.on('data', onData)
      raw.on('end', onEnd)
    })
  }

  bytes(): AsyncIterable<Uint8Array> {
    this.streamed ??= new RequestBytes(this.raw)
    return this.streamed
  }

  async send(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes: AsyncIterable<Uint8Array> | null,
  ): Promise<void> {
    const { response } = this
    this.answered = true
    this.raw.resume()
    if (!response.destroyed) response.writeHead(status, { ...ALWAYS, ...headers })
    if (bytes === null) response.end()
    else await respondBytes(response, bytes, Number(headers['content-length']), this.host)
  }

  answer(answer: Answer): void {
    const { response, raw } = this
    if (this.answered || response.destroyed || response.headersSent) return
    this.answered = true
    const { text, headers } = written(answer)
    const bytes = Buffer.byteLength(text)
    if (answer.status !== 204) headers['content-length'] = `${bytes}`
    const isRefused = answer.hangUp === true || (this.streamed !== null && !raw.readableEnded)
    const hangUp = isRefused && raw.httpVersionMajor === 1
    if (hangUp) headers.connection = 'close'
    this.streamed?.giveUp()
    // What nobody reads must not keep the line busy.
    if (!raw.readableEnded) raw.resume()
    response.writeHead(answer.status, headers)
    const body = this.method === 'HEAD' ? '' : text
    if (hangUp && !raw.readableEnded) return this.endLate(body)
    response.end(body)
    if (bytes > STALLS) this.cutLater()
  }

  stream(status: number, headers: Readonly<Record<string, string>>): Outlet {
    const { response, signal } = this
    this.answered = true
    this.raw.resume()
    if (!signal.aborted) {
      response.writeHead(status, { ...ALWAYS, ...headers })
      response.flushHeaders()
    }
    let isFull = false
    response.on('drain', () => {
      isFull = false
    })
    return {
      write(text) {
        if (signal.aborted || response.writableEnded) return true
        isFull = !response.write(text)
        return !isFull
      },
      drained: () =>
        new Promise((resolve) => {
          if (signal.aborted || !isFull) return resolve()
          const done = (): void => {
            response.off('drain', done)
            signal.removeEventListener('abort', done)
            resolve()
          }
          response.on('drain', done)
          signal.addEventListener('abort', done)
        }),
      end: () => void response.end(),
      cut: () => void response.destroy(),
    }
  }

  /** Who doesn't read a large answer doesn't keep it here for ever. */
  private cutLater(): void {
    const { response, host } = this
    const timer = host?.clock.after(host.limits.stallMs, () => response.destroy())
    response.on('close', () => timer?.cancel())
  }

  /**
   * The whole answer is written, but the connection stays until the client has said what it was
   * about to say: closing with bytes unread would reset it, and the client might not see the answer.
   */
  private endLate(body: string): void {
    const { response, raw, host } = this
    response.write(body)
    let bytes = 0
    // A file that is too large by a little is read to its end: browsers tell nothing otherwise.
    const most = READ_AWAY + (this.streamed !== null ? (host?.limits.fileBytes ?? 0) : 0)
    const end = (): void => {
      timer?.cancel()
      response.end()
    }
    const timer = host?.clock.after(host.limits.closeMs, end)
    raw.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > most) end()
    })
    raw.on('end', end)
    response.on('close', end)
  }

  private address(): string {
    const { clientAddress } = this.options
    if (clientAddress !== undefined) {
      try {
        const address = clientAddress(this.raw)
        if (address !== '') return plainAddress(address)
      } catch (error) {
        this.host?.logger.warn(
          { transport: 'http', error },
          'clientAddress failed; the socket is asked',
        )
      }
    }
    const { remoteAddress } = this.raw.socket
    if (remoteAddress === undefined) throw new ChatError('closed')
    return plainAddress(remoteAddress)
  }
}

function ignore(): void {}
