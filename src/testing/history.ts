/** The history checker: was what a chat did to its clients right? */

import { checkContents } from './history-contents.ts'
import type { History, HistoryEvent } from './history-events.ts'
import { Logs } from './history-logs.ts'
import { Findings, type Violation } from './history-rules.ts'
import { Sends } from './history-sends.ts'
import { learnTexts } from './history-texts.ts'
import { Views } from './history-views.ts'

/** Options of {@link checkHistory}. */
export interface CheckOptions {
  /** Violations told of each rule, at most: one fault often shows in many places. Default 100. */
  readonly most?: number
}

/**
 * Decides whether a record of what clients asked, were told and saw fits together, and fits the
 * logs that storage has at the end: see `HISTORY_RULES` for what is asked. An empty answer means
 * that no rule was broken. It doesn't throw, and takes time in proportion to the record (some
 * microseconds an event).
 *
 * The logs show every entry as it is at the end, observers saw them as they were: what changes a
 * log has tells which versions there have been, and the record which texts were sent. What a
 * storage erases without an entry (a person, by `people.erase`) must not be part of a record.
 *
 * It knows nothing of the server: the record may come from a simulation (`recordedDial` around a
 * `testClient`), from real connections to real processes (`recordingClient`), or from a client of
 * your own.
 *
 * The idea is that of Knossos and Elle (Kyle Kingsbury, Peter Alvaro: "Elle: Inferring Isolation
 * Anomalies from Experimental Observations", VLDB 2020): clients note only what they can know, and
 * an order that the system itself assigns makes checking cheap.
 *
 * @example
 * const from = { id: 'p1', name: 'Ana' }
 * const me = { client: 'ana', connection: 1, person: 'p1' }
 * const entry = { room: 'r', seq: 1, ts: 5, kind: 'message', from, text: 'oi', cid: 'a' } as const
 * checkHistory({
 *   events: [
 *     { ...me, at: 1, type: 'joined', room: 'r', epoch: 'e', head: 0, from: 1 },
 *     { ...me, at: 2, type: 'invoke', call: 1, room: 'r', cid: 'a', text: 'oi' },
 *     { ...me, at: 3, type: 'ok', call: 1, room: 'r', seq: 1, ts: 5, duplicate: false },
 *     { ...me, at: 4, type: 'saw', room: 'r', entry, via: 'live' },
 *     { ...me, at: 5, type: 'rest', room: 'r' },
 *   ],
 *   logs: [{ room: 'r', epoch: 'e', first: 1, head: 1, entries: [entry] }],
 * }) // []
 */
export function checkHistory(history: History, options: CheckOptions = {}): readonly Violation[] {
  const findings = new Findings(options.most ?? 100)
  const logs = new Logs(history, findings)
  const views = new Views(logs, findings)
  const sends = new Sends(logs, findings)
  learnTexts(history.events, logs.all)
  const moderates = history.moderates ?? (() => false)
  for (const log of logs.all) checkContents(log, findings, moderates)
  for (const event of inTime(history.events)) take(event, views, sends, findings)
  sends.judge(history.foreign ?? (() => false))
  return findings.violations
}

function take(event: HistoryEvent, views: Views, sends: Sends, findings: Findings): void {
  switch (event.type) {
    case 'invoke':
      return sends.invoked(event, views.log(event.connection, event.room))
    case 'act':
      return sends.acted(event)
    case 'ok':
      return sends.acknowledged(event, views.log(event.connection, event.room))
    case 'fail':
      return sends.refused(event)
    case 'unknown':
      return sends.unanswered(event)
    case 'joined':
      return views.joined(event)
    case 'saw':
      return views.saw(event)
    case 'signal':
      return views.signal(event)
    case 'gap':
      return views.gap(event)
    case 'complete':
      return views.complete(event)
    case 'reset':
      return views.reset(event)
    case 'left':
      return views.left(event)
    case 'closed':
      return views.closed(event)
    case 'rest':
      return views.rest(event)
    case 'strange':
      return findings.add('protocol', event, event.words)
  }
}

/** Earlier first; what was asked comes before what was answered at the same time. */
function inTime(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const rank = ({ type }: HistoryEvent): number => (type === 'invoke' || type === 'act' ? 0 : 1)
  const sorted = events.every((event, i) => i === 0 || (events[i - 1]?.at ?? 0) < event.at)
  return sorted ? events : events.toSorted((a, b) => a.at - b.at || rank(a) - rank(b))
}
