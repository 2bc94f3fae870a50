/** What stands under what in the list of messages: days, groups of one author, the line for new ones. */

import type { TimelineItem } from '../../client/types.ts'
import type { Entry, Gap, Person } from '../../protocol/types.ts'
import type { Passing } from './passing.ts'

/** One line of the list. Equal rows of two lists are the same object. */
export type Row =
  | { readonly type: 'start'; readonly key: string }
  | { readonly type: 'day'; readonly key: string; readonly ts: number }
  | { readonly type: 'new'; readonly key: string }
  | MessageRow
  | { readonly type: 'act'; readonly key: string; readonly entry: Entry }
  | { readonly type: 'passing'; readonly key: string; readonly lines: readonly Passing[] }
  | { readonly type: 'gap'; readonly key: string; readonly gap: Gap }

/** A message, stored or not yet. */
export interface MessageRow {
  readonly type: 'message'
  readonly key: string
  readonly item: Exclude<TimelineItem, { type: 'gap' }>
  readonly from: Person
  readonly ts: number
  readonly own: boolean
  /** The first, and the last, of what one person said in one go. */
  readonly first: boolean
  readonly last: boolean
  /** What it answers: `null`, it isn't here (any more). */
  readonly answered?: Entry | null
}

/** What rows are made of. */
export interface RowsInput {
  readonly items: readonly TimelineItem[]
  readonly complete: boolean
  readonly passing: readonly Passing[]
  readonly me: Person
  /** Everything up to here was read before. */
  readonly seen: number
}

/** What one says within so many ms belongs together. */
const TOGETHER = 5 * 60_000

const dayOf = (ts: number): string => new Date(ts).toDateString()

/** Whether two rows show the same. Lists in them are compared by their members. */
function same(a: Row, b: Row): boolean {
  const keys = Object.keys(a) as (keyof Row)[]
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => {
    const [one, other] = [a[key] as unknown, b[key] as unknown]
    if (!Array.isArray(one) || !Array.isArray(other)) return one === other
    return one.length === other.length && one.every((part, at) => part === other[at])
  })
}

/** Makes rows, again and again, keeping those that stay as they were. */
export function createRows(): (input: RowsInput) => readonly Row[] {
  let before = new Map<string, Row>()
  return (input) => {
    const rows = rowsOf(input).map((row) => {
      const was = before.get(row.key)
      return was !== undefined && same(was, row) ? was : row
    })
    before = new Map(rows.map((row) => [row.key, row]))
    return rows
  }
}

function rowsOf({ items, complete, passing, me, seen }: RowsInput): Row[] {
  const rows: Row[] = []
  const bySeq = new Map<number, Entry>()
  for (const item of items) if (item.type === 'entry') bySeq.set(item.entry.seq, item.entry)
  const after = new Map<string | undefined, Passing[]>()
  for (const line of passing) after.set(line.after, [...(after.get(line.after) ?? []), line])
  if (complete) rows.push({ type: 'start', key: 'start' })
  pushPassing(rows, after.get(undefined))
  let day = ''
  let marked = false
  for (const item of items) {
    if (item.type === 'gap') {
      rows.push({ type: 'gap', key: item.key, gap: item.gap })
      continue
    }
    const ts = item.type === 'entry' ? item.entry.ts : item.unsent.ts
    if (dayOf(ts) !== day) {
      day = dayOf(ts)
      rows.push({ type: 'day', key: `day-${day}`, ts })
    }
    if (item.type === 'entry') {
      const { entry } = item
      if (!marked && entry.seq > seen && isSaid(entry) && entry.from.id !== me.id) {
        marked = true
        rows.push({ type: 'new', key: 'new' })
      }
      if (isSaid(entry)) rows.push(messageRow(item, entry.from, ts, me, bySeq))
      else rows.push({ type: 'act', key: item.key, entry })
    } else if (item.unsent.op === 'send') {
      rows.push(messageRow(item, me, ts, me, bySeq))
    }
    pushPassing(rows, after.get(item.key))
  }
  return grouped(rows)
}

const isSaid = ({ kind }: Entry): boolean => kind === 'message' || kind === 'notice'

function pushPassing(rows: Row[], lines: readonly Passing[] | undefined): void {
  const [first] = lines ?? []
  if (lines !== undefined && first !== undefined) {
    rows.push({ type: 'passing', key: first.key, lines })
  }
}

function messageRow(
  item: MessageRow['item'],
  from: Person,
  ts: number,
  me: Person,
  bySeq: ReadonlyMap<number, Entry>,
): MessageRow {
  const ref = item.type === 'entry' ? item.entry.ref : item.unsent.ref
  return {
    type: 'message',
    key: item.key,
    item,
    from,
    ts,
    own: from.id === me.id,
    first: true,
    last: true,
    ...(ref !== undefined && { answered: bySeq.get(ref) ?? null }),
  }
}

function grouped(rows: readonly Row[]): Row[] {
  const goesOn = (a: Row | undefined, b: Row | undefined): boolean =>
    a?.type === 'message' &&
    b?.type === 'message' &&
    a.from.id === b.from.id &&
    b.ts - a.ts < TOGETHER &&
    kindOf(a) === kindOf(b)
  return rows.map((row, at) => {
    if (row.type !== 'message') return row
    return { ...row, first: !goesOn(rows[at - 1], row), last: !goesOn(row, rows[at + 1]) }
  })
}

const kindOf = ({ item }: MessageRow): string =>
  item.type === 'entry' && item.entry.kind === 'notice' ? 'notice' : 'message'
