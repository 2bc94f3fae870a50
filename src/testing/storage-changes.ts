/** Conformance of storages: edits, deletions and reactions, as the comment of `append` has them. */

import assert from 'node:assert/strict'
import { REACTION_IDS } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Appended, NewEntry, Storage } from '../spi/storage.ts'
import {
  ana,
  appendNew,
  appendOne,
  bob,
  carl,
  changing,
  fill,
  logOf,
  makeRooms,
  NOW,
  pageOf,
  type StorageCheck,
  said,
  span,
  stored,
} from './storage-subject.ts'

const { edit, erase, react, unreact } = changing('a')

/** The entry `seq` of room `a`, as every handle reads it. */
async function entryAt(handles: readonly Storage[], seq: number): Promise<Entry> {
  const [first, ...others] = await Promise.all(
    handles.map(async (handle) => (await pageOf(handle, 'a', { after: seq - 1 })).entries[0]),
  )
  for (const other of others) assert.deepEqual(other, first)
  assert(first !== undefined, `entry ${seq} is not there`)
  return first
}

/** What stands at entry 1: `👍 ana bob, ❤ carl`. */
async function reactionsAt(...handles: readonly Storage[]): Promise<string> {
  const { reactions = [] } = await entryAt(handles, 1)
  for (const { count, by } of reactions) assert.equal(count, by.length)
  return reactions.map(({ text, by }) => [text, ...by].join(' ')).join(', ')
}

