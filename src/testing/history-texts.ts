/** What was said in entries whose text the log doesn't have any more: the record tells. */

import type { Entry } from '../protocol/types.ts'
import type { HistoryEvent } from './history-events.ts'
import type { Log } from './history-logs.ts'

interface Wanted {
  readonly log: Log
  readonly entry: Entry
  /** What was said by its key; `null`: several things. */
  text: string | null | undefined
}

/** Looks for the texts that were edited or deleted among those that were sent. */
export function learnTexts(events: readonly HistoryEvent[], logs: readonly Log[]): void {
  const wanted = new Map<string, Wanted[]>()
  for (const log of logs) {
    for (const entry of log.stored?.entries ?? []) {
      const { seq, from, cid } = entry
      if (cid === undefined || log.text(seq) !== undefined) continue
      // A private message is sent to a person; its room only the answer tells.
      const rooms = log.only === null ? [log.room] : [log.room, null]
      const one = { log, entry, text: undefined }
      for (const room of rooms) {
        const key = keyOf(room, from.id, cid)
        wanted.set(key, [...(wanted.get(key) ?? []), one])
      }
    }
  }
  if (wanted.size === 0) return
  for (const event of events) {
    if (event.type !== 'invoke') continue
    const { room, person, cid, kind = 'message', ref, text } = event
    for (const one of wanted.get(keyOf(room, person, cid)) ?? []) {
      if (one.entry.kind !== kind || one.entry.ref !== ref) continue
      one.text = one.text === undefined || one.text === text ? text : null
    }
  }
  for (const list of wanted.values()) {
    for (const { log, entry, text } of list) {
      if (typeof text === 'string') log.learn(entry.seq, text)
    }
  }
}

const keyOf = (room: string | null, person: string, cid: string): string =>
  JSON.stringify([room, person, cid])
