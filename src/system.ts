/** The real clock, real ids, and no log. */

import { randomBytes } from 'node:crypto'
import type { Clock, MakeId } from './spi/clock.ts'
import type { Logger } from './spi/logger.ts'

/** Time as the system has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** 128 random bits in 22 letters, digits, `-` and `_`. */
export const randomId: MakeId = () => randomBytes(16).toString('base64url')

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
