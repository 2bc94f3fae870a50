/** One connection over a Unix socket: frames in, frames out, and an orderly end. */

import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Connection, Frame, Sink, TransportHost } from 'tertulia'
import { FrameDecoder } from 'tertulia/protocol'

type Timer = ReturnType<TransportHost['clock']['after']>

/** Bytes that wait from which on the core holds back: above a socket's own mark, so 'drain' follows. */
const HIGH_WATER = 64 * 1024

/** A frame is a Buffer. Packed once, it is written to everybody who is in the room. */
export const framing = {
  name: 'unix',
  pack(payloads: readonly string[]): Buffer {
    return Buffer.concat(
      payloads.flatMap((payload) => {
        const bytes = Buffer.from(payload)
        const length = Buffer.alloc(4)
        length.writeUInt32BE(bytes.length)
        return [length, bytes]
      }),
    )
  },
}

export class UnixConnection implements Connection {
  readonly framing = framing
  private readonly socket: Socket
  private readonly host: TransportHost
  private readonly decoder: FrameDecoder
  private sink: Sink | null = null
  /** A frame has begun and must end in time. */
  private late: Timer | null = null
  /** The peer, or the core, must act in time. */
  private ending: Timer | null = null
  /** A `send` returned false. */
  private blocked = false
  /** The peer broke the rules: nothing more is taken. */
  private failed = false
  private over = false

  constructor(socket: Socket, host: TransportHost) {
    this.socket = socket
    this.host = host
    // It never holds more than has come, nor hands on more than this.
    this.decoder = new FrameDecoder(this, host.limits.helloBytes)
  }

  /** Begins to read. */
  start(sink: Sink): void {
    this.sink = sink
    this.socket.on('data', (chunk) => this.received(chunk))
    this.socket.on('drain', () => this.drained())
    this.socket.on('end', () => this.ended())
    this.socket.on('close', () => {
      this.finish()
      this.ending?.cancel()
      sink.closed()
    })
  }

  // ── what the core calls ────────────────────────────────────────────────────────────────────

  send(frames: readonly Frame[]): boolean {
    if (this.over || this.socket.destroyed) return true
    this.socket.cork()
    // Only `framing` makes frames for here.
    for (const frame of frames) this.socket.write(frame as Buffer)
    this.socket.uncork()
    const waits = this.bufferedBytes > HIGH_WATER
    this.blocked ||= waits
    return !waits
  }

  /** This wire has no close codes: the core has told the peer in an event before. */
  close(): void {
    if (this.over) return
    this.finish()
    this.socket.end()
    // Read on, into nothing: to close with bytes unread could lose our last ones.
    this.socket.resume()
    this.ending = this.host.clock.after(this.host.limits.closeMs, () => this.socket.destroy())
  }

  get bufferedBytes(): number {
    return this.socket.writableLength
  }

  pause(): void {
    if (this.over) return
    // While nobody reads, a frame that doesn't end is not the peer's fault.
    this.stopWatch()
    this.socket.pause()
  }

  resume(): void {
    if (this.over) return
    this.watch()
    this.socket.resume()
  }

  welcomed(): void {
    this.decoder.maxBytes = this.host.limits.frameBytes
  }

  // ── what the socket says ───────────────────────────────────────────────────────────────────

  /** For the decoder: a whole frame has come. */
  onFrame(payload: Uint8Array): void {
    if (isUtf8(payload)) this.sink?.payload(Buffer.from(payload).toString())
    else this.fail('bad_frame')
  }

  private received(chunk: Buffer): void {
    if (this.over || this.decoder.broken) return
    const before = this.decoder.frames
    const fine = this.decoder.push(chunk)
    if (this.decoder.frames > before || !this.decoder.pending) this.stopWatch()
    // It may have ended, or failed, by what was in the chunk.
    if (fine) this.watch()
    else if (!this.over && !this.failed) this.fail('too_large')
  }

  private fail(code: 'bad_frame' | 'too_large' | 'frame_timeout'): void {
    this.failed = true
    this.stopWatch()
    this.decoder.stop()
    this.sink?.broken(code)
  }

  private watch(): void {
    if (this.over || this.failed || !this.decoder.pending || this.late !== null) return
    this.late = this.host.clock.after(this.host.limits.frameMs, () => this.fail('frame_timeout'))
  }

  private stopWatch(): void {
    this.late?.cancel()
    this.late = null
  }

  private drained(): void {
    if (!this.blocked) return
    this.blocked = false
    if (!this.over) this.sink?.drained()
  }

  /** The peer says no more: it gets the answers, then the core closes. */
  private ended(): void {
    if (this.over) return
    if (this.sink?.finished === undefined) return this.close()
    this.ending = this.host.clock.after(this.host.limits.closeMs, () => this.close())
    this.sink.finished()
  }

  /** Nothing is read or written any more. */
  private finish(): void {
    this.over = true
    this.ending?.cancel()
    this.stopWatch()
    this.decoder.stop()
  }
}
