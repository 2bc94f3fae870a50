/** What was done to one entry in memory: its first text, who holds what up to it, and by what. */

import { REACTION_IDS } from '../protocol/entry.ts'
import type { Reaction } from '../protocol/types.ts'

/** What one person's holding something up costs, roughly, in bytes. */
const HOLDING = 100

/** The changes of an entry that was not deleted. */
export class EntryChanges {
  /** The text it was sent with, once it was edited: a retry of the sender has that. */
  original: string | undefined
  /** Seqs of the entries that changed it. */
  readonly by: number[] = []
  /** Who holds what: texts and people in the order in which they came. */
  private readonly held = new Map<string, Set<string>>()
  private holdings = 0

  /** False: the person holds it already. */
  react(text: string, person: string): boolean {
    const people = this.held.get(text) ?? new Set()
    if (people.has(person)) return false
    this.held.set(text, people.add(person))
    this.holdings += 1
    return true
  }

  /** False: the person doesn't hold it. */
  unreact(text: string, person: string): boolean {
    const people = this.held.get(text)
    if (people?.delete(person) !== true) return false
    if (people.size === 0) this.held.delete(text)
    this.holdings -= 1
    return true
  }

  /** Takes back all that a person holds; false: nothing. */
  forget(person: string): boolean {
    const before = this.holdings
    for (const text of [...this.held.keys()]) this.unreact(text, person)
    return this.holdings < before
  }

  reactions(): readonly Reaction[] {
    return [...this.held].map(([text, people]) => {
      const by: string[] = []
      for (const person of people) {
        if (by.length === REACTION_IDS) break
        by.push(person)
      }
      return { text, count: people.size, by }
    })
  }

  /** Roughly. */
  get bytes(): number {
    return (this.original?.length ?? 0) * 2 + this.by.length * 8 + this.holdings * HOLDING
  }
}
