/** Texts and batches on their way into a database and out of it. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewEntry } from '../../src/spi/storage.ts'
import { CONFLICT, NO_ENTRY, NO_ROOM, pack } from '../../src/storage/sql/batch.ts'
import { fromSql, sortKey, toInteger, toSql } from '../../src/storage/sql/text.ts'

/** Any JavaScript string, with much of what is odd. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\uFDD0', '\uD800', '\uDFFF', '\u{1F44B}', '0', 'd', 'fdd0', 'ação'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('texts', () => {
  it('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored = toSql(text)
        expect(stored).not.toContain('\0')
        expect((stored as string & { isWellFormed(): boolean }).isWellFormed()).toBe(true)
        expect(fromSql(stored)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('stay different', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(toSql(a) === toSql(b)).toBe(a === b)
      }),
      { numRuns: 2000 },
    )
    // What it is written as, and itself, could be mistaken for each other.
    expect(toSql('\0')).not.toBe(toSql('\uFDD00000'))
  })

  it('are stored as people can read them, where that is possible', () => {
    for (const text of ['Olá a todos!', '👩‍👩‍👧', '\\u0000 %s', "o'b", '\u001b[31m', '']) {
      expect(toSql(text)).toBe(text)
    }
  })

  it('sort by their keys as by UTF-16 units', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const sign = Buffer.compare(sortKey(a), sortKey(b))
        expect(sign).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('whole numbers', () => {
  it.each([
    [1.9, 1],
    [-1.9, -1],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
    [Number.NEGATIVE_INFINITY, Number.MIN_SAFE_INTEGER],
    [2 ** 60, Number.MAX_SAFE_INTEGER],
    [Number.NaN, 0],
  ])('%s becomes %s', (value, whole) => expect(toInteger(value)).toBe(whole))
})

describe('a batch', () => {
  const draft = (room: string, epoch: string, text: string): NewEntry => ({
    room,
    epoch,
    kind: 'message',
    ts: 5,
    from: { id: 'ana', name: 'Ana' },
    text,
  })

  it('is put in groups of one log each, and told in its own order', () => {
    const { batch, unpack } = pack([
      draft('b', 'e', '0'),
      draft('a', 'e', '1'),
      draft('b', 'other', '2'),
      { ...draft('b', 'e', '3'), cid: 'k', to: { id: 'bob', name: 'Bob' } },
      draft('a', 'e', '4'),
    ])
    expect(batch.rooms).toEqual(['b', 'b', 'a'])
    expect(batch.epochs).toEqual(['e', 'other', 'e'])
    expect(batch.starts).toEqual([0, 2, 3])
    expect(batch.ends).toEqual([2, 3, 5])
    expect(batch.texts).toEqual(['0', '3', '2', '1', '4'])
    expect(batch.cids).toEqual([null, 'k', null, null, null])
    expect(batch.toIds).toEqual([null, 'bob', null, null, null])
    const placed = { seqs: [7, -3, 0, 0, 9], times: [5, 4, NO_ROOM, CONFLICT, 5] }
    expect(unpack(placed)).toEqual([
      { seq: 7, ts: 5, duplicate: false },
      { error: 'conflict' },
      { error: 'room_not_found' },
      { seq: 3, ts: 4, duplicate: true },
      { seq: 9, ts: 5, duplicate: false },
    ])
  })

  it('has columns for refs and details only where something needs them', () => {
    const plain = draft('a', 'e', 'x')
    const answer = { ...plain, ref: 3 }
    const change: NewEntry = { ...plain, kind: 'edit' }
    const mentions = { ...plain, details: { mentions: ['\u0000'] } }
    const columns = (drafts: readonly NewEntry[]) => {
      const { refs, details } = pack(drafts).batch
      return [refs, details]
    }
    expect(columns([plain, plain])).toEqual([[], []])
    expect(columns([plain, answer])).toEqual([[null, 3], []])
    expect(columns([change, plain])).toEqual([[null, null], []])
    expect(columns([plain, mentions])).toEqual([[], [null, '{"mentions":["\\u0000"]}']])
    expect(pack([plain], 5).batch.kept).toBe(5)
    expect(pack([plain]).batch.kept).toBe(null)
    const { unpack } = pack([change])
    expect(unpack({ seqs: [0], times: [NO_ENTRY] })).toEqual([{ error: 'entry_not_found' }])
  })

  it('keeps every entry once, whatever the rooms', () => {
    const some = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('e', 'f')))
    fc.assert(
      fc.property(some, (logs) => {
        const { batch, unpack } = pack(logs.map(([room, epoch], i) => draft(room, epoch, `${i}`)))
        const numbers = batch.texts.map(Number)
        expect([...numbers].sort((a, b) => a - b)).toEqual(logs.map((_, i) => i))
        // Told as seq what was its number, plus one: each comes to its own place.
        const told = unpack({ seqs: numbers.map((n) => n + 1), times: numbers.map(() => 0) })
        expect(told).toEqual(logs.map((_, i) => ({ seq: i + 1, ts: 0, duplicate: false })))
        expect([...batch.starts, logs.length]).toEqual([0, ...batch.ends])
        for (const group of batch.rooms.keys()) {
          const here = numbers.slice(batch.starts[group], batch.ends[group])
          expect(here).toEqual([...here].sort((a, b) => a - b))
          for (const n of here) expect(logs[n]).toEqual([batch.rooms[group], batch.epochs[group]])
        }
      }),
    )
  })
})
