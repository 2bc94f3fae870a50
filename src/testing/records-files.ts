/** Conformance of records: what the comments of `FileRecords` say. */

import assert from 'node:assert/strict'
import { seededRandom } from './random.ts'
import { addFiles, file, PLENTY, type RecordsCheck } from './records-subject.ts'
import { sampleText } from './samples.ts'
import { appendNew, bob, makeRooms, NOW, said, span } from './storage-subject.ts'

/** Entries kept per room in the tests of what is no longer kept. */
export const FILES_KEPT = 3

/** @param changing registers tests that need edits and deletions */
export function fileTests(test: RecordsCheck, changing: RecordsCheck): void {
  test('keeps files as they are', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    const files = [
      file('1'),
      file('2', { seq: 7, owner: bob, size: 0 }),
      file('3', { room: 'b', name: '', type: '', createdAt: NOW + 1 }),
    ]
    await addFiles(records, ...files)
    for (const one of files) assert.deepEqual(await others.files.get(one.id), one)
    assert.equal(await records.files.get('4'), null)
    await others.files.delete(['1', '4', '3'])
    assert.equal(await records.files.get('1'), null)
    assert.deepEqual(await records.files.get('2'), files[1])
    await records.files.delete([])
  })

  test('keeps any text of a file as it is', async ({ storage, records, others }) => {
    const random = seededRandom(9)
    await makeRooms(storage, 'ação')
    for (const n of span(1, 30)) {
      const one = file(`${n}${sampleText(random, 2)}`, {
        room: 'ação',
        name: sampleText(random),
        type: sampleText(random),
        owner: { id: `${n}${sampleText(random, 2)}`, name: sampleText(random) },
      })
      await addFiles(records, one)
      assert.deepEqual(await others.files.get(one.id), one)
    }
    const alone = file('\ud800\u0000', { room: 'ação', name: '\ufdd0' })
    await addFiles(records, alone)
    assert.deepEqual(await others.files.get(alone.id), alone)
  })

  test('gives a file to one message', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    await addFiles(records, file('1'), file('2', { seq: 1 }))
    assert.equal(await others.files.attach('1', 5), true)
    assert.deepEqual(await records.files.get('1'), file('1', { seq: 5 }))
    assert.equal(await records.files.attach('1', 6), false)
    assert.equal(await records.files.attach('2', 6), false)
    assert.equal(await records.files.attach('3', 6), false)
    await addFiles(records, file('4'))
    const given = await Promise.all(
      span(1, 10).map((n) => (n % 2 ? records : others).files.attach('4', n)),
    )
    assert.equal(given.filter((one) => one).length, 1)
    assert.equal((await records.files.get('4'))?.seq, given.indexOf(true) + 1)
  })

  test('lists the files of a room, the newest first', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    const at = (n: number) => file(`${n}`, { createdAt: NOW + n, ...(n % 2 ? { seq: n } : {}) })
    for (const n of [3, 1, 5, 2, 4]) await addFiles(records, at(n))
    await addFiles(records, file('b', { room: 'b' }))
    assert.deepEqual(await others.files.list('a', NOW + 100, 100), [5, 4, 3, 2, 1].map(at))
    assert.deepEqual(await others.files.list('a', NOW + 4, 2), [3, 2].map(at))
    assert.deepEqual(await records.files.list('a', Number.POSITIVE_INFINITY, 1), [at(5)])
    assert.deepEqual(await records.files.list('nowhere', NOW + 100, 10), [])
    assert.deepEqual(await records.files.list('a', NOW + 100, 0), [])
  })

  // ── space ────────────────────────────────────────────────────────────────────────────────

  test('takes no file beyond what all may have', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const most = { all: 25, owner: 1000 }
    assert.equal(await records.files.add(file('1'), most), true)
    assert.equal(await others.files.add(file('2', { owner: bob }), most), true)
    assert.equal(await records.files.add(file('3', { size: 6, owner: bob }), most), false)
    assert.equal(await records.files.get('3'), null)
    assert.equal(await records.files.add(file('4', { size: 5 }), most), true)
    assert.equal(await records.files.add(file('5', { size: 1 }), most), false)
    assert.equal(await records.files.add(file('6', { size: 0 }), most), true)
    await others.files.delete(['2'])
    assert.equal(await records.files.add(file('7', { size: 11 }), most), false)
    assert.equal(await records.files.add(file('8'), most), true)
  })

  test('takes no file beyond what its owner may have', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    const most = { all: 1000, owner: 20 }
    assert.equal(await records.files.add(file('1'), most), true)
    assert.equal(await others.files.add(file('2', { room: 'b' }), most), true)
    assert.equal(await records.files.add(file('3', { size: 1 }), most), false)
    assert.equal(await records.files.add(file('4', { size: 20, owner: bob }), most), true)
    assert.equal(await records.files.add(file('5', { size: 21, owner: bob }), most), false)
    await records.files.delete(['1', '1'])
    assert.equal(await others.files.add(file('6', { size: 11 }), most), false)
    assert.equal(await others.files.add(file('7'), most), true)
    assert.equal(await others.files.add(file('8', { size: 1 }), most), false)
  })

  test('nor when many files come at once', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const add = (n: number, most: { all: number; owner: number }) => {
      const one = file(`${n}`, { owner: { id: `${n % 3}`, name: 'x' } })
      return (n % 2 ? records : others).files.add(one, most)
    }
    const byAll = { all: 100, owner: 1000 }
    const first = await Promise.all(span(1, 30).map((n) => add(n, byAll)))
    assert.equal(first.filter((one) => one).length, 10)
    await records.files.delete(span(1, 30).map(String))
    const byOwner = { all: 1000, owner: 30 }
    const second = await Promise.all(span(1, 30).map((n) => add(n, byOwner)))
    assert.equal(second.filter((one) => one).length, 9)
    for (const owner of [0, 1, 2]) {
      assert.equal(second.filter((one, i) => one && (i + 1) % 3 === owner).length, 3)
    }
  })

  test('finds the space again when files come and go at once', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a')
    const most = { all: 100, owner: 100 }
    await Promise.all(
      span(1, 30).map(async (n) => {
        const [one, two] = n % 2 ? [records, others] : [others, records]
        // Ten at a time have space; some are refused meanwhile.
        if (await one.files.add(file(`${n}`), most)) await two.files.delete([`${n}`])
      }),
    )
    assert.equal(await records.files.add(file('whole', { size: 100 }), most), true)
    assert.equal(await others.files.add(file('more', { size: 1 }), most), false)
  })

  // ── what nobody can come by ──────────────────────────────────────────────────────────────

  test('finds files that were never sent', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x')])
    await addFiles(
      records,
      file('old'),
      file('new', { createdAt: NOW + 10 }),
      file('sent', { seq: 1 }),
    )
    assert.deepEqual(await records.files.orphans(NOW, 10), [])
    assert.deepEqual(await others.files.orphans(NOW + 5, 10), ['old'])
    assert.deepEqual([...(await others.files.orphans(NOW + 50, 10))].sort(), ['new', 'old'])
    assert.equal((await records.files.orphans(NOW + 50, 1)).length, 1)
    await records.files.delete(['old'])
    assert.deepEqual(await others.files.orphans(NOW + 5, 10), [])
  })

  changing('finds files of deleted messages', async ({ storage, records }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x'), said('a', 'y')])
    await addFiles(records, file('1', { seq: 1 }), file('2', { seq: 2 }))
    await appendNew(storage, [said('a', 'edited', { kind: 'edit', ref: 2 })])
    assert.deepEqual(await records.files.orphans(NOW, 10), [])
    await appendNew(storage, [said('a', '', { kind: 'delete', ref: 1 })])
    assert.deepEqual(await records.files.orphans(NOW, 10), ['1'])
  })

  test('finds files of deleted rooms, which no later room gets', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a', 'b')
    await appendNew(storage, [said('a', 'x'), said('b', 'x')])
    await addFiles(records, file('1'), file('2', { seq: 1 }), file('b', { room: 'b', seq: 1 }))
    await storage.rooms.delete('a')
    const gone = ['1', '2']
    assert.deepEqual([...(await others.files.orphans(0, 10))].sort(), gone)
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x')])
    assert.deepEqual([...(await records.files.orphans(0, 10))].sort(), gone)
    assert.deepEqual(await others.files.list('a', NOW + 1, 10), [])
    assert.equal(await others.files.get('2'), null)
    assert.equal(await others.files.attach('1', 1), false)
    // Their bytes are there until somebody has deleted them.
    const most = { all: 35, owner: 1000 }
    assert.equal(await records.files.add(file('3'), most), false)
    await records.files.delete(gone)
    assert.equal(await records.files.add(file('3'), most), true)
    assert.deepEqual(await others.files.orphans(0, 10), [])
  })

  test('finds many files that nobody can come by, all in the end', async (bench) => {
    const { storage, records } = bench
    await makeRooms(storage, 'a')
    for (const n of span(1, 40)) {
      await addFiles(records, file(`${n}`, n % 2 ? { createdAt: NOW + 10 } : {}))
    }
    const found: string[] = []
    for (;;) {
      const some = await records.files.orphans(NOW + 5, 7)
      if (some.length === 0) break
      assert(some.length <= 7)
      found.push(...some)
      await records.files.delete(some)
    }
    assert.deepEqual(
      found.map(Number).sort((a, b) => a - b),
      span(1, 40).filter((n) => n % 2 === 0),
    )
    assert.equal(await records.files.add(file('x'), PLENTY), true)
  })
}

/** With {@link FILES_KEPT} entries per room. */
export function keptFileTests(test: RecordsCheck): void {
  test('finds files of messages that are no longer kept', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', '1'), said('a', '2')])
    await addFiles(records, file('1', { seq: 1 }), file('2', { seq: 2 }))
    assert.deepEqual(await others.files.orphans(NOW, 10), [])
    await appendNew(
      storage,
      span(3, FILES_KEPT + 1).map((n) => said('a', `${n}`)),
    )
    assert.deepEqual(await others.files.orphans(NOW, 10), ['1'])
  })
}
