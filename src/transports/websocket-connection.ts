/** One WebSocket: messages in by `ws`, messages out straight to its socket. */

import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import type { Connection, Frame, Framing, Sink, TransportHost } from '../spi/transport.ts'
import { webSocketFrames } from './pack.ts'
import { FrameDeadline, HIGH_WATER, type LateHandler, writeFrames } from './socket.ts'
import { FrameBoundary } from './websocket-boundary.ts'

/** Reasons of close frames have at most this many bytes (RFC 6455, 5.5). */
const REASON_BYTES = 123
const OPEN = 1
/** What `ws` finds wrong with a message that is too long; the rest is `bad_frame`. */
const TOO_LONG = /^WS_ERR_(UNSUPPORTED_.*_LENGTH|TOO_MANY_BUFFERED_PARTS)$/

const CONNECTION = Symbol('connection')
interface Owned {
  [CONNECTION]?: WebSocketConnection
}
// They know their connection: so the listeners are the same few functions for all.
type OwnedWebSocket = WebSocket & Owned
type OwnedSocket = Socket & Owned

/** Messages for connections that compress: each is compressed for itself, nothing is shared. */
interface Messages extends Frame {
  readonly payloads: readonly string[]
}

const webSocketMessages: Framing = {
  name: 'websocket-messages',
  pack(payloads): Messages {
    let byteLength = 0
    for (const payload of payloads) byteLength += Buffer.byteLength(payload)
    return { byteLength, payloads }
  },
}

/** Is told when a connection is over. */
export interface WebSocketOwner {
  over(connection: WebSocketConnection): void
}

/** The transport's side of a WebSocket. What comes is for `sink`, from `start` on. */
export class WebSocketConnection implements Connection, LateHandler {
  readonly framing: Framing
  private readonly ws: WebSocket
  private readonly socket: Socket
  private readonly host: TransportHost
  private readonly owner: WebSocketOwner
  private sink: Sink | null = null
  private maxBytes: number
  private readonly boundary = new FrameBoundary()
  private deadline: FrameDeadline | null = null
  private sent: (() => void) | null = null
  private blocked = false
  /** The peer broke the rules, or we closed: nothing that comes matters any more. */
  private deaf = false
  private closing = false

  constructor(ws: WebSocket, socket: Socket, host: TransportHost, owner: WebSocketOwner) {
    this.ws = ws
    this.socket = socket
    this.host = host
    this.owner = owner
    // Only one extension can have been negotiated: compression.
    this.framing = ws.extensions === '' ? webSocketFrames : webSocketMessages
    const { helloBytes, frameBytes } = host.limits
    this.maxBytes = Math.min(helloBytes, frameBytes)
    const ownedWs = ws as OwnedWebSocket
    ownedWs[CONNECTION] = this
    ws.on('error', onError)
    ws.on('close', onClose)
  }

  /** Begins to read. */
  start(sink: Sink): void {
    this.sink = sink
    const ownedSocket = this.socket as OwnedSocket
    ownedSocket[CONNECTION] = this
    this.ws.on('message', onMessage)
    this.ws.on('pong', onPong)
    this.socket.on('data', onData)
    this.socket.on('drain', onDrain)
  }

  send(frames: readonly Frame[]): boolean {
    // After a close frame nothing may follow (RFC 6455, 5.5.1), whichever side began to close.
    if (this.closing || this.ws.readyState !== OPEN) return true
    // Only `framing` makes frames for here: these are Buffers, or messages.
    const room =
      this.framing === webSocketFrames
        ? writeFrames(this.socket, frames as readonly Buffer[])
        : this.sendMessages(frames as readonly Messages[])
    if (!room) this.blocked = true
    return room
  }

  close(code: number, reason: string): void {
    if (this.closing) return
    this.closing = true
    this.deaf = true
    this.deadline?.cancel()
    this.ws.close(code, shortened(reason))
    // The peer's close frame must be read, also by whom was paused.
    this.ws.resume()
  }

  /** Cuts it, without a word. */
  cut(): void {
    this.ws.terminate()
  }

  get bufferedBytes(): number {
    return this.ws.bufferedAmount
  }

  pause(): void {
    if (this.closing) return
    this.deadline?.hold()
    this.ws.pause()
  }

  resume(): void {
    if (this.closing) return
    this.deadline?.restart()
    this.ws.resume()
  }

  ping(): void {
    if (this.ws.readyState === OPEN) this.ws.ping()
  }

  welcomed(): void {
    this.maxBytes = this.host.limits.frameBytes
  }

  onLate(): void {
    this.fail('frame_timeout')
  }

  received(chunk: Buffer): void {
    if (this.deaf) return
    const { boundary, host } = this
    boundary.push(chunk)
    if (!boundary.open && this.deadline === null) return
    this.deadline ??= new FrameDeadline(host.clock, host.limits.frameMs, this)
    this.deadline.note(boundary.open, boundary.fresh)
  }

  message(data: RawData, isBinary: boolean): void {
    if (this.deaf) return
    // Of the three forms of RawData, `binaryType: 'nodebuffer'` (the default) gives this one.
    const bytes = data as Buffer
    if (isBinary) this.fail('bad_frame', 'binary messages are not spoken here')
    else if (bytes.length > this.maxBytes) this.fail('too_large')
    else this.sink?.payload(bytes.toString())
  }

  alive(): void {
    if (!this.deaf) this.sink?.alive()
  }

  /** `ws` has closed already, with 1002, 1007, 1008 or 1009. */
  failed(error: NodeJS.ErrnoException): void {
    const { code = '', message } = error
    this.host.logger.debug({ transport: 'websocket', error: code || message }, 'socket error')
    if (!this.deaf) this.fail(TOO_LONG.test(code) ? 'too_large' : 'bad_frame', message)
  }

  drained(): void {
    if (!this.blocked || this.ws.bufferedAmount > HIGH_WATER) return
    this.blocked = false
    if (!this.closing) this.sink?.drained()
  }

  closed(): void {
    this.closing = true
    this.deaf = true
    this.deadline?.cancel()
    this.owner.over(this)
    this.sink?.closed()
  }

  /** Nothing more is heard; the core decides what becomes of the connection. */
  private fail(code: 'bad_frame' | 'too_large' | 'frame_timeout', message?: string): void {
    this.deaf = true
    this.deadline?.cancel()
    this.sink?.broken(code, message)
  }

  private sendMessages(frames: readonly Messages[]): boolean {
    // What waits to be compressed isn't in the socket yet: its 'drain' alone wouldn't tell.
    this.sent ??= () => this.drained()
    for (const { payloads } of frames) {
      for (const payload of payloads) this.ws.send(payload, this.sent)
    }
    return this.ws.bufferedAmount <= HIGH_WATER
  }
}

/** As much of it as a close frame holds, cut between characters. */
function shortened(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(REASON_BYTES))
  return reason.slice(0, read)
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[CONNECTION]?.received(chunk)
}

function onDrain(this: OwnedSocket): void {
  this[CONNECTION]?.drained()
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as OwnedWebSocket)[CONNECTION]?.message(data, isBinary)
}

function onPong(this: WebSocket): void {
  ;(this as OwnedWebSocket)[CONNECTION]?.alive()
}

function onError(this: WebSocket, error: Error): void {
  ;(this as OwnedWebSocket)[CONNECTION]?.failed(error)
}

function onClose(this: WebSocket): void {
  ;(this as OwnedWebSocket)[CONNECTION]?.closed()
}
