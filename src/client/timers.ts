/** Timers that end together. */

import type { ClientClock } from './types.ts'

/** A clock whose timers can all be taken back at once; after that it has none. */
export class Timers implements ClientClock {
  readonly #clock: ClientClock
  readonly #all = new Set<{ cancel(): void }>()
  #isOver = false

  constructor(clock: ClientClock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(ms: number, callback: () => void): { cancel(): void } {
    if (this.#isOver) return { cancel() {} }
    const inner = this.#clock.after(ms, () => {
      this.#all.delete(timer)
      callback()
    })
    const timer = {
      cancel: () => {
        this.#all.delete(timer)
        inner.cancel()
      },
    }
    this.#all.add(timer)
    return timer
  }

  /** Takes all back. */
  cancel(): void {
    this.#isOver = true
    for (const timer of [...this.#all]) timer.cancel()
  }
}
