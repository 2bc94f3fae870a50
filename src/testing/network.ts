/** A network in memory whose faults are chosen, and come again with the same seed. */

import type { Clock, Timer } from '../spi/clock.ts'
import type { Transport, TransportHost } from '../spi/transport.ts'
import { Link, type NetworkEar, type NetworkLink } from './network-link.ts'
import { delayOf, type NetworkParts, type NetworkQuality } from './network-pipe.ts'
import { freshSeed, seededRandom } from './random.ts'

/** Options of {@link testNetwork}. */
export interface NetworkOptions extends Partial<NetworkQuality> {
  /** A {@link VirtualClock}, or `realClock` to see it happen. */
  readonly clock: Clock
  /** What all chance depends on. Default: another one each time. */
  readonly seed?: number
  /** Bytes on the way to a client from which on `send` returns false. Default 64 KiB. */
  readonly window?: number
}

/** Options of {@link NetworkTransport.connect}. */
export interface NetworkConnectOptions {
  /** Where the client seems to come from; limits are kept by it. Default: another for each link. */
  readonly address?: string
}

/** A server's place in the network. */
export interface NetworkTransport extends Transport {
  /**
   * Connects a client. The link can be written to at once. Where nobody listens, or the server
   * refuses, `ear.closed` is called.
   */
  connect(ear: NetworkEar, options?: NetworkConnectOptions): NetworkLink
  /** The connections that haven't ended on the server's side. */
  readonly links: ReadonlySet<NetworkLink>
}

/** A simulated network. */
export interface TestNetwork {
  readonly seed: number
  /** Makes a transport for one server. Default name `network`. */
  transport(name?: string): NetworkTransport
  /** Changes the quality from now on. */
  set(quality: Partial<NetworkQuality>): void
}

/** What a network is like unless told otherwise. */
const QUALITY: NetworkQuality = { delay: [1, 10], split: 0, duplicate: 0 }
const WINDOW = 64 * 1024

/**
 * Makes a network in memory. What travels are bytes, framed as on TCP: 4 bytes of length, then
 * UTF-8. They come late, in pieces, and, when a link breaks, not at all; but never out of order,
 * since a connection is a stream.
 *
 * With a virtual clock, and a server whose ids are not random, a seed makes the same run each time.
 *
 * @example
 * const clock = virtualClock()
 * const network = testNetwork({ clock, seed: 7, delay: [5, 80], split: 0.3 })
 * const transport = network.transport()
 * const chat = createChatServer({ clock })
 * await chat.open(transport)
 * const link = transport.connect({ payload: console.log, closed: console.log })
 * link.send('{"id":1,"op":"hello","version":1,"name":"Ana"}')
 * await clock.advance(200)
 * link.cut()
 */
export function testNetwork(options: NetworkOptions): TestNetwork {
  const { clock, seed = freshSeed(), window = WINDOW, ...quality } = options
  const parts: NetworkParts = {
    clock,
    random: seededRandom(seed),
    quality: { ...QUALITY, ...quality },
  }
  let count = 0
  return {
    seed,
    transport: (name = 'network') =>
      makeTransport(parts, name, window, () => {
        count += 1
        return `client-${count}`
      }),
    set(changes) {
      parts.quality = { ...parts.quality, ...changes }
    },
  }
}

function makeTransport(
  parts: NetworkParts,
  name: string,
  window: number,
  nextAddress: () => string,
): NetworkTransport {
  let host: TransportHost | null = null
  let stopped: Promise<void> = Promise.resolve()
  let emptied = (): void => {}
  const links = new Set<Link>()

  return {
    name,
    links,

    async start(startedBy) {
      if (host !== null) throw new Error('this transport was started already')
      host = startedBy
    },

    stop() {
      if (host === null) return stopped
      const { clock, limits } = host
      host = null
      stopped = new Promise((resolve) => {
        if (links.size === 0) return resolve()
        const timer: Timer = clock.after(limits.closeMs, () => {
          for (const link of links) link.cut()
        })
        emptied = () => {
          timer.cancel()
          resolve()
        }
      })
      return stopped
    },

    connect(ear, { address = nextAddress() } = {}) {
      const link = new Link(parts, address, ear, window)
      parts.clock.after(delayOf(parts), () => {
        if (link.closed) return
        if (host === null) return link.end({ code: 1006 })
        links.add(link)
        link.server.accept(host, name, () => {
          links.delete(link)
          if (links.size === 0) emptied()
        })
      })
      return link
    },
  }
}
