// What the processes that measure costs have in common.

import { Histogram } from '../load/histogram.ts'
import type { CostOrder, FromCost, Row, Spread, ToCost } from './messages.ts'

/** Tells the parent. */
export function tell(message: FromCost): void {
  process.send?.(message)
}

/** Runs `work` with the order that this process was given, and serves until the parent is gone. */
export function measureFor<T = CostOrder>(work: (order: T) => Promise<void>): void {
  process.on('disconnect', () => process.exit(0))
  work(JSON.parse(process.argv[2] ?? '{}') as T).catch((error: unknown) =>
    tell({ kind: 'failed', why: error instanceof Error ? String(error.stack) : String(error) }),
  )
}

/** Resolves when the parent says that the next part may begin. */
export function go(): Promise<void> {
  return new Promise((resolve) => process.once('message', (_: ToCost) => resolve()))
}

/** Durations, gathered. */
export class Times {
  readonly #times = new Histogram()

  async take(work: () => Promise<unknown>): Promise<void> {
    const start = performance.now()
    await work()
    this.#times.add(performance.now() - start)
  }

  spread(): Spread {
    return { p50: this.#times.percentile(0.5), p99: this.#times.percentile(0.99) }
  }
}

/** Turns of which nothing is kept: plans, caches and compiled code settle. */
const WARM_UP = 20

/** Does it by turns where there is little (0) and where there is much (1). */
export async function byTurns(
  what: string,
  times: number,
  work: (which: 0 | 1) => Promise<(() => Promise<unknown>) | undefined>,
): Promise<Row> {
  const spreads = [new Times(), new Times()] as const
  const warmUp = Math.min(WARM_UP, times)
  for (let turn = -warmUp; turn < times; turn++) {
    for (const which of [0, 1] as const) {
      const one = await work(which)
      if (!one) throw new Error(`${what}: nothing to do`)
      if (turn < 0) await one()
      else await spreads[which].take(one)
    }
  }
  return { what, small: spreads[0].spread(), large: spreads[1].spread() }
}

/** A whole number from `from` to before `to`; the same ones in every run. */
export function makeChance(seed: number): (from: number, to: number) => number {
  let state = seed
  return (from, to) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return from + Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * (to - from))
  }
}
