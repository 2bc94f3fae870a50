/** Both ends of a simulated connection. */

import { isUtf8 } from 'node:buffer'
import { FrameDecoder } from '../protocol/framing.ts'
import type { Timer } from '../spi/clock.ts'
import type { Connection, Frame, Sink, TransportHost } from '../spi/transport.ts'
import { lengthPrefixed } from '../transports/pack.ts'
import type { Closing } from './mailbox.ts'
import { delayOf, type NetworkParts, Pipe, type PipeEnd, type Signal } from './network-pipe.ts'

/** The client's ears. */
export interface NetworkEar {
  /** A payload has arrived. */
  payload(text: string): void
  /** The connection has ended; nothing comes after. 1006: without a word. */
  closed(closing: Closing): void
}

/** The client's end of a simulated connection, and the hands of fate. */
export interface NetworkLink {
  /** Sends a payload; after the end it does nothing. */
  send(payload: string): void
  /** Puts bytes on the wire as they are. */
  write(bytes: Uint8Array): void
  /** Ends the connection after what was sent. */
  close(): void
  /** Takes nothing more from the server, until `resume`. */
  pause(): void
  resume(): void
  /** The connection breaks: what is on the way is lost, and both ends are told, each in its time. */
  cut(): void
  /** Nothing arrives any more, either way, and nobody is told. */
  blackHole(): void
  /** The connection breaks and only the other end is told: `survivor` believes it is open. */
  halfOpen(survivor: 'client' | 'server'): void
  /** The client was told that it ended. */
  readonly closed: boolean
}

/** The client's code for an end without a word (RFC 6455, 7.1.5). */
const LOST: Closing = { code: 1006 }
/** A client that closed waits so long for the server to do the same, in ms. */
const CLIENT_CLOSE_MS = 5000

/** A connection from before it is accepted until both ends know that it is over. */
export class Link implements NetworkLink {
  readonly address: string
  readonly down: Pipe
  readonly up: Pipe
  readonly server: ServerEnd
  closed = false
  private closing = false
  private patience: Timer | null = null
  private readonly parts: NetworkParts
  private readonly ear: NetworkEar
  private readonly decoder: FrameDecoder

  constructor(parts: NetworkParts, address: string, ear: NetworkEar, window: number) {
    this.parts = parts
    this.address = address
    this.ear = ear
    this.server = new ServerEnd(this, window)
    this.up = new Pipe(parts, this.server)
    // Nobody reads before the connection is accepted.
    this.up.pause()
    const end: PipeEnd = {
      bytes: (chunk) => this.decoder.push(chunk),
      signal: (signal) => this.heard(signal),
      emptied: () => this.server.drained(),
    }
    this.down = new Pipe(parts, end)
    this.decoder = new FrameDecoder(
      { onFrame: (payload) => this.ear.payload(Buffer.from(payload).toString()) },
      Number.MAX_SAFE_INTEGER,
    )
  }

  send(payload: string): void {
    if (this.closing || this.closed) return
    // Only the length of a Buffer of `lengthPrefixed` is known to the types.
    const bytes = lengthPrefixed.pack([payload]) as unknown as Uint8Array
    this.up.write(bytes)
    const { random, quality, clock } = this.parts
    if (!random.chance(quality.duplicate)) return
    if (random.chance(0.5)) this.up.write(bytes)
    else {
      clock.after(delayOf(this.parts) * 2, () => {
        if (!this.closing && !this.closed) this.up.write(bytes)
      })
    }
  }

  write(bytes: Uint8Array): void {
    if (!this.closing && !this.closed) this.up.write(bytes)
  }

  close(): void {
    if (this.closing || this.closed) return
    this.closing = true
    this.up.signal({ end: {} })
    this.patience = this.after(CLIENT_CLOSE_MS, () => this.end(LOST))
  }

  pause(): void {
    this.down.pause()
  }

  resume(): void {
    this.down.resume()
  }

  cut(): void {
    this.blackHole()
    this.tellServer()
    this.tellClient()
  }

  blackHole(): void {
    this.up.lose()
    this.down.lose()
  }

  halfOpen(survivor: 'client' | 'server'): void {
    this.blackHole()
    if (survivor === 'client') this.tellServer()
    else this.tellClient()
  }

  /** The client's end is over. */
  end(closing: Closing): void {
    if (this.closed) return
    this.closed = true
    this.patience?.cancel()
    this.decoder.stop()
    this.down.kill()
    this.ear.closed(closing)
  }

  after(ms: number, task: () => void): Timer {
    return this.parts.clock.after(ms, task)
  }

  private tellServer(): void {
    this.after(delayOf(this.parts), () => this.server.end())
  }

