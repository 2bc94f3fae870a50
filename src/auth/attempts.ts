/** How often something may go wrong, or be done, by one address or for one account. */

import { createHash } from 'node:crypto'
import { ChatError } from '../errors.ts'
import type { Clock } from '../spi/clock.ts'
import { RETRY_MS } from './beneath.ts'

const HOUR = 3_600_000
/** Keys that are remembered; beyond that the one that was used longest ago is forgotten. */
const MOST_KEYS = 20_000
const SWEEP_MS = 60_000
/** Longer keys are remembered by their hash. */
const LONG_KEY = 64

interface Account {
  left: number
  stamp: number
  /** Attempts whose end isn't known yet. */
  pending: number
}

/** An attempt that was let through; to be settled exactly once. */
export interface Attempt {
  /** `counts`: it is one of those that are limited (it failed, say). */
  settle(counts: boolean): void
}

/**
 * A limit per hour and key, as a bucket: all at once, then one after the other as time passes. What
 * counts is known only afterwards (was the password wrong?), so an attempt holds its place until it
 * is settled: a thousand attempts at once are no way around the limit.
 */
export class Attempts {
  private readonly known = new Map<string, Account>()
  private readonly perHour: number
  private readonly burst: number
  private readonly clock: Clock
  private readonly most: number
  private swept: number

  /**
   * @param perHour how many per hour and key, sustained
   * @param burst how many at once; default: an hour's
   * @param most keys that are remembered
   */
  constructor(perHour: number, clock: Clock, burst = perHour, most = MOST_KEYS) {
    this.perHour = perHour
    this.burst = burst
    this.clock = clock
    this.most = most
    this.swept = clock.monotonic()
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.known.size
  }

  /**
   * Lets an attempt through.
   *
   * @throws ChatError `rate_limited`, with the time to wait
   */
  begin(key: string): Attempt {
    const account = this.account(
      key.length > LONG_KEY ? createHash('sha256').update(key).digest('base64') : key,
    )
    if (account.left - account.pending < 1) {
      // What is pending may well turn out not to count.
      const retryAfterMs =
        account.left >= 1 ? RETRY_MS : Math.ceil(((1 - account.left) * HOUR) / this.perHour)
      throw new ChatError('rate_limited', undefined, { retryAfterMs })
    }
    account.pending += 1
    return {
      settle: (counts) => {
        account.pending -= 1
        if (counts) account.left -= 1
      },
    }
  }

  private account(key: string): Account {
    const now = this.clock.monotonic()
    let account = this.known.get(key)
    if (account === undefined) {
      if (this.known.size >= this.most) this.forget(now)
      account = { left: this.burst, stamp: now, pending: 0 }
    } else {
      this.known.delete(key)
      this.fill(account, now)
    }
    // The one used last stands last.
    this.known.set(key, account)
    return account
  }

  private fill(account: Account, now: number): void {
    account.left = Math.min(
      this.burst,
      account.left + ((now - account.stamp) * this.perHour) / HOUR,
    )
    account.stamp = now
  }

  private forget(now: number): void {
    if (now - this.swept >= SWEEP_MS) {
      this.swept = now
      for (const [key, account] of this.known) {
        this.fill(account, now)
        if (account.pending === 0 && account.left >= this.burst) this.known.delete(key)
      }
      if (this.known.size < this.most) return
    }
    for (const [key, { pending }] of this.known) {
      if (pending > 0) continue
      this.known.delete(key)
      return
    }
  }
}
