/** Storage in memory: for trying things out, for tests, and for chats that need no yesterday. */

import type { Clock } from '../spi/clock.ts'
import type { Appended, NewEntry, RoomRecord, Storage } from '../spi/storage.ts'
import { systemClock } from '../system.ts'
import { MemoryLog } from './memory-log.ts'
import { memoryRecords } from './memory-records.ts'

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /** Entries kept per room; the oldest are given up first. Default 1,000. */
  readonly entriesPerRoom?: number
  /** Bytes of entries kept in all rooms together, roughly; the oldest go first. Default 256 MiB. */
  readonly bytes?: number
  /** Time, for rooms whose settings say how many days their entries are kept. Default: the system's. */
  readonly clock?: Clock
}

const DAY_MS = 24 * 60 * 60_000

/** The place of the first of these (in order) that is greater. */
function firstAfter(names: readonly string[], after: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((names[middle] as string) > after) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Keeps everything in this process. One storage may serve several servers of the process at once.
 * What is given up (see the options) is reported to clients as a gap; the protection of a `cid`
 * against doubles lasts as long as its entry is kept.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): Storage {
  const perRoom = options.entriesPerRoom ?? 1000
  const budget = options.bytes ?? 256 * 1024 * 1024
  const clock = options.clock ?? systemClock
  const logs = new Map<string, MemoryLog>()
  const settings = new Map<string, string>()
  /** The logs in order of their appends, one element per entry: who is to give up the next one. */
  let turns: MemoryLog[] = []
  let turn = 0
  /** Elements of `turns` whose entries are gone already. */
  let stale = 0
  let bytes = 0
  /** Names of the rooms that lists show, in order; null: to be made anew. */
  let listed: string[] | null = null

  const records = memoryRecords({
    logs,
    change(log, work) {
      const before = log.bytes
      const result = work()
      bytes += log.bytes - before
      return result
    },
  })

  const recordOf = (log: MemoryLog): RoomRecord => ({ ...log.record, head: log.head })

  /** Rooms by name, also those that aren't listed. */
  function allAfter(after: string, limit: number): readonly RoomRecord[] {
    const names: string[] = []
    for (const [name, { record }] of logs) {
      if (name > after && record.only === undefined) names.push(name)
    }
    const first = names.sort().slice(0, limit)
    return first.map((name) => recordOf(logs.get(name) as MemoryLog))
  }

  /** Deletes a room with all that belongs to it. */
  function remove(name: string): boolean {
    const log = logs.get(name)
    if (log === undefined) return false
    bytes -= log.bytes
    logs.delete(name)
    records.members.forgetRoom(log)
    listed = null
    stale += log.kept
    clean()
    return true
  }

  /** Keeps of `turns` one element for each entry that is there. */
  function clean(): void {
    if (stale <= 1024 || stale * 2 <= turns.length - turn) return
    const counts = new Map<MemoryLog, number>()
    const fresh: MemoryLog[] = []
    for (let i = turns.length - 1; i >= turn; i--) {
      const log = turns[i] as MemoryLog
      const count = counts.get(log) ?? 0
      if (logs.get(log.record.room) !== log || count >= log.kept) continue
      counts.set(log, count + 1)
      fresh.push(log)
    }
    for (const log of logs.values()) log.early = 0
    turns = fresh.reverse()
    turn = 0
    stale = 0
  }

  /** Gives up what a room keeps no longer, by number and by age. */
  function trim(log: MemoryLog): void {
    const { keepEntries = perRoom, keepDays } = log.record.settings ?? {}
    const since =
      keepDays === undefined ? Number.NEGATIVE_INFINITY : clock.now() - keepDays * DAY_MS
    for (let oldest = log.at(log.first); oldest !== undefined; oldest = log.at(log.first)) {
      if (log.kept <= keepEntries && oldest.ts >= since) break
      bytes -= log.drop()
      log.early += 1
      stale += 1
    }
    clean()
  }

  function economise(): void {
    while (bytes > budget && turn < turns.length) {
      const log = turns[turn++]
      // A deleted room's bytes were given back already.
      if (log === undefined || logs.get(log.record.room) !== log) continue
      if (log.early === 0) bytes -= log.drop()
      else log.early -= 1
    }
    if (turn > 1024 && turn * 2 > turns.length) {
      turns = turns.slice(turn)
      turn = 0
    }
  }

  function appendOne(draft: NewEntry): Appended {
    const log = logs.get(draft.room)
    if (log === undefined || log.record.epoch !== draft.epoch) return { error: 'room_not_found' }
    const before = log.bytes
    const result = log.append(draft)
    bytes += log.bytes - before
    if ('error' in result || result.duplicate) return result
    if (log.record.settings === undefined && log.kept > perRoom) {
      bytes -= log.drop()
    } else {
      turns.push(log)
      if (log.record.settings !== undefined) trim(log)
    }
    return result
  }

  return {
    name: 'memory',
    supports: { durable: false, appends: 1, changes: true },
    records,
    async open() {},
    async close() {},
    async append(batch) {
      const results = batch.map(appendOne)
      if (bytes > budget) economise()
      return results
    },
    async read(room, range) {
      const log = logs.get(room)
      if (log?.record.settings !== undefined) trim(log)
      return log?.page(range) ?? null
    },
    async heads(rooms) {
      return rooms.map((room) => {
        const log = logs.get(room)
        return log === undefined ? null : { epoch: log.record.epoch, head: log.head }
      })
    },
    async setting(key, value, replace = false) {
      const known = settings.get(key)
      if (known !== undefined && !replace) return known
      settings.set(key, value)
      return value
    },
    rooms: {
      async create(room, limit) {
        const known = logs.get(room.room)
        if (known !== undefined) return { room: recordOf(known), created: false }
        if (logs.size >= limit) return null
        const log = new MemoryLog({ ...room, head: 0 })
        logs.set(room.room, log)
        listed = null
        return { room: recordOf(log), created: true }
      },
      async get(room) {
        const log = logs.get(room)
        return log === undefined ? null : recordOf(log)
      },
      async list(after, limit, all = false) {
        if (all) return allAfter(after, limit)
        listed ??= [...logs.values()]
          .filter(({ record: { only, settings } }) => !only && settings?.private !== true)
          .map(({ record }) => record.room)
          .sort()
        const names = listed
        const from = firstAfter(names, after)
        return names.slice(from, from + limit).map((name) => recordOf(logs.get(name) as MemoryLog))
      },
      async count() {
        let count = 0
        for (const { record } of logs.values()) if (record.only === undefined) count += 1
        return count
      },
      async delete(room) {
        return remove(room)
      },
      async update(room, change) {
        const log = logs.get(room)
        if (log === undefined) return null
        log.record = { ...log.record, ...change }
        listed = null
        trim(log)
        return recordOf(log)
      },
      async keep(rooms, until) {
        for (const room of rooms) {
          const log = logs.get(room)
          if (log !== undefined && log.record.keepUntil < until) {
            log.record = { ...log.record, keepUntil: until }
          }
        }
      },
      async expire(now) {
        const gone: string[] = []
        for (const [name, log] of logs) {
          if (!log.record.permanent && log.record.keepUntil < now) gone.push(name)
        }
        for (const name of gone) remove(name)
        return gone
      },
      async renew(prefix) {
        let count = 0
        for (const log of logs.values()) {
          count += 1
          log.record = { ...log.record, epoch: `${prefix}${count}` }
        }
        return count
      },
    },
  }
}
