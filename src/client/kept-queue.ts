/** The queue, as it is kept for another life. */

import type { Outgoing, Saying } from './outgoing.ts'
import type { Keeper } from './store.ts'

/** Keeps what isn't acknowledged; brings what an earlier client left. */
export class KeptQueue {
  /** The id of who says it; undefined before the first `hello`. */
  by: string | undefined
  readonly #keeper: Keeper
  readonly #outgoing: () => Outgoing
  /** Of an earlier life, until it is known whether one is the same person; once closed: what is left. */
  #kept: readonly Saying[] = []
  /** Keys of what is left. */
  readonly #left = new Set<string>()
  #isLoaded = false
  #isClosed = false

  constructor(keeper: Keeper, outgoing: () => Outgoing) {
    this.#keeper = keeper
    this.#outgoing = outgoing
  }

  async load(): Promise<void> {
    const { by, items } = await this.#keeper.queue()
    this.#isLoaded = true
    this.by = by
    const isNew = this.#kept.length > 0
    this.#kept = [...items, ...this.#kept]
    for (const { cid } of items) this.#left.add(cid)
    if (this.#isClosed && isNew) this.save()
  }

  /** One is this person: gives what they left, to be said now. */
  restore(id: string): readonly Saying[] {
    const kept = this.#kept
    const isSame = this.by === undefined || this.by === id
    this.#kept = []
    if (!isSame) return []
    this.#outgoing().restore(kept)
    return kept
  }

  save(): void {
    // What is kept already must not be lost by a client that is closed before it read it.
    if (!this.#isLoaded) return
    this.#keeper.keepQueue(() => {
      const items = this.#isClosed ? this.#kept : [...this.#kept, ...this.#outgoing().sayings]
      return this.by === undefined ? { items } : { by: this.by, items }
    }, this.#isClosed)
  }

  /** Refuses what wasn't sent, `all`: nor answered. It is kept, in order. */
  close(all: boolean): void {
    this.#isClosed = true
    this.#kept = [...this.#kept, ...this.#outgoing().sayings]
    this.#refuse(all)
  }

  /** What was on its way when it was closed is answered, or it never will be. */
  rest(): void {
    this.#refuse(true)
    this.#kept = this.#kept.filter(({ cid }) => this.#left.has(cid))
    this.save()
  }

  #refuse(all: boolean): void {
    for (const { cid } of this.#outgoing().close(all)) this.#left.add(cid)
    this.save()
  }
}
