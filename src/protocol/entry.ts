/** Making an entry from what was to be appended, and changing it by the entries that follow. */

import type { Entry, EntryDetails, EntryKind, Person, Reaction } from './types.ts'

/** Ids that a {@link Reaction} names, at most; its `count` counts everybody. */
export const REACTION_IDS = 100

/** The parts of an entry that are known before it has its place in the log. */
export interface EntryParts {
  readonly room: string
  readonly kind: EntryKind
  readonly from: Person
  readonly text: string
  readonly to?: Person
  readonly cid?: string
  readonly ref?: number
  readonly details?: EntryDetails
}

/** The entry at `seq`. Absent fields stay absent. */
export function entryOf(parts: EntryParts, seq: number, ts: number): Entry {
  const { room, kind, from, text, to, cid, ref, details } = parts
  // Spelled out because this runs for every message: no spread, few shapes of object.
  if (ref === undefined && details === undefined) {
    if (to === undefined) {
      return cid === undefined
        ? { room, seq, ts, kind, from, text }
        : { room, seq, ts, kind, from, text, cid }
    }
    return cid === undefined
      ? { room, seq, ts, kind, from, text, to }
      : { room, seq, ts, kind, from, text, to, cid }
  }
  return {
    room,
    seq,
    ts,
    kind,
    from,
    text,
    ...(to === undefined ? undefined : { to }),
    ...(cid === undefined ? undefined : { cid }),
    ...(ref === undefined ? undefined : { ref }),
    ...(details === undefined ? undefined : { details }),
  }
}

/** Whether entries of this kind change an earlier one. */
export const isChange = (kind: EntryKind): boolean =>
  kind === 'edit' || kind === 'delete' || kind === 'react' || kind === 'unreact'

/** What an id, or a file of a message, is taken to have, in UTF-16 units. */
const ID_UNITS = 36
const DETAILS_UNITS = 300

/** What an entry has to say, in UTF-16 units: its text, and roughly what else belongs to it. */
export function entryUnits({ text, reactions, details }: Entry): number {
  let units = text.length
  if (reactions !== undefined) {
    for (const one of reactions) units += one.text.length + one.by.length * ID_UNITS
  }
  if (details !== undefined) units += DETAILS_UNITS + (details.mentions?.length ?? 0) * ID_UNITS
  return units
}

/** The entry without what was said: as it is read once it was deleted. */
export function erased(entry: Entry): Entry {
  const { edited: _edited, reactions: _reactions, details: _details, ...rest } = entry
  return { ...rest, text: '', deleted: true }
}

/**
 * An entry as it is after a change. What the change doesn't concern comes back as it was; so does an
 * entry to which the change was applied before. Whoever keeps entries (a client, a node) calls it
 * for each of them when an `edit`, `delete`, `react` or `unreact` comes.
 *
 * @example
 * shown = shown.map((entry) => amended(entry, change))
 */
export function amended(entry: Entry, change: Entry): Entry {
  const { ref, kind } = change
  if (ref === undefined || entry.room !== change.room || entry.deleted === true) return entry
  if (kind === 'delete') {
    // What was done to a deleted entry goes with it, but that it was deleted stays.
    const concerned = entry.seq === ref || (entry.ref === ref && isChange(entry.kind))
    return concerned && entry.kind !== 'delete' ? erased(entry) : entry
  }
  if (entry.seq !== ref) return entry
  if (kind === 'edit') {
    if (change.deleted === true || (entry.edited ?? 0) >= change.seq) return entry
    return { ...entry, text: change.text, edited: change.seq }
  }
  if (kind !== 'react' && kind !== 'unreact') return entry
  const reactions = reacted(entry.reactions ?? [], change)
  if (reactions.length > 0) return { ...entry, reactions }
  const { reactions: _none, ...rest } = entry
  return rest
}

function reacted(reactions: readonly Reaction[], change: Entry): readonly Reaction[] {
  const { text, from, kind } = change
  const known = reactions.find((reaction) => reaction.text === text)
  const holds = known?.by.includes(from.id) === true
  if (kind === 'react') {
    if (known === undefined) return [...reactions, { text, count: 1, by: [from.id] }]
    // Beyond the ids that are named nobody knows; whoever needs it exactly reads the page again.
    if (holds) return reactions
    const by = known.by.length < REACTION_IDS ? [...known.by, from.id] : known.by
    return reactions.map((one) => (one === known ? { text, count: known.count + 1, by } : one))
  }
  if (known === undefined || (!holds && known.by.length === known.count)) return reactions
  if (known.count <= 1) return reactions.filter((one) => one !== known)
  const by = known.by.filter((id) => id !== from.id)
  return reactions.map((one) => (one === known ? { text, count: known.count - 1, by } : one))
}
