/** What simulated worlds are made of, and what happens in them. */

import type { OpenLink } from '../../src/client/types.ts'
import type { NetworkLink } from '../../src/testing/network-link.ts'
import type { WrapClient, WrapOpen } from './proof-wrap.ts'

/** What a world is made of. All chance comes from the seed. */
export interface SimOptions {
  readonly seed: number
  /** Default 3. */
  readonly clients?: number
  /** Only so many of them talk, and nothing happens to their connections. Default: all, and to all. */
  readonly talkers?: number
  /** Default 1. */
  readonly rooms?: number
  /** Things that each of them does. Default 12. */
  readonly acts?: number
  /** How long they do, in ms. Default 6,000. */
  readonly forMs?: number
  /** Time between two faults, in ms: at least and at most. Default 50 to 900. */
  readonly faultMs?: readonly [number, number]
  /** Probability that a call of the storage fails. Default 0. */
  readonly fail?: number
  /** Probability that a client's payload goes out twice. Default 0. */
  readonly duplicate?: number
  /** Times that the server is replaced. Default 0. */
  readonly restarts?: number
  /** The server loses all it had when it is replaced. */
  readonly forgets?: boolean
  /** Entries that are kept of each room. Default: all. */
  readonly kept?: number
  /** They also say things to single persons. */
  readonly whispers?: boolean
  readonly strolls?: boolean
  readonly reloads?: boolean
  /** Told what goes over the wires: to look into a seed. */
  readonly trace?: (label: string, line: string) => void
  /** Puts something between the SDK and the network. */
  readonly wrapOpen?: WrapOpen
  /** Puts something between the SDK and those who use it. */
  readonly wrapClient?: WrapClient
}

/** Tells what goes over links. */
export function traced(open: OpenLink, trace: (line: string) => void): OpenLink {
  return (url, ears) => {
    trace('opens')
    const link = open(url, {
      opened() {
        trace('opened')
        ears.opened()
      },
      payload(text) {
        trace(`< ${text}`)
        ears.payload(text)
      },
      closed(end) {
        trace(`closed ${end.code ?? ''} ${end.reason ?? ''}`)
        ears.closed(end)
      },
    })
    return {
      send(payload) {
        trace(`> ${payload}`)
        link.send(payload)
      },
      close() {
        trace('closes')
        link.close()
      },
    }
  }
}

/** What happens to a connection. `later`: for what ends again. */
export const FAULTS: readonly ((
  link: NetworkLink,
  world: { later(task: () => void): void },
) => void)[] = [
  (link) => link.cut(),
  (link) => link.cut(),
  (link) => link.cut(),
  (link) => link.blackHole(),
  (link) => link.halfOpen('client'),
  (link) => link.halfOpen('server'),
  (link, world) => {
    link.pause()
    world.later(() => link.resume())
  },
]
