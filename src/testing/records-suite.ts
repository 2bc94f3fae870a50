/** Conformance of what a storage keeps about people. */

import assert from 'node:assert/strict'
import { accountTests } from './records-accounts.ts'
import { FILES_KEPT, fileTests, keptFileTests } from './records-files.ts'
import { memberTests } from './records-members.ts'
import { peopleTests } from './records-people.ts'
import {
  account,
  act,
  addFiles,
  file,
  type RecordsBench,
  recordsBench,
  token,
} from './records-subject.ts'
import {
  ana,
  makeRooms,
  type StorageBench,
  type StorageSuiteOptions,
  type StorageWish,
} from './storage-subject.ts'
import { withSubject } from './suite.ts'

/**
 * Registers the tests that the `records` of a storage must pass: each sentence of the comments in
 * `Records` that can be observed. Give `other`, a second handle on the same store, where several
 * nodes can share it.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { recordsSuite } from 'tertulia/testing'
 *
 * describe('my storage', () => {
 *   recordsSuite({
 *     test: it,
 *     async factory() {
 *       const file = await temporaryFile()
 *       const open = () => myStorage({ file })
 *       return { storage: open(), other: open(), dispose: () => remove(file) }
 *     },
 *   })
 * })
 */
export function recordsSuite(options: StorageSuiteOptions): void {
  const { test, factory, supports = {} } = options
  const on = (wish: StorageWish = {}, supported = true) =>
    withSubject<Opened>(
      test,
      async () => open(await factory(wish)),
      async (opened) => {
        await opened.close()
        await opened.subject.dispose?.()
      },
      !supported,
    )
  const check = on()
  const changing = on({}, supports.changes === true)
  memberTests(check, changing)
  accountTests(check)
  fileTests(check, changing)
  keptFileTests(on({ entriesPerRoom: FILES_KEPT }, supports.retention === true))
  peopleTests(check, changing)

  on({}, supports.reopen === true)('records are there after it was closed', async (bench) => {
    const { storage, records, subject } = bench
    await makeRooms(storage, 'a')
    const member = await records.members.put('a', ana, { role: 'owner', read: 3 })
    await records.accounts.create(account('ana'))
    await records.tokens.add(token('t', 'ana'), 5)
    await records.audit.add(act(1), 10)
    await addFiles(records, file('f'))
    await bench.close()
    const again = await subject.reopen?.()
    assert(again?.records !== undefined, 'supports.reopen, but no records after reopen()')
    await again.open()
    try {
      const { members, accounts, tokens, audit, files } = again.records
      assert.deepEqual(await members.get('a', 'ana'), member)
      assert.deepEqual(await accounts.byKey('key of ana'), account('ana'))
      assert.deepEqual(await tokens.get('t'), token('t', 'ana'))
      assert.equal((await audit.list(undefined, 10)).length, 1)
      assert.deepEqual(await files.get('f'), file('f'))
      assert.equal(await files.add(file('g'), { all: 19, owner: 19 }), false)
    } finally {
      await again.close()
    }
  })
}

interface Opened extends RecordsBench {
  readonly subject: StorageBench['subject']
  /** Closes the handles; also twice. */
  close(): Promise<void>
}

async function open(subject: StorageBench['subject']): Promise<Opened> {
  const { storage, other = storage } = subject
  const handles = new Set([storage, other])
  for (const handle of handles) await handle.open()
  return {
    ...recordsBench({ storage, other, subject }),
    subject,
    async close() {
      for (const handle of handles) {
        handles.delete(handle)
        await handle.close()
      }
    },
  }
}
