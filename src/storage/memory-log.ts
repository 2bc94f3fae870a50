/** One room's log in memory: a queue of entries with an index of the senders' keys. */

import { entryOf } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord } from '../spi/storage.ts'

/** What an entry costs besides its text, roughly, in bytes. */
const OVERHEAD = 300

/** Bytes an entry occupies, roughly: for budgets, not for accounts. */
export function weigh(entry: { readonly text: string }): number {
  return OVERHEAD + entry.text.length * 2
}

// The length keeps apart what would read the same joined.
const keyOf = (sender: string, cid: string): string => `${sender.length} ${sender}${cid}`

/** The log of one room. Entries before `first` have been given up. */
export class MemoryLog {
  record: RoomRecord
  head = 0
  first = 1
  bytes = 0
  /** `entries[offset]` is the entry `first`; what stands before it is free to be cut off. */
  private entries: Entry[] = []
  private offset = 0
  private readonly keys = new Map<string, number>()

  constructor(record: RoomRecord) {
    this.record = record
  }

  at(seq: number): Entry | undefined {
    return this.entries[this.offset + seq - this.first]
  }

  append(draft: NewEntry): Appended {
    if (draft.cid !== undefined) {
      const known = this.keys.get(keyOf(draft.from.id, draft.cid))
      if (known !== undefined) {
        const entry = this.at(known)
        // The index holds only what is still kept, so `entry` is there.
        if (entry?.kind !== draft.kind || entry.text !== draft.text) return { error: 'conflict' }
        return { seq: known, ts: entry.ts, duplicate: true }
      }
    }
    this.head += 1
    const seq = this.head
    const entry = entryOf(draft, seq, draft.ts)
    this.entries.push(entry)
    this.bytes += weigh(entry)
    if (draft.cid !== undefined) this.keys.set(keyOf(draft.from.id, draft.cid), seq)
    return { seq, ts: draft.ts, duplicate: false }
  }

  /** Gives up the oldest entry; returns the bytes that frees. */
  drop(): number {
    const entry = this.at(this.first)
    if (entry === undefined) return 0
    if (entry.cid !== undefined) this.keys.delete(keyOf(entry.from.id, entry.cid))
    const freed = weigh(entry)
    this.bytes -= freed
    this.first += 1
    this.offset += 1
    // Cutting off half at a time keeps the cost of a drop constant on average.
    if (this.offset > 64 && this.offset * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.offset)
      this.offset = 0
    }
    return freed
  }

  get kept(): number {
    return this.entries.length - this.offset
  }

  page(range: Range): Page {
    const { first, head } = this
    let from: number
    let to: number
    if (range.before !== undefined) {
      to = Math.min(range.before - 1, head)
      from = Math.max(first, to - range.limit + 1)
    } else {
      from = Math.max(first, (range.after ?? 0) + 1)
      to = Math.min(head, from + range.limit - 1)
    }
    const start = this.offset + from - first
    const entries = to < from ? [] : this.entries.slice(start, start + to - from + 1)
    return { epoch: this.record.epoch, head, first, entries }
  }
}
