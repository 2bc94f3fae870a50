/** A storage as one writes it in an afternoon, with the mistakes one makes. */

import { ChatError } from '../../src/errors.ts'
import { amended, entryOf, isChange } from '../../src/protocol/entry.ts'
import type { Entry } from '../../src/protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord, Storage } from '../../src/spi/storage.ts'
import type { Tools } from './world.ts'

/** What is wrong with it; without any of these it is right. */
export interface Flaws {
  /** A number is drawn before anything else, as from a SEQUENCE; what isn't used leaves a hole. */
  readonly numberFirst?: boolean
  /** Nobody looks whether a key was used. */
  readonly noKey?: boolean
  /** Whether a key was used is looked up some time before the entry is stored. */
  readonly lookFirst?: boolean
  /** Keys are compared with what was stored before the batch. */
  readonly batchBlind?: boolean
  /** What a key is made of. Default: all three. */
  readonly key?: 'no sender' | 'no room'
  /** The same key with another text counts as the same. */
  readonly textBlind?: boolean
  /** The same key with another text replaces the text. */
  readonly overwrites?: boolean
  /** Who repeats something is told the newest seq. */
  readonly newestSeq?: boolean
  /** Who repeats something isn't told that it is a duplicate. */
  readonly noDuplicates?: boolean
  /** The last of a batch is stored first. */
  readonly reversed?: boolean
  /** The counter is read some time before it is written. */
  readonly countFirst?: boolean
  /** The next number is one more than there are entries. */
  readonly countsEntries?: boolean
  /** Texts are cut off. */
  readonly shortTexts?: boolean
  /** Answers before it stores; at times it never does. */
  readonly answersFirst?: boolean
  /** When it is opened, the newest entries are gone. */
  readonly forgetsNewest?: boolean
  /** Numbers come from two blocks of five at a time, as two nodes take them that want to be fast. */
  readonly blocks?: boolean
  /** Keys are known for so long, in ms. */
  readonly keysMs?: number
  /** The time of an entry is what its sender's node says. */
  readonly keepsTimes?: boolean
  /** A deletion leaves the text of the message, or those of its edits. */
  readonly leaves?: 'text' | 'edits'
  /** What was deleted may be changed. */
  readonly changesGone?: boolean
  /** An edit is applied some time before it is stored; at times it never is. */
  readonly editsFirst?: boolean
  /** A reaction that is said again counts again. */
  readonly countsTwice?: boolean
}

interface Log {
  record: RoomRecord
  /** The number drawn last. */
  drawn: number
  /** The highest number stored. */
  head: number
  first: number
  /** As they are now. */
  readonly entries: Map<number, Entry>
  /** The texts that they were sent with. */
  readonly sent: Map<number, string>
  /** What is left of two blocks of numbers, and the last number of any. */
  readonly blocks: readonly [number[], number[]]
  taken: number
}

/** Longest time between two steps of a storage that doesn't hold its locks, in ms. */
const STEP_MS = 30

