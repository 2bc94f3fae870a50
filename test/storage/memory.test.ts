/** What the suite of storages doesn't ask of the one in memory: age, and what it may hold. */

import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { MemoryLog } from '../../src/storage/memory-log.ts'
import { virtualClock } from '../../src/testing/clock.ts'
import {
  ana,
  bob,
  changing,
  fill,
  makeRooms,
  NOW,
  pageOf,
  said,
  seqsOf,
  span,
  spec,
} from '../../src/testing/storage-subject.ts'

const DAY = 24 * 60 * 60_000

it('gives up what is older than the settings of a room say', async () => {
  const clock = virtualClock({ start: NOW })
  const storage = memoryStorage({ clock })
  await storage.rooms.create(spec('a', { settings: { keepDays: 2 } }), 10)
  await makeRooms(storage, 'b')
  for (const day of [0, 1, 2, 3]) {
    for (const room of ['a', 'b']) await storage.append([said(room, 'x', { ts: clock.now() })])
    const { first, head } = await pageOf(storage, 'a')
    expect([first, head]).toEqual([Math.max(1, day - 1), day + 1])
    await clock.advance(DAY)
  }
  // Also when nobody says anything any more.
  await clock.advance(DAY + 1)
  const page = await pageOf(storage, 'a')
  expect([page.first, page.head, page.entries]).toEqual([5, 4, []])
  expect((await pageOf(storage, 'b')).entries).toHaveLength(4)
  await storage.rooms.update('b', { settings: { keepDays: 3 } })
  expect(seqsOf((await pageOf(storage, 'b')).entries)).toEqual([4])
})

it('holds no more than its budget, whatever rooms keep and lose', async () => {
  const storage = memoryStorage({ bytes: 100_000, entriesPerRoom: 50 })
  await makeRooms(storage, 'a', 'b')
  await storage.rooms.create(spec('few', { settings: { keepEntries: 2 } }), 10)
  for (const n of span(1, 200)) {
    await fill(storage, 'few', 20)
    await fill(storage, 'a', 1)
    if (n % 50 === 0) await storage.rooms.update('b', { settings: { keepEntries: n } })
    await storage.append([said('b', 'x'.repeat(5000))])
  }
  const kept = async (room: string) => (await pageOf(storage, room)).entries.length
  expect(await kept('few')).toBe(2)
  const bytes = (await kept('b')) * 10_300 + (await kept('a')) * 300
  expect(bytes).toBeLessThanOrEqual(100_000)
  expect(bytes).toBeGreaterThan(60_000)
})

it('weighs nothing any more when all was given up', () => {
  const log = new MemoryLog({ ...spec('a'), head: 0 })
  const { edit, erase, react, unreact } = changing('a')
  const details = { mentions: ['bob'] }
  const drafts = [
    ...[said('a', 'one', { details }), said('a', 'two'), said('a', 'three', { cid: 'k' })],
    ...[edit(1, 'longer than one'), edit(2, ''), edit(1, 'x')],
    ...[react(1, '👍', ana), react(1, '👍', bob), react(2, '❤'), unreact(1, '👍', ana)],
    ...[erase(2), react(3, '👍'), erase(3), react(1, '❤', bob)],
  ]
  for (const draft of drafts) expect(log.append(draft)).toHaveProperty('seq')
  log.forgetReactions('bob')
  expect(log.at(1)?.reactions).toBe(undefined)
  const before = log.bytes
  let freed = 0
  while (log.kept > 0) freed += log.drop()
  expect([freed, log.bytes]).toEqual([before, 0])
})
