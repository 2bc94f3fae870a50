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
