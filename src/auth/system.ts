/** The real clock and real ids, for accounts that stand without a chat server. */

import { randomBytes } from 'node:crypto'
import { ChatError, isChatError } from '../errors.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'

/** Time as the system has it. */
export const realTime: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** 128 random bits in 22 letters, digits, `-` and `_`. */
export const freshId: MakeId = () => randomBytes(16).toString('base64url')

/** Says nothing. */
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Whoever was told `unavailable` or `overloaded` may try again after this, in ms. */
export const RETRY_MS = 1000

/** What lies beneath did not answer, or not well. The cause is never shown. */
export function unavailable(cause?: unknown): ChatError {
  return new ChatError('unavailable', undefined, { cause, retryAfterMs: RETRY_MS })
}

/**
 * Waits for an answer of the storage: `unavailable` when it takes longer than `ms`, or rejects with
 * anything that is no `ChatError`.
 */
export function inTime<T>(clock: Clock, ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(unavailable()))
    answer.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(isChatError(error) ? error : unavailable(error))
      },
    )
  })
}
