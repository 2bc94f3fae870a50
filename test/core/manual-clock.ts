/** A clock that tests move by hand. */

import type { Clock } from '../../src/spi/clock.ts'

export interface ManualClock extends Clock {
  /** Lets time pass; timers that fall due run in order. */
  pass(ms: number): void
}

export function manualClock(start = 1_700_000_000_000): ManualClock {
  let time = 0
  let timers: { at: number; task: () => void }[] = []
  return {
    now: () => start + time,
    monotonic: () => time,
    after(ms, task) {
      const timer = { at: time + ms, task }
      timers.push(timer)
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer)
        },
      }
    },
    pass(ms) {
      const until = time + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((other) => other !== next)
        time = next.at
        next.task()
      }
      time = until
    },
  }
}
