/** How the tests of the conformance suite for records use a storage. */

import assert from 'node:assert/strict'
import type { Person } from '../protocol/types.ts'
import type {
  AccountRecord,
  AuditRecord,
  FileRecord,
  Records,
  TokenRecord,
} from '../spi/records.ts'
import type { Storage } from '../spi/storage.ts'
import { ana, NOW, type StorageBench } from './storage-subject.ts'
import type { WithSubject } from './suite.ts'

/** Two open handles on one store, with the records of each. */
export interface RecordsBench {
  readonly storage: Storage
  readonly other: Storage
  readonly records: Records
  readonly others: Records
}

/** Registers tests on a fresh store. */
export type RecordsCheck = WithSubject<RecordsBench>

/** The bench of a storage that must have records. */
export function recordsBench({ storage, other }: StorageBench): RecordsBench {
  assert(storage.records !== undefined, 'the storage has no records')
  assert(other.records !== undefined, 'the second handle has no records')
  return { storage, other, records: storage.records, others: other.records }
}

export const cleo: Person = { id: 'cleo', name: 'Cleo' }

/** A person of that id. */
export const personOf = (id: string): Person => ({ id, name: `name of ${id}` })

/** An account of that name. */
export const account = (name: string, more: Partial<AccountRecord> = {}): AccountRecord => ({
  id: `id of ${name}`,
  name,
  key: `key of ${name}`,
  password: `$scrypt$of ${name}`,
  admin: false,
  disabled: false,
  createdAt: NOW,
  ...more,
})

/** A token of an account. */
export const token = (
  hash: string,
  name: string,
  more: Partial<TokenRecord> = {},
): TokenRecord => ({
  hash,
  accountId: `id of ${name}`,
  createdAt: NOW,
  expiresAt: NOW + 1000,
  ...more,
})

/** Something that was done. */
export const act = (n: number, more: Partial<AuditRecord> = {}): AuditRecord => ({
  ts: NOW + n,
  act: `act ${n}`,
  by: ana,
  ...more,
})

/** A file of 10 bytes in the room `a`, brought by Ana. */
export const file = (id: string, more: Partial<FileRecord> = {}): FileRecord => ({
  id,
  name: `${id}.png`,
  type: 'image/png',
  size: 10,
  room: 'a',
  owner: ana,
  createdAt: NOW,
  ...more,
})

/** More bytes than any test needs. */
export const PLENTY = { all: 1_000_000, owner: 1_000_000 } as const

/** Adds files, all of which must find space. */
export async function addFiles(records: Records, ...files: readonly FileRecord[]): Promise<void> {
  for (const one of files) assert.equal(await records.files.add(one, PLENTY), true)
}

/** Everything that an export tells, page by page. */
export async function exportAll(records: Records, personId: string, limit: number) {
  const entries = []
  let next: string | undefined
  for (let pages = 0; ; pages++) {
    const page = await records.people.export(personId, next, limit)
    assert(page.entries.length <= limit, 'a page has at most `limit` entries')
    entries.push(...page.entries)
    next = page.next
    if (next === undefined) return entries
    assert(pages < 1000, 'the export has no end')
  }
}
