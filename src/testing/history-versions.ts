/** What the changes in a log make of its entries: folded here once more, without the server's code. */

import { isDeepStrictEqual } from 'node:util'
import { isChange as isChangeKind, REACTION_IDS } from '../protocol/entry.ts'
import type { Entry, Reaction } from '../protocol/types.ts'

/** An entry as it was for some time. */
export interface Version {
  /** Seq of the entry whose text it has: its own, or that of an edit; `null`: it was deleted. */
  readonly source: number | null
  /** `null`: they can't be known, since nobody knows what was held up and deleted since. */
  readonly reactions: readonly Held[] | null
  /** It is this version in a log whose head is not greater. */
  readonly until: number
}

interface Held {
  readonly text: string
  readonly by: readonly string[]
}

/** The text that the entry of this seq was sent with; undefined: nobody knows. */
type TextOf = (seq: number) => string | undefined

/** What people say; everything else changes it, or tells what somebody did. */
export const isSaid = ({ kind }: Entry): boolean => kind === 'message' || kind === 'notice'

/** Whether it changes an earlier entry. */
export const isChange = ({ kind }: Entry): boolean => isChangeKind(kind)

/** Whether `change` changes `entry`: what was done to something goes with it when it is deleted. */
export function concerns(change: Entry, entry: Entry): boolean {
  if (isSaid(entry)) return change.ref === entry.seq
  if (!isChange(entry) || entry.kind === 'delete' || change.kind !== 'delete') return false
  return change.ref === entry.ref && change.seq > entry.seq
}

/**
 * The versions of an entry, the first one first.
 *
 * @param changes those that concern it, in order
 */
export function versionsOf(
  { seq }: Entry,
  changes: readonly Entry[],
  textOf: TextOf,
): readonly Version[] {
  const versions: Version[] = []
  let now: Omit<Version, 'until'> = { source: seq, reactions: [] }
  for (const change of changes) {
    versions.push({ ...now, until: change.seq - 1 })
    now = changed(now, change, textOf(change.seq))
  }
  versions.push({ ...now, until: Number.POSITIVE_INFINITY })
  return versions
}

function changed(
  { source, reactions }: Omit<Version, 'until'>,
  { kind, seq, from: { id } }: Entry,
  text: string | undefined,
): Omit<Version, 'until'> {
  if (source === null || kind === 'delete') return { source: null, reactions: [] }
  if (kind === 'edit') return { source: seq, reactions }
  if (text === undefined || reactions === null) return { source, reactions: null }
  const known = reactions.some((one) => one.text === text)
  if (kind === 'react' && !known) return { source, reactions: [...reactions, { text, by: [id] }] }
  const now = reactions.map((one) => {
    if (one.text !== text) return one
    if (kind === 'unreact') return { text, by: one.by.filter((other) => other !== id) }
    return one.by.includes(id) ? one : { text, by: [...one.by, id] }
  })
  return { source, reactions: now.filter(({ by }) => by.length > 0) }
}

/** Whether an entry that was shown is this version; where nobody knows, it may be. */
export function isVersion(entry: Entry, { source, reactions }: Version, textOf: TextOf): boolean {
  const { text, edited, deleted, reactions: shown = [] } = entry
  if (source === null) return deleted === true && isBare(entry)
  if (deleted !== undefined || (edited ?? entry.seq) !== source) return false
  if ((textOf(source) ?? text) !== text) return false
  return reactions === null || sameReactions(shown, reactions)
}

/** Has nothing that was said. */
export const isBare = ({ text, edited, reactions, details }: Entry): boolean =>
  text === '' && edited === undefined && reactions === undefined && details === undefined

function sameReactions(shown: readonly Reaction[], held: readonly Held[]): boolean {
  return (
    shown.length === held.length &&
    shown.every(({ text, count, by }, i) => {
      const other = held[i]
      if (other === undefined || text !== other.text || count !== other.by.length) return false
      // Of more than are named, a client that was there knows others than one who reads the page.
      return other.by.length > REACTION_IDS || isDeepStrictEqual(by, other.by)
    })
  )
}

/** The same in everything that no change changes. */
export function sameOrigin(a: Entry, b: Entry): boolean {
  return (
    a.seq === b.seq &&
    a.ts === b.ts &&
    a.kind === b.kind &&
    a.ref === b.ref &&
    a.cid === b.cid &&
    a.from.id === b.from.id &&
    a.from.name === b.from.name &&
    a.to?.id === b.to?.id &&
    sameDetails(a, b)
  )
}

function sameDetails(a: Entry, b: Entry): boolean {
  if (a.details === b.details || a.deleted === true || b.deleted === true) return true
  return isDeepStrictEqual(a.details, b.details)
}

/** An entry in words. */
export function told(entry: Entry): string {
  const { seq, kind, ref, from, cid, text, edited, deleted, reactions = [] } = entry
  const short = text.length > 20 ? `${text.slice(0, 20)}…` : text
  const what = kind === 'message' ? '' : `${kind} `
  const more = [
    ref === undefined ? '' : ` of ${ref}`,
    edited === undefined ? '' : `, edited by ${edited}`,
    deleted === undefined ? '' : ', deleted',
    ...reactions.map((one) => `, ${one.text} ${one.count} by ${one.by.join(' ')}`),
  ]
  return `${seq} (${what}${from.id}/${cid ?? 'no cid'}: ${JSON.stringify(short)}${more.join('')})`
}
