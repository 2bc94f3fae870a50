/** Storage in memory: for trying things out, for tests, and for chats that need no yesterday. */

import type { Appended, NewEntry, RoomRecord, Storage } from '../spi/storage.ts'
import { MemoryLog } from './memory-log.ts'

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /** Entries kept per room; the oldest are given up first. Default 1,000. */
  readonly entriesPerRoom?: number
  /** Bytes of entries kept in all rooms together, roughly; the oldest go first. Default 256 MiB. */
  readonly bytes?: number
}

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
  const logs = new Map<string, MemoryLog>()
  const settings = new Map<string, string>()
  /** The logs in order of their appends, one element per entry: who is to give up the next one. */
  let turns: MemoryLog[] = []
  let turn = 0
  /** Elements of `turns` whose room was deleted. */
  let stale = 0
  let bytes = 0
  /** Names of the rooms that lists show, in order; null: to be made anew. */
  let listed: string[] | null = null

  const recordOf = (log: MemoryLog): RoomRecord => ({ ...log.record, head: log.head })

  function remove(name: string): boolean {
    const log = logs.get(name)
    if (log === undefined) return false
    bytes -= log.bytes
    logs.delete(name)
    listed = null
    stale += log.kept
    if (stale > 1024 && stale * 2 > turns.length - turn) {
      turns = turns.slice(turn).filter((other) => logs.get(other.record.room) === other)
      turn = 0
      stale = 0
    }
    return true
  }

  function economise(): void {
    while (bytes > budget && turn < turns.length) {
      const log = turns[turn++]
      // A deleted room's bytes were given back already.
      if (log !== undefined && logs.get(log.record.room) === log) bytes -= log.drop()
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
    if ('error' in result || result.duplicate) return result
    if (log.head - log.first + 1 > perRoom) log.drop()
    else turns.push(log)
    bytes += log.bytes - before
    return result
  }

  return {
    name: 'memory',
    supports: { durable: false, appends: 1 },
    async open() {},
    async close() {},
    async append(batch) {
      const results = batch.map(appendOne)
      if (bytes > budget) economise()
      return results
    },
    async read(room, range) {
      return logs.get(room)?.page(range) ?? null
    },
    async heads(rooms) {
      return rooms.map((room) => {
        const log = logs.get(room)
        return log === undefined ? null : { epoch: log.record.epoch, head: log.head }
      })
    },
    async setting(key, value) {
      const known = settings.get(key)
      if (known !== undefined) return known
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
      async list(after, limit) {
        listed ??= [...logs.values()]
          .filter(({ record }) => record.only === undefined)
          .map(({ record }) => record.room)
          .sort()
        const names = listed
        const from = firstAfter(names, after)
        return names.slice(from, from + limit).map((name) => recordOf(logs.get(name) as MemoryLog))
      },
      async delete(room) {
        return remove(room)
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
    },
  }
}
