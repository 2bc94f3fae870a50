/** Conformance of records: what the comments of `PersonData` say. */

import assert from 'node:assert/strict'
import type { Entry } from '../protocol/types.ts'
import {
  account,
  act,
  addFiles,
  cleo,
  exportAll,
  file,
  type RecordsCheck,
  token,
} from './records-subject.ts'
import {
  ana,
  appendNew,
  bob,
  logOf,
  MANY,
  makeRooms,
  NOW,
  said,
  span,
  spec,
} from './storage-subject.ts'

const nobody = { id: 'ana', name: '' }

/** What is left of an entry that was erased. */
function bare(entry: Entry): Entry {
  const { details: _details, edited: _edited, reactions: _reactions, ...rest } = entry
  return { ...rest, text: '', deleted: true }
}

/** @param changing registers tests that need edits and deletions */
export function peopleTests(test: RecordsCheck, changing: RecordsCheck): void {
  test('exports all entries of a person, by room and seq', async (bench) => {
    const { storage, records, others } = bench
    const rooms = ['b', 'a', 'ç', 'empty']
    await makeRooms(storage, ...rooms)
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    const wanted: Entry[] = []
    for (const room of [...rooms.slice(0, 3), '@ana:bob']) {
      await appendNew(
        storage,
        span(1, 30).map((n) => {
          const kind = n % 7 === 0 ? 'notice' : 'message'
          const more = n % 5 === 0 ? { to: bob, details: { mentions: ['bob'] } } : {}
          return said(room, `${n}`, { kind, from: n % 3 ? bob : ana, ...more })
        }),
      )
      wanted.push(...(await logOf(storage, room)).filter(({ from }) => from.id === 'ana'))
    }
    const order = (entries: readonly Entry[]) =>
      [...entries].sort((a, b) => (a.room < b.room ? -1 : a.room > b.room ? 1 : a.seq - b.seq))
    for (const limit of [1, 7, 1000]) {
      const told = await exportAll(limit === 7 ? others : records, 'ana', limit)
      assert.deepEqual(order(told), order(wanted))
      // One room after the other, each in order.
      const places = told.map(({ room, seq }) => ({ room, seq }))
      for (const [i, { room, seq }] of places.entries()) {
        const before = places.slice(0, i).filter((one) => one.room === room)
        assert(
          before.every((one) => one.seq < seq),
          'the entries of a room are in order',
        )
        assert(
          before.length === 0 || places[i - 1]?.room === room,
          'the entries of a room stand together',
        )
      }
    }
    assert.deepEqual(await exportAll(records, 'cleo', 10), [])
    assert.deepEqual(await exportAll(records, 'Ana', 10), [])
  })

  changing('exports entries as they are now', async ({ storage, records }) => {
    await makeRooms(storage, 'a')
    await appendNew(storage, [
      said('a', 'first'),
      said('a', 'second', { cid: 'k' }),
      said('a', 'third', { from: bob }),
      said('a', 'edited', { kind: 'edit', ref: 1 }),
      said('a', '', { kind: 'delete', ref: 2 }),
      said('a', '+', { kind: 'react', ref: 1, from: bob }),
    ])
    const log = await logOf(storage, 'a')
    const own = log.filter(({ from }) => from.id === 'ana')
    assert.deepEqual(await exportAll(records, 'ana', 2), own)
    assert.equal(own[0]?.text, 'edited')
    assert.equal(own[0]?.reactions?.length, 1)
  })

  test('exports nothing of a deleted room', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    await appendNew(storage, [said('a', 'x'), said('b', 'y')])
    await storage.rooms.delete('a')
    const told = await exportAll(others, 'ana', 10)
    assert.deepEqual(
      told.map(({ text }) => text),
      ['y'],
    )
    assert.deepEqual(await exportAll(records, 'ana', 10), told)
  })

  // ── erasing ──────────────────────────────────────────────────────────────────────────────

  changing('erases what a person said, everywhere', async ({ storage, other, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    const details = { mentions: ['bob'] }
    await appendNew(storage, [
      said('a', 'hello', { cid: 'k', to: bob, details }),
      said('a', 'to her', { from: bob, to: ana, details: { mentions: ['ana'] } }),
      said('b', 'a notice of hers', { kind: 'notice' }),
      said('a', 'of others', { from: bob }),
      said('a', 'a reason', { kind: 'ban', to: cleo, details: { until: NOW } }),
      said('a', 'what others did to her', { kind: 'mute', from: bob, to: ana }),
    ])
    const before = await logOf(storage, 'a')
    assert.equal(await others.people.erase('ana'), 3)
    const after = await logOf(storage, 'a')
    const [hello, toHer, ofOthers, reason, done] = before as readonly [
      Entry,
      Entry,
      Entry,
      Entry,
      Entry,
    ]
    assert.deepEqual(after, [
      { ...bare(hello), from: nobody },
      { ...toHer, to: nobody },
      ofOthers,
      { ...bare(reason), from: nobody },
      { ...done, to: nobody },
    ])
    const [notice] = await logOf(other, 'b')
    assert.deepEqual([notice?.from, notice?.text, notice?.deleted], [nobody, '', true])
    assert.equal(await records.people.erase('ana'), 0)
    assert.equal(await records.people.erase('nobody'), 0)
    assert.deepEqual(await logOf(other, 'a'), after)
    // Their key still finds the entry, whatever the text was.
    const [again] = await storage.append([said('a', 'other', { cid: 'k', to: bob })])
    assert.deepEqual(again, { seq: 1, ts: NOW, duplicate: true })
    const next = await appendNew(storage, [said('a', 'more', { from: bob })])
    assert.deepEqual(next, [6])
  })

  changing(
    'erases edits with what they edited, and reactions',
    async ({ storage, other, records }) => {
      await makeRooms(storage, 'a')
      await appendNew(storage, [
        said('a', 'hers'),
        said('a', 'of others', { from: bob }),
        said('a', 'hers, edited', { kind: 'edit', ref: 1 }),
        said('a', 'hers, by others', { kind: 'edit', ref: 1, from: bob }),
        said('a', '+', { kind: 'react', ref: 1, from: bob }),
        said('a', '+', { kind: 'react', ref: 2 }),
        said('a', '+', { kind: 'react', ref: 2, from: bob }),
        said('a', '-', { kind: 'react', ref: 2 }),
        said('a', 'again', { cid: 'k' }),
        said('a', '', { kind: 'delete', ref: 9 }),
      ])
      // Two messages, an edit and two reactions; one message was deleted before.
      assert.equal(await records.people.erase('ana'), 4)
      const log = await logOf(other, 'a')
      const texts = log.map(({ text, deleted }) => (deleted ? null : text))
      assert.deepEqual(texts, [null, 'of others', null, null, null, null, '+', null, null, ''])
      assert(log.every(({ text, deleted }) => text === '' || !deleted))
      assert.deepEqual(log[1]?.reactions, [{ text: '+', count: 1, by: ['bob'] }])
      assert(log.every(({ from }) => from.name === (from.id === 'ana' ? '' : 'Bob')))
      assert.deepEqual(
        log.map(({ reactions }) => reactions !== undefined),
        log.map(({ seq }) => seq === 2),
      )
      const gone = await storage.append([said('a', 'x', { kind: 'react', ref: 1, from: bob })])
      assert.deepEqual(gone, [{ error: 'entry_not_found' }])
    },
  )

  test('erases memberships, account, tokens and names', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a', 'b')
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    for (const person of [ana, bob]) {
      for (const room of ['a', 'b']) await records.members.put(room, person, { role: 'owner' })
      await records.accounts.create(account(person.id, { id: person.id }))
      await records.tokens.add(token(person.id, '', { accountId: person.id }), 5)
    }
    const done = [
      act(1),
      act(2, { by: bob, to: ana }),
      act(3, { by: bob, to: cleo }),
      act(4, { to: ana }),
    ]
    for (const one of done) await records.audit.add(one, 100)
    assert.equal(await others.people.erase('ana'), 0)
    assert.equal(await records.members.get('a', 'ana'), null)
    assert.deepEqual(await records.members.of('ana', '', 10), [])
    const [left, ...none] = await others.members.list('b', undefined, '', 10)
    assert.deepEqual([left?.person, none], [bob, []])
    assert.equal(await others.accounts.get('ana'), null)
    assert.deepEqual(await others.tokens.known(['ana', 'bob']), [false, true])
    const listed = await others.audit.list(undefined, 10)
    const wanted = [
      { ...done[3], by: nobody, to: nobody },
      done[2],
      { ...done[1], to: nobody },
      { ...done[0], by: nobody },
    ]
    assert.deepEqual(
      listed.map(({ id: _, ...rest }) => rest),
      wanted,
    )
    assert.deepEqual((await storage.rooms.get('@ana:bob'))?.only, [nobody, bob])
  })

  test('takes the messages from the files of whom it erases', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a')
    await appendNew(storage, [said('a', 'x'), said('a', 'y', { from: bob })])
    await addFiles(records, file('1', { seq: 1 }), file('2'), file('3', { seq: 2, owner: bob }))
    await records.people.erase('ana')
    assert.deepEqual([...(await others.files.orphans(NOW + 1, 10))].sort(), ['1', '2'])
    assert.deepEqual(await others.files.get('1'), file('1', { owner: nobody }))
    assert.deepEqual(await others.files.get('3'), file('3', { seq: 2, owner: bob }))
  })

  changing('exports and erases one person among many, in long logs', async (bench) => {
    const { storage, other, records, others } = bench
    // More than any storage should look at in one step.
    const rooms = span(1, 12).map((n) => `r${n}`)
    await makeRooms(storage, ...rooms)
    const batch = span(1, 1000)
    for (const room of rooms) {
      await appendNew(
        storage,
        batch.map((n) => said(room, `${n}`, { from: n % 50 ? bob : ana })),
      )
    }
    assert.equal((await exportAll(others, 'ana', 100)).length, 240)
    assert.equal(await records.people.erase('ana'), 240)
    for (const room of rooms) {
      for (const { seq, text, from, deleted } of await logOf(other, room)) {
        assert.equal(deleted, seq % 50 ? undefined : true)
        assert.equal(text, seq % 50 ? `${seq}` : '')
        assert.deepEqual(from, seq % 50 ? bob : nobody)
      }
    }
    const told = await exportAll(records, 'ana', 100)
    assert.equal(told.filter(({ text, deleted }) => text === '' && deleted).length, 240)
  })

  changing('erases while others speak', async ({ storage, records, others, other }) => {
    await makeRooms(storage, 'a')
    const batch = span(1, 100).map((n) => said('a', `${n}`, { from: n % 2 ? ana : bob }))
    await appendNew(storage, batch)
    const speaking = span(1, 20).map((n) =>
      appendNew(n % 2 ? storage : other, [
        said('a', `more ${n}`, { from: bob }),
        said('a', '+', { kind: 'react', ref: n * 2, from: bob }),
      ]),
    )
    const [erased] = await Promise.all([others.people.erase('ana'), ...speaking])
    assert.equal(erased, 50)
    const log = await logOf(storage, 'a')
    assert(log.filter(({ from }) => from.id === 'ana').every(({ text }) => text === ''))
    assert.equal(log.filter(({ text }) => text.startsWith('more')).length, 20)
    await records.people.erase('bob')
    assert((await logOf(other, 'a')).every(({ text }) => text === ''))
  })
}
