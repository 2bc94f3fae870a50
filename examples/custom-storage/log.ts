/** One room's log: what is appended to it, and how it is read. */

import type { Appended, Entry, NewEntry, Page, Range } from 'tertulia'
import { isChange } from 'tertulia/protocol'
import { headOf, type Room } from './state.ts'

type Shown = { -readonly [K in keyof Entry]: Entry[K] }

const DAY_MS = 24 * 60 * 60_000
/** Ids that a reaction names, at most. */
const NAMED = 100

/** Gives an entry its place, or finds the one it has already. */
export function append(room: Room, draft: NewEntry): Appended {
  const { epoch: _, ...parts } = draft
  const { kind, ref, text, cid, from } = parts
  const known =
    cid === undefined
      ? undefined
      : room.entries.find((entry) => entry.cid === cid && entry.from.id === from.id)
  if (known !== undefined) {
    const same = known.kind === kind && known.ref === ref && (known.deleted || known.text === text)
    return same ? { seq: known.seq, ts: known.ts, duplicate: true } : { error: 'conflict' }
  }
  if (isChange(kind)) {
    const target = room.entries[(ref ?? 0) - room.first]
    if (target === undefined || target.deleted) return { error: 'entry_not_found' }
    if (target.kind !== 'message' && target.kind !== 'notice') return { error: 'entry_not_found' }
    if (kind === 'delete') erase(room, target.seq)
  }
  const seq = headOf(room) + 1
  const ts = Math.max(draft.ts, room.lastTs)
  room.entries.push({ ...parts, seq, ts })
  room.lastTs = ts
  return { seq, ts, duplicate: false }
}

/** Takes the text of an entry, and of all that was done to it. False: there is none. */
export function erase(room: Room, seq: number): boolean {
  const target = room.entries[seq - room.first]
  if (target === undefined || target.deleted) return false
  room.entries = room.entries.map((entry) => {
    const done = entry.ref === seq && isChange(entry.kind) && entry.kind !== 'delete'
    if (entry !== target && !done) return entry
    const { details: _, ...rest } = entry
    return { ...rest, text: '', deleted: true }
  })
  return true
}

/** Gives up what the room keeps no longer, by number and by age. */
export function trim(room: Room, entriesPerRoom: number): void {
  const { keepEntries = entriesPerRoom, keepDays = Infinity } = room.record.settings ?? {}
  const since = Date.now() - keepDays * DAY_MS
  const many = room.entries.length - keepEntries
  const kept = room.entries.findIndex(({ ts }, i) => i >= many && ts >= since)
  const gone = kept === -1 ? room.entries.length : kept
  room.entries.splice(0, gone)
  room.first += gone
}

/** A part of the log, with everything as it is now. */
export function page(room: Room, { before, after = 0, at, limit }: Range): Page {
  const { first, record } = room
  const all = shown(room)
  const most = Math.max(0, limit)
  let entries: readonly Entry[]
  if (before !== undefined) {
    const earlier = all.filter(({ seq }) => seq < before)
    entries = earlier.slice(Math.max(0, earlier.length - most))
  } else {
    const fits = (entry: Entry): boolean => (at === undefined ? entry.seq > after : entry.ts >= at)
    entries = all.filter(fits).slice(0, most)
  }
  return { epoch: record.epoch, head: headOf(room), first, entries }
}

/**
 * The entries with their edits and reactions. Counted anew each time: what is kept is only what was
 * said, so that there is nothing that could contradict it.
 */
export function shown(room: Room): readonly Entry[] {
  const entries: Shown[] = room.entries.map((entry) => ({ ...entry }))
  const held = new Map<Shown, Map<string, Set<string>>>()
  for (const { seq, kind, ref = 0, text, from, deleted } of entries) {
    const target = entries[ref - room.first]
    if (target === undefined || target.deleted || deleted || !isChange(kind)) continue
    if (kind === 'edit') {
      target.text = text
      target.edited = seq
      continue
    }
    const reactions = held.get(target) ?? new Map<string, Set<string>>()
    held.set(target, reactions)
    const people = reactions.get(text) ?? new Set()
    if (kind === 'react') reactions.set(text, people.add(from.id))
    else if (people.delete(from.id) && people.size === 0) reactions.delete(text)
  }
  for (const [target, reactions] of held) {
    if (reactions.size === 0) continue
    target.reactions = Array.from(reactions, ([text, people]) => ({
      text,
      count: people.size,
      by: [...people].slice(0, NAMED),
    }))
  }
  return entries
}
