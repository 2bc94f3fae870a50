/** The suite for file stores notices what a store must not do. */

import { Readable } from 'node:stream'
import { describe, it } from 'vitest'
import { memoryFiles } from '../../src/files/memory.ts'
import type { FileStore } from '../../src/spi/files.ts'
import { filesSuite } from '../../src/testing/files-suite.ts'
import type { TestFunction } from '../../src/testing/suite.ts'
import { expectCaught } from './collect.ts'

type Break = (good: FileStore) => Partial<FileStore>

const mapIds =
  (change: (id: string) => string): Break =>
  (good) => ({
    put: (id, bytes) => good.put(change(id), bytes),
    get: (id, part) => good.get(change(id), part),
    delete: (ids) => good.delete(ids.map(change)),
  })

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What came until the stream failed. */
async function begun(bytes: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {}
  return Buffer.concat(chunks)
}

/** What is broken, and the test that must notice. */
const CASES: readonly (readonly [string, string, Break])[] = [
  [
    'does not tell cases apart',
    'keeps files apart whatever their ids',
    mapIds((id) => id.toLowerCase()),
  ],
  ['cuts long ids', 'keeps files apart whatever their ids', mapIds((id) => id.slice(0, 60))],
  [
    'keeps text',
    'gives back the bytes as they were',
    (good) => ({
      put: async (id, bytes) =>
        good.put(id, Readable.from([Buffer.from(`${await whole(bytes)}`)], { objectMode: false })),
    }),
  ],
  [
    'forgets the last byte',
    'gives back the bytes as they were',
    (good) => ({
      put: async (id, bytes) => {
        const all = await whole(bytes)
        await good.put(id, Readable.from([all.subarray(0, -1)], { objectMode: false }))
      },
    }),
  ],
  [
    'counts the end as part of it',
    'gives parts',
    (good) => ({
      get: (id, { start, end } = {}) =>
        good.get(id, {
          ...(start !== undefined && { start }),
          ...(end !== undefined && { end: end + 1 }),
        }),
    }),
  ],
  ['gives all of it always', 'gives parts', (good) => ({ get: (id) => good.get(id) })],
  [
    'takes 0 for nothing said',
    'gives parts',
    (good) => ({
      get: (id, { start, end } = {}) =>
        good.get(id, { ...(start && { start }), ...(end && { end }) }),
    }),
  ],
  [
    'gives an empty stream for what is not there',
    'has no file that was never put',
    (good) => ({ get: async (id, part) => (await good.get(id, part)) ?? Readable.from([]) }),
  ],
  [
    'keeps what came before a failure',
    'keeps nothing of a stream that fails',
    (good) => ({
      async put(id, bytes) {
        const all = await begun(bytes)
        await good.put(id, Readable.from([all], { objectMode: false }))
        if (bytes.errored !== null) throw bytes.errored
      },
    }),
  ],
  [
    'takes a failure for the end',
    'keeps nothing of a stream that is cut off',
    (good) => ({
      async put(id, bytes) {
        const all = await begun(bytes)
        await good.put(id, Readable.from([all], { objectMode: false }))
      },
    }),
  ],
  [
    'hides why a stream failed',
    'rejects with what the stream failed with',
    (good) => ({
      put: (id, bytes) => good.put(id, bytes).catch(() => Promise.reject(new Error('it failed'))),
    }),
  ],
  [
    'shows what is still coming',
    'shows a file only when all of it is there',
    (good) => {
      const coming = new Set<string>()
      return {
        async put(id, bytes) {
          coming.add(id)
          await good.put(id, bytes).finally(() => coming.delete(id))
        },
        async *list() {
          yield* good.list()
          yield* coming
        },
      }
    },
  ],
  [
    'resolves before it is kept',
    'shows a file only when all of it is there',
    (good) => ({
      async put(id, bytes) {
        void begun(bytes).then(async (all) => {
          await new Promise((resolve) => setTimeout(resolve, 30))
          await good.put(id, Readable.from([all], { objectMode: false }))
        })
        await new Promise((resolve) => bytes.once('end', resolve))
      },
    }),
  ],
  [
    'deletes nothing',
    'deletes, once or again, what is there and what is not',
    () => ({ async delete() {} }),
  ],
  [
    'deletes the first only',
    'deletes, once or again, what is there and what is not',
    (good) => ({ delete: (ids) => good.delete(ids.slice(0, 1)) }),
  ],
  [
    'cannot delete what is not there',
    'deletes, once or again, what is there and what is not',
    (good) => ({
      async delete(ids) {
        for (const id of ids) if ((await good.get(id)) === null) throw new Error(`no ${id}`)
        await good.delete(ids)
      },
    }),
  ],
  [
    'lists the first page only',
    'lists all, each once',
    (good) => ({
      async *list() {
        let left = 50
        for await (const id of good.list()) if (left-- > 0) yield id
      },
    }),
  ],
  [
    'lists some twice',
    'lists all, each once',
    (good) => ({
      async *list() {
        for await (const id of good.list()) yield* [id, id]
      },
    }),
  ],
  [
    'has room for one at a time',
    'takes and gives many at once',
    (good) => {
      let busy = false
      return {
        async put(id, bytes) {
          if (busy) throw new Error('busy')
          busy = true
          await good.put(id, bytes).finally(() => {
            busy = false
          })
        },
      }
    },
  ],
  [
    'gives a stream once',
    'gives the same file to many at once, also to one who stops',
    (good) => {
      const streams = new Map<string, Promise<Readable | null>>()
      return {
        get(id, part) {
          const known = streams.get(id) ?? good.get(id, part)
          streams.set(id, known)
          return known
        },
      }
    },
  ],
  [
    'is stuck after a failure',
    'goes on after a failure',
    (good) => {
      let failed = false
      return {
        async put(id, bytes) {
          await good.put(id, bytes).catch((error) => {
            failed = true
            throw error
          })
        },
        get: async (id, part) => (failed ? null : good.get(id, part)),
      }
    },
  ],
  [
    'is cut short when what it lists is deleted',
    'can be deleted from while it is listed',
    (good) => ({
      async *list() {
        for (let place = 0; ; place++) {
          const ids: string[] = []
          for await (const id of good.list()) ids.push(id)
          const id = ids[place]
          if (id === undefined) return
          yield id
        }
      },
    }),
  ],
  [
    'forgets all when it is closed',
    'has what was put when it is opened again',
    (good) => ({
      async close() {
        for await (const id of good.list()) await good.delete([id])
      },
    }),
  ],
]

const suite = (test: TestFunction, change: Break): void =>
  filesSuite({
    test,
    factory() {
      const good = memoryFiles()
      return { store: { ...good, ...change(good) } }
    },
  })

describe('the suite for file stores catches one that', () => {
  it.each(CASES)('%s', async (_, name, change) => {
    await expectCaught(
      name,
      (test) => suite(test, () => ({})),
      (test) => suite(test, change),
    )
  })
})