  private tellClient(): void {
    this.after(delayOf(this.parts), () => this.end(LOST))
  }

  private heard(signal: Signal): void {
    if (signal === 'ping') this.up.signal('pong')
    else if (signal !== 'pong') {
      if (!this.closing) this.up.signal({ end: {} })
      this.end(signal.end)
    }
  }
}

/** The transport's end. */
export class ServerEnd implements Connection, PipeEnd {
  readonly framing = lengthPrefixed
  private readonly link: Link
  private readonly window: number
  private host: TransportHost | null = null
  private sink: Sink | null = null
  private decoder: FrameDecoder | null = null
  private over: () => void = () => {}
  private blocked = false
  private closing = false
  private ended = false
  private failed = false
  private late: Timer | null = null
  private cutting: Timer | null = null

  constructor(link: Link, window: number) {
    this.link = link
    this.window = window
  }

  /** Offers the connection to a server; `over` is called when it has ended there. */
  accept(host: TransportHost, transport: string, over: () => void): void {
    if (this.ended) return over()
    const { address, up } = this.link
    this.host = host
    this.over = over
    const { helloBytes, frameBytes } = host.limits
    this.decoder = new FrameDecoder(
      { onFrame: (payload) => this.taken(payload) },
      Math.min(helloBytes, frameBytes),
    )
    const sink = host.refuses(address) ?? host.accept(this, { transport, address, secure: true })
    if ('refused' in sink) this.close(sink.refused.code, sink.refused.reason)
    else this.sink = sink
    up.resume()
  }

  // ── what the core calls ────────────────────────────────────────────────────────────────────

  send(frames: readonly Frame[]): boolean {
    if (this.closing || this.ended) return true
    // Only `framing` makes frames for here, and its frames are Buffers.
    this.link.down.write(Buffer.concat(frames as unknown as readonly Buffer[]))
    if (this.bufferedBytes <= this.window) return true
    this.blocked = true
    return false
  }

  close(code: number, reason: string): void {
    if (this.closing || this.ended || this.host === null) return
    this.closing = true
    this.decoder?.stop()
    this.late?.cancel()
    this.link.up.resume()
    this.link.down.signal({ end: { code, reason } })
    this.cutting = this.link.after(this.host.limits.closeMs, () => this.end())
  }

  get bufferedBytes(): number {
    return this.ended ? 0 : this.link.down.waiting
  }

  pause(): void {
    if (!this.closing && !this.ended) this.link.up.pause()
  }

  resume(): void {
    if (!this.closing && !this.ended) this.link.up.resume()
  }

  ping(): void {
    if (!this.closing && !this.ended) this.link.down.signal('ping')
  }

  welcomed(): void {
    if (this.decoder !== null && this.host !== null) {
      this.decoder.maxBytes = this.host.limits.frameBytes
    }
  }

  // ── what arrives ───────────────────────────────────────────────────────────────────────────

  bytes(chunk: Uint8Array): void {
    const { decoder } = this
    if (decoder === null || this.closing || this.ended) return
    const before = decoder.frames
    if (!decoder.push(chunk)) {
      // Stopped by ourselves, or by an announcement that goes too far.
      if (!this.closing && !this.ended) this.fail('too_large')
      return
    }
    if (this.late !== null && (!decoder.pending || decoder.frames > before)) {
      this.late.cancel()
      this.late = null
    }
    if (decoder.pending && this.late === null) {
      this.late = this.link.after(this.host?.limits.frameMs ?? 0, () => this.fail('frame_timeout'))
    }
  }

  signal(signal: Signal): void {
    if (signal === 'pong') {
      if (!this.closing && !this.ended) this.sink?.alive()
    } else if (signal !== 'ping') {
      if (!this.closing) this.link.down.signal({ end: {} })
      this.end()
    }
  }

  emptied(): void {}

  /** What was sent to the client has arrived there. */
  drained(): void {
    if (!this.blocked) return
    this.blocked = false
    if (!this.closing && !this.ended) this.sink?.drained()
  }

  /** It is over here. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.decoder?.stop()
    this.late?.cancel()
    this.cutting?.cancel()
    this.link.up.kill()
    this.sink?.closed()
    this.over()
  }

  private taken(payload: Uint8Array): void {
    if (isUtf8(payload)) this.sink?.payload(Buffer.from(payload).toString())
    else this.fail('bad_frame')
  }

  private fail(code: 'bad_frame' | 'too_large' | 'frame_timeout'): void {
    if (this.failed) return
    this.failed = true
    this.decoder?.stop()
    this.late?.cancel()
    this.sink?.broken(code)
  }
}
