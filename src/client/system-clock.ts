/** Time as it is. */

import type { ClientClock } from './types.ts'

/** The real clock. On Node its timers keep the process alive: who waits to connect again is at work. */
export const systemClock: ClientClock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}
