/** A client by HTTP as the core sees it: a connection without a wire, whose payloads are texts. */

import { ChatError, CLOSE, ERRORS, type ErrorCode } from '../../errors.ts'
import type { FileInfo } from '../../protocol/types.ts'
import type {
  Connection,
  ConnectionInfo,
  FileDownload,
  FileHost,
  FileUpload,
  Frame,
  Framing,
  Sink,
  TransportHost,
} from '../../spi/transport.ts'

/** What the server said: a reply, or (`re` null) what it says unasked. */
export interface Heard {
  readonly payload: string
  /** UTF-8. */
  readonly bytes: number
  /** The object that the payload is the JSON of. Shared: MUST NOT be changed. */
  readonly push: Readonly<Record<string, unknown>>
}

interface Payloads extends Frame {
  readonly heard: readonly Heard[]
}

const NOT_JSON: Heard['push'] = Object.freeze({})

/** Parsed here, since a frame is packed once for all who are in a room. */
function hear(payload: string): Heard {
  let push = NOT_JSON
  try {
    push = JSON.parse(payload) as Heard['push']
  } catch {
    // Only the JSON codec is spoken here; anything else is nothing to clients.
  }
  return { payload, bytes: Buffer.byteLength(payload), push }
}

const framing: Framing = {
  name: 'http',
  pack(payloads): Payloads {
    const heard = payloads.map(hear)
    return { byteLength: heard.reduce((sum, { bytes }) => sum + bytes, 0), heard }
  },
}

/** How a channel ended. */
export interface ChannelEnd {
  readonly code: number
  readonly reason: string
}

/** Is told what happens on a channel. Nothing is told before `open` returned. */
export interface ChannelOwner {
  heard(heard: Heard): void
  ended(end: ChannelEnd): void
}

/**
 * The transport's side of a connection without a wire. It never says that it has enough: replies to
 * requests come the same way as pushes, and must not wait behind those. What pushes may take is
 * bounded by the journal of the session.
 */
export class Channel implements Connection {
  readonly framing = framing
  readonly bufferedBytes = 0
  private readonly owner: ChannelOwner
  private readonly host: TransportHost
  private sink: Sink | null = null
  private most: number
  private end: ChannelEnd | null = null
  /** Payloads that wait while the core wants none; null: it does. */
  private held: string[] | null = null

  private constructor(host: TransportHost, owner: ChannelOwner) {
    this.host = host
    this.owner = owner
    this.most = Math.min(host.limits.helloBytes, host.limits.frameBytes)
  }

  /** Announces a client. Throws the refusal: `too_many_connections`, `shutting_down`, … */
  static open(host: TransportHost, owner: ChannelOwner, info: ConnectionInfo): Channel {
    const channel = new Channel(host, owner)
    const sink = host.refuses(info.address) ?? host.accept(channel, info)
    if ('refused' in sink) {
      throw new ChatError(codeOf(sink.refused.code), sink.refused.reason)
    }
    channel.sink = sink
    return channel
  }

  /** Says one payload. Throws `too_large`, and `closed` or the like after the end. */
  say(payload: string): void {
    if (this.end !== null) throw errorOf(this.end)
    if (Buffer.byteLength(payload) > this.most) throw new ChatError('too_large')
    if (this.held === null) this.sink?.payload(payload)
    else this.held.push(payload)
  }

  /** Brings a file in the name of this client. */
  async upload(file: FileUpload): Promise<FileInfo> {
    const { files, sink } = this.fileDoor()
    return files.upload(sink, file)
  }

  /** Asks for a file in the name of this client. */
  async download(id: string): Promise<FileDownload> {
    const { files, sink } = this.fileDoor()
    return files.download(sink, id)
  }

  private fileDoor(): { readonly files: FileHost; readonly sink: Sink } {
    const { sink } = this
    const { files } = this.host
    if (files === undefined) throw new ChatError('unsupported')
    if (this.end !== null) throw errorOf(this.end)
    if (sink === null) throw new ChatError('closed')
    return { files, sink }
  }

  /** The client has gone. */
  leave(end: ChannelEnd): void {
    this.finish(end)
  }

  // ── what the core calls ────────────────────────────────────────────────────────────────────

  send(frames: readonly Frame[]): boolean {
    if (this.end !== null) return true
    // Only `framing` makes frames for here.
    for (const { heard } of frames as readonly Payloads[]) {
      for (const one of heard) this.owner.heard(one)
    }
    return true
  }

  close(code: number, reason: string): void {
    this.finish({ code, reason })
  }

  pause(): void {
    if (this.end === null) this.held ??= []
  }

  resume(): void {
    const waiting = this.held ?? []
    this.held = null
    while (waiting.length > 0 && this.held === null && this.end === null) {
      this.sink?.payload(waiting.shift() as string)
    }
    if (waiting.length > 0) this.held = [...waiting, ...(this.held ?? [])]
  }

  welcomed(): void {
    this.most = this.host.limits.frameBytes
  }

  private finish(end: ChannelEnd): void {
    if (this.end !== null) return
    this.end = end
    this.held = null
    this.owner.ended(end)
    // Later: the core may be in the middle of something.
    queueMicrotask(() => this.sink?.closed())
  }
}

/** The error that closes with this code. */
function codeOf(close: number): ErrorCode {
  if (close === CLOSE.unauthorized) return 'unauthorized'
  if (close === CLOSE.forbidden) return 'forbidden'
  const codes = Object.keys(ERRORS) as ErrorCode[]
  return codes.find((code) => ERRORS[code].close === close) ?? 'closed'
}

/** What a request gets whose connection ended like this. */
export function errorOf({ code, reason }: ChannelEnd): ChatError {
  return new ChatError(codeOf(code), reason === '' ? undefined : reason)
}