export function changeTests(test: StorageCheck): void {
  test('an edit gives the entry its text, and stands in the log', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const first = said('a', 'helo', { cid: 'k', to: bob, details: { mentions: ['bob'] } })
    const second = edit(1, 'hello', { cid: 'e' })
    assert.deepEqual(await appendNew(storage, [first, said('a', 'x')]), [1, 2])
    assert.deepEqual(await appendNew(other, [second]), [3])
    for (const handle of [storage, other]) {
      assert.deepEqual(await logOf(handle, 'a'), [
        { ...stored(first, 1), text: 'hello', edited: 3 },
        stored(said('a', 'x'), 2),
        stored(second, 3),
      ])
    }
    // The newest counts; an empty text is one; and a batch may change what it brings itself.
    await appendNew(storage, [edit(1, ''), said('a', '5'), edit(5, '5!'), edit(5, '5!!')])
    const log = await logOf(other, 'a')
    const shown = log.map(({ text, edited }) => [text, edited])
    assert.deepEqual(shown.slice(0, 2), [
      ['', 4],
      ['x', undefined],
    ])
    assert.deepEqual(shown.slice(4), [
      ['5!!', 7],
      ['5!', undefined],
      ['5!!', undefined],
    ])
  })

  test('a deletion takes the text with all that was done to it', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const details = { file: { id: 'f', name: 'a.png', type: 'image/png', size: 5 } }
    const drafts = [
      said('a', 'secret', { cid: 'k', to: bob, ref: 9, details }),
      said('a', 'x'),
      edit(1, 'secret!', { cid: 'e', details: { mentions: ['bob'] } }),
      react(1, '👍', bob),
      unreact(1, '👍', bob),
      react(1, '❤', bob),
      // An answer is no change.
      said('a', 'answer', { ref: 1, from: bob }),
      edit(2, 'y'),
    ]
    await appendNew(storage, drafts)
    const deletion = erase(1, { cid: 'd', text: 'reason' })
    assert.deepEqual(await appendNew(other, [deletion]), [9])
    const gone = (i: number): Entry => {
      const { details: _, ...rest } = stored(drafts[i] as NewEntry, i + 1)
      return { ...rest, text: '', deleted: true }
    }
    const same = (i: number): Entry => stored(drafts[i] as NewEntry, i + 1)
    for (const handle of [storage, other]) {
      assert.deepEqual(await logOf(handle, 'a'), [
        gone(0),
        { ...same(1), text: 'y', edited: 8 },
        ...[2, 3, 4, 5].map(gone),
        same(6),
        same(7),
        stored(deletion, 9),
      ])
    }
    // What is made, changed and deleted in one batch.
    await appendNew(storage, [said('a', 'z'), edit(10, 'zz'), react(10, '👍'), erase(10)])
    const texts = (await logOf(other, 'a')).slice(9).map(({ text, deleted }) => [text, deleted])
    assert.deepEqual(texts, [...span(1, 3).map(() => ['', true]), ['', undefined]])
  })

  test('reactions are read in the order in which each text came', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const at = () => reactionsAt(storage, other)
    await appendNew(storage, [said('a', 'x'), react(1, '👍', ana)])
    assert.equal(await at(), '👍 ana')
    await appendNew(other, [react(1, '❤', carl), react(1, '👍', bob), react(1, '❤', ana)])
    assert.equal(await at(), '👍 ana bob, ❤ carl ana')
    // Once more is no more, and what nobody holds can't be taken back.
    await appendNew(storage, [react(1, '👍', ana), unreact(1, '👍', carl), unreact(1, '?', ana)])
    assert.equal(await at(), '👍 ana bob, ❤ carl ana')
    // The text keeps its place as long as somebody holds it.
    await appendNew(other, [unreact(1, '👍', ana)])
    assert.equal(await at(), '👍 bob, ❤ carl ana')
    await appendNew(storage, [react(1, '👍', ana), unreact(1, '👍', bob)])
    assert.equal(await at(), '👍 ana, ❤ carl ana')
    await appendNew(storage, [unreact(1, '👍', ana), react(1, '👍', ana)])
    assert.equal(await at(), '❤ carl ana, 👍 ana')
    await appendNew(other, [unreact(1, '👍', ana), unreact(1, '❤', ana), unreact(1, '❤', carl)])
    assert.equal('reactions' in (await entryAt([storage, other], 1)), false)
    const odd = ['\u0000', ' ', 'A', 'a', '️❤️', '❤', "'"]
    await appendNew(
      storage,
      odd.map((text) => react(1, text)),
    )
    const { reactions } = await entryAt([storage, other], 1)
    const wanted = odd.map((text) => ({ text, count: 1, by: ['ana'] }))
    assert.deepEqual(reactions, wanted)
    // An edit leaves them, and they leave the edit.
    await appendNew(storage, [edit(1, 'y'), unreact(1, 'A')])
    const { text, edited, reactions: rest } = await entryAt([storage, other], 1)
    assert.deepEqual([text, typeof edited, rest?.length], ['y', 'number', odd.length - 1])
  })

  test('a reaction names the first who hold it, and counts them all', async ({ storage }) => {
    await makeRooms(storage, 'a')
    const id = (n: number): string => `person ${n}`
    const many = span(1, REACTION_IDS + 20)
    await appendNew(storage, [
      said('a', 'x'),
      ...many.map((n) => react(1, '👍', { id: id(n), name: 'P' })),
      react(1, '❤', ana),
    ])
    const wanted = (from: number, count: number) => [
      { text: '👍', count, by: span(from, from + REACTION_IDS - 1).map(id) },
      { text: '❤', count: 1, by: ['ana'] },
    ]
    assert.deepEqual((await entryAt([storage], 1)).reactions, wanted(1, many.length))
    await appendNew(storage, [unreact(1, '👍', { id: id(1), name: 'P' })])
    assert.deepEqual((await entryAt([storage], 1)).reactions, wanted(2, many.length - 1))
  })

  // ── once ─────────────────────────────────────────────────────────────────────────────────

  const duplicate = (seq: number): Appended => ({ seq, ts: NOW, duplicate: true })
  const conflict = { error: 'conflict' }

  test('a retry of what was edited has the first text', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const first = said('a', 'one', { cid: 'k' })
    await appendNew(storage, [first, edit(1, 'two'), edit(1, 'three')])
    assert.deepEqual(await appendOne(other, first), duplicate(1))
    for (const text of ['two', 'three', '']) {
      assert.deepEqual(await appendOne(other, { ...first, text }), conflict)
    }
    assert.equal((await entryAt([storage, other], 1)).text, 'three')
  })

  test('a retry of what was deleted is one, whatever it says', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const first = said('a', 'one', { cid: 'k', ref: 7 })
    const second = edit(1, 'two', { cid: 'l' })
    await appendNew(storage, [first, second, erase(1, { cid: 'm' })])
    for (const text of ['one', 'two', 'any', '']) {
      assert.deepEqual(await appendOne(other, { ...first, text }), duplicate(1))
      assert.deepEqual(await appendOne(other, { ...second, text }), duplicate(2))
    }
    assert.deepEqual(await appendOne(other, erase(1, { cid: 'm' })), duplicate(3))
    assert.deepEqual(await appendOne(other, { ...first, kind: 'notice' }), conflict)
    assert.deepEqual(await appendOne(other, { ...first, ref: 8 }), conflict)
    assert.equal((await pageOf(storage, 'a')).head, 3)
    assert.equal((await entryAt([storage, other], 1)).text, '')
  })

  test('a change that is repeated, or refused, changes nothing', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const changes = [edit(1, 'one', { cid: 'e' }), react(1, '👍', ana, { cid: 'r' })]
    await appendNew(storage, [said('a', 'x'), ...changes, edit(1, 'two'), unreact(1, '👍')])
    const before = await logOf(storage, 'a')
    assert.deepEqual(await other.append(changes), [duplicate(2), duplicate(3)])
    const others = [
      edit(1, 'three', { cid: 'e' }),
      erase(1, { cid: 'r' }),
      react(1, '❤', ana, { cid: 'r' }),
      said('a', 'one', { cid: 'e' }),
    ]
    for (const change of others) assert.deepEqual(await appendOne(other, change), conflict)
    assert.deepEqual(await logOf(storage, 'a'), before)
    // In the batch that brought it, too.
    const batch = [
      said('a', '6'),
      edit(6, 'six', { cid: '6' }),
      edit(6, 'VI'),
      edit(6, 'six', { cid: '6' }),
    ]
    assert.equal((await storage.append(batch)).length, 4)
    assert.equal((await entryAt([storage, other], 6)).text, 'VI')
  })

  // ── refusals ─────────────────────────────────────────────────────────────────────────────

  test('refuses to change what is not there, or cannot be changed', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b')
    await fill(storage, 'b', 20)
    const acts = [said('a', 'why', { kind: 'mute', to: bob }), said('a', '', { kind: 'settings' })]
    await appendNew(storage, [said('a', 'x'), edit(1, 'y'), react(1, '👍'), ...acts])
    await appendNew(storage, [said('a', 'deleted'), erase(6), said('a', 'n', { kind: 'notice' })])
    const refused = { error: 'entry_not_found' }
    for (const ref of [0, -1, 2, 3, 4, 5, 6, 7, 9, 10, 15, 1_000_000]) {
      for (const change of [edit(ref, 'z'), erase(ref), react(ref, '👍'), unreact(ref, '👍')]) {
        assert.deepEqual(await appendOne(other, change), refused, `${change.kind} of ${ref}`)
      }
    }
    const { ref: _, ...aimless } = edit(1, 'z')
    assert.deepEqual(await appendOne(storage, aimless), refused)
    assert.deepEqual(await appendNew(storage, [edit(8, 'of a notice')]), [9])
    assert.equal((await pageOf(storage, 'a')).head, 9)
    assert.equal((await entryAt([storage, other], 8)).text, 'of a notice')
  })

  test('stores the others of a batch whose changes are refused', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const results = await storage.append([
      said('a', '1'),
      edit(3, 'not yet'),
      erase(1),
      react(1, '👍'),
      said('a', '3'),
      erase(1, { cid: 'd' }),
      edit(3, 'now'),
      react(3, '👍', bob),
    ])
    const refused = 'entry_not_found'
    assert.deepEqual(
      results.map((result) => ('error' in result ? result.error : result.seq)),
      [1, refused, 2, refused, 3, refused, 4, 5],
    )
    const { text, edited, reactions } = await entryAt([storage, other], 3)
    assert.deepEqual([text, edited, reactions?.length], ['now', 4, 1])
    // A key that was refused is free.
    assert.deepEqual(await appendNew(storage, [said('a', '6', { cid: 'd' })]), [6])
  })

  test('an answer is kept whatever it refers to', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    const drafts = [said('a', 'x'), said('a', 'yes', { ref: 1 }), said('a', '?', { ref: 99 })]
    await appendNew(storage, drafts)
    await appendNew(other, [erase(1)])
    const late = said('a', 'no', { ref: 1, kind: 'notice' })
    await appendNew(storage, [late])
    const log = await logOf(other, 'a')
    assert.deepEqual(log.slice(1, 3), [
      stored(drafts[1] as NewEntry, 2),
      stored(drafts[2] as NewEntry, 3),
    ])
    assert.deepEqual(log[4], stored(late, 5))
  })

  test('a room that is made again has nothing of what was changed before', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x'), edit(1, 'y'), react(1, '👍')])
    await storage.rooms.delete('a')
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x', { cid: 'k' }), react(1, '❤')])
    assert.deepEqual(await appendOne(storage, said('a', 'x', { cid: 'k' })), duplicate(1))
    assert.equal(await reactionsAt(storage), '❤ ana')
  })

  // ── several at once ──────────────────────────────────────────────────────────────────────

  test('whoever reads an edit reads the entry with it', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b')
    await appendNew(storage, [said('a', '0')])
    let busy = true
    const readers = [storage, other].map(async (handle) => {
      while (busy) {
        const { entries } = await pageOf(handle, 'a')
        const newest = entries.findLast(({ kind }) => kind === 'edit')
        assert.equal(entries[0]?.edited, newest?.seq)
        assert.equal(entries[0]?.text, newest?.text ?? '0')
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const writers = span(1, 10).map(async (n) => {
      for (const m of span(1, 5)) {
        const handle = n % 2 === 0 ? storage : other
        await appendNew(handle, [edit(1, `${n} ${m}`), said('b', 'x'), react(1, `${n} ${m}`)])
      }
    })
    const written = Promise.all(writers).finally(() => {
      busy = false
    })
    await Promise.all([written, ...readers])
    assert.equal((await entryAt([storage, other], 1)).reactions?.length, 50)
  })

  test('several nodes hold up, and take back, the same at once', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x')])
    await Promise.all(
      span(1, 20).map(async (n) => {
        const handle = n % 2 === 0 ? storage : other
        const person = { id: `${n}`, name: 'P' }
        await appendNew(handle, [react(1, '👍', person), react(1, '👍', ana)])
        if (n > 5) await appendNew(handle, [unreact(1, '👍', person)])
      }),
    )
    const [reaction, ...rest] = (await entryAt([storage, other], 1)).reactions ?? []
    assert.deepEqual([reaction?.text, reaction?.count, rest], ['👍', 6, []])
    assert.deepEqual([...(reaction?.by ?? [])].sort(), ['1', '2', '3', '4', '5', 'ana'])
  })

  test('of several nodes that delete the same at once, one does', async ({ storage, other }) => {
    await makeRooms(storage, 'a')
    for (const n of span(1, 5)) {
      const [seq] = await appendNew(storage, [said('a', 'x')])
      const results = await Promise.all(
        span(1, 6).map((m) => appendOne(m % 2 === 0 ? storage : other, erase(seq as number))),
      )
      assert.equal(results.filter((result) => 'seq' in result).length, 1)
      assert.equal((await pageOf(storage, 'a')).head, 2 * n)
    }
  })
}

/** Tests on a store that keeps `kept` entries per room. */
export function changeRetentionTests(test: StorageCheck, kept: number): void {
  test('what was given up cannot be changed any more', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await fill(storage, 'a', kept + 2)
    const first = 3
    for (const change of [edit(first - 1, 'x'), erase(1), react(first - 1, '👍')]) {
      assert.deepEqual(await appendOne(storage, change), { error: 'entry_not_found' })
    }
    // The oldest that is kept can, though it goes with this very entry.
    assert.deepEqual(await appendNew(storage, [react(first, '👍')]), [kept + 3])
    await appendNew(storage, [edit(first + 5, 'edited'), react(first + 5, '👍')])
    const { entries } = await pageOf(storage, 'a')
    const target = entries.find(({ seq }) => seq === first + 5)
    assert.deepEqual([target?.text, target?.edited], ['edited', kept + 4])
    await fill(storage, 'a', kept * 2)
    for (const { kind, edited } of await logOf(storage, 'a')) {
      assert.deepEqual([kind, edited], ['message', undefined])
    }
  })
}
