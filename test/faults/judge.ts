/** What the record comes to: the checker's verdict, and figures of our own beside it. */

import { checkHistory } from '../../src/testing/history.ts'
import type { HistoryEvent, RoomLog } from '../../src/testing/history-events.ts'
import type { HistoryRule, Violation } from '../../src/testing/history-rules.ts'
import { isChange } from '../../src/testing/history-versions.ts'

/** Counts of a run. */
export interface Counts {
  readonly entries: number
  /** Edits, deletions and reactions among them. */
  readonly changes: number
  readonly said: number
  readonly acknowledged: number
  /** Acknowledged, and not in the log at that place. */
  readonly lost: number
  /** Keys that are in a log more than once. */
  readonly doubled: number
  /** Entries shown to somebody. */
  readonly shown: number
  readonly gaps: number
  readonly resets: number
  readonly misordered: number
  readonly leaked: number
  /** Tries that nobody knew the outcome of. */
  readonly unknown: number
  readonly unknownStored: number
  readonly unknownNotStored: number
}

/** What is found in a record. */
export interface Verdict {
  readonly counts: Counts
  readonly violations: readonly Violation[]
}

const MISORDERED: readonly HistoryRule[] = [
  'order',
  'connection-order',
  'real-time',
  'contiguous',
  'time',
]

/**
 * Judges a record. `forgets`: the database doesn't survive its process, so that logs may be gone.
 */
export function judge(
  events: readonly HistoryEvent[],
  logs: readonly RoomLog[],
  keeps: boolean,
): Verdict {
  const violations = checkHistory({ events, logs, lost: vanished(events, logs) })
  const of = (rules: readonly HistoryRule[]): number =>
    violations.filter(({ rule }) => rules.includes(rule)).length
  const count = (type: HistoryEvent['type']): number =>
    events.reduce((sum, event) => sum + (event.type === type ? 1 : 0), 0)
  return {
    violations,
    counts: {
      entries: logs.reduce((sum, { head }) => sum + head, 0),
      changes: logs.reduce((sum, log) => sum + log.entries.filter(isChange).length, 0),
      ...ofKeys(events, logs, keeps),
      shown: count('saw'),
      gaps: count('gap'),
      resets: count('reset') + events.filter((e) => e.type === 'joined' && e.reset === true).length,
      misordered: of(MISORDERED),
      leaked: of(['membership', 'erased']),
      unknown: count('unknown'),
    },
  }
}

interface Key {
  acknowledged: { readonly seq: number; readonly room: string } | null
  /** A try before the first acknowledgement had an unknown outcome. */
  open: boolean
  duplicate: boolean
  places: number
}

type OfKeys = Pick<
  Counts,
  'said' | 'acknowledged' | 'lost' | 'doubled' | 'unknownStored' | 'unknownNotStored'
>

/** Counted without the checker, so that one tells of a mistake of the other. */
function ofKeys(events: readonly HistoryEvent[], logs: readonly RoomLog[], keeps: boolean): OfKeys {
  const keys = new Map<string, Key>()
  const calls = new Map<number, Key>()
  for (const event of events) {
    if (event.type === 'invoke') {
      // Keys are unique in the whole run.
      let key = keys.get(event.cid)
      if (key === undefined) {
        key = { acknowledged: null, open: false, duplicate: false, places: 0 }
        keys.set(event.cid, key)
      }
      calls.set(event.call, key)
    } else if (event.type === 'unknown') {
      const key = calls.get(event.call)
      if (key?.acknowledged === null) key.open = true
    } else if (event.type === 'ok') {
      const key = calls.get(event.call)
      if (key?.acknowledged !== null) continue
      key.acknowledged = event
      key.duplicate = event.duplicate
    }
  }
  const stored = new Map<string, RoomLog>()
  for (const log of logs) {
    stored.set(log.room, log)
    for (const { cid = '' } of log.entries) {
      const key = keys.get(cid)
      if (key !== undefined) key.places += 1
    }
  }
  let [acknowledged, lost, doubled, unknownStored, unknownNotStored] = [0, 0, 0, 0, 0]
  for (const key of keys.values()) {
    const place = key.acknowledged
    if (place !== null) acknowledged += 1
    const first = stored.get(place?.room ?? '')?.first ?? 1
    if (place !== null && key.places === 0 && (keeps || place.seq >= first)) lost += 1
    if (key.places > 1) doubled += 1
    if (!key.open) continue
    if (place === null ? key.places > 0 : key.duplicate) unknownStored += 1
    else unknownNotStored += 1
  }
  return { said: keys.size, acknowledged, lost, doubled, unknownStored, unknownNotStored }
}

/** Private conversations in which nothing was said vanish when both are gone. */
function vanished(
  events: readonly HistoryEvent[],
  logs: readonly RoomLog[],
): { room: string; epoch: string }[] {
  const there = new Set(logs.map(({ room, epoch }) => `${room}\n${epoch}`))
  const gone = new Map<string, { room: string; epoch: string }>()
  const now = new Map<string, string>()
  const used = new Set<string>()
  for (const event of events) {
    if (event.type === 'joined' || event.type === 'reset') {
      const { room, epoch, connection } = event
      const log = `${room}\n${epoch}`
      now.set(`${connection}\n${room}`, log)
      if (event.head > 0) used.add(log)
      if (room.startsWith('@') && !there.has(log)) gone.set(log, { room, epoch })
    } else if (event.type === 'saw' || event.type === 'ok') {
      used.add(now.get(`${event.connection}\n${event.room}`) ?? '')
    }
  }
  for (const log of used) gone.delete(log)
  return [...gone.values()]
}
