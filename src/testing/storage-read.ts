/** Conformance of storages: pages, heads, and what is left after old entries were given up. */

import assert from 'node:assert/strict'
import {
  appendNew,
  appendOne,
  epochOf,
  fill,
  logOf,
  MANY,
  makeRooms,
  NOW,
  pageOf,
  type StorageCheck,
  said,
  seqsOf,
  span,
  spec,
  textsOf,
} from './storage-subject.ts'

/** Entries per room that the store of the retention tests keeps. */
export const KEPT = 10

export function readTests(test: StorageCheck): void {
  test('the page of a log without entries', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const empty = { epoch: epochOf('a'), head: 0, first: 1, entries: [] }
    assert.deepEqual(await storage.read('a', { after: 0, limit: 10 }), empty)
    assert.deepEqual(await storage.read('a', { after: 5, limit: 10 }), empty)
    assert.deepEqual(await storage.read('a', { before: 1, limit: 10 }), empty)
    assert.deepEqual(await storage.read('a', { before: 100, limit: 10 }), empty)
  })

  test('reads after a seq, the oldest first', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await fill(storage, 'a', 25)
    const page = await pageOf(storage, 'a', { after: 0, limit: 10 })
    assert.deepEqual([page.epoch, page.head, page.first], [epochOf('a'), 25, 1])
    assert.deepEqual(seqsOf(page.entries), span(1, 10))
    assert.deepEqual(textsOf(page.entries), span(1, 10).map(String))
    const after = async (seq: number, limit = 10) =>
      seqsOf((await pageOf(storage, 'a', { after: seq, limit })).entries)
    assert.deepEqual(await after(10), span(11, 20))
    assert.deepEqual(await after(20), span(21, 25))
    assert.deepEqual(await after(24, 1), [25])
    assert.deepEqual(await after(25), [])
    assert.deepEqual(await after(1000), [])
    assert.deepEqual(await after(0, 1), [1])
    assert.deepEqual(await after(0, 25), span(1, 25))
  })

  test('reads before a seq the newest, in ascending order all the same', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await fill(storage, 'a', 25)
    const before = async (seq: number, limit = 10) =>
      seqsOf((await pageOf(storage, 'a', { before: seq, limit })).entries)
    assert.deepEqual(await before(26), span(16, 25))
    assert.deepEqual(await before(1000), span(16, 25))
    assert.deepEqual(await before(16), span(6, 15))
    assert.deepEqual(await before(6), span(1, 5))
    assert.deepEqual(await before(2), [1])
    assert.deepEqual(await before(1), [])
    assert.deepEqual(await before(26, 1), [25])
  })

  test('reads from a time', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'empty')
    // 1 at 10, 2 and 3 at 20, 4 to 6 at 30, …: entries of the same time stand together.
    const batch = span(1, 8).flatMap((n) =>
      span(1, n).map((m) => said('a', `${n}.${m}`, { ts: NOW + n * 10 })),
    )
    await appendNew(storage, batch)
    const from = async (at: number, limit = 3) =>
      seqsOf((await pageOf(other, 'a', { at, limit })).entries)
    for (const [i, { ts }] of batch.entries()) {
      const first = batch.findIndex((draft) => draft.ts === ts) + 1
      assert.deepEqual(await from(ts), span(first, Math.min(first + 2, 36)), `at entry ${i + 1}`)
      assert.deepEqual(await from(ts - 5, 1), [first])
    }
    for (const at of [0, NOW, NOW - 1e12, NOW + 10]) assert.deepEqual(await from(at), [1, 2, 3])
    for (const at of [NOW + 81, NOW * 2]) assert.deepEqual(await from(at), [])
    assert.deepEqual(await from(NOW + 75, 100), span(29, 36))
    const page = await pageOf(storage, 'a', { at: NOW + 81 })
    assert.deepEqual([page.epoch, page.head, page.first], [epochOf('a'), 36, 1])
    const empty = { epoch: epochOf('empty'), head: 0, first: 1, entries: [] }
    assert.deepEqual(await storage.read('empty', { at: NOW, limit: 5 }), empty)
    assert.equal(await storage.read('nowhere', { at: NOW, limit: 5 }), null)
  })

  test('reads a long log page by page', async ({ storage }) => {
    await makeRooms(storage, 'a')
    for (let n = 0; n < 10; n++) await fill(storage, 'a', 100)
    const forth: number[] = []
    for (let page = await pageOf(storage, 'a', { limit: 70 }); page.entries.length > 0; ) {
      forth.push(...seqsOf(page.entries))
      page = await pageOf(storage, 'a', { after: forth.at(-1) as number, limit: 70 })
    }
    assert.deepEqual(forth, span(1, 1000))
    const back: number[] = []
    for (
      let page = await pageOf(storage, 'a', { before: 1001, limit: 70 });
      page.entries.length > 0;
    ) {
      back.unshift(...seqsOf(page.entries))
      page = await pageOf(storage, 'a', { before: back[0] as number, limit: 70 })
    }
    assert.deepEqual(back, span(1, 1000))
  })

  test('reads nothing of rooms that are not there', async ({ storage }) => {
    assert.equal(await storage.read('nowhere', { after: 0, limit: 10 }), null)
    assert.equal(await storage.read('', { before: 10, limit: 10 }), null)
  })

  test('what was read does not change afterwards', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await fill(storage, 'a', 3)
    const page = await pageOf(storage, 'a')
    await fill(storage, 'a', 3)
    assert.equal(page.head, 3)
    assert.deepEqual(seqsOf(page.entries), [1, 2, 3])
  })

  test('tells the heads of rooms in the order they were asked for', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b', 'c')
    await fill(storage, 'a', 3)
    await fill(storage, 'c', 1)
    const head = (room: string, head: number) => ({ epoch: epochOf(room), head })
    for (const handle of [storage, other]) {
      assert.deepEqual(await handle.heads(['c', 'nowhere', 'a', 'b', 'c']), [
        head('c', 1),
        null,
        head('a', 3),
        head('b', 0),
        head('c', 1),
      ])
      assert.deepEqual(await handle.heads([]), [])
    }
    const many = await storage.heads(span(1, 1500).map((n) => (n % 500 === 0 ? 'a' : `no ${n}`)))
    assert.equal(many.length, 1500)
    assert.equal(many.filter((known) => known !== null).length, 3)
  })
}

