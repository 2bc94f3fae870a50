/** What waits to be written to one connection. */

import type { ServerEvent } from '../protocol/types.ts'
import type { Connection, Frame } from '../spi/transport.ts'
import type { Wire } from './wire.ts'

/** Answers gathered in one turn from which on nothing more is asked for in it, in UTF-16 units. */
const ANSWERS = 128 * 1024
/** What a reply is taken to weigh until it is packed, in bytes. */
const REPLY_BYTES = 200
const NOTHING: readonly never[] = []

const isEvent = (item: Frame | ServerEvent): item is ServerEvent => 'type' in item

/** Tells the outbox's owner. */
export interface OutboxOwner {
  /** There is something to flush at the end of this turn. */
  dirty(outbox: Outbox): void
  /** It was full and isn't any more: more may be asked of it. */
  emptied(outbox: Outbox): void
  /** More is waiting than may: the connection reads too slowly. */
  overflow(outbox: Outbox): void
}

/**
 * Gathers what one connection gets in a turn and writes it at once. Shared frames go as they are;
 * replies are packed when they leave. While the transport says that it has enough, everything
 * waits here, up to `limit` bytes.
 */
export class Outbox {
  wire: Wire
  private readonly connection: Connection
  private readonly owner: OutboxOwner
  private readonly limit: number
  private items: (Frame | ServerEvent)[] = []
  private bytes = 0
  /** The transport has enough: nothing is written, and nothing more is asked of the client. */
  blocked = false
  /** Since when a sweep has found it blocked without anything going out; 0: it hasn't. */
  stalledSince = 0
  private answers = 0
  private closed = false
  private listed = false

  constructor(connection: Connection, wire: Wire, owner: OutboxOwner, limit: number) {
    this.connection = connection
    this.wire = wire
    this.owner = owner
    this.limit = limit
  }

  /** A frame of this outbox's wire, shared with others. */
  frame(frame: Frame): void {
    this.put(frame, frame.byteLength)
  }

  /** Something for this connection alone, small. */
  event(event: ServerEvent): void {
    this.put(event, REPLY_BYTES)
  }

  /**
   * A large answer that was asked for, such as a page of history: isn't held against the reader, but
   * the next one has to wait for it.
   */
  answer(event: ServerEvent, units: number): void {
    this.answers += units
    this.put(event, 0)
  }

  /** Nothing more should be asked for until it has been flushed. */
  get full(): boolean {
    return this.blocked || this.answers > ANSWERS
  }

  /** The connection is gone: nothing can be written any more. */
  drop(): void {
    this.closed = true
    this.items = []
  }

  get isOpen(): boolean {
    return !this.closed
  }

  /** Writes what has gathered. */
  flush(): void {
    this.listed = false
    if (this.blocked || this.closed || this.items.length === 0) return
    const frames = this.items.some(isEvent) ? this.packed() : (this.items as Frame[])
    if (frames.length > 0) this.blocked = !this.connection.send(frames)
    this.items.length = 0
    this.bytes = 0
    const wasFull = this.answers > ANSWERS
    this.answers = 0
    if (wasFull && !this.blocked) this.owner.emptied(this)
  }

  /** The transport has room again. */
  drained(): void {
    this.blocked = false
    this.stalledSince = 0
    this.flush()
  }

  /** Writes a last event, past everything that waits where the reader is slow, and stops. */
  finish(last: ServerEvent | null): void {
    if (this.closed) return
    if (!this.blocked) this.flush()
    this.closed = true
    this.items = []
    const frame = last === null ? null : this.wire.pack([last])
    if (frame !== null) this.connection.send([frame])
  }

  private put(item: Frame | ServerEvent, bytes: number): void {
    if (this.closed) return
    this.items.push(item)
    this.bytes += bytes
    if (this.blocked) {
      // Only what waits behind an unwritten rest counts: one turn's talk is never "too much".
      if (this.bytes + this.connection.bufferedBytes > this.limit) this.owner.overflow(this)
    } else if (!this.listed) {
      this.listed = true
      this.owner.dirty(this)
    }
  }

  private packed(): readonly Frame[] {
    const frames: Frame[] = []
    let run: ServerEvent[] | null = null
    const close = (): void => {
      if (run === null) return
      const frame = this.wire.pack(run)
      if (frame !== null) frames.push(frame)
      run = null
    }
    for (const item of this.items) {
      if (isEvent(item)) {
        if (run === null) run = [item]
        else run.push(item)
      } else {
        close()
        frames.push(item)
      }
    }
    close()
    return frames.length === 0 ? NOTHING : frames
  }
}
