/** The suite for storages notices what goes wrong with what admins need. */

import { describe, it } from 'vitest'
import { type Break, brokenSuite, withRooms } from './breaking-storages.ts'
import { expectCaught } from './collect.ts'

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'replaces no setting',
    'a setting is replaced when that is asked for',
    (good) => ({ ...good, setting: (key, value) => good.setting(key, value) }),
  ],
  [
    'lists only public rooms where all are asked for',
    'list() gives private rooms where all are asked for, but no conversations',
    withRooms((rooms) => ({ list: (after, limit) => rooms.list(after, limit) })),
  ],
  [
    'counts conversations with the rooms',
    'list() gives private rooms where all are asked for, but no conversations',
    withRooms((rooms) => ({ count: async () => ((await rooms.count?.()) ?? 0) + 1 })),
  ],
  [
    'gives only listed rooms another epoch',
    'renew() gives every room an epoch of its own, and changes nothing else',
    withRooms((rooms) => {
      const was = new Map<string, string>()
      return {
        async create(room, limit) {
          if (room.only !== undefined) was.set(room.room, room.epoch)
          return rooms.create(room, limit)
        },
        async get(name) {
          const room = await rooms.get(name)
          return room === null ? null : { ...room, epoch: was.get(name) ?? room.epoch }
        },
      }
    }),
  ],
  [
    'stops after the first rooms',
    'renew() reaches all of many rooms',
    withRooms((rooms) => ({
      renew: async (prefix) => Math.min(200, (await rooms.renew?.(prefix)) ?? 0),
    })),
  ],
]

describe('a storage that', () => {
  for (const [what, name, spoil] of CASES) {
    it(`${what} is noticed`, () =>
      expectCaught(
        name,
        brokenSuite((good) => good),
        brokenSuite(spoil),
      ))
  }
})
