/** Entries of a room that came before those they follow. */

import type { Entry } from '../protocol/types.ts'

/** So many, at most: storage has them anyway. */
const AHEAD = 1000

/** Keeps entries until it is their turn. */
export class Ahead {
  /** By seq; nearly always there are none. */
  private entries: Map<number, Entry> | null = null

  add(entry: Entry): void {
    this.entries ??= new Map()
    if (this.entries.size < AHEAD) this.entries.set(entry.seq, entry)
  }

  /** Gives the entry with this seq away, if it is here. */
  take(seq: number): Entry | undefined {
    const { entries } = this
    const entry = entries?.get(seq)
    if (entry !== undefined) {
      entries?.delete(seq)
      if (entries?.size === 0) this.entries = null
    }
    return entry
  }

  /** Gives up those up to this seq. */
  drop(seq: number): void {
    for (const known of this.entries?.keys() ?? []) if (known <= seq) this.entries?.delete(known)
    if (this.entries?.size === 0) this.entries = null
  }

  clear(): void {
    this.entries = null
  }
}
