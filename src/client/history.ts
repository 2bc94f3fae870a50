/** The past of a room, page by page. */

import type { Entry } from '../protocol/types.ts'
import type { RoomHost } from './room-host.ts'
import type { HistoryOptions } from './types.ts'

/** Entries per question. */
const PAGE = 100

/** See `ChatRoom.history`. It ends where the log turns out to be another one. */
export async function* historyOf(
  host: RoomHost,
  room: string,
  { before, after, at, page = PAGE }: HistoryOptions,
): AsyncIterableIterator<Entry> {
  const isForward = after !== undefined || at !== undefined
  let where: object = isForward
    ? after === undefined
      ? { at }
      : { after }
    : before === undefined
      ? {}
      : { before }
  let log: string | undefined
  for (;;) {
    const limit = Math.max(1, Math.min(page, host.limits()?.historyPage ?? PAGE))
    const { epoch, entries, more } = await host.request('history', { room, ...where, limit })
    log ??= epoch
    if (epoch !== log) return
    yield* isForward ? entries : [...entries].reverse()
    const last = isForward ? entries.at(-1) : entries[0]
    if (!more || last === undefined) return
    where = isForward ? { after: last.seq } : { before: last.seq }
  }
}
