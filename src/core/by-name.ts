/** People by their names: several may share one. */

/** An index by name key (see `nameKey`). Nearly every name is one person's. */
export class ByName<T> {
  private readonly known = new Map<string, T[]>()

  add(key: string, one: T): void {
    const all = this.known.get(key)
    if (all === undefined) this.known.set(key, [one])
    else if (!all.includes(one)) all.push(one)
  }

  delete(key: string, one: T): void {
    const all = this.known.get(key)
    const at = all?.indexOf(one) ?? -1
    if (all === undefined || at < 0) return
    if (all.length === 1) this.known.delete(key)
    else all.splice(at, 1)
  }

  /** Whoever has had the name the longest. */
  first(key: string): T | undefined {
    return this.known.get(key)?.[0]
  }

  all(key: string): readonly T[] {
    return this.known.get(key) ?? []
  }
}
