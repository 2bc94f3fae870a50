/** One room's log in memory: a queue of entries with an index of the senders' keys. */

import { entryOf, erased, isChange } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord } from '../spi/storage.ts'
import { EntryChanges } from './memory-changes.ts'

/** What an entry costs besides its text, roughly, in bytes. */
const OVERHEAD = 300

/** Bytes an entry occupies, roughly: for budgets, not for accounts. */
function weigh({ text, details }: Entry): number {
  const more = details === undefined ? 0 : JSON.stringify(details).length
  return OVERHEAD + (text.length + more) * 2
}

// The length keeps apart what would read the same joined.
const keyOf = (sender: string, cid: string): string => `${sender.length} ${sender}${cid}`

/** The log of one room. Entries before `first` have been given up. */
export class MemoryLog {
  record: RoomRecord
  head = 0
  first = 1
  bytes = 0
  /** Entries given up before it was their turn: see `turns` of the storage. */
  early = 0
  /** `entries[offset]` is the entry `first`; what stands before it is free to be cut off. */
  private entries: Entry[] = []
  private offset = 0
  private lastTs = Number.NEGATIVE_INFINITY
  private readonly keys = new Map<string, number>()
  /** Of the entries that were changed: by what. */
  private readonly changes = new Map<number, EntryChanges>()

  constructor(record: RoomRecord) {
    this.record = record
  }

  at(seq: number): Entry | undefined {
    // Below `first` there may be remains of what was given up.
    return seq < this.first ? undefined : this.entries[this.offset + seq - this.first]
  }

  append(draft: NewEntry): Appended {
    const { cid, kind, ref } = draft
    if (cid !== undefined) {
      const known = this.keys.get(keyOf(draft.from.id, cid))
      // The index holds only what is still kept, so the entry is there.
      if (known !== undefined) return this.again(draft, this.at(known) as Entry)
    }
    const seq = this.head + 1
    if (isChange(kind) && !this.change(draft, ref ?? 0, seq)) return { error: 'entry_not_found' }
    const ts = Math.max(draft.ts, this.lastTs)
    const entry = entryOf(draft, seq, ts)
    this.entries.push(entry)
    this.head = seq
    this.lastTs = ts
    this.bytes += weigh(entry)
    if (cid !== undefined) this.keys.set(keyOf(draft.from.id, cid), seq)
    return { seq, ts, duplicate: false }
  }

  private again(draft: NewEntry, { seq, ts, kind, ref, text, deleted }: Entry): Appended {
    const first = this.changes.get(seq)?.original ?? text
    const same =
      kind === draft.kind && ref === draft.ref && (deleted === true || first === draft.text)
    return same ? { seq, ts, duplicate: true } : { error: 'conflict' }
  }

  /** Applies what will be the entry `seq` to its target; false: that can't be changed. */
  private change({ kind, from, text }: NewEntry, ref: number, seq: number): boolean {
    const target = this.at(ref)
    if (target === undefined || target.deleted === true) return false
    if (target.kind !== 'message' && target.kind !== 'notice') return false
    if (kind === 'delete') {
      this.erase(ref)
      return true
    }
    const changes = this.changes.get(ref) ?? new EntryChanges()
    this.changes.set(ref, changes)
    this.bytes -= changes.bytes
    changes.by.push(seq)
    if (kind === 'edit') {
      changes.original ??= target.text
      this.replace(ref, { ...target, text, edited: seq })
    } else if (kind === 'react' ? changes.react(text, from.id) : changes.unreact(text, from.id)) {
      const { reactions: _, ...rest } = target
      const reactions = changes.reactions()
      this.replace(ref, reactions.length === 0 ? rest : { ...rest, reactions })
    }
    this.bytes += changes.bytes
    return true
  }

  /** Erases an entry with all that was done to it, as a `delete` does; false: it is not there. */
  erase(seq: number): boolean {
    const entry = this.at(seq)
    if (entry === undefined || entry.deleted === true) return false
    this.replace(seq, erased(entry))
    const changes = this.changes.get(seq)
    if (changes === undefined) return true
    this.bytes -= changes.bytes
    this.changes.delete(seq)
    for (const by of changes.by) {
      const change = this.at(by)
      if (change !== undefined) this.replace(by, erased(change))
    }
    return true
  }

  /** Puts another entry in the place of one that is kept. */
  replace(seq: number, entry: Entry): void {
    const place = this.offset + seq - this.first
    this.bytes += weigh(entry) - weigh(this.entries[place] as Entry)
    this.entries[place] = entry
  }

  /** Takes back what a person holds up to entries. */
  forgetReactions(person: string): void {
    for (const [seq, changes] of this.changes) {
      const before = changes.bytes
      if (!changes.forget(person)) continue
      this.bytes += changes.bytes - before
      const { reactions: _, ...rest } = this.at(seq) as Entry
      const reactions = changes.reactions()
      this.replace(seq, reactions.length === 0 ? rest : { ...rest, reactions })
    }
  }

  /** Gives up the oldest entry; returns the bytes that frees. */
  drop(): number {
    const entry = this.at(this.first)
    if (entry === undefined) return 0
    if (entry.cid !== undefined) this.keys.delete(keyOf(entry.from.id, entry.cid))
    const freed = weigh(entry) + (this.changes.get(this.first)?.bytes ?? 0)
    this.changes.delete(this.first)
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
      const after = range.at === undefined ? (range.after ?? 0) : this.firstAt(range.at) - 1
      from = Math.max(first, after + 1)
      to = Math.min(head, from + range.limit - 1)
    }
    const start = this.offset + from - first
    const entries = to < from ? [] : this.entries.slice(start, start + to - from + 1)
    return { epoch: this.record.epoch, head, first, entries }
  }

  /** Seq of the first entry of this time or later; `head + 1`: there is none. */
  private firstAt(ts: number): number {
    let low = this.first
    let high = this.head + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.at(middle) as Entry).ts < ts) low = middle + 1
      else high = middle
    }
    return low
  }
}
