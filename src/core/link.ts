/** The link to the other nodes: what is said over the broker, and how. */

import type { Entry, Push } from '../protocol/types.ts'
import type { Broker, Unsubscribe } from '../spi/broker.ts'
import type { Logger } from '../spi/logger.ts'
import type { PresenceMessage } from './presence.ts'

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

const PRESENCE = 'presence'
const topicOf = (room: string): string => `room.${room}`

/** Publishes hints, best effort: what gets lost is found in storage. */
export class Link {
  private readonly broker: Broker
  /** The id of this node among the others. */
  readonly node: string
  private readonly logger: Logger
  /** Messages to and from other nodes. */
  sent = 0
  received = 0

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

  /** Tells the other nodes of stored entries, and of which logs they are: a message per room. */
  entries(entries: readonly Entry[], epochs: readonly string[]): void {
    const byRoom = new Map<string, { readonly epoch: string; readonly entries: Entry[] }>()
    for (const [i, entry] of entries.entries()) {
      // One transaction knows one log of a room.
      const known = byRoom.get(entry.room)
      if (known === undefined)
        byRoom.set(entry.room, { epoch: epochs[i] as string, entries: [entry] })
      else known.entries.push(entry)
    }
    for (const [room, list] of byRoom) this.send(room, { node: this.node, ...list })
  }

  signal(room: string, signal: Push): void {
    this.send(room, { node: this.node, signal })
  }

  deleted(room: string): void {
    this.send(room, { node: this.node, gone: true })
  }

  /** Tells the other nodes of the people here. */
  tell(message: PresenceMessage): void {
    this.publish(PRESENCE, Buffer.from(JSON.stringify({ node: this.node, message })))
  }

  /** Hears of the people on other nodes. */
  async hear(handler: (node: string, message: PresenceMessage) => void): Promise<void> {
    await this.listen<{ node: string; message: PresenceMessage }>(PRESENCE, ({ node, message }) =>
      handler(node, message),
    )
  }

  /** Says anything on a topic of its own. */
  post(topic: string, message: object): void {
    this.publish(topic, Buffer.from(JSON.stringify({ node: this.node, ...message })))
  }

  /** Hears what others say on such a topic. */
  async heed<M extends { readonly node: string }>(
    topic: string,
    handler: (message: M) => void,
  ): Promise<void> {
    await this.listen(topic, handler)
  }

  /** Hears what the other nodes say of a room. */
  subscribe(room: string, handler: (message: LinkMessage) => void): Promise<Unsubscribe> {
    return this.listen(topicOf(room), handler)
  }

  private listen<M extends { readonly node: string }>(
    topic: string,
    handler: (message: M) => void,
  ): Promise<Unsubscribe> {
    return this.broker.subscribe(topic, (bytes) => {
      try {
        // Nodes of one server trust each other; they share its storage.
        const message = JSON.parse(Buffer.from(bytes).toString()) as M
        if (message.node === this.node) return
        this.received += 1
        handler(message)
      } catch (error) {
        this.logger.warn({ err: error, topic }, 'a message of another node was not understood')
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
    this.publish(topicOf(room), bytes)
  }

  private publish(topic: string, bytes: Uint8Array): void {
    this.sent += 1
    this.broker.publish(topic, bytes).catch((error) => {
      this.logger.warn({ err: error, topic }, 'a hint could not be published')
    })
  }
}