/** A storage in memory, with these flaws. */
export function naiveStorage({ clock, random, plan }: Tools, flaws: Flaws): Storage {
  const kept = plan.kept ?? Number.POSITIVE_INFINITY
  const logs = new Map<string, Log>()
  const keys = new Map<string, { readonly room: string; readonly seq: number }>()
  const settings = new Map<string, string>()

  const pause = (): Promise<void> =>
    new Promise((resolve) => void clock.after(random.int(0, STEP_MS), resolve))

  function keyOf({ room, epoch, from, cid }: NewEntry): string | null {
    if (cid === undefined || flaws.noKey) return null
    if (flaws.key === 'no sender') return `${room} ${epoch} ${cid}`
    if (flaws.key === 'no room') return `${from.id} ${cid}`
    return `${room} ${epoch} ${from.id} ${cid}`
  }

  /** The entry that has this key. */
  function lookUp(draft: NewEntry): Entry | undefined {
    const place = keys.get(keyOf(draft) ?? '')
    return place === undefined ? undefined : logs.get(place.room)?.entries.get(place.seq)
  }

  function fromBlock(log: Log): number {
    const block = log.blocks[random.int(0, 1)] as number[]
    if (block.length === 0) {
      for (let n = 1; n <= 5; n++) block.push(log.taken + n)
      log.taken += 5
    }
    return block.shift() as number
  }

  function put(log: Log, entry: Entry): void {
    log.entries.set(entry.seq, entry)
    log.sent.set(entry.seq, entry.text)
    log.head = Math.max(log.head, entry.seq)
    if (isChange(entry.kind)) apply(log, entry)
    while (log.entries.size > kept) {
      log.entries.delete(log.first)
      log.sent.delete(log.first)
      log.first += 1
    }
  }

  function apply(log: Log, change: Entry): void {
    for (const [seq, entry] of log.entries) {
      const now = amended(entry, change)
      if (now === entry) continue
      const leaves = entry.kind === 'edit' ? 'edits' : 'text'
      if (change.kind !== 'delete' || flaws.leaves !== leaves) log.entries.set(seq, now)
      else if (leaves === 'text') log.entries.set(seq, { ...entry, deleted: true })
    }
  }

  const isGone = (entry: Entry | undefined): boolean =>
    entry === undefined ||
    (entry.kind !== 'message' && entry.kind !== 'notice') ||
    (entry.deleted === true && !flaws.changesGone)

  /** Edits come into effect, and the storage fails before it stores them, or doesn't. */
  async function editFirst(batch: readonly NewEntry[]): Promise<void> {
    for (const { room, kind, ref = 0, text } of batch) {
      const log = logs.get(room)
      const entry = log?.entries.get(ref)
      if (kind !== 'edit' || log === undefined || entry === undefined || isGone(entry)) continue
      log.entries.set(ref, { ...entry, text, edited: log.drawn + 1 })
      await pause()
      if (random.chance(0.3)) throw new ChatError('unavailable')
    }
  }

  function again(log: Log, draft: NewEntry, known: Entry): Appended {
    const { seq, ts, kind, ref, deleted } = known
    const isSame = kind === draft.kind && ref === draft.ref
    if (!isSame || (deleted !== true && log.sent.get(seq) !== draft.text)) {
      if (flaws.overwrites) log.entries.set(seq, { ...known, text: draft.text })
      else if (!flaws.textBlind) return { error: 'conflict' }
    }
    const target = flaws.countsTwice && kind === 'react' ? log.entries.get(ref ?? 0) : undefined
    if (target?.reactions !== undefined) {
      const reactions = target.reactions.map((one) =>
        one.text === draft.text ? { ...one, count: one.count + 1 } : one,
      )
      log.entries.set(target.seq, { ...target, reactions })
    }
    const told = flaws.newestSeq ? log.head : seq
    return { seq: told, ts, duplicate: flaws.noDuplicates !== true }
  }

  function one(draft: NewEntry, found: Entry | undefined, counted: number | undefined): Appended {
    const log = logs.get(draft.room)
    if (log === undefined) return { error: 'room_not_found' }
    if (flaws.numberFirst) log.drawn += 1
    if (log.record.epoch !== draft.epoch) return { error: 'room_not_found' }
    const known = flaws.lookFirst || flaws.batchBlind ? found : lookUp(draft)
    if (known !== undefined) return again(log, draft, known)
    if (isChange(draft.kind) && isGone(log.entries.get(draft.ref ?? 0))) {
      return { error: 'entry_not_found' }
    }
    if (flaws.countFirst) log.drawn = (counted ?? 0) + 1
    else if (flaws.countsEntries) log.drawn = log.entries.size + 1
    else if (!flaws.numberFirst) log.drawn += 1
    const seq = flaws.blocks ? fromBlock(log) : log.drawn
    const text = flaws.shortTexts ? draft.text.slice(0, 6) : draft.text
    const before = log.entries.get(seq - 1)?.ts ?? 0
    const ts = flaws.keepsTimes ? draft.ts : Math.max(draft.ts, before)
    const entry = entryOf({ ...draft, text }, seq, ts)
    const key = keyOf(draft)
    if (key !== null) {
      keys.set(key, { room: draft.room, seq })
      if (flaws.keysMs !== undefined) clock.after(flaws.keysMs, () => keys.delete(key))
    }
    if (!flaws.answersFirst) put(log, entry)
    else if (random.chance(0.8)) void pause().then(() => put(log, entry))
    return { seq, ts, duplicate: false }
  }

  async function append(batch: readonly NewEntry[]): Promise<readonly Appended[]> {
    if (flaws.editsFirst) await editFirst(batch)
    const found = batch.map(lookUp)
    const counted = new Map(batch.map(({ room }) => [room, logs.get(room)?.drawn]))
    if (flaws.lookFirst || flaws.countFirst) await pause()
    const results: Appended[] = []
    const order = [...batch.keys()]
    for (const i of flaws.reversed ? order.reverse() : order) {
      const draft = batch[i] as NewEntry
      const result = one(draft, found[i], counted.get(draft.room))
      if ('seq' in result && !result.duplicate) counted.set(draft.room, result.seq)
      results[i] = result
    }
    return results
  }

  function page(
    { record, head, first, entries }: Log,
    { after, before, at = 0, limit }: Range,
  ): Page {
    const to = Math.min(head, (before ?? head + 1) - 1)
    const from = Math.max(first, (after ?? 0) + 1)
    const all: Entry[] = []
    for (let seq = from; seq <= to; seq++) {
      const entry = entries.get(seq)
      if (entry !== undefined && entry.ts >= at) all.push(entry)
    }
    const some = before === undefined ? all.slice(0, limit) : all.slice(-limit)
    return { epoch: record.epoch, head, first, entries: some }
  }

  const recordOf = ({ record, head }: Log): RoomRecord => ({ ...record, head })

  return {
    name: 'naive',
    supports: { durable: false, appends: 1, changes: true },
    async open() {
      if (!flaws.forgetsNewest) return
      for (const log of logs.values()) {
        for (let n = 0; n < 2; n++) if (log.entries.delete(log.head)) log.head -= 1
        log.drawn = log.head
      }
    },
    async close() {},
    append,
    async read(room, range) {
      const log = logs.get(room)
      return log === undefined ? null : page(log, range)
    },
    async heads(rooms) {
      return rooms.map((room) => {
        const log = logs.get(room)
        return log === undefined ? null : { epoch: log.record.epoch, head: log.head }
      })
    },
    async setting(key, value) {
      const known = settings.get(key) ?? value
      settings.set(key, known)
      return known
    },
    rooms: {
      async create(room) {
        const known = logs.get(room.room)
        if (known !== undefined) return { room: recordOf(known), created: false }
        const record = { ...room, head: 0 }
        logs.set(room.room, {
          record,
          drawn: 0,
          head: 0,
          first: 1,
          entries: new Map(),
          sent: new Map(),
          blocks: [[], []],
          taken: 0,
        })
        return { room: record, created: true }
      },
      async get(room) {
        const log = logs.get(room)
        return log === undefined ? null : recordOf(log)
      },
      async list() {
        return [...logs.values()].map(recordOf)
      },
      delete: async (room) => logs.delete(room),
      async update(room, change) {
        const log = logs.get(room)
        if (log === undefined) return null
        log.record = { ...log.record, ...change }
        return recordOf(log)
      },
      async keep() {},
      async expire() {
        return []
      },
    },
  }
}
