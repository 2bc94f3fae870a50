/** Hands things on in order, later: what a wire is to the memory transport. */
export class MicrotaskQueue<T> {
  private readonly take: (item: T) => void
  private readonly emptied: () => void
  private items: T[] = []
  private head = 0
  private scheduled = false
  private paused = false

  /**
   * @param take gets each item, in a later microtask than the one it was pushed in
   * @param emptied called whenever everything was taken
   */
  constructor(take: (item: T) => void, emptied: () => void = () => {}) {
    this.take = take
    this.emptied = emptied
  }

  push(item: T): void {
    this.items.push(item)
    this.schedule()
  }

  /** Keeps what there is and what comes until `resume`. */
  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.schedule()
  }

  /** Forgets everything. */
  clear(): void {
    this.items = []
    this.head = 0
  }

  private schedule(): void {
    if (this.scheduled || this.paused) return
    this.scheduled = true
    queueMicrotask(() => this.flush())
  }

  private flush(): void {
    this.scheduled = false
    while (!this.paused && this.head < this.items.length) {
      this.take(this.items[this.head++] as T)
    }
    if (this.head < this.items.length) return
    this.clear()
    if (!this.paused) this.emptied()
  }
}
