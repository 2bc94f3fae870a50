/** A map that can be walked in the order of its keys. */

/** Keys in ascending order of UTF-16 units. They are sorted when they are asked for. */
export class SortedMap<V> extends Map<string, V> {
  private order: string[] | null = null

  override set(key: string, value: V): this {
    if (!this.has(key)) this.order = null
    return super.set(key, value)
  }

  override delete(key: string): boolean {
    const there = super.delete(key)
    if (there) this.order = null
    return there
  }

  override clear(): void {
    this.order = null
    super.clear()
  }

  /** The values of the keys that are greater. */
  *after(key: string): Generator<V> {
    this.order ??= [...this.keys()].sort()
    const order = this.order
    let low = 0
    let high = order.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((order[middle] as string) > key) high = middle
      else low = middle + 1
    }
    for (let i = low; i < order.length; i++) yield this.get(order[i] as string) as V
  }
}

/** The first `limit` of those that fit. */
export function take<V>(values: Iterable<V>, limit: number, fits?: (value: V) => boolean): V[] {
  const taken: V[] = []
  if (!(limit > 0)) return taken
  for (const value of values) {
    if (fits !== undefined && !fits(value)) continue
    taken.push(value)
    if (taken.length >= limit) break
  }
  return taken
}
