/** Contract of a broker: how nodes of one server wake each other. */

/** Gets what was published on a topic. Never throws. */
export type BrokerHandler = (message: Uint8Array) => void

/** Stops a subscription. */
export type Unsubscribe = () => Promise<void>

/**
 * Carries hints between nodes. At most once is enough: a lost, doubled or late message costs a
 * look into storage, never correctness.
 *
 * An implementation
 * - MUST hand a message to every subscriber of its topic that was there when it was published,
 *   the publisher's own node included (echo), whole or not at all.
 * - SHOULD keep the order of one publisher on one topic.
 * - MUST NOT let `publish` wait for subscribers; a rejection means that it may not have gone out.
 * - MUST call `reconnected` after it was cut off and is back: nodes then look into storage at once.
 */
export interface Broker {
  readonly name: string
  readonly supports: {
    /** Largest message in bytes. Larger ones are sent as hints without the entries. */
    readonly messageBytes: number
  }
  open(events: { reconnected(): void }): Promise<void>
  publish(topic: string, message: Uint8Array): Promise<void>
  subscribe(topic: string, handler: BrokerHandler): Promise<Unsubscribe>
  close(): Promise<void>
}
