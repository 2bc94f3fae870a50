/** How many of something may be under way at once: altogether, and of one person or address. */

/** Places that are taken and given back. */
export class Slots {
  private readonly most: number
  private readonly mostOfOne: number
  private taken = 0
  private readonly byOwner = new Map<string, number>()

  constructor(most: number, mostOfOne: number) {
    this.most = most
    this.mostOfOne = mostOfOne
  }

  /** Takes a place in the name of all these; gives what gives it back, or null: there is none. */
  take(...owners: readonly string[]): (() => void) | null {
    if (this.taken >= this.most) return null
    if (owners.some((one) => (this.byOwner.get(one) ?? 0) >= this.mostOfOne)) return null
    this.count(owners, 1)
    let isTaken = true
    return () => {
      if (isTaken) this.count(owners, -1)
      isTaken = false
    }
  }

  private count(owners: readonly string[], change: number): void {
    this.taken += change
    for (const one of owners) {
      const count = (this.byOwner.get(one) ?? 0) + change
      if (count > 0) this.byOwner.set(one, count)
      else this.byOwner.delete(one)
    }
  }
}
