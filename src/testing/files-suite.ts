/** Conformance of file stores. */

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { ChatError } from '../errors.ts'
import type { FileStore } from '../spi/files.ts'
import { type Random, seededRandom } from './random.ts'
import { type TestFunction, turns, type WithSubject, within, withSubject } from './suite.ts'

/** What one test needs of the store. Nothing is opened yet; the suite opens and closes. */
export interface FilesSubject {
  readonly store: FileStore
  /** Another handle on the same files: that of another node. Default: `store` itself. */
  readonly other?: FileStore
  /** Called after the test; the handles were closed. */
  dispose?(): Promise<void> | void
}

/** Options of {@link filesSuite}. */
export interface FilesSuiteOptions {
  /** The runner's function: vitest's or mocha's `it`, node:test's `test`. */
  readonly test: TestFunction
  /** Makes handles on a store where nothing is kept yet. Called for each test. */
  readonly factory: () => FilesSubject | Promise<FilesSubject>
  readonly supports?: {
    /** What was put is there after `close` and `open`. Default true. */
    readonly durable?: boolean
  }
}

type Bench = Required<Pick<FilesSubject, 'store' | 'other'>>
type Check = WithSubject<Bench>

const KIB = 1024
const SIZE = 300 * KIB

/** Ids that a careless store takes for each other, or for something else. */
const IDS = [
  'a',
  'A',
  'aa',
  'aA',
  'aaaa',
  '-',
  '_',
  '--help',
  'con',
  'NUL',
  'coming',
  '0',
  '00',
  'x'.repeat(63),
  'x'.repeat(64),
  `${'x'.repeat(63)}X`,
]

/**
 * Registers the tests that a file store must pass: each sentence of the comment of `FileStore` that
 * can be observed.
 *
 * @example
 * filesSuite({
 *   test: it,
 *   factory: () => ({ store: myStore(bucket), dispose: () => emptied(bucket) }),
 * })
 */
export function filesSuite({ test, factory, supports = {} }: FilesSuiteOptions): void {
  const on = (supported = true): Check =>
    withSubject<Bench & { close(): Promise<void> }>(
      test,
      async () => open(await factory()),
      (bench) => bench.close(),
      !supported,
    )
  wholeTests(on())
  partTests(on())
  failureTests(on())
  listTests(on())
  durableTests(on(supports.durable !== false))
}

async function open(subject: FilesSubject): Promise<Bench & { close(): Promise<void> }> {
  const { store, other = store } = subject
  const handles = new Set([store, other])
  for (const handle of handles) await handle.open()
  return {
    store,
    other,
    async close() {
      try {
        for (const handle of handles) await handle.close()
      } finally {
        await subject.dispose?.()
      }
    },
  }
}

// ── help ────────────────────────────────────────────────────────────────────────────────────────

const content = (random: Random, size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, () => random.int(0, 255)))

/** A stream of these bytes in parts of all sizes. */
function streamOf(bytes: Buffer, random: Random, most = 70 * KIB): Readable {
  function* parts(): Iterable<Buffer> {
    for (let at = 0; at < bytes.length; ) {
      const size = random.int(1, most)
      // A buffer of its own: a store may keep it.
      yield Buffer.from(bytes.subarray(at, at + size))
      at += size
    }
  }
  return Readable.from(parts(), { objectMode: false })
}

async function put(store: FileStore, id: string, bytes: Buffer, random = seededRandom(1)) {
  await within(store.put(id, streamOf(bytes, random)), 'put')
}