/** Tests on a store that keeps {@link KEPT} entries per room. */
export function retentionTests(test: StorageCheck): void {
  test('gives up the oldest, and says where the rest begins', async ({ storage }) => {
    await makeRooms(storage, 'a', 'b')
    await fill(storage, 'a', KEPT)
    assert.equal((await pageOf(storage, 'a')).first, 1)
    await fill(storage, 'a', 5)
    await fill(storage, 'b', 2)
    const page = await pageOf(storage, 'a')
    assert.deepEqual([page.head, page.first], [KEPT + 5, 6])
    assert.deepEqual(seqsOf(page.entries), span(6, KEPT + 5))
    assert.deepEqual(seqsOf((await pageOf(storage, 'a', { before: 8 })).entries), [6, 7])
    assert.deepEqual((await pageOf(storage, 'a', { before: 6 })).entries, [])
    assert.deepEqual(
      seqsOf((await pageOf(storage, 'a', { after: 2, limit: 3 })).entries),
      [6, 7, 8],
    )
    assert.deepEqual(
      [(await pageOf(storage, 'b')).first, (await logOf(storage, 'b')).length],
      [1, 2],
    )
  })

  test('reads from a time what is kept of it', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const times = span(1, KEPT + 6).map((n) => said('a', `${n}`, { ts: NOW + n }))
    await appendNew(storage, times)
    const from = async (at: number) =>
      seqsOf((await pageOf(storage, 'a', { at: NOW + at, limit: 3 })).entries)
    for (const at of [0, 1, 6, 7]) assert.deepEqual(await from(at), [7, 8, 9])
    assert.deepEqual(await from(8), [8, 9, 10])
    assert.deepEqual(await from(KEPT + 6), [KEPT + 6])
    assert.deepEqual(await from(KEPT + 7), [])
  })

  test('keeps of a room what its settings say', async ({ storage }) => {
    await storage.rooms.create(spec('few', { settings: { keepEntries: 3 } }), MANY)
    await storage.rooms.create(spec('many', { settings: { keepEntries: KEPT * 2 } }), MANY)
    await makeRooms(storage, 'a')
    for (const room of ['few', 'many', 'a']) await fill(storage, room, KEPT * 3)
    const kept = async (room: string) => {
      const { first, head, entries } = await pageOf(storage, room)
      assert.deepEqual(seqsOf(entries), span(first, head))
      return entries.length
    }
    assert.deepEqual([await kept('few'), await kept('many'), await kept('a')], [3, 2 * KEPT, KEPT])
    await storage.rooms.update('a', { settings: { keepEntries: 4, topic: 'x' } })
    await storage.rooms.update('many', { settings: {} })
    assert.deepEqual([await kept('few'), await kept('many'), await kept('a')], [3, KEPT, 4])
  })

  test('goes on counting', async ({ storage }) => {
    await makeRooms(storage, 'a')
    for (const n of span(1, 8)) {
      await fill(storage, 'a', KEPT)
      const page = await pageOf(storage, 'a')
      assert.deepEqual(seqsOf(page.entries), span((n - 1) * KEPT + 1, n * KEPT))
    }
    assert.deepEqual(await storage.heads(['a']), [{ epoch: epochOf('a'), head: 8 * KEPT }])
  })

  test('a batch larger than what is kept', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await fill(storage, 'a', KEPT * 3)
    const page = await pageOf(storage, 'a')
    assert.deepEqual([page.head, page.first], [KEPT * 3, KEPT * 2 + 1])
    assert.deepEqual(seqsOf(page.entries), span(KEPT * 2 + 1, KEPT * 3))
  })

  test('a key protects at least as long as its entry is kept', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x', { cid: 'k' })])
    await fill(storage, 'a', KEPT - 1)
    const retry = await appendOne(storage, said('a', 'x', { cid: 'k' }))
    assert.deepEqual(retry, { seq: 1, ts: NOW, duplicate: true })
    await fill(storage, 'a', 1)
    // Now it may be new, or still known; it must be one of them, and leave no hole.
    await appendOne(storage, said('a', 'x', { cid: 'k' }))
    const { head, first, entries } = await pageOf(storage, 'a')
    assert.deepEqual(seqsOf(entries), span(first, head))
  })
}
