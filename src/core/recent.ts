/** The newest entries of a room, kept in memory for those who come back. */

import { amended, entryUnits, isChange } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'

/** Changes of earlier entries that are remembered for what was read before them, at most. */
const CHANGES = 256

/**
 * Whether nobody can tell from the entry what a change does to it: somebody reacts who may be one of
 * those whom a reaction counts and doesn't name. Storage knows.
 */
export function isUnsure(entry: Entry, { kind, ref, text, from }: Entry): boolean {
  if (entry.seq !== ref || (kind !== 'react' && kind !== 'unreact')) return false
  const known = entry.reactions?.find((one) => one.text === text)
  return known !== undefined && known.by.length < known.count && !known.by.includes(from.id)
}

/** How much is kept. */
export interface RecentLimits {
  readonly recentEntries: number
  /** Text of those entries, in UTF-16 units. */
  readonly recentUnits: number
}

/**
 * The newest entries, oldest first, without holes, ending with the room's position: as they are
 * now, so that what was deleted is shown to nobody. What is being read from storage meanwhile is
 * brought up to date by {@link changesAfter}.
 */
export class Recent {
  private readonly limits: RecentLimits
  private entries: Entry[] = []
  private units = 0
  /** The entries before these were looked for in storage, and are as many as may be kept. */
  private recalled = false
  /** The newest changes handed out. */
  private changes: Entry[] = []
  /** All changes that were ever handed out, and what else made reading again necessary. */
  altered = 0

  constructor(limits: RecentLimits) {
    this.limits = limits
  }

  get count(): number {
    return this.entries.length
  }

  /** The next entry was handed out. */
  push(entry: Entry): void {
    if (isChange(entry.kind)) this.amend(entry)
    this.entries.push(entry)
    this.units += entryUnits(entry)
    const { recentEntries, recentUnits } = this.limits
    // Cut in halves, so that a push costs the same on average however long the list is.
    if (this.entries.length > recentEntries * 2 || this.units > recentUnits * 2) this.forget()
  }

  /** The newest `count`; null: there aren't as many. */
  newest(count: number): readonly Entry[] | null {
    if (count < 0 || count > this.entries.length) return null
    return count === 0 ? [] : this.entries.slice(-count)
  }

  /** Whether looking in storage once would give the newest `count`. */
  recallable(count: number): boolean {
    return !this.recalled && count <= this.limits.recentEntries
  }

  /** Takes what storage has right before the oldest of these. */
  recall(older: readonly Entry[]): void {
    this.recalled = true
    this.entries.unshift(...older)
    this.forget()
  }

  /** What was handed out doesn't go on here, and what is being read may be of no use. */
  clear(): void {
    this.entries = []
    this.units = 0
    this.recalled = false
    this.changes = []
    this.altered += 1
  }

  /** The changes handed out after the first `count`; null: they aren't all known any more. */
  changesAfter(count: number): readonly Entry[] | null {
    const missing = this.altered - count
    if (missing > this.changes.length) return null
    return missing === 0 ? [] : this.changes.slice(-missing)
  }

  private amend(change: Entry): void {
    const unsure = this.entries.findIndex((entry) => isUnsure(entry, change))
    if (unsure >= 0) this.giveUp(unsure)
    this.entries = this.entries.map((entry) => {
      const now = amended(entry, change)
      if (now !== entry) this.units += entryUnits(now) - entryUnits(entry)
      return now
    })
    this.altered += 1
    this.changes.push(change)
    if (this.changes.length > CHANGES * 2) this.changes = this.changes.slice(-CHANGES)
  }

  /** Whoever wants this entry, or one before it, is to read it from storage. */
  private giveUp(index: number): void {
    const given = this.entries.splice(0, index + 1)
    for (const entry of given) this.units -= entryUnits(entry)
    this.recalled = false
  }

  /** Keeps the newest, as many as may be. */
  private forget(): void {
    const { recentEntries, recentUnits } = this.limits
    const { entries } = this
    let from = entries.length
    let units = 0
    while (from > 0 && entries.length - from < recentEntries) {
      const more = entryUnits(entries[from - 1] as Entry)
      if (units + more > recentUnits) break
      units += more
      from -= 1
    }
    this.entries = entries.slice(from)
    this.units = units
  }
}
