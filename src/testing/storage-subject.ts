/** What the author of a storage gives to its conformance suite, and how its tests use it. */

import assert from 'node:assert/strict'
import type { Entry, Person } from '../protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord, Storage } from '../spi/storage.ts'
import type { TestFunction, WithSubject } from './suite.ts'

/** What one test needs of the adapter. Nothing is opened yet; the suite opens and closes. */
export interface StorageSubject {
  /** Empty: without rooms and settings. */
  readonly storage: Storage
  /** A second handle on the same store, as another node has it. Default: `storage` itself. */
  readonly other?: Storage
  /** Another handle on the same store, made after the first ones were closed; with `durable`. */
  reopen?(): Storage | Promise<Storage>
  /** Called after the test; the handles were closed. */
  dispose?(): Promise<void> | void
}

/** What the suite asks of the factory. */
export interface StorageWish {
  /** Keep at most so many entries per room, the newest; absent: all. With `retention`. */
  readonly entriesPerRoom?: number
}

/** Options of {@link storageSuite}. */
export interface StorageSuiteOptions {
  /** The runner's function: vitest's or mocha's `it`, node:test's `test`. */
  readonly test: TestFunction
  /** Makes a fresh, empty store. Called for each test. */
  readonly factory: (wish: StorageWish) => StorageSubject | Promise<StorageSubject>
  readonly supports?: {
    /** Old entries can be given up: the factory heeds `entriesPerRoom`. Default false. */
    readonly retention?: boolean
    /** As the storage says itself: edits, deletions and reactions are tested. Default false. */
    readonly changes?: boolean
    /** `records` are there: they are tested, too, as `recordsSuite` does. Default false. */
    readonly records?: boolean
    /** `reopen` is there. Needed when the storage says `durable`. Default false. */
    readonly reopen?: boolean
  }
  /** Seed of the random test. Default: another one each time, told on failure. */
  readonly seed?: number
  /** Random operations per run, 20 runs. Default 60. */
  readonly operations?: number
}

/** Two open handles on one store. */
export interface StorageBench {
  readonly storage: Storage
  readonly other: Storage
  readonly subject: StorageSubject
}

/** Registers tests on a fresh store. */
export type StorageCheck = WithSubject<StorageBench>

// ── shorthands of the tests ─────────────────────────────────────────────────────────────────

export const NOW = 1_700_000_000_000
export const LATER = NOW + 600_000
/** More rooms than any test makes. */
export const MANY = 1000

export const ana: Person = { id: 'ana', name: 'Ana' }
export const bob: Person = { id: 'bob', name: 'Bob' }
export const carl: Person = { id: 'carl', name: 'Carl' }

/** The epoch that the tests give a room's first log. */
export const epochOf = (room: string): string => `epoch of ${room}`

/** A temporary room as it is handed to `create`. */
export const spec = (room: string, more: Partial<RoomRecord> = {}): Omit<RoomRecord, 'head'> => ({
  room,
  epoch: epochOf(room),
  permanent: false,
  createdAt: NOW,
  keepUntil: LATER,
  ...more,
})

/** Makes rooms. */
export async function makeRooms(storage: Storage, ...rooms: readonly string[]): Promise<void> {
  for (const room of rooms) {
    const made = await storage.rooms.create(spec(room), MANY)
    assert.equal(made?.created, true)
  }
}

/** An entry to append: Ana says something. */
export const said = (room: string, text: string, more: Partial<NewEntry> = {}): NewEntry => ({
  room,
  epoch: epochOf(room),
  kind: 'message',
  ts: NOW,
  from: ana,
  text,
  ...more,
})

/** The changes of a room's entries, by Ana where nobody else is named. */
export const changing = (room: string) => ({
  edit: (ref: number, text: string, more: Partial<NewEntry> = {}): NewEntry =>
    said(room, text, { kind: 'edit', ref, ...more }),
  erase: (ref: number, more: Partial<NewEntry> = {}): NewEntry =>
    said(room, '', { kind: 'delete', ref, ...more }),
  react: (ref: number, text: string, from = ana, more: Partial<NewEntry> = {}): NewEntry =>
    said(room, text, { kind: 'react', ref, from, ...more }),
  unreact: (ref: number, text: string, from = ana, more: Partial<NewEntry> = {}): NewEntry =>
    said(room, text, { kind: 'unreact', ref, from, ...more }),
})

/** The entry that a draft has become. */
export function stored(draft: NewEntry, seq: number, ts = draft.ts): Entry {
  const { epoch: _, ...parts } = draft
  return { ...parts, seq, ts }
}

/** Appends one entry; returns what became of it. */
export async function appendOne(storage: Storage, draft: NewEntry): Promise<Appended> {
  const [result, ...rest] = await storage.append([draft])
  assert.deepEqual(rest, [])
  assert(result !== undefined, 'the result has the length of the batch')
  return result
}

/** Appends a batch of which everything must be new; returns the seqs. */
export async function appendNew(
  storage: Storage,
  batch: readonly NewEntry[],
): Promise<readonly number[]> {
  const results = await storage.append(batch)
  assert.equal(results.length, batch.length, 'the result has the length of the batch')
  return results.map((result) => {
    assert('seq' in result, `refused: ${JSON.stringify(result)}`)
    assert.equal(result.duplicate, false)
    return result.seq
  })
}

/** Appends `count` entries with the texts 1, 2, 3, …, all new. */
export async function fill(storage: Storage, room: string, count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => said(room, `${n + 1}`))
  if (count > 0) await appendNew(storage, batch)
}

/** Reads a page of a room that must be there. */
export async function pageOf(
  storage: Storage,
  room: string,
  range: Partial<Range> = {},
): Promise<Page> {
  const { limit = MANY, before, at } = range
  const whole = before === undefined && at === undefined ? { after: 0, ...range } : range
  const page = await storage.read(room, { ...whole, limit })
  assert(page !== null, `there is no room ${room}`)
  return page
}

/** All entries of a room that are kept. */
export async function logOf(storage: Storage, room: string): Promise<readonly Entry[]> {
  return (await pageOf(storage, room)).entries
}

export const seqsOf = (entries: readonly Entry[]): readonly number[] =>
  entries.map(({ seq }) => seq)
export const textsOf = (entries: readonly Entry[]): readonly string[] =>
  entries.map(({ text }) => text)

/** from, from + 1, …, to. */
export const span = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n)
