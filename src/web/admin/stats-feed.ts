/** The server's figures, looked at every few seconds while the page is visible, and their course. */

import type { ChatClient } from '../../client/types.ts'
import type { AdminStats } from '../../protocol/admin-types.ts'
import { read } from './ask.ts'
import type { Sample } from './line-chart.ts'
import { type Poll, poll } from './poll.ts'

/** How often it looks, in ms. */
export const EVERY_MS = 5000

/** Samples kept: two hours of them; beyond that every other one of the older half goes. */
const SAMPLES = 1440

/** Reads `admin_stats` again and again. */
export class StatsFeed {
  /** The newest; undefined until the first came. */
  stats: AdminStats | undefined
  /** When it came, in ms since 1970. */
  at = 0
  /** Why the last look failed; undefined: it didn't. */
  error: unknown
  /** People and connections over time, the oldest first. */
  samples: readonly Sample[] = []
  private readonly listeners = new Set<() => void>()
  private readonly polling: Poll

  constructor(chat: ChatClient) {
    this.polling = poll(
      async () => {
        // While the connection is lost there is nothing to ask.
        if (chat.state !== 'online') return
        this.take(await read(chat, 'admin_stats', {}))
      },
      EVERY_MS,
      (error) => {
        this.error = error
        this.tell()
      },
    )
  }

  /** Tells of each look, until the function it returns is called. */
  on(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Looks now. */
  now(): void {
    this.polling.now()
  }

  stop(): void {
    this.polling.stop()
    this.listeners.clear()
  }

  private take(stats: AdminStats): void {
    this.stats = stats
    this.at = Date.now()
    this.error = undefined
    const sample = { ts: this.at, values: [stats.people, connectionsOf(stats)] }
    // What was looked at on somebody's wish, soon after, takes the place of the one before.
    const before = this.samples.filter(({ ts }) => this.at - ts > EVERY_MS / 2)
    this.samples = thinned([...before, sample])
    this.tell()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

/** Connections of all transports. */
export const connectionsOf = ({ connections }: AdminStats): number =>
  Object.values(connections).reduce((sum, count) => sum + count, 0)

function thinned(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= SAMPLES) return samples
  return samples.filter((_, i) => i > samples.length / 2 || i % 2 === 0)
}
