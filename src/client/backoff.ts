/** How long to wait before trying again. */

/**
 * Full jitter: a random part of a time that doubles with each failure, so that those who lost the same
 * server don't come back in the same moment (Brooker, "Exponential Backoff and Jitter", 2015). What the
 * server asked for is waited in any case.
 *
 * @param failures so many before, from 0
 * @param range the first wait and the longest, in ms
 */
export function backoff(
  failures: number,
  [first, most]: readonly [number, number],
  random: () => number,
  retryAfterMs?: number,
): number {
  // Where the server named a time, a small part is enough to spread those who were told the same.
  if (retryAfterMs !== undefined) return retryAfterMs + random() * Math.min(first, retryAfterMs)
  return random() * Math.min(most, first * 2 ** Math.min(failures, 30))
}
