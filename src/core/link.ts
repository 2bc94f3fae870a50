/** The link to the other nodes: what is said over the broker, and how. */

import type { Entry, Push } from '../protocol/types.ts'
import type { Broker, Unsubscribe } from '../spi/broker.ts'
import type { Logger } from '../spi/logger.ts'

/** What nodes tell each other of one room. */
export interface LinkMessage {
  /** The node that says it. */
  readonly node: string
  readonly epoch?: string
  /** Entries that were stored; may be left out where they are too large for the broker. */
  readonly entries?: readonly Entry[]
  /** Seq of the newest entry stored. */
  readonly head?: number
  readonly signal?: Push
  /** The room was deleted. */
  readonly gone?: true
}

const topicOf = (room: string): string => `room.${room}`

/** Publishes hints, best effort: what gets lost is found in storage. */
export class Link {
  private readonly broker: Broker
  private readonly node: string
  private readonly logger: Logger

  constructor(broker: Broker, node: string, logger: Logger) {
    this.broker = broker
    this.node = node
    this.logger = logger
  }

  open(reconnected: () => void): Promise<void> {
    return this.broker.open({ reconnected })
  }

  close(): Promise<void> {
    return this.broker.close()
  }

  /** Tells the other nodes of stored entries, one message per room. */
  entries(entries: readonly Entry[], epochOf: (room: string) => string | undefined): void {
    const byRoom = new Map<string, Entry[]>()
    for (const entry of entries) {
      const known = byRoom.get(entry.room)
      if (known === undefined) byRoom.set(entry.room, [entry])
      else known.push(entry)
    }
    for (const [room, list] of byRoom) {
      const epoch = epochOf(room)
      if (epoch !== undefined) this.send(room, { node: this.node, epoch, entries: list })
    }
  }

  signal(room: string, signal: Push): void {
    this.send(room, { node: this.node, signal })
  }

  deleted(room: string): void {
    this.send(room, { node: this.node, gone: true })
  }

  /** Hears what the other nodes say of a room. */
  subscribe(room: string, handler: (message: LinkMessage) => void): Promise<Unsubscribe> {
    return this.broker.subscribe(topicOf(room), (bytes) => {
      try {
        const message = JSON.parse(Buffer.from(bytes).toString()) as LinkMessage
        if (message.node !== this.node) handler(message)
      } catch (error) {
        this.logger.warn({ err: error, room }, 'a message of another node was not understood')
      }
    })
  }

  private send(room: string, message: LinkMessage): void {
    let bytes = Buffer.from(JSON.stringify(message))
    if (bytes.length > this.broker.supports.messageBytes && message.entries !== undefined) {
      const { node, epoch } = message
      const head = message.entries.at(-1)?.seq
      bytes = Buffer.from(JSON.stringify({ node, epoch, head }))
    }
    this.broker.publish(topicOf(room), bytes).catch((error) => {
      this.logger.warn({ err: error, room }, 'a hint could not be published')
    })
  }
}
