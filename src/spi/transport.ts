/** Contract of a transport: how connections come in, and how bytes go out. */

import type { ErrorCode } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { FileInfo } from '../protocol/types.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/**
 * What a transport writes at once: bytes, or whatever else it understands. Shared between
 * connections: MUST NOT be changed after it was made.
 */
export interface Frame {
  /** What counts against the limit of bytes waiting for a connection. */
  readonly byteLength: number
}

/**
 * How a transport puts payloads on the wire. One object per way of framing, shared by all
 * connections that use it: the core packs what a room said in one turn once per framing.
 *
 * `pack` MUST be pure, keep the order, and MUST NOT throw; it is never called with an empty list.
 */
export interface Framing {
  /** The key of the frame cache. */
  readonly name: string
  /** `shared`: many connections may hold the frame, for long; else it is written at once. */
  pack(payloads: readonly string[], shared?: boolean): Frame
}

/** One client, as the core sees it. Made by the transport. */
export interface Connection {
  readonly framing: Framing
  /**
   * Writes frames made by `framing`, in order, in one go.
   *
   * - MUST NOT keep or change the array.
   * - Returns `false` when so much is waiting that the core should hold back. The frames are
   *   accepted all the same; `sink.drained()` MUST follow once they have gone.
   * - After `close` or after the peer has gone: does nothing, returns `true`.
   * - MUST NOT throw, and MUST NOT call the sink before it returns.
   */
  send(frames: readonly Frame[]): boolean
  /**
   * Ends the connection after what was sent before. Where the wire has close codes, they are
   * told: 1000, or 3000 to 4999. The transport MUST cut a peer that doesn't answer within `limits.closeMs`.
   * A second call does nothing.
   */
  close(code: number, reason: string): void
  /** Bytes accepted by `send` that the system hasn't taken yet. */
  readonly bufferedBytes: number
  /** Stops reading until `resume`; frames that were read already may still arrive at the sink. */
  pause(): void
  resume(): void
  /** Asks the peer for a sign of life; absent where the wire has no such thing. */
  ping?(): void
  /** Told once when `hello` succeeded: larger frames may come from now on. */
  welcomed?(): void
}

/**
 * The core's end of a connection. The transport calls it; it never throws.
 * `closed` MUST be called exactly once, and nothing after it.
 */
export interface Sink {
  /** A whole payload has arrived: valid UTF-8 already decoded, not over `limits.frameBytes`. */
  payload(text: string): void
  /** The peer sent something that isn't a payload of this transport: the core closes. */
  broken(code: 'bad_frame' | 'too_large' | 'frame_timeout', message?: string): void
  /** The frames of a `send` that returned false have gone. */
  drained(): void
  /** The peer gave a sign of life (a pong). */
  alive(): void
  /**
   * The peer will say no more but still listens (TCP's half-close). The core answers what was said
   * and then closes; the transport closes by itself if that takes longer than `limits.closeMs`.
   */
  finished?(): void
  closed(): void
}

/** What is known of a client before it said anything. */
export interface ConnectionInfo {
  /** Name of the transport. */
  readonly transport: string
  /** Where it comes from: an IP address, or a word for what has none. Limits are kept by it. */
  readonly address: string
  /** The bytes are encrypted on the way. */
  readonly secure: boolean
  /** Headers of the request that opened the connection, where there was one; names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Path and query of that request. */
  readonly url?: string
}

/** A file on its way into a room. */
export interface FileUpload {
  readonly room: string
  /** As whoever brings it calls it. */
  readonly name: string
  /** Read only when it is certain that it may be brought; given up (`return`) when it is refused. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Where it was announced, in bytes. */
  readonly size?: number
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}

/** A file that somebody may have. */
export interface FileDownload extends FileInfo {
  /** Browsers may show it in its place; else it is only for saving. */
  readonly shown: boolean
  /**
   * The bytes from `start` (inclusive) to `end` (exclusive). They end with an error when the person
   * may no longer have them.
   */
  read(start: number, end: number): Promise<AsyncIterable<Uint8Array>>
}

/** Files, for transports that can carry them: in the name of a connection that said hello. */
export interface FileHost {
  /** Rejects with a `ChatError`; `not_member`, before anything was read, when they aren't in the room. */
  upload(sink: Sink, file: FileUpload): Promise<FileInfo>
  /** Rejects with a `ChatError`. */
  download(sink: Sink, id: string): Promise<FileDownload>
}

/** What a transport gets from the server it is started by. */
export interface TransportHost {
  /**
   * Announces a new connection. Returns the sink to feed, or a refusal: the transport then tells
   * the peer as its wire allows (HTTP status, or close code) and drops it.
   */
  accept(connection: Connection, info: ConnectionInfo): Sink | Refused
  /** Asks before anything is allocated whether a connection from there would be refused. */
  refuses(address: string): Refused | null
  /**
   * Something was refused that no sink got to see: the server counts it and writes a line of its log.
   * What a sink, `accept` or `refuses` refuses it knows already. Absent: nobody wants to know.
   */
  refused?(input: {
    readonly code: ErrorCode
    readonly transport: string
    readonly address: string
  }): void
  /** Absent: this server keeps no files. */
  readonly files?: FileHost
  readonly limits: Limits
  readonly clock: Clock
  readonly logger: Logger
}

/** Why a connection isn't wanted. */
export interface Refused {
  readonly refused: { readonly code: number; readonly status: number; readonly reason: string }
}

/**
 * A way to reach the server.
 *
 * - `start` resolves when clients can connect, rejects (and leaves nothing open) when they can't.
 * - `stop` stops accepting and releases what `start` took. The core has closed all connections
 *   before; it resolves when nothing is open any more. Calling it twice does no harm.
 */
export interface Transport {
  readonly name: string
  start(host: TransportHost): Promise<void>
  stop(): Promise<void>
}
