/** Broker in memory: links several servers of one process, as tests and examples do. */

import type { Broker, BrokerHandler } from '../spi/broker.ts'

/**
 * Hands messages on within the process, each in a turn of its own as a network would. Give the
 * same broker, and the same storage, to several servers and they are nodes of one.
 */
export function memoryBroker(): Broker {
  const topics = new Map<string, Set<BrokerHandler>>()
  return {
    name: 'memory',
    supports: { messageBytes: Number.MAX_SAFE_INTEGER },
    async open() {},
    async publish(topic, message) {
      const handlers = topics.get(topic)
      if (handlers === undefined) return
      setImmediate(() => {
        for (const handler of handlers) handler(message)
      })
    },
    async subscribe(topic, handler) {
      const handlers = topics.get(topic) ?? new Set()
      topics.set(topic, handlers)
      handlers.add(handler)
      return async () => {
        handlers.delete(handler)
        if (handlers.size === 0 && topics.get(topic) === handlers) topics.delete(topic)
      }
    },
    async close() {},
  }
}
