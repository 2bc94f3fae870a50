/** Time as the system has it. */

import type { Clock } from '../../spi/clock.ts'

/** The default of the adapters' option `clock`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
