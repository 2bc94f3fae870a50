/** How storages are broken, to see that their suite notices. */

import type { Entry } from '../../src/protocol/types.ts'
import type { Appended, NewEntry, Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { storageSuite } from '../../src/testing/storage-suite.ts'
import type { TestFunction } from '../../src/testing/suite.ts'

/** Makes a storage that is broken in one way. */
export type Break = (good: Storage) => Storage

/** Lets others come between. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Changes what is to be stored. */
export const mapDrafts =
  (change: (draft: NewEntry) => NewEntry): Break =>
  (good) => ({ ...good, append: (batch) => good.append(batch.map(change)) })

/** Changes what is told of it. */
export const mapResults =
  (change: (result: Appended, draft: NewEntry) => Appended): Break =>
  (good) => ({
    ...good,
    append: async (batch) =>
      (await good.append(batch)).map((result, i) => change(result, batch[i] as NewEntry)),
  })

/** A change of what is not there. */
export const isRefusal = (result: Appended): boolean =>
  'error' in result && result.error === 'entry_not_found'

/** Changes what is read, knowing the drafts that were stored, by their seq. */
export const mapRead =
  (
    change: (entry: Entry, drafts: ReadonlyMap<number, NewEntry>, page: readonly Entry[]) => Entry,
  ): Break =>
  (good) => {
    const drafts = new Map<string, Map<number, NewEntry>>()
    const of = (room: string) => drafts.get(room) ?? new Map<number, NewEntry>()
    return {
      ...good,
      async append(batch) {
        const results = await good.append(batch)
        for (const [i, draft] of batch.entries()) {
          const result = results[i] as Appended
          if ('seq' in result && !result.duplicate) {
            drafts.set(draft.room, of(draft.room).set(result.seq, draft))
          }
        }
        return results
      },
      async read(room, range) {
        const page = await good.read(room, range)
        if (page === null) return null
        const { entries } = page
        return { ...page, entries: entries.map((entry) => change(entry, of(room), entries)) }
      },
    }
  }

/** Changes what is done to rooms. */
export const withRooms =
  (change: (good: Storage['rooms']) => Partial<Storage['rooms']>): Break =>
  (good) => ({ ...good, rooms: { ...good.rooms, ...change(good.rooms) } })

/** One entry, as it is read. */
export const entryOf = async (
  good: Storage,
  room: string,
  seq: number,
): Promise<Entry | undefined> => (await good.read(room, { after: seq - 1, limit: 1 }))?.entries[0]

/** The suite for a memory storage that is broken so. */
export const brokenSuite = (spoil: Break) => (test: TestFunction) =>
  storageSuite({
    test,
    supports: { changes: true, retention: true },
    factory: (wish) => ({ storage: spoil(memoryStorage(wish)) }),
    seed: 1,
  })
