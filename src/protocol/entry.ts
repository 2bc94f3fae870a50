/** Making an entry from what was to be appended and the place it got. */

import type { Entry, EntryKind, Person } from './types.ts'

/** The parts of an entry that are known before it has its place in the log. */
export interface EntryParts {
  readonly room: string
  readonly kind: EntryKind
  readonly from: Person
  readonly text: string
  readonly to?: Person
  readonly cid?: string
}

/** The entry at `seq`. Absent fields stay absent. */
export function entryOf(parts: EntryParts, seq: number, ts: number): Entry {
  const { room, kind, from, text, to, cid } = parts
  // Spelled out because this runs for every message: no spread, few shapes of object.
  if (to === undefined) {
    return cid === undefined
      ? { room, seq, ts, kind, from, text }
      : { room, seq, ts, kind, from, text, cid }
  }
  return cid === undefined
    ? { room, seq, ts, kind, from, text, to }
    : { room, seq, ts, kind, from, text, to, cid }
}
