/** Conformance of storages: what the comment of `Storage.append` says. */

import assert from 'node:assert/strict'
import type { Appended, NewEntry } from '../spi/storage.ts'
import { seededRandom } from './random.ts'
import { sampleText } from './samples.ts'
import {
  ana,
  appendNew,
  appendOne,
  bob,
  epochOf,
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
  stored,
  textsOf,
} from './storage-subject.ts'

export function appendTests(test: StorageCheck): void {
  test('assigns seq 1, 2, 3, … in the order of the batch', async ({ storage }) => {
    await makeRooms(storage, 'a')
    assert.deepEqual(await appendNew(storage, [said('a', 'x')]), [1])
    const batch = span(2, 50).map((n) => said('a', `${n}`))
    assert.deepEqual(await appendNew(storage, batch), span(2, 50))
    assert.deepEqual(textsOf(await logOf(storage, 'a')), ['x', ...span(2, 50).map(String)])
  })

  test('counts each room by itself, also in one batch', async ({ storage }) => {
    await makeRooms(storage, 'a', 'b', 'c')
    const seqs = await appendNew(storage, [
      said('b', '1'),
      said('a', '2'),
      said('b', '3'),
      said('a', '4'),
      said('b', '5'),
    ])
    assert.deepEqual(seqs, [1, 1, 2, 2, 3])
    assert.deepEqual(textsOf(await logOf(storage, 'a')), ['2', '4'])
    assert.deepEqual(textsOf(await logOf(storage, 'b')), ['1', '3', '5'])
    assert.deepEqual(await logOf(storage, 'c'), [])
  })

  test('keeps every field of an entry, and adds none', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const file = { id: 'f1', name: 'ação\u0000.png', type: 'image/png', size: 12 }
    const details = { file, mentions: ['bob', ''] }
    const drafts = [
      said('a', 'plain'),
      said('a', 'with a key', { cid: 'k1' }),
      said('a', 'to somebody', { to: bob, ts: NOW + 1 }),
      said('a', 'an answer', { ref: 1, ts: NOW + 1 }),
      said('a', 'all of it', {
        ...{ to: bob, cid: 'k2', ref: 2, details, from: bob },
        ts: NOW + 2,
      }),
      said('a', 'a notice', { kind: 'notice', from: { id: 'server', name: 'T' }, ts: NOW + 2 }),
      said('a', 'a reason', { kind: 'ban', to: bob, details: { until: NOW + 9 }, ts: NOW + 3 }),
      said('a', '', {
        kind: 'settings',
        details: { settings: { topic: "'\u0000💬" } },
        ts: NOW + 3,
      }),
    ]
    await appendNew(storage, drafts)
    const wanted = drafts.map((draft, i) => stored(draft, i + 1))
    assert.deepEqual(await logOf(storage, 'a'), wanted)
    assert.deepEqual(await logOf(other, 'a'), wanted)
  })

  test('keeps any text, name and key as it is', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const random = seededRandom(3)
    const drafts = span(1, 100).map((n) =>
      said('a', sampleText(random), {
        cid: `${n}${sampleText(random, 3)}`,
        from: { id: `id ${n} ${sampleText(random, 2)}`, name: sampleText(random, 3) },
      }),
    )
    drafts.push(said('a', '💬'.repeat(4000)), said('a', ''), said('a', ' '))
    await appendNew(storage, drafts)
    const log = await logOf(storage, 'a')
    for (const [i, draft] of drafts.entries()) assert.deepEqual(log[i], stored(draft, i + 1))
    const again = await storage.append(drafts.slice(0, 100))
    for (const [i, result] of again.entries()) {
      assert.deepEqual(result, { seq: i + 1, ts: NOW, duplicate: true })
    }
  })

  test('an empty batch is nothing', async ({ storage }) => {
    await makeRooms(storage, 'a')
    assert.deepEqual(await storage.append([]), [])
    assert.equal((await pageOf(storage, 'a')).head, 0)
  })

  test('leaves the batch as it was, and does not remember it', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const from = { ...ana }
    const draft: NewEntry = said('a', 'x', { from, cid: 'k' })
    const batch = Object.freeze([Object.freeze({ ...draft, from })])
    await appendNew(storage, batch)
    assert.deepEqual(await logOf(storage, 'a'), [stored(draft, 1)])
  })

  // ── once ─────────────────────────────────────────────────────────────────────────────────

  test('a retry gives the first seq and ts, and stores nothing', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const first = said('a', 'hello', { cid: 'k' })
    assert.deepEqual(await appendOne(storage, first), { seq: 1, ts: NOW, duplicate: false })
    await appendNew(storage, [said('a', 'between')])
    const retry = { ...first, ts: NOW + 5000 }
    const duplicate = { seq: 1, ts: NOW, duplicate: true }
    assert.deepEqual(await appendOne(storage, retry), duplicate)
    assert.deepEqual(await appendOne(other, retry), duplicate)
    // The sender has another name now, which changes nothing.
    const renamed = { ...retry, from: { id: ana.id, name: 'Ana Maria' } }
    assert.deepEqual(await appendOne(storage, renamed), duplicate)
    assert.deepEqual(await logOf(storage, 'a'), [stored(first, 1), stored(said('a', 'between'), 2)])
  })

  test('the same inside one batch', async ({ storage }) => {
    await makeRooms(storage, 'a', 'b')
    const results = await storage.append([
      said('a', 'x', { cid: 'k' }),
      said('a', 'x', { cid: 'k', ts: NOW + 1 }),
      said('b', 'x', { cid: 'k' }),
      said('a', 'y', { cid: 'l' }),
      said('a', 'other', { cid: 'k' }),
      said('a', 'x', { cid: 'k' }),
    ])
    assert.deepEqual(results, [
      { seq: 1, ts: NOW, duplicate: false },
      { seq: 1, ts: NOW, duplicate: true },
      { seq: 1, ts: NOW, duplicate: false },
      { seq: 2, ts: NOW, duplicate: false },
      { error: 'conflict' },
      { seq: 1, ts: NOW, duplicate: true },
    ])
    assert.deepEqual(textsOf(await logOf(storage, 'a')), ['x', 'y'])
  })

  test('the same key with another text, kind or ref is a conflict', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await appendOne(storage, said('a', 'hello', { cid: 'k' }))
    const conflict = { error: 'conflict' }
    assert.deepEqual(await appendOne(storage, said('a', 'hello!', { cid: 'k' })), conflict)
    const notice = said('a', 'hello', { cid: 'k', kind: 'notice' })
    assert.deepEqual(await appendOne(storage, notice), conflict)
    const answer = said('a', 'hello', { cid: 'k', ref: 1 })
    assert.deepEqual(await appendOne(storage, answer), conflict)
    assert.deepEqual(await appendNew(storage, [{ ...answer, cid: 'l' }]), [2])
    const others = [answer, { ...answer, ref: 2 }, { ...answer, ref: undefined }]
    for (const { ref, ...other } of others.slice(1)) {
      const draft = { ...other, cid: 'l', ...(ref === undefined ? {} : { ref }) }
      assert.deepEqual(await appendOne(storage, draft), conflict)
    }
    assert.equal((await pageOf(storage, 'a')).head, 2)
  })

  test('a key is of one sender, in one room, and exactly this', async ({ storage }) => {
    await makeRooms(storage, 'a', 'b')
    const seqs = await appendNew(storage, [
      said('a', '1', { cid: 'k' }),
      said('b', '2', { cid: 'k' }),
      said('a', '3', { cid: 'k', from: bob }),
      said('a', '4', { cid: 'K' }),
      said('a', '5', { cid: 'k ' }),
      said('a', '6', { cid: 'ḱ' }),
      said('a', '7', { cid: 'k\u0301' }),
      // What they make together must not be mistaken for one another.
      ...['\n', '\u0000', ' ', ':', '/'].flatMap((sign) => [
        said('a', 'x', { cid: `y${sign}z`, from: { id: 'x', name: 'X' } }),
        said('a', 'x', { cid: 'z', from: { id: `x${sign}y`, name: 'X' } }),
      ]),
    ])
    assert.deepEqual(seqs, [1, 1, ...span(2, 16)])
  })

  test('entries without a key are never doubles', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const same = said('a', 'again')
    assert.deepEqual(await appendNew(storage, [same, same, same]), [1, 2, 3])
    assert.deepEqual(await appendNew(storage, [same]), [4])
  })

  // ── times ────────────────────────────────────────────────────────────────────────────────

  test('times never go back along a log', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b')
    const at = (ms: number, room = 'a', cid?: string): NewEntry =>
      said(room, 'x', { ts: NOW + ms, ...(cid === undefined ? {} : { cid }) })
    const times = (results: readonly Appended[]): readonly number[] =>
      results.map((result) => ('ts' in result ? result.ts - NOW : Number.NaN))
    const first = await storage.append([at(5), at(3), at(0, 'b'), at(9), at(8, 'a', 'k'), at(20)])
    assert.deepEqual(times(first), [5, 5, 0, 9, 9, 20])
    // Another node's clock may go after ours.
    assert.deepEqual(times(await other.append([at(10), at(1, 'b'), at(21)])), [20, 1, 21])
    // What isn't stored has no part in it.
    const retries = [at(500, 'a', 'k'), at(22), at(500, 'nowhere'), at(23)]
    assert.deepEqual(times(await storage.append(retries)), [9, 22, Number.NaN, 23])
    const stamps = async (room: string) => (await logOf(other, room)).map(({ ts }) => ts - NOW)
    assert.deepEqual(await stamps('a'), [5, 5, 9, 9, 20, 20, 21, 22, 23])
    assert.deepEqual(await stamps('b'), [0, 1])
  })

  // ── refusals ─────────────────────────────────────────────────────────────────────────────

  test('refuses entries for rooms that are not there, or whose log is another', async ({
    storage,
  }) => {
    await makeRooms(storage, 'a')
    const error = { error: 'room_not_found' }
    assert.deepEqual(await appendOne(storage, said('nowhere', 'x')), error)
    assert.deepEqual(await appendOne(storage, said('a', 'x', { epoch: 'another' })), error)
    assert.equal(await storage.read('nowhere', { after: 0, limit: 10 }), null)
    await storage.rooms.delete('a')
    assert.deepEqual(await appendOne(storage, said('a', 'x')), error)
    await storage.rooms.create(spec('a', { epoch: 'second' }), MANY)
    assert.deepEqual(await appendOne(storage, said('a', 'x')), error)
    assert.deepEqual(await appendNew(storage, [said('a', 'x', { epoch: 'second' })]), [1])
  })

  test('stores the others of the batch whatever became of one', async ({ storage }) => {
    await makeRooms(storage, 'a', 'b')
    await appendOne(storage, said('a', 'first', { cid: 'k' }))
    const results = await storage.append([
      said('nowhere', '?'),
      said('a', '2'),
      said('a', 'not first', { cid: 'k' }),
      said('b', '1'),
      said('a', 'first', { cid: 'k' }),
      said('b', '?', { epoch: 'another' }),
      said('a', '3'),
    ])
    assert.deepEqual(
      results.map((result) => ('error' in result ? result.error : result.seq)),
      ['room_not_found', 2, 'conflict', 1, 1, 'room_not_found', 3],
    )
    assert.deepEqual(textsOf(await logOf(storage, 'a')), ['first', '2', '3'])
    assert.deepEqual(textsOf(await logOf(storage, 'b')), ['1'])
  })

  // ── several at once ──────────────────────────────────────────────────────────────────────

  test('several nodes append at once: no holes, no doubles, each batch in order', async (bench) => {
    const { storage, other } = bench
    await makeRooms(storage, 'a', 'b')
    const batches = span(1, 40).map((n) =>
      // Rooms in both orders: who locks them as they come waits for itself.
      span(1, 10).map((m) => said((n + m) % 2 === 0 ? 'a' : 'b', `${n}.${m}`)),
    )
    const results = await Promise.all(
      batches.map((batch, n) => appendNew(n % 2 === 0 ? storage : other, batch)),
    )
    for (const room of ['a', 'b']) {
      const log = await logOf(storage, room)
      assert.deepEqual(seqsOf(log), span(1, 200))
      assert.deepEqual(await logOf(other, room), log)
      for (const [n, batch] of batches.entries()) {
        const mine = batch.map((draft, m) => [draft, results[n]?.[m] as number] as const)
        const here = mine.filter(([draft]) => draft.room === room)
        for (const [draft, seq] of here) assert.equal(log[seq - 1]?.text, draft.text)
        const order = here.map(([, seq]) => seq)
        assert.deepEqual(
          order,
          [...order].sort((x, y) => x - y),
          'the order of the batch',
        )
      }
    }
  })

  test('several nodes retry the same key at once: one entry', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    for (const n of span(1, 10)) {
      const draft = said('a', `${n}`, { cid: `k${n}` })
      const results = await Promise.all(
        span(1, 8).map((m) => appendOne(m % 2 === 0 ? storage : other, { ...draft, ts: NOW + m })),
      )
      const places = results as readonly Extract<Appended, { seq: number }>[]
      assert.deepEqual([...new Set(places.map(({ seq }) => seq))], [n])
      assert.equal(new Set(places.map(({ ts }) => ts)).size, 1)
      assert.equal(places.filter(({ duplicate }) => !duplicate).length, 1)
    }
    assert.equal((await pageOf(other, 'a')).head, 10)
  })

  test('whoever reads meanwhile never sees a hole', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    let busy = true
    const readers = [storage, other].map(async (handle) => {
      let last = 0
      while (busy) {
        const page = await pageOf(handle, 'a')
        assert.deepEqual(seqsOf(page.entries), span(1, page.head))
        assert(page.head >= last, 'the head went back')
        last = page.head
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const writers = span(1, 20).map(async (n) => {
      for (const m of span(1, 5)) {
        await appendNew(n % 2 === 0 ? storage : other, [said('a', `${n} ${m}`), said('a', 'x')])
      }
    })
    const written = Promise.all(writers).finally(() => {
      busy = false
    })
    await Promise.all([written, ...readers])
    assert.equal((await pageOf(storage, 'a')).head, 200)
  })

  test('what was acknowledged is there for the other node at once', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    for (const n of span(1, 20)) {
      const [writer, reader] = n % 2 === 0 ? [storage, other] : [other, storage]
      await appendNew(writer, [said('a', `${n}`)])
      assert.equal((await pageOf(reader, 'a', { after: n - 1 })).entries[0]?.text, `${n}`)
      assert.deepEqual(await reader.heads(['a']), [{ epoch: epochOf('a'), head: n }])
    }
  })
}
