/** How much one connection, and one address, may ask for. */

import { addressKey } from '../address.ts'
import type { Limits } from '../limits.ts'

/** A bucket that fills at a steady rate and is emptied by what one asks for. */
export class Bucket {
  private tokens: number
  private stamp: number

  constructor(burst: number, now: number) {
    this.tokens = burst
    this.stamp = now
  }

  /** Gives back what was taken for nothing. */
  give(cost: number): void {
    this.tokens += cost
  }

  /** Takes `cost`; returns 0, or how many ms to wait until it is there. */
  take(cost: number, perSecond: number, burst: number, now: number): number {
    this.fill(perSecond, burst, now)
    if (this.tokens >= cost) {
      this.tokens -= cost
      return 0
    }
    return Math.ceil(((cost - this.tokens) / perSecond) * 1000)
  }

  full(perSecond: number, burst: number, now: number): boolean {
    this.fill(perSecond, burst, now)
    return this.tokens >= burst
  }

  private fill(perSecond: number, burst: number, now: number): void {
    if (now <= this.stamp) return
    this.tokens = Math.min(burst, this.tokens + ((now - this.stamp) / 1000) * perSecond)
    this.stamp = now
  }
}

/** One address: its connections, and what they ask for together. */
export class AddressUse {
  connections = 0
  readonly commands: Bucket
  readonly creates: Bucket
  /** Wrong passwords of rooms. */
  readonly failures: Bucket

  constructor(limits: Limits, now: number) {
    this.commands = new Bucket(limits.addressCommandBurst, now)
    this.creates = new Bucket(limits.createsPerHour, now)
    this.failures = new Bucket(limits.failuresPerHour, now)
  }

  /** Nothing would be different if it were forgotten. */
  spent(limits: Limits, now: number): boolean {
    return (
      this.connections === 0 &&
      this.commands.full(limits.addressCommandsPerSecond, limits.addressCommandBurst, now) &&
      this.creates.full(limits.createsPerHour / 3600, limits.createsPerHour, now) &&
      this.failures.full(limits.failuresPerHour / 3600, limits.failuresPerHour, now)
    )
  }
}

/** The addresses that are in use, or were a moment ago. */
export class Addresses {
  private readonly known = new Map<string, AddressUse>()
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  use(address: string, now: number): AddressUse {
    const key = addressKey(address)
    let use = this.known.get(key)
    if (use === undefined) {
      use = new AddressUse(this.limits, now)
      this.known.set(key, use)
    }
    return use
  }

  /** Connections from there at the moment. */
  connections(address: string): number {
    return this.known.get(addressKey(address))?.connections ?? 0
  }

  /** Forgets addresses that nothing need be remembered of. */
  sweep(now: number): void {
    for (const [key, use] of this.known) if (use.spent(this.limits, now)) this.known.delete(key)
  }
}
