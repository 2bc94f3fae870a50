/** The logs that a record speaks of, and what must hold for a log by itself. */

import type { Entry } from '../protocol/types.ts'
import type { History, RoomLog } from './history-events.ts'
import type { Findings, HistoryRule, ViolationPlace } from './history-rules.ts'
import {
  concerns,
  isBare,
  isChange,
  isSaid,
  isVersion,
  sameOrigin,
  told,
  type Version,
  versionsOf,
} from './history-versions.ts'

/** What somebody saw and shouldn't have. */
export interface Wrong {
  readonly rule: HistoryRule
  readonly words: string
}

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
  /** The texts that entries were sent with, as far as anything tells: many may have been changed. */
  private readonly texts = new Map<number, string>()
  /** Changes that are known, in order, by what they change. */
  private readonly changes = new Map<number, Entry[]>()
  private readonly versions = new Map<number, readonly Version[]>()

  constructor(room: string, epoch: string, stored: RoomLog | null) {
    this.room = room
    this.epoch = epoch
    this.stored = stored
    this.only = stored?.only === undefined ? null : new Set(stored.only)
    if (stored === null) return
    const { first, head } = stored
    for (const entry of stored.entries) {
      // Of doubles the first counts; what is out of bounds is found by `contiguous`.
      const { seq } = entry
      if (seq < first || seq > head || this.bySeq[seq - first] !== undefined) continue
      this.bySeq[seq - first] = entry
      this.note(entry)
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

  /** The text that this entry was sent with; undefined: nobody was shown it, and it is gone. */
  text(seq: number): string | undefined {
    return this.texts.get(seq)
  }

  /** Somebody was told that this entry was sent with this text. */
  learn(seq: number, text: string): void {
    this.texts.set(seq, text)
  }

  /** The changes that concern an entry, in order. */
  changesOf(entry: Entry): readonly Entry[] {
    const of = isSaid(entry) ? entry.seq : entry.ref
    const all = this.changes.get(of ?? 0)
    if (all === undefined) return NONE
    return isSaid(entry) ? all : all.filter((change) => concerns(change, entry))
  }

  /** The versions that an entry of storage has had, the first one first. */
  versionsOf(entry: Entry): readonly Version[] {
    const known = this.versions.get(entry.seq)
    if (known !== undefined) return known
    const versions = versionsOf(entry, this.changesOf(entry), (seq) => this.texts.get(seq))
    this.versions.set(entry.seq, versions)
    return versions
  }

  /**
   * Somebody saw this entry. Says what is wrong with it; `null`: nothing.
   *
   * @param least what they see is as of this head, or later
   */
  witness(entry: Entry, least: number): Wrong | null {
    const { seq } = entry
    const known = this.at(seq)
    if (known === undefined) {
      if (!this.forgot(seq)) {
        return { rule: 'same', words: `${told(entry)} was shown, the log has nothing there` }
      }
      this.witnessed.set(seq, entry)
      this.note(entry)
      return this.claims(entry, least)
    }
    if (!sameOrigin(known, entry)) return other(entry, known)
    return this.forgot(seq) ? this.claims(entry, least) : this.compare(entry, known, least)
  }

  /** Somebody was told of this seq. */
  heard(seq: number): void {
    if (seq > this.known) this.known = seq
  }

  /** Compares with the versions of what storage has. */
  private compare(entry: Entry, known: Entry, least: number): Wrong | null {
    let past: Version | null = null
    for (const version of this.versionsOf(known)) {
      if (!isVersion(entry, version, (seq) => this.texts.get(seq))) continue
      if (version.until >= least) {
        if (version.source !== null) this.texts.set(version.source, entry.text)
        return null
      }
      past = version
    }
    return this.late(entry, least) ?? (past === null ? other(entry, known) : stale(entry, least))
  }

  /** What can be said of an entry that storage doesn't have any more, nor perhaps its changes. */
  private claims(entry: Entry, least: number): Wrong | null {
    const { seq, text, edited } = entry
    if (entry.deleted === true) {
      return isBare(entry) ? null : { rule: 'same', words: `${told(entry)} was shown` }
    }
    const edit = edited === undefined ? undefined : this.at(edited)
    const isEdit = edit === undefined ? this.forgot(edited ?? 0) : edit.kind === 'edit'
    if (edited !== undefined && (!isEdit || (edit !== undefined && edit.ref !== seq))) {
      return { rule: 'same', words: `${told(entry)} was shown, ${edited} is no edit of it` }
    }
    const source = edited ?? seq
    const was = this.texts.get(source)
    if (was === undefined) this.texts.set(source, text)
    else if (was !== text) {
      const words = `${told(entry)} was shown, ${source} was ${JSON.stringify(was)} to others`
      return { rule: 'same', words }
    }
    const erased = this.late(entry, least)
    if (erased !== null) return erased
    const isOld = this.changesOf(entry).some(
      (change) => change.kind === 'edit' && change.seq <= least && change.seq > source,
    )
    return isOld ? stale(entry, least) : null
  }

  /** It was deleted, and its observer knew. */
  private late(entry: Entry, least: number): Wrong | null {
    if (entry.deleted === true) return null
    const by = this.changesOf(entry).find(({ kind, seq }) => kind === 'delete' && seq <= least)
    if (by === undefined) return null
    return { rule: 'erased', words: `${told(entry)} was shown, after ${by.seq} deleted it` }
  }

  /** Notes what an entry tells of texts and changes. */
  private note(entry: Entry): void {
    const { seq, ref, text } = entry
    if (entry.deleted !== true && entry.edited === undefined) this.texts.set(seq, text)
    if (ref === undefined || !isChange(entry)) return
    const changes = this.changes.get(ref)
    if (changes === undefined) this.changes.set(ref, [entry])
    else changes.splice(changes.findLastIndex((one) => one.seq < seq) + 1, 0, entry)
  }
}

const NONE: readonly Entry[] = []

const other = (entry: Entry, known: Entry): Wrong => ({
  rule: 'same',
  words: `${told(entry)} was shown, the log has ${told(known)}`,
})

const stale = (entry: Entry, least: number): Wrong => ({
  rule: 'stale',
  words: `${told(entry)} was shown to who was told of ${least}: it had been changed by then`,
})

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
