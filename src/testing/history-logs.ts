/** The logs that a record speaks of, and what must hold for a log by itself. */

import type { Entry } from '../protocol/types.ts'
import type { History, RoomLog } from './history-events.ts'
import type { Findings, ViolationPlace } from './history-rules.ts'

/** One log: what storage has of it, and what clients told of it. */
export class Log {
  readonly room: string
  readonly epoch: string
  /** What storage has; `null`: it is lost, or was never there. */
  readonly stored: RoomLog | null
  /** Only these persons may see it; `null`: everybody. */
  readonly only: ReadonlySet<string> | null
  /** The highest seq that anybody was told of so far. */
  known = 0
  private readonly bySeq: (Entry | undefined)[] = []
  /** What was seen where storage has nothing: the first to see it is believed. */
  private readonly witnessed = new Map<number, Entry>()

  constructor(room: string, epoch: string, stored: RoomLog | null) {
    this.room = room
    this.epoch = epoch
    this.stored = stored
    this.only = stored?.only === undefined ? null : new Set(stored.only)
    if (stored === null) return
    const { first, head } = stored
    for (const entry of stored.entries) {
      // Of doubles the first counts; what is out of bounds is found by `contiguous`.
      if (entry.seq >= first && entry.seq <= head) this.bySeq[entry.seq - first] ??= entry
    }
  }

  /** The entry of this seq, as far as it can be known. */
  at(seq: number): Entry | undefined {
    if (this.stored === null) return this.witnessed.get(seq)
    return this.bySeq[seq - this.stored.first] ?? this.witnessed.get(seq)
  }

  /** Storage doesn't have this entry any more, so nobody can look it up. */
  forgot(seq: number): boolean {
    return this.stored === null || seq < this.stored.first
  }

  /** Somebody saw this entry. Says what is wrong with it; `null`: nothing. */
  witness(entry: Entry): string | null {
    const { seq } = entry
    const known = this.at(seq)
    if (known !== undefined) {
      return sameEntry(known, entry) ? null : `${told(entry)} was shown, the log has ${told(known)}`
    }
    if (this.forgot(seq)) {
      this.witnessed.set(seq, entry)
      return null
    }
    return `${told(entry)} was shown, the log has nothing there`
  }

  /** Somebody was told of this seq. */
  heard(seq: number): void {
    if (seq > this.known) this.known = seq
  }
}

/** All logs of a record. */
export class Logs {
  readonly all: Log[] = []
  private readonly rooms = new Map<string, Map<string, Log>>()
  private readonly findings: Findings

  constructor(history: History, findings: Findings) {
    this.findings = findings
    for (const stored of history.logs) this.add(stored.room, stored.epoch, stored)
    for (const { room, epoch } of history.lost ?? []) {
      if (this.rooms.get(room)?.has(epoch) !== true) this.add(room, epoch, null)
    }
  }

  /** The log a client was told of. One that storage should have and hasn't is a finding, once. */
  of(room: string, epoch: string, place: ViolationPlace): Log {
    const known = this.rooms.get(room)?.get(epoch)
    if (known !== undefined) return known
    this.findings.add('epoch', place, `storage has no log ${epoch} of this room`)
    return this.add(room, epoch, null)
  }

  /** Every log of a room. */
  inRoom(room: string): Iterable<Log> {
    return this.rooms.get(room)?.values() ?? []
  }

  private add(room: string, epoch: string, stored: RoomLog | null): Log {
    const log = new Log(room, epoch, stored)
    let epochs = this.rooms.get(room)
    if (epochs === undefined) {
      epochs = new Map()
      this.rooms.set(room, epochs)
    }
    epochs.set(epoch, log)
    this.all.push(log)
    return log
  }
}

/** The log has every seq from its first to its head, once, in order. */
export function checkContiguous({ stored }: Log, findings: Findings): void {
  if (stored === null) return
  const { room, first, head, entries } = stored
  let next = first
  for (const { seq } of entries) {
    if (seq !== next) findings.add('contiguous', { room }, `${seq} follows ${next - 1}`)
    next = seq + 1
  }
  if (next !== head + 1) {
    findings.add('contiguous', { room }, `the head is ${head}, the last entry is ${next - 1}`)
  }
}

/** The same in everything that clients get. */
function sameEntry(a: Entry, b: Entry): boolean {
  return (
    a.seq === b.seq &&
    a.ts === b.ts &&
    a.kind === b.kind &&
    a.text === b.text &&
    a.cid === b.cid &&
    a.from.id === b.from.id &&
    a.from.name === b.from.name &&
    a.to?.id === b.to?.id
  )
}

/** An entry in words. */
export function told({ seq, from, cid, text }: Entry): string {
  const short = text.length > 20 ? `${text.slice(0, 20)}…` : text
  return `${seq} (${from.id}/${cid ?? 'no cid'}: ${JSON.stringify(short)})`
}
