/** Conformance of storages: rooms and settings. */

import assert from 'node:assert/strict'
import type { RoomRecord, Storage, StoredSettings } from '../spi/storage.ts'
import {
  ana,
  appendNew,
  bob,
  epochOf,
  fill,
  LATER,
  logOf,
  MANY,
  makeRooms,
  NOW,
  type StorageCheck,
  said,
  span,
  spec,
} from './storage-subject.ts'

const recordOf = (room: string, more: Partial<RoomRecord> = {}): RoomRecord => ({
  ...spec(room, more),
  head: more.head ?? 0,
})

const SETTINGS: StoredSettings = {
  private: false,
  password: '$scrypt$…',
  readOnly: true,
  slowMs: 1500,
  people: 10,
  keepEntries: 50,
  keepDays: 36_500.5,
  topic: "o'b",
}

const namesOf = (rooms: readonly RoomRecord[]): readonly string[] => rooms.map(({ room }) => room)

export function roomTests(test: StorageCheck): void {
  test('makes a room, once', async ({ storage, other }) => {
    const made = await storage.rooms.create(spec('a'), MANY)
    assert.deepEqual(made, { room: recordOf('a'), created: true })
    await fill(storage, 'a', 2)
    const again = spec('a', { epoch: 'another', permanent: true, createdAt: 5, keepUntil: 5 })
    const there = { room: recordOf('a', { head: 2 }), created: false }
    assert.deepEqual(await storage.rooms.create(again, MANY), there)
    assert.deepEqual(await other.rooms.create(again, MANY), there)
    assert.deepEqual(await other.rooms.get('a'), there.room)
    assert.equal(await storage.rooms.get('b'), null)
  })

  test('keeps every field of a room, and adds none', async ({ storage, other }) => {
    const specs = [
      spec('permanent', { permanent: true }),
      spec('@ana:bob', { only: [ana, bob] }),
      spec('são-joão', { createdAt: 1, keepUntil: 2 }),
      spec('set', { settings: SETTINGS }),
      spec('half set', { settings: { topic: '\u0000💬' }, only: [ana, bob], permanent: true }),
      spec('not set', { settings: {} }),
    ]
    for (const given of specs) {
      await storage.rooms.create(given, MANY)
      assert.deepEqual(await other.rooms.get(given.room), { ...given, head: 0 })
    }
  })

  test('names are taken exactly', async ({ storage }) => {
    const names = [
      'sala',
      'Sala',
      'salá',
      'sala\u0301',
      'sala ',
      'sal',
      'ß',
      'ss',
      '%',
      '_',
      "o'b",
      '\\',
    ]
    await makeRooms(storage, ...names)
    for (const name of names) {
      await appendNew(storage, [said(name, name)])
      assert.equal((await logOf(storage, name))[0]?.text, name)
    }
  })

  test('many make the same room at once: one does', async ({ storage, other }) => {
    for (const name of ['a', 'b', 'c']) {
      const results = await Promise.all(
        span(1, 10).map((n) =>
          (n % 2 === 0 ? storage : other).rooms.create(spec(name, { epoch: `${n}` }), MANY),
        ),
      )
      assert.equal(results.filter((result) => result?.created).length, 1)
      assert.equal(new Set(results.map((result) => result?.room.epoch)).size, 1)
    }
  })

  test('makes no more rooms than the limit', async ({ storage }) => {
    for (const n of span(1, 3)) {
      assert.equal((await storage.rooms.create(spec(`r${n}`), 3))?.created, true)
    }
    assert.equal(await storage.rooms.create(spec('r4'), 3), null)
    assert.equal(await storage.rooms.get('r4'), null)
    assert.equal((await storage.rooms.create(spec('r2'), 3))?.created, false)
    await storage.rooms.delete('r1')
    assert.equal((await storage.rooms.create(spec('r4'), 3))?.created, true)
    assert.equal(await storage.rooms.create(spec('r5', { only: [ana] }), 3), null)
  })

  test('nor when many are made at once', async ({ storage, other }) => {
    const results = await Promise.all(
      span(1, 20).map((n) => (n % 2 === 0 ? storage : other).rooms.create(spec(`r${n}`), 5)),
    )
    const made = results.filter((result) => result?.created).length
    assert(made > 0 && made <= 5, `${made} rooms were made`)
    assert.equal((await storage.rooms.list('', MANY)).length, made)
  })

  // ── lists ────────────────────────────────────────────────────────────────────────────────

  test('lists rooms by name in the order of UTF-16 units', async ({ storage, other }) => {
    // 𠮷 comes after ｱ by code point, and before it by UTF-16 unit.
    const names = ['b', 'a-b', 'a', 'ab', 'Z', 'é', 'z', 'a_b', '10', '9', '𠮷', 'ｱ', 'ação']
    await makeRooms(storage, ...names)
    const sorted = [...names].sort((x, y) => (x < y ? -1 : 1))
    assert.deepEqual(namesOf(await storage.rooms.list('', MANY)), sorted)
    assert.deepEqual(namesOf(await other.rooms.list('', 4)), sorted.slice(0, 4))
    for (const [i, name] of sorted.entries()) {
      assert.deepEqual(namesOf(await storage.rooms.list(name, 3)), sorted.slice(i + 1, i + 4))
    }
    assert.deepEqual(namesOf(await storage.rooms.list('a-', 2)), ['a-b', 'a_b'])
  })

  test('lists rooms whole, and none that only some may be in', async ({ storage }) => {
    await makeRooms(storage, 'a')
    await storage.rooms.create(spec('b', { only: [ana, bob] }), MANY)
    await storage.rooms.create(spec('c', { permanent: true }), MANY)
    await fill(storage, 'a', 3)
    await fill(storage, 'b', 3)
    assert.deepEqual(await storage.rooms.list('', MANY), [
      recordOf('a', { head: 3 }),
      recordOf('c', { permanent: true }),
    ])
    assert.deepEqual(namesOf(await storage.rooms.list('', 1)), ['a'])
    assert.deepEqual(namesOf(await storage.rooms.list('a', 1)), ['c'])
    assert.deepEqual(await storage.rooms.list('c', MANY), [])
  })

  test('nor private ones', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'c', 'd')
    await storage.rooms.create(spec('b', { settings: { private: true } }), MANY)
    const listed = async () => namesOf(await other.rooms.list('', MANY))
    assert.deepEqual(await listed(), ['a', 'c', 'd'])
    await storage.rooms.update('c', { settings: { private: true, topic: 'x' } })
    await storage.rooms.update('b', { settings: { private: false } })
    assert.deepEqual(await listed(), ['a', 'b', 'd'])
    await other.rooms.update('c', { permanent: true })
    assert.deepEqual(await listed(), ['a', 'b', 'd'])
    await other.rooms.update('c', { settings: {} })
    assert.deepEqual(await listed(), ['a', 'b', 'c', 'd'])
    // A room of two doesn't become everybody's by its settings.
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    await storage.rooms.update('@ana:bob', { settings: { private: false } })
    assert.deepEqual(await listed(), ['a', 'b', 'c', 'd'])
    // Who asks for all gets the private ones, but none of two.
    await storage.rooms.update('b', { settings: { private: true } })
    const all = async (after: string, limit: number) =>
      namesOf(await other.rooms.list(after, limit, true))
    assert.deepEqual(await listed(), ['a', 'c', 'd'])
    assert.deepEqual(await all('', MANY), ['a', 'b', 'c', 'd'])
    assert.deepEqual(await all('a', 2), ['b', 'c'])
    if (other.rooms.count !== undefined) assert.equal(await other.rooms.count(), 4)
  })

  // ── changes ──────────────────────────────────────────────────────────────────────────────

  test('changes of a room what is given', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b')
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    await fill(storage, 'a', 3)
    const { rooms } = storage
    assert.equal(await rooms.update('nowhere', { permanent: true }), null)
    assert.equal(await rooms.update('nowhere', {}), null)
    assert.equal(await rooms.get('nowhere'), null)
    const was = recordOf('a', { head: 3 })
    assert.deepEqual(await rooms.update('a', {}), was)
    const permanent = { ...was, permanent: true }
    assert.deepEqual(await rooms.update('a', { permanent: true }), permanent)
    const set = { ...permanent, settings: SETTINGS }
    assert.deepEqual(await other.rooms.update('a', { settings: SETTINGS }), set)
    assert.deepEqual(await rooms.get('a'), set)
    assert.deepEqual(await rooms.update('a', { permanent: false }), { ...set, permanent: false })
    // Settings are replaced as a whole.
    const last = { ...was, settings: { topic: 'x' } }
    assert.deepEqual(await rooms.update('a', { settings: { topic: 'x' } }), last)
    assert.deepEqual(await other.rooms.get('a'), last)
    assert.deepEqual(await other.rooms.get('b'), recordOf('b'))
    const only = recordOf('@ana:bob', { only: [ana, bob], settings: { topic: '' } })
    assert.deepEqual(await rooms.update('@ana:bob', { settings: { topic: '' } }), only)
    assert.deepEqual(await rooms.create(spec('a'), MANY), { room: last, created: false })
    assert.equal((await logOf(other, 'a')).length, 3)
  })

  // ── ends ─────────────────────────────────────────────────────────────────────────────────

  test('deletes a room with its log and its keys', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b')
    await appendNew(storage, [said('a', 'x', { cid: 'k' }), said('b', 'x', { cid: 'k' })])
    assert.equal(await storage.rooms.delete('a'), true)
    assert.equal(await storage.rooms.delete('a'), false)
    assert.equal(await other.rooms.delete('nowhere'), false)
    assert.equal(await other.rooms.get('a'), null)
    assert.equal(await other.read('a', { after: 0, limit: 10 }), null)
    assert.deepEqual(await other.heads(['a']), [null])
    const fresh = spec('a', { epoch: 'second' })
    assert.deepEqual(await storage.rooms.create(fresh, MANY), {
      room: { ...fresh, head: 0 },
      created: true,
    })
    assert.deepEqual(await logOf(storage, 'a'), [])
    const again = said('a', 'x', { cid: 'k', epoch: 'second' })
    assert.deepEqual(await appendNew(storage, [again]), [1])
    assert.equal((await logOf(storage, 'b')).length, 1)
  })

  test('keep() moves the time forward, never back', async ({ storage, other }) => {
    await makeRooms(storage, 'a', 'b', 'c')
    await storage.rooms.keep(['a', 'nowhere', 'b'], LATER + 1000)
    await other.rooms.keep(['a'], LATER - 1000)
    await storage.rooms.keep([], LATER * 2)
    const until = async (room: string) => (await storage.rooms.get(room))?.keepUntil
    assert.deepEqual(
      [await until('a'), await until('b'), await until('c')],
      [LATER + 1000, LATER + 1000, LATER],
    )
  })

  test('list() gives private rooms where all are asked for, but no conversations', async (ours) => {
    const { storage, other } = ours
    await makeRooms(storage, 'b', 'a', 'c')
    await storage.rooms.update('b', { settings: { private: true } })
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    const all = async (after: string, limit: number) =>
      namesOf(await other.rooms.list(after, limit, true))
    assert.deepEqual(namesOf(await other.rooms.list('', MANY)), ['a', 'c'])
    assert.deepEqual(await all('', MANY), ['a', 'b', 'c'])
    assert.deepEqual(await all('a', 1), ['b'])
    assert.deepEqual(await all('c', 1), [])
    const count = await storage.rooms.count?.()
    assert(count === undefined || count === 3, `count() gives ${count}`)
  })

  test('expire() deletes temporary rooms whose time has passed', async ({ storage, other }) => {
    await makeRooms(storage, 'late', 'early', 'kept')
    await storage.rooms.create(spec('forever', { permanent: true, keepUntil: NOW }), MANY)
    await storage.rooms.create(spec('@ana:bob', { only: [ana, bob] }), MANY)
    await fill(storage, 'early', 2)
    await storage.rooms.keep(['late', 'kept'], LATER + 60_000)
    assert.deepEqual(await storage.rooms.expire(LATER - 1000), [])
    const gone = await storage.rooms.expire(LATER + 1000)
    assert.deepEqual([...gone].sort(), ['@ana:bob', 'early'])
    assert.deepEqual(await other.rooms.expire(LATER + 1000), [])
    assert.equal(await other.read('early', { after: 0, limit: 10 }), null)
    assert.equal(await other.rooms.get('@ana:bob'), null)
    assert.deepEqual(namesOf(await other.rooms.list('', MANY)), ['forever', 'kept', 'late'])
  })

  test('nodes that expire at once tell each room once', async ({ storage, other }) => {
    await makeRooms(storage, ...span(1, 20).map((n) => `r${n}`))
    const handles: readonly Storage[] = [storage, other, storage, other]
    const gone = await Promise.all(handles.map(({ rooms }) => rooms.expire(LATER + 1000)))
    assert.equal(new Set(gone.flat()).size, 20)
    assert.equal(gone.flat().length, 20)
  })

  // ── another epoch ────────────────────────────────────────────────────────────────────────

  test('renew() gives every room an epoch of its own, and changes nothing else', async (ours) => {
    const { storage, other } = ours
    if (storage.rooms.renew === undefined) return
    assert.equal(await storage.rooms.renew('none.'), 0)
    await makeRooms(storage, 'a', 'gone')
    await storage.rooms.delete('gone')
    const specs = [
      spec('b', { permanent: true, settings: SETTINGS }),
      spec('@ana:bob', { only: [ana, bob] }),
    ]
    for (const given of specs) await storage.rooms.create(given, MANY)
    await fill(storage, 'a', 3)
    await appendNew(storage, [said('a', 'x', { cid: 'k' })])
    const names = ['a', 'b', '@ana:bob']
    const records = () => Promise.all(names.map((name) => other.rooms.get(name)))
    const before = await records()
    const log = await logOf(storage, 'a')
    const seen = new Set(names.map(epochOf))
    for (const prefix of ['1st.', '2nd.']) {
      assert.equal(await storage.rooms.renew(prefix), 3)
      const after = await records()
      for (const [i, record] of after.entries()) {
        const { epoch = '' } = record ?? {}
        assert(epoch.startsWith(prefix), `${epoch} doesn't begin with ${prefix}`)
        assert(epoch.length <= prefix.length + 24, `${epoch} is too long`)
        assert.deepEqual(record, { ...before[i], epoch })
        assert.equal(seen.has(epoch), false, `${epoch} was there before`)
        seen.add(epoch)
      }
    }
    assert.deepEqual(await logOf(other, 'a'), log)
    const epoch = (await other.rooms.get('a'))?.epoch ?? ''
    assert.deepEqual(await other.heads(['a']), [{ epoch, head: 4 }])
    assert.equal((await other.read('a', { after: 0, limit: 1 }))?.epoch, epoch)
    assert.deepEqual(await storage.append([said('a', 'old'), said('a', 'new', { epoch })]), [
      { error: 'room_not_found' },
      { seq: 5, ts: NOW, duplicate: false },
    ])
    // A retry across the backup is still one.
    assert.deepEqual(await storage.append([said('a', 'x', { cid: 'k', epoch })]), [
      { seq: 4, ts: NOW, duplicate: true },
    ])
  })

  test('renew() reaches all of many rooms', async ({ storage, other }) => {
    if (storage.rooms.renew === undefined) return
    const names = span(1, 450).map((n) => `r${n}`)
    await makeRooms(storage, ...names)
    assert.equal(await other.rooms.renew?.('new.'), names.length)
    const epochs = (await storage.heads(names)).map((head) => head?.epoch ?? '')
    assert.equal(new Set(epochs).size, names.length)
    assert(epochs.every((epoch) => epoch.startsWith('new.')))
  })

  // ── settings ─────────────────────────────────────────────────────────────────────────────

  test('a setting is set once', async ({ storage, other }) => {
    assert.equal(await storage.setting('secret', 'first'), 'first')
    assert.equal(await storage.setting('secret', 'second'), 'first')
    assert.equal(await other.setting('secret', 'third'), 'first')
    assert.equal(await other.setting('Secret', 'other'), 'other')
    assert.equal(await storage.setting('empty', ''), '')
    assert.equal(await storage.setting('empty', 'x'), '')
    const long = 'çã💬'.repeat(500)
    assert.equal(await storage.setting('long', long), long)
    assert.equal(await other.setting('long', 'x'), long)
  })

  test('a setting is replaced when that is asked for', async ({ storage, other }) => {
    assert.equal(await storage.setting('limits', '{}', true), '{}')
    assert.equal(await other.setting('limits', 'ç2', true), 'ç2')
    assert.equal(await storage.setting('limits', '{}'), 'ç2')
    assert.equal(await storage.setting('others', '{}'), '{}')
  })

  test('many set the same setting at once: all get the same', async ({ storage, other }) => {
    const values = await Promise.all(
      span(1, 20).map((n) => (n % 2 === 0 ? storage : other).setting('secret', `${n}`)),
    )
    assert.equal(new Set(values).size, 1)
  })

  test('a room and its log do not depend on the names of settings', async ({ storage }) => {
    await storage.setting('a', 'value')
    await makeRooms(storage, 'a')
    assert.equal((await storage.rooms.get('a'))?.epoch, epochOf('a'))
    assert.equal(await storage.setting('a', 'other'), 'value')
  })
}
