/** Conformance of storages. */

import assert from 'node:assert/strict'
import type { Storage } from '../spi/storage.ts'
import { freshSeed } from './random.ts'
import { recordsSuite } from './records-suite.ts'
import { appendTests } from './storage-append.ts'
import { changeRetentionTests, changeTests } from './storage-changes.ts'
import { compareWithModel } from './storage-random.ts'
import { KEPT, readTests, retentionTests } from './storage-read.ts'
import { roomTests } from './storage-rooms.ts'
import {
  appendOne,
  logOf,
  MANY,
  makeRooms,
  NOW,
  pageOf,
  type StorageBench,
  type StorageCheck,
  type StorageSuiteOptions,
  type StorageWish,
  said,
  seqsOf,
  span,
  spec,
  textsOf,
} from './storage-subject.ts'
import { withSubject } from './suite.ts'

const RUNS = 20

/**
 * Registers the tests that every storage must pass: each sentence of the comments in `Storage` and
 * `RoomStore` that can be observed, and random operations compared with a model.
 *
 * Give `other`, a second handle on the same store, where several nodes can share it: much of what
 * is promised is about two that do the same thing at once.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { storageSuite } from 'tertulia/testing'
 *
 * describe('my storage', () => {
 *   storageSuite({
 *     test: it,
 *     supports: { changes: true, reopen: true },
 *     async factory() {
 *       const file = await temporaryFile()
 *       const open = () => myStorage({ file })
 *       return { storage: open(), other: open(), reopen: open, dispose: () => remove(file) }
 *     },
 *   })
 * })
 */
export function storageSuite(options: StorageSuiteOptions): void {
  const { test, factory, supports = {} } = options
  const seed = options.seed ?? freshSeed()
  const operations = options.operations ?? 60
  const on = (wish: StorageWish = {}, supported = true): StorageCheck =>
    withSubject(
      test,
      async () => openBench(await factory(wish)),
      (bench) => closeBench(bench),
      !supported,
    )
  const check = on()

  check('says who it is and what it can do', async ({ storage }) => {
    assert.notEqual(storage.name, '')
    assert.equal(typeof storage.supports.durable, 'boolean')
    const { appends } = storage.supports
    assert(Number.isInteger(appends) && appends > 0, `supports.appends is ${appends}`)
    assert.equal(storage.supports.changes, supports.changes === true, 'supports.changes')
    if (storage.supports.durable) {
      assert(supports.reopen, 'a durable storage is tested with supports.reopen')
    }
  })

  appendTests(check)
  changeTests(on({}, supports.changes === true))
  readTests(check)
  const keeping = { entriesPerRoom: KEPT }
  retentionTests(on(keeping, supports.retention === true))
  changeRetentionTests(on(keeping, supports.changes === true && supports.retention === true), KEPT)
  roomTests(check)
  if (supports.records === true) recordsSuite(options)

  on({}, supports.reopen === true)('everything is there after it was closed', async (bench) => {
    const { storage, other, subject } = bench
    await makeRooms(storage, 'a')
    await storage.rooms.create(spec('b', { permanent: true }), MANY)
    await storage.rooms.update('b', { settings: { topic: 'x' } })
    await storage.setting('secret', 'first')
    for (const n of span(1, 20)) {
      await appendOne(n % 2 === 0 ? storage : other, said('a', `${n}`, { cid: `k${n}` }))
    }
    await closeHandles(bench)
    const again = await subject.reopen?.()
    assert(again !== undefined, 'supports.reopen, but there is no reopen()')
    await again.open()
    try {
      assert.deepEqual(textsOf(await logOf(again, 'a')), span(1, 20).map(String))
      assert.deepEqual(await appendOne(again, said('a', '7', { cid: 'k7', ts: NOW + 1 })), {
        seq: 7,
        ts: NOW,
        duplicate: true,
      })
      assert.deepEqual(await appendOne(again, said('a', 'next')), {
        seq: 21,
        ts: NOW,
        duplicate: false,
      })
      assert.equal((await again.rooms.get('b'))?.permanent, true)
      assert.deepEqual((await again.rooms.get('b'))?.settings, { topic: 'x' })
      assert.equal(await again.setting('secret', 'second'), 'first')
    } finally {
      await again.close()
    }
  })

  check('many calls at once of every kind', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    await Promise.all(
      span(1, 100).map(async (n) => {
        const handle = n % 2 === 0 ? storage : other
        await appendOne(handle, said('a', `${n}`, { cid: `${n}` }))
        await handle.rooms.create(spec(`r${n % 10}`), MANY)
        await handle.rooms.list('', 5)
        await handle.heads(['a', `r${n % 10}`])
        await handle.rooms.keep(['a'], NOW)
        assert.equal(await handle.setting('s', 'value'), 'value')
      }),
    )
    const { head, entries } = await pageOf(storage, 'a')
    assert.equal(head, 100)
    assert.deepEqual(seqsOf(entries), span(1, 100))
  })

  for (let run = 0; run < RUNS; run++) {
    check(`does what the model does (${run + 1})`, async (bench) => {
      await compareWithModel(bench, seed + run, operations)
    })
  }
}

async function openBench(subject: StorageBench['subject']): Promise<StorageBench> {
  const { storage, other = storage } = subject
  await storage.open()
  if (other !== storage) await other.open()
  return { storage, other, subject }
}

const closed = new WeakSet<Storage>()

async function closeHandles({ storage, other }: StorageBench): Promise<void> {
  for (const handle of new Set([storage, other])) {
    if (closed.has(handle)) continue
    closed.add(handle)
    await handle.close()
  }
}

async function closeBench(bench: StorageBench): Promise<void> {
  try {
    await closeHandles(bench)
  } finally {
    await bench.subject.dispose?.()
  }
}