async function all(stream: Readable | null): Promise<Buffer | null> {
  if (stream === null) return null
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const got = async (store: FileStore, id: string, part?: { start?: number; end?: number }) =>
  within(store.get(id, part).then(all), 'get')

async function ids(store: FileStore): Promise<string[]> {
  const found: string[] = []
  for await (const id of store.list()) found.push(id)
  return found.sort()
}

/** In time: one that hangs isn't one that is rejected. */
const rejected = (putting: Promise<void>, like: object = Error): Promise<void> =>
  within(assert.rejects(putting, like), 'put is rejected')

async function nothing(bench: Bench, id: string): Promise<void> {
  for (const store of [bench.store, bench.other]) {
    assert.equal(await got(store, id), null)
    assert.deepEqual(await ids(store), [])
  }
}

/** Gives some bytes, then nothing, and never ends. */
function hanging(size: number): Readable {
  const stream = new Readable({ read() {} })
  stream.push(Buffer.alloc(size, 7))
  return stream
}

/** Gives some bytes, then waits, and ends or fails. */
function broken(size: number, end: () => Promise<void>): Readable {
  async function* parts(): AsyncIterable<Buffer> {
    for (let at = 0; at < size; at += 16 * KIB) yield Buffer.alloc(Math.min(16 * KIB, size - at), 7)
    await end()
  }
  return Readable.from(parts(), { objectMode: false })
}

// ── the tests ───────────────────────────────────────────────────────────────────────────────────

function wholeTests(test: Check): void {
  test('gives back the bytes as they were', async ({ store, other }) => {
    const random = seededRandom(2)
    for (const size of [0, 1, 2, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, SIZE]) {
      const bytes = content(random, size)
      await put(store, `f${size}`, bytes, random)
      assert.deepEqual(await got(other, `f${size}`), bytes)
      assert.deepEqual(await got(store, `f${size}`), bytes)
    }
  })

  test('keeps files apart whatever their ids', async ({ store, other }) => {
    for (const id of IDS) await put(store, id, Buffer.from(`content of ${id}`))
    for (const id of IDS) assert.equal(`${await got(other, id)}`, `content of ${id}`)
    await store.delete(['a'])
    assert.equal(await got(other, 'a'), null)
    assert.equal(`${await got(other, 'A')}`, 'content of A')
    assert.deepEqual(await ids(other), IDS.filter((id) => id !== 'a').sort())
  })

  test('takes and gives many at once', async ({ store, other }) => {
    const random = seededRandom(3)
    const files = Array.from(
      { length: 30 },
      (_, n) => [`id-${n}`, content(random, n * 999)] as const,
    )
    await Promise.all(files.map(([id, bytes]) => put(store, id, bytes, seededRandom(bytes.length))))
    const found = await Promise.all(files.map(([id]) => got(other, id)))
    for (const [n, [, bytes]] of files.entries()) assert.deepEqual(found[n], bytes)
  })

  test('gives the same file to many at once, also to one who stops', async ({ store, other }) => {
    const bytes = content(seededRandom(4), SIZE)
    await put(store, 'x', bytes)
    const tired = await other.get('x')
    for await (const _ of tired as Readable) break
    const found = await Promise.all(Array.from({ length: 8 }, () => got(other, 'x')))
    for (const one of found) assert.deepEqual(one, bytes)
  })

  test('has no file that was never put', async ({ store }) => {
    assert.equal(await store.get('x'), null)
    assert.equal(await store.get('x', { start: 3, end: 5 }), null)
    assert.deepEqual(await ids(store), [])
  })

  test('shows a file only when all of it is there', async ({ store, other }) => {
    let finish = (): void => {}
    const end = new Promise<void>((resolve) => {
      finish = resolve
    })
    const putting = store.put(
      'x',
      broken(SIZE, () => end),
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(await other.get('x'), null)
    assert.deepEqual(await ids(other), [])
    finish()
    await within(putting, 'put')
    assert.equal((await got(other, 'x'))?.length, SIZE)
    assert.deepEqual(await ids(other), ['x'])
  })
}

function partTests(test: Check): void {
  test('gives parts', async ({ store, other }) => {
    const bytes = content(seededRandom(5), SIZE)
    await put(store, 'x', bytes)
    for (const start of [undefined, 0, 1, 64 * KIB, SIZE - 1, SIZE, SIZE + 10]) {
      for (const end of [undefined, 0, 1, 2, 64 * KIB, 64 * KIB + 1, SIZE - 1, SIZE, SIZE + 10]) {
        const part = {
          ...(start === undefined ? undefined : { start }),
          ...(end === undefined ? undefined : { end }),
        }
        const from = start ?? 0
        const expected = bytes.subarray(from, Math.max(from, end ?? SIZE))
        const found = await got(other, 'x', part)
        assert(found?.equals(expected), `from ${start} to ${end}: ${found?.length} bytes`)
      }
    }
  })

  test('gives nothing of a file that is empty', async ({ store }) => {
    await put(store, 'x', Buffer.alloc(0))
    assert.equal((await got(store, 'x', { start: 0, end: 1 }))?.length, 0)
    assert.equal((await got(store, 'x'))?.length, 0)
  })
}

function failureTests(test: Check): void {
  test('keeps nothing of a stream that fails', async (bench) => {
    for (const size of [0, 1, 64 * KIB, SIZE]) {
      const failing = broken(size, () => Promise.reject(new ChatError('file_too_large')))
      await rejected(bench.store.put('x', failing))
      await nothing(bench, 'x')
    }
  })

  test('rejects with what the stream failed with', async ({ store }) => {
    const failing = broken(5, () => Promise.reject(new ChatError('file_type_refused')))
    await rejected(store.put('x', failing), { code: 'file_type_refused' })
  })

  test('keeps nothing of a stream that is cut off', async (bench) => {
    for (const error of [undefined, new ChatError('closed')]) {
      const stream = hanging(SIZE)
      stream.on('error', () => {})
      const putting = bench.store.put('x', stream)
      setTimeout(() => stream.destroy(error), 20)
      await rejected(putting)
      await nothing(bench, 'x')
    }
  })

  test('keeps nothing of a stream that had ended before', async (bench) => {
    const dead = Readable.from([Buffer.from('x')], { objectMode: false })
    dead.on('error', () => {})
    dead.destroy(new ChatError('closed'))
    await rejected(bench.store.put('x', dead))
    await nothing(bench, 'x')
  })

  test('goes on after a failure', async ({ store }) => {
    const failing = broken(SIZE, () => Promise.reject(new ChatError('closed')))
    const bytes = content(seededRandom(6), SIZE)
    const [failed] = await Promise.allSettled([store.put('x', failing), put(store, 'y', bytes)])
    assert.equal(failed.status, 'rejected')
    assert.deepEqual(await got(store, 'y'), bytes)
    assert.deepEqual(await ids(store), ['y'])
  })
}

function listTests(test: Check): void {
  test('deletes, once or again, what is there and what is not', async ({ store, other }) => {
    for (const id of ['a', 'b', 'c']) await put(store, id, Buffer.from(id))
    await other.delete(['a', 'nothing', 'b', 'a'])
    await store.delete(['a'])
    await store.delete([])
    assert.equal(await got(store, 'a'), null)
    assert.equal(await got(other, 'b'), null)
    assert.equal(`${await got(store, 'c')}`, 'c')
    assert.deepEqual(await ids(store), ['c'])
  })

  test('lists all, each once', async ({ store, other }) => {
    const some = Array.from({ length: 100 }, (_, n) => `file-${n}`)
    await Promise.all(some.map((id) => put(store, id, Buffer.from(id))))
    assert.deepEqual(await ids(other), [...some].sort())
    for await (const _ of other.list()) break
    await store.delete(some.slice(10))
    assert.deepEqual(await ids(other), some.slice(0, 10).sort())
  })

  test('can be deleted from while it is listed', async ({ store }) => {
    const some = Array.from({ length: 20 }, (_, n) => `file-${n}`)
    for (const id of some) await put(store, id, Buffer.from(id))
    for await (const id of store.list()) await store.delete([id])
    await turns()
    assert.deepEqual(await ids(store), [])
  })
}

function durableTests(test: Check): void {
  test('has what was put when it is opened again', async ({ store, other }) => {
    const bytes = content(seededRandom(7), SIZE)
    await put(store, 'x', bytes)
    await put(store, 'y', bytes)
    await store.delete(['y'])
    for (const handle of new Set([store, other])) await handle.close()
    for (const handle of new Set([store, other])) await handle.open()
    assert.deepEqual(await got(store, 'x'), bytes)
    assert.deepEqual(await ids(other), ['x'])
  })
}
