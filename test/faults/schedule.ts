/** Lets things go wrong, one after the other and some at once, as the seed decides. */

import type { Random } from '../../src/testing/random.ts'
import type { Fault, FaultKind } from './faults.ts'
import { sleep } from './time.ts'

/** A fault that happened. Times in ms since the start of the run. */
export interface Happened {
  readonly kind: string
  readonly place: string
  readonly words: string
  readonly from: number
  to: number
}

/**
 * How long after each fault something was acknowledged again. Only of those that concern everybody,
 * and after which everything was well.
 */
export function recoveries(
  faults: readonly Happened[],
  acknowledged: readonly number[],
): readonly number[] {
  const shared = faults.filter(({ place }) => isShared(place))
  return shared.flatMap(({ to }) => {
    const next = Math.min(...shared.filter((one) => one.to > to).map(({ from }) => from))
    const first = acknowledged.find((at) => at > to)
    return first === undefined || first > next ? [] : [first - to]
  })
}

const isShared = (place: string): boolean => place === 'database' || place.startsWith('node')

/** From one fault to the next, in ms. */
const PAUSE_MS = [50, 1800] as const

/** Makes faults happen for a while. */
export class Schedule {
  readonly happened: Happened[] = []
  private readonly kinds: readonly FaultKind[]
  private readonly random: Random
  private readonly now: () => number
  private readonly tell: (line: string) => void
  private readonly problem: (words: string) => void
  /** Places where a fault is under way. */
  private readonly busy = new Set<string>()
  private readonly work = new Set<Promise<void>>()

  constructor(parts: {
    kinds: readonly FaultKind[]
    random: Random
    now: () => number
    tell: (line: string) => void
    problem: (words: string) => void
  }) {
    this.kinds = parts.kinds
    this.random = parts.random
    this.now = parts.now
    this.tell = parts.tell
    this.problem = parts.problem
  }

  /** Resolves when the time is over and everything is well again. */
  async run(ms: number): Promise<void> {
    const end = this.now() + ms
    while (this.kinds.length > 0) {
      const pause = this.random.int(...PAUSE_MS)
      if (this.now() + pause > end) break
      await sleep(pause)
      const kind = this.pick()
      // Its own numbers: how long things take doesn't change what comes after.
      this.add(kind.name, kind.make(this.random.fork()))
    }
    await sleep(Math.max(0, end - this.now()))
    await Promise.all(this.work)
  }

  private pick(): FaultKind {
    const all = this.kinds.reduce((sum, { weight }) => sum + weight, 0)
    let at = this.random() * all
    for (const kind of this.kinds) {
      at -= kind.weight
      if (at < 0) return kind
    }
    return this.kinds.at(-1) as FaultKind
  }

  /** Where something is wrong already, nothing more is done. */
  private add(kind: string, fault: Fault): void {
    if (this.busy.has(fault.place)) return
    this.busy.add(fault.place)
    const work = this.carryOut(kind, fault).finally(() => {
      this.busy.delete(fault.place)
      this.work.delete(work)
    })
    this.work.add(work)
  }

  private async carryOut(kind: string, fault: Fault): Promise<void> {
    const one: Happened = { kind, place: fault.place, words: fault.words, from: this.now(), to: 0 }
    this.happened.push(one)
    this.tell(`${(one.from / 1000).toFixed(1).padStart(6)} s  ${kind}: ${fault.words}`)
    try {
      await fault.run()
    } catch (error) {
      this.problem(`the fault "${kind}: ${fault.words}" failed: ${String(error)}`)
    }
    one.to = this.now()
  }
}
