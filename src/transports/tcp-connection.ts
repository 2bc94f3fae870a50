/** One TCP connection: frames in, frames out, and an orderly end. */

import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import { FrameDecoder, type FrameHandler } from '../protocol/framing.ts'
import type { Timer } from '../spi/clock.ts'
import type { Connection, Frame, Sink, TransportHost } from '../spi/transport.ts'
import { lengthPrefixed } from './pack.ts'
import { FrameDeadline, type LateHandler, writeFrames } from './socket.ts'

const CONNECTION = Symbol('connection')
/** A socket that knows its connection: so the listeners are the same few functions for all. */
type OwnedSocket = Socket & { [CONNECTION]?: TcpConnection }

const NOTHING_TO_TELL: Sink = {
  payload() {},
  broken() {},
  drained() {},
  alive() {},
  closed() {},
}

/** The transport's side of a socket. Everything that comes is for `sink`, from `start` on. */
export class TcpConnection implements Connection, FrameHandler, LateHandler {
  readonly framing = lengthPrefixed
  private readonly socket: Socket
  private readonly host: TransportHost
  private readonly decoder: FrameDecoder
  private sink: Sink = NOTHING_TO_TELL
  private deadline: FrameDeadline | null = null
  /** Waits for the core to answer what the peer said last, or for the peer to close. */
  private timer: Timer | null = null
  private blocked = false
  /** The peer broke the rules: nothing more is read, and the core was told. */
  private deaf = false
  /** Our side is closed: nothing is written or read any more. */
  private ending = false

  constructor(socket: Socket, host: TransportHost) {
    this.socket = socket
    this.host = host
    const { helloBytes, frameBytes } = host.limits
    this.decoder = new FrameDecoder(this, Math.min(helloBytes, frameBytes))
  }

  /** Begins to read. */
  start(sink: Sink): void {
    this.sink = sink
    const socket = this.socket as OwnedSocket
    socket[CONNECTION] = this
    socket.on('data', onData)
    socket.on('drain', onDrain)
    socket.on('end', onEnd)
    socket.on('close', onClose)
  }

  send(frames: readonly Frame[]): boolean {
    if (this.ending || this.socket.destroyed) return true
    // Only `framing` makes frames for here, and its frames are Buffers.
    const room = writeFrames(this.socket, frames as readonly Buffer[])
    if (!room) this.blocked = true
    return room
  }

  /** The wire has no close codes: the core has sent a `close` event before. */
  close(): void {
    this.finish()
  }

  get bufferedBytes(): number {
    return this.socket.writableLength
  }

  pause(): void {
    if (this.ending) return
    this.deadline?.hold()
    this.socket.pause()
  }

  resume(): void {
    if (this.ending) return
    this.deadline?.restart()
    this.socket.resume()
  }

  welcomed(): void {
    this.decoder.maxBytes = this.host.limits.frameBytes
  }

  onFrame(payload: Uint8Array): void {
    if (isUtf8(payload)) this.sink.payload(textOf(payload))
    else this.fail('bad_frame', 'not UTF-8')
  }

  onLate(): void {
    this.fail('frame_timeout')
  }

  received(chunk: Buffer): void {
    if (this.isOver()) return
    const { decoder, host } = this
    const before = decoder.frames
    if (decoder.push(chunk)) {
      if (!decoder.pending && this.deadline === null) return
      this.deadline ??= new FrameDeadline(host.clock, host.limits.frameMs, this)
      this.deadline.note(decoder.pending, decoder.frames > before)
    } else if (!this.isOver()) {
      this.fail('too_large')
    }
  }

  drained(): void {
    if (!this.blocked) return
    this.blocked = false
    if (!this.ending) this.sink.drained()
  }

  /** The peer closed its side: it gets the answers to what it said, then we close ours. */
  ended(): void {
    if (this.ending) return
    if (this.sink.finished === undefined) return this.finish()
    const { clock, limits } = this.host
    this.timer = clock.after(limits.closeMs, () => this.finish())
    this.sink.finished()
  }

  closed(): void {
    this.ending = true
    this.decoder.stop()
    this.deadline?.cancel()
    this.timer?.cancel()
    this.sink.closed()
  }

  /** May have changed while a payload was handled. */
  private isOver(): boolean {
    return this.ending || this.deaf
  }

  /** Nothing more is read; the core decides what becomes of the connection. */
  private fail(code: 'bad_frame' | 'too_large' | 'frame_timeout', message?: string): void {
    this.deaf = true
    this.decoder.stop()
    this.deadline?.cancel()
    this.sink.broken(code, message)
  }

  private finish(): void {
    if (this.ending) return
    this.ending = true
    this.decoder.stop()
    this.deadline?.cancel()
    this.timer?.cancel()
    hangUp(this.socket)
    this.timer = cutLater(this.socket, this.host)
  }
}

/** A frame that came in parts is a plain Uint8Array, whose own `toString` is another. */
function textOf(bytes: Uint8Array): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** Ends a socket after what was written; reads on, into nothing, until the peer has ended too. */
export function hangUp(socket: Socket, last?: Buffer): void {
  if (last === undefined) socket.end()
  else socket.end(last)
  // Closing with bytes unread would reset the connection, and the peer could lose our last ones.
  socket.resume()
}

/** Cuts a socket that isn't closed by itself within `limits.closeMs`. */
export function cutLater(socket: Socket, host: TransportHost): Timer {
  return host.clock.after(host.limits.closeMs, () => socket.destroy())
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[CONNECTION]?.received(chunk)
}

function onDrain(this: OwnedSocket): void {
  this[CONNECTION]?.drained()
}

function onEnd(this: OwnedSocket): void {
  this[CONNECTION]?.ended()
}

function onClose(this: OwnedSocket): void {
  this[CONNECTION]?.closed()
}
