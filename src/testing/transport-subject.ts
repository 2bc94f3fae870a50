/** What the author of a transport gives to its conformance suite. */

import type { Transport } from '../spi/transport.ts'
import type { Closing } from './mailbox.ts'

/** A client of the transport, made by the adapter's author. See `makeMailbox` for its ears. */
export interface SuiteClient {
  /** Sends one payload. */
  send(payload: string): void
  /** The next payload from the server; rejects when the connection has ended. */
  next(): Promise<string>
  /** Ends the connection in an orderly way. */
  close(): void
  /** Ends it at once, as a crash does. */
  terminate(): void
  /** Says no more, but still listens. With `supports.halfClose`. */
  finish?(): void
  /** Resolves when the connection has ended, with the code where the wire has codes. */
  readonly closed: Promise<Closing>
  /** Stops reading, so that the server's bytes pile up. With `supports.backPressure`. */
  pause?(): void
  resume?(): void
}

/** A client that speaks in bytes. With `supports.bytes`. */
export interface RawClient {
  /** Puts bytes on the wire. Handshakes are over. */
  write(bytes: Uint8Array): void
  terminate(): void
}

/** What one test needs of the adapter. */
export interface TransportSubject {
  /** Not started. */
  readonly transport: Transport
  /** Connects a client; called after `start`. Rejects when nobody listens, or it is refused. */
  connect(): Promise<SuiteClient>
  /** Connects a client that speaks in bytes. */
  raw?(): Promise<RawClient>
  /** A client's payload as it stands on the wire, in one frame. */
  frame?(payload: Uint8Array): Uint8Array
  /** Another transport, not started, that can't start as long as this one is. */
  rival?(): Transport
  /** Called after the test; the transport was stopped. */
  dispose?(): Promise<void> | void
}

/** What a transport can do. All are false by default, and what isn't supported isn't tested. */
export interface TransportSupports {
  /** Clients learn the code and reason of `close`. */
  readonly closeCodes?: boolean
  /** The wire has bytes, which arrive cut and merged: `raw` and `frame` are there. */
  readonly bytes?: boolean
  /** A client can stop reading: `pause` and `resume` are there. */
  readonly backPressure?: boolean
  /** `connection.pause` makes the client's payloads wait where they come from. */
  readonly pause?: boolean
  /** `connection.welcomed` is there: larger frames are taken only after it. */
  readonly welcome?: boolean
  /** A client can close its own side alone: `finish` is there, and `sink.finished` is called. */
  readonly halfClose?: boolean
  /** `connection.ping` is there. */
  readonly ping?: boolean
  /** Frames that begin and don't end are found out by `limits.frameMs`. */
  readonly frameTimeout?: boolean
  /** `rival` is there. */
  readonly rival?: boolean
}
