/** The suite for storages notices what a storage must not do. */

import { describe, it } from 'vitest'
import type { Entry } from '../../src/protocol/types.ts'
import type { Appended, NewEntry, RoomRecord, Storage } from '../../src/spi/storage.ts'
import {
  type Break,
  brokenSuite,
  mapDrafts,
  mapResults,
  turn,
  withRooms,
} from './breaking-storages.ts'
import { expectCaught } from './collect.ts'

const setUp = (
  room: Omit<RoomRecord, 'head'>,
  settings: RoomRecord['settings'],
): Omit<RoomRecord, 'head'> => {
  const { settings: _, ...rest } = room
  return settings === undefined ? rest : { ...rest, settings }
}

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'skips numbers',
    'assigns seq 1, 2, 3, … in the order of the batch',
    mapResults((result) => ('seq' in result ? { ...result, seq: result.seq * 2 } : result)),
  ],
  [
    'numbers all rooms together',
    'counts each room by itself, also in one batch',
    mapResults((result, { room }) =>
      'seq' in result && room === 'a' ? { ...result, seq: result.seq + 1 } : result,
    ),
  ],
  [
    'forgets who is meant',
    'keeps every field of an entry, and adds none',
    mapDrafts(({ to: _, ...draft }) => draft),
  ],
  [
    'trims texts',
    'keeps any text, name and key as it is',
    mapDrafts((draft) => ({ ...draft, text: draft.text.trim() })),
  ],
  [
    'cannot keep U+0000',
    'keeps any text, name and key as it is',
    mapDrafts((draft) => ({ ...draft, text: draft.text.replaceAll('\u0000', '') })),
  ],
  [
    'stores retries again',
    'a retry gives the first seq and ts, and stores nothing',
    mapDrafts(({ cid: _, ...draft }) => draft),
  ],
  [
    'tells the time of the retry',
    'a retry gives the first seq and ts, and stores nothing',
    mapResults((result, { ts }) => ('seq' in result ? { ...result, ts } : result)),
  ],
  [
    'takes a conflict for a retry',
    'the same key with another text, kind or ref is a conflict',
    mapResults((result) =>
      'error' in result && result.error === 'conflict'
        ? { seq: 1, ts: 0, duplicate: true }
        : result,
    ),
  ],
  [
    'takes keys without regard to case',
    'a key is of one sender, in one room, and exactly this',
    mapDrafts((draft) =>
      draft.cid === undefined ? draft : { ...draft, cid: draft.cid.toLowerCase() },
    ),
  ],
  [
    'does not look at the epoch',
    'refuses entries for rooms that are not there, or whose log is another',
    mapDrafts((draft) => ({ ...draft, epoch: draft.epoch.replace('another', 'epoch of a') })),
  ],
  [
    'gives up the batch when one entry is refused',
    'stores the others of the batch whatever became of one',
    (good) => ({
      ...good,
      async append(batch) {
        for (const { room } of batch) {
          if ((await good.rooms.get(room)) === null) {
            return batch.map(() => ({ error: 'room_not_found' as const }))
          }
        }
        return good.append(batch)
      },
    }),
  ],
  [
    'looks for doubles before its transaction',
    'several nodes retry the same key at once: one entry',
    (good) => {
      const known = new Map<string, Appended>()
      return {
        ...good,
        async append(batch) {
          const results: Appended[] = []
          for (const draft of batch) {
            const before = known.get(draft.cid ?? '')
            await turn()
            if (before !== undefined && 'seq' in before) {
              results.push({ ...before, duplicate: true })
              continue
            }
            const { cid: _, ...rest } = draft
            const [result] = await good.append([rest])
            known.set(draft.cid ?? '', result as Appended)
            results.push(result as Appended)
          }
          return results
        },
      }
    },
  ],
  [
    'reads the oldest before a seq',
    'reads before a seq the newest, in ascending order all the same',
    (good) => ({
      ...good,
      async read(room, range) {
        const page = await good.read(room, { ...range, limit: 1000 })
        return page && { ...page, entries: page.entries.slice(0, range.limit) }
      },
    }),
  ],
  [
    'reads backwards',
    'reads before a seq the newest, in ascending order all the same',
    (good) => ({
      ...good,
      async read(room, range) {
        const page = await good.read(room, range)
        return page && { ...page, entries: page.entries.toReversed() }
      },
    }),
  ],
  [
    'leaves out heads of rooms that are not there',
    'tells the heads of rooms in the order they were asked for',
    (good) => ({
      ...good,
      heads: async (rooms) => (await good.heads(rooms)).filter((head) => head !== null),
    }),
  ],
  [
    'does not say where the rest begins',
    'gives up the oldest, and says where the rest begins',
    (good) => ({
      ...good,
      async read(room, range) {
        const page = await good.read(room, range)
        return page && { ...page, first: 1 }
      },
    }),
  ],
  [
    'makes a room for everybody who asks',
    'many make the same room at once: one does',
    withRooms((good) => ({
      async create(room, limit) {
        const known = await good.get(room.room)
        await turn()
        if (known !== null) return { room: known, created: false }
        await good.delete(room.room)
        return good.create(room, limit)
      },
    })),
  ],
  [
    'counts the rooms before it makes one',
    'nor when many are made at once',
    withRooms((good) => ({
      async create(room, limit) {
        const { length } = await good.list('', 1000)
        await turn()
        return length >= limit ? null : good.create(room, 1000)
      },
    })),
  ],
  [
    'sorts by code point',
    'lists rooms by name in the order of UTF-16 units',
    withRooms((good) => ({
      async list(after, limit) {
        const all = await good.list('', 1000)
        const bytes = (name: string) => Buffer.from(name).toString('hex')
        return all
          .filter(({ room }) => bytes(room) > bytes(after))
          .sort((a, b) => (bytes(a.room) < bytes(b.room) ? -1 : 1))
          .slice(0, limit)
      },
    })),
  ],
  [
    'keeps the keys of a room that was deleted',
    'deletes a room with its log and its keys',
    (good) => {
      const keys = new Set<string>()
      return {
        ...good,
        async append(batch) {
          const results = await good.append(batch)
          return results.map((result, i): Appended => {
            const { cid = '', room } = batch[i] as NewEntry
            const known = keys.has(room + cid)
            keys.add(room + cid)
            return known && 'seq' in result ? { ...result, duplicate: true } : result
          })
        },
      }
    },
  ],
  [
    'lets go what was kept longer before',
    'keep() moves the time forward, never back',
    withRooms((good) => ({
      async get(name) {
        const room = await good.get(name)
        return room && { ...room, keepUntil: Math.min(room.keepUntil, 1_700_000_600_000 - 1000) }
      },
    })),
  ],
  [
    'overwrites settings',
    'a setting is set once',
    (good) => ({ ...good, setting: async (_key, value) => value }),
  ],
  [
    'lets the last setting win',
    'many set the same setting at once: all get the same',
    (good) => ({
      ...good,
      async setting(key, value) {
        const empty = (await good.setting(`${key} is set`, value)) === value
        await turn()
        return empty ? value : good.setting(key, value)
      },
    }),
  ],
  [
    'believes every clock',
    'times never go back along a log',
    (good) => {
      const times = new Map<string, number>()
      return {
        ...good,
        async append(batch) {
          const results = await good.append(batch)
          return results.map((result, i): Appended => {
            const { room, ts } = batch[i] as NewEntry
            if (!('seq' in result) || result.duplicate) return result
            times.set(`${room} ${result.seq}`, ts)
            return { ...result, ts }
          })
        },
        async read(room, range) {
          const page = await good.read(room, range)
          const timed = (entry: Entry): Entry => ({
            ...entry,
            ts: times.get(`${room} ${entry.seq}`) ?? entry.ts,
          })
          return page && { ...page, entries: page.entries.map(timed) }
        },
      }
    },
  ],
  [
    'lets the time of a retry count',
    'times never go back along a log',
    (good) => {
      let latest = 0
      return mapDrafts((draft) => {
        latest = Math.max(latest, draft.room === 'a' ? draft.ts : 0)
        return draft.room === 'a' ? { ...draft, ts: latest } : draft
      })(good)
    },
  ],
  [
    'begins one too late at a time',
    'reads from a time',
    (good) => ({
      ...good,
      read: (room, range) =>
        good.read(room, range.at === undefined ? range : { ...range, at: range.at + 1 }),
    }),
  ],
  [
    'begins with the entry before a time',
    'reads from a time',
    (good) => ({
      ...good,
      async read(room, range) {
        const page = await good.read(room, range)
        const [first] = page?.entries ?? []
        if (range.at === undefined || first === undefined) return page
        return good.read(room, { after: Math.max(0, first.seq - 2), limit: range.limit })
      },
    }),
  ],
  [
    'finds any of the entries of a time',
    'reads from a time',
    (good) => ({
      ...good,
      async read(room, range) {
        const page = await good.read(room, range)
        const [first, second] = page?.entries ?? []
        if (range.at === undefined || second === undefined || first?.ts !== second.ts) return page
        return good.read(room, { after: first.seq, limit: range.limit })
      },
    }),
  ],
  [
    'does not see that a room keeps less than the others',
    'keeps of a room what its settings say',
    withRooms((good) => ({
      create: (room, limit) => good.create(setUp(room, undefined), limit),
      update: (room) => good.get(room),
    })),
  ],
  [
    'forgets what is set when a room is made',
    'keeps every field of a room, and adds none',
    withRooms((good) => ({ create: (room, limit) => good.create(setUp(room, undefined), limit) })),
  ],
  [
    'keeps what was set before',
    'changes of a room what is given',
    withRooms((good) => ({
      async update(room, change) {
        const was = (await good.get(room))?.settings
        const settings = change.settings && { ...was, ...change.settings }
        return good.update(room, settings === undefined ? change : { ...change, settings })
      },
    })),
  ],
  [
    'sets a room back to what is not given',
    'changes of a room what is given',
    withRooms((good) => ({
      update: (room, change) => good.update(room, { permanent: false, ...change }),
    })),
  ],
  [
    'lists private rooms',
    'nor private ones',
    withRooms((good) => ({
      async create(room, limit) {
        const { private: _, ...settings } = room.settings ?? {}
        return good.create(setUp(room, settings), limit)
      },
    })),
  ],
  [
    'forgets an entry now and then',
    'does what the model does (1)',
    (good) => {
      let n = 0
      return {
        ...good,
        async read(room, range) {
          n += 1
          const page = await good.read(room, range)
          return page && n % 5 === 0 ? { ...page, entries: page.entries.slice(1) } : page
        },
      }
    },
  ],
]

describe('a storage that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, async () => {
      // The memory storage itself is tested elsewhere; here its faults shouldn't hide others.
      const plain = name === 'a key is of one sender, in one room, and exactly this'
      await expectCaught(
        name,
        brokenSuite((good) => (plain ? escaped(good) : good)),
        brokenSuite(spoil),
      )
    })
  }
})

/** Keys that can't be mistaken for others, whatever is in them. */
function escaped(good: Storage): Storage {
  return mapDrafts((draft) =>
    draft.cid === undefined ? draft : { ...draft, cid: encodeURIComponent(draft.cid) },
  )(good)
}
