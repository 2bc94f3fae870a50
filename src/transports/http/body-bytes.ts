/** The body of a request as it comes, and bytes as an answer: for files, which are never held whole. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ChatError } from '../../errors.ts'
import type { TransportHost } from '../../spi/transport.ts'

/**
 * The body of a request of Node's. Rejects with `closed` when the client goes away. Giving it up
 * (`return`) leaves the connection as it is: something may still be said on it.
 */
export class RequestBytes implements AsyncIterableIterator<Uint8Array, undefined> {
  private readonly raw: IncomingMessage
  private readonly chunks: Uint8Array[] = []
  private state: 'new' | 'open' | 'ended' | 'lost' = 'new'
  private stir: () => void = () => {}

  constructor(raw: IncomingMessage) {
    this.raw = raw
    const { body } = raw as { body?: unknown }
    // A middleware before us has read it.
    if (raw.readableEnded && body instanceof Uint8Array) this.chunks.push(body)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.state === 'new') this.begin()
    while (this.chunks.length === 0 && this.state === 'open') {
      this.raw.resume()
      await new Promise<void>((resolve) => {
        this.stir = resolve
      })
    }
    const value = this.chunks.shift()
    if (value !== undefined) return { done: false, value }
    if (this.state === 'lost') throw new ChatError('closed')
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.giveUp()
    return { done: true, value: undefined }
  }

  /** Nothing more of it is wanted; whoever waits for more is told that there is none. */
  giveUp(): void {
    this.end('ended')
    this.chunks.length = 0
  }

  private begin(): void {
    const { raw } = this
    this.state = 'open'
    if (raw.readableEnded) return this.end('ended')
    if (raw.destroyed) return this.end('lost')
    raw.on('data', this.onData)
    raw.on('end', this.onEnd)
    raw.on('close', this.onClose)
  }

  private readonly onData = (chunk: Buffer): void => {
    this.chunks.push(chunk)
    this.raw.pause()
    this.stir()
  }
  private readonly onEnd = (): void => this.end('ended')
  private readonly onClose = (): void => this.end('lost')

  private end(state: 'ended' | 'lost'): void {
    if (this.state === 'ended' || this.state === 'lost') return
    this.state = state
    this.raw.off('data', this.onData)
    this.raw.off('end', this.onEnd)
    this.raw.off('close', this.onClose)
    this.stir()
  }
}

/**
 * Answers with so many bytes. Resolves when they have gone, or the client has. A client that takes nothing for
 * `limits.stallMs` is cut off; so is the answer, when the bytes end with an error.
 */
export async function respondBytes(
  response: ServerResponse,
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  host: TransportHost | null,
): Promise<void> {
  let left = size
  try {
    for await (const chunk of bytes) {
      if (response.destroyed) return
      left -= chunk.length
      // Together: the client may take the last byte for the end of it, and be gone.
      if (left <= 0) response.end(chunk)
      if (left <= 0) return
      if (!response.write(chunk)) await drained(response, host)
    }
    if (size === 0) response.end()
    else response.destroy()
  } catch (error) {
    host?.logger.debug({ transport: 'http', err: error }, 'a file was cut off')
    response.destroy()
  }
}

function drained(response: ServerResponse, host: TransportHost | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = host?.clock.after(host.limits.stallMs, () => response.destroy())
    const done = (): void => {
      timer?.cancel()
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
    if (response.destroyed || !response.writableNeedDrain) done()
  })
}

/** The body of a request as `fetch` knows it. Rejects with `closed` when it is cut off. */
export async function* streamBytes(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new ChatError('closed')
      })
      if (done) return
      yield value
    }
  } finally {
    // Not waited for: who brings it may say nothing more.
    void reader.cancel().catch(() => {})
  }
}

/** Bytes as the body of a `Response`; the next are asked for when those before have gone. */
export function bytesStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await source.return?.()
      },
    },
    new CountQueuingStrategy({ highWaterMark: 0 }),
  )
}
