/** What lies beneath accounts, and doesn't answer. */

import { ChatError, isChatError } from '../errors.ts'
import type { Clock } from '../spi/clock.ts'

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
