/** Conformance of records: what the comments of `MemberStore` say. */

import assert from 'node:assert/strict'
import type { MemberFilter, MemberRecord } from '../spi/records.ts'
import { seededRandom } from './random.ts'
import { cleo, personOf, type RecordsCheck } from './records-subject.ts'
import { sampleText } from './samples.ts'
import { ana, appendNew, bob, epochOf, makeRooms, NOW, said, span } from './storage-subject.ts'

const idsOf = (members: readonly MemberRecord[]): readonly string[] =>
  members.map(({ person }) => person.id)

/** @param changing registers tests that need edits and deletions */
export function memberTests(test: RecordsCheck, changing: RecordsCheck): void {
  test('keeps all that a member is, and adds nothing', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    assert.equal(await records.members.get('a', 'ana'), null)
    assert.deepEqual(await records.members.put('a', ana, {}), { room: 'a', person: ana, read: 0 })
    const change = {
      role: 'moderator',
      invited: true,
      mutedUntil: NOW + 1,
      bannedUntil: NOW + 2,
      read: 3,
    } as const
    const whole = { room: 'a', person: bob, ...change }
    assert.deepEqual(await records.members.put('a', bob, change), whole)
    assert.deepEqual(await others.members.get('a', 'bob'), whole)
    assert.deepEqual(await others.members.list('a', undefined, 'ana', 10), [whole])
    assert.deepEqual(await others.members.get('a', 'ana'), { room: 'a', person: ana, read: 0 })
  })

  test('a change of a member leaves the rest as it was, and null takes away', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a')
    await records.members.put('a', ana, { role: 'owner', invited: true, read: 2 })
    await others.members.put('a', ana, { mutedUntil: NOW })
    assert.deepEqual(await records.members.put('a', ana, { role: 'member', invited: null }), {
      room: 'a',
      person: ana,
      role: 'member',
      mutedUntil: NOW,
      read: 2,
    })
    const gone = { role: null, mutedUntil: null, bannedUntil: null }
    assert.deepEqual(await records.members.put('a', ana, gone), { room: 'a', person: ana, read: 2 })
    const renamed = { id: 'ana', name: 'Ana Maria' }
    assert.equal((await others.members.put('a', renamed, {}))?.person.name, 'Ana Maria')
    assert.deepEqual((await records.members.get('a', 'ana'))?.person, renamed)
  })

  test('a sanction may be for ever', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const ever = { mutedUntil: Number.POSITIVE_INFINITY, bannedUntil: Number.POSITIVE_INFINITY }
    const wanted = { room: 'a', person: ana, ...ever, read: 0 }
    assert.deepEqual(await records.members.put('a', ana, ever), wanted)
    assert.deepEqual(await others.members.get('a', 'ana'), wanted)
  })

  test('an address may be banned like a person', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const address = { id: 'address:2001:db8::1', name: '' }
    await records.members.put('a', address, { bannedUntil: NOW })
    assert.deepEqual(idsOf(await others.members.list('a', 'banned', '', 10)), [address.id])
  })

  test('`read` never goes back', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    assert.equal((await records.members.put('a', ana, { read: 5 }))?.read, 5)
    assert.equal((await others.members.put('a', ana, { read: 3 }))?.read, 5)
    assert.equal((await others.members.put('a', ana, { role: 'member' }))?.read, 5)
    await Promise.all(
      span(1, 20).map((n) =>
        (n % 2 ? records : others).members.put('a', ana, { read: (n * 7) % 23 }),
      ),
    )
    assert.equal((await records.members.get('a', 'ana'))?.read, 22)
  })

  test('many change the same member at once: every change is kept', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a')
    const changes = [
      { role: 'owner' },
      { invited: true },
      { mutedUntil: NOW },
      { bannedUntil: NOW },
      { read: 9 },
    ] as const
    for (const n of span(1, 5)) {
      const person = personOf(`p${n}`)
      await Promise.all(
        changes.map((change, i) => (i % 2 ? records : others).members.put('a', person, change)),
      )
      assert.deepEqual(await records.members.get('a', person.id), {
        room: 'a',
        person,
        ...Object.assign({}, ...changes),
      })
    }
  })

  test('a room that is not there has no members', async ({ storage, records }) => {
    assert.equal(await records.members.put('a', ana, { role: 'owner' }), null)
    assert.equal(await records.members.get('a', 'ana'), null)
    assert.deepEqual(await records.members.list('a', undefined, '', 10), [])
    await makeRooms(storage, 'a')
    assert.equal(await records.members.get('a', 'ana'), null)
  })

  test('a deleted room takes its members with it', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    for (const room of ['a', 'b']) await records.members.put(room, ana, { role: 'owner' })
    await storage.rooms.delete('a')
    await makeRooms(storage, 'a')
    assert.equal(await others.members.get('a', 'ana'), null)
    assert.deepEqual(await records.members.list('a', undefined, '', 10), [])
    const rooms = await records.members.of('ana', '', 10)
    assert.deepEqual(
      rooms.map(({ member }) => member.room),
      ['b'],
    )
  })

  test('lists members by id in the order of UTF-16 units', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const ids = ['b', 'B', 'a', 'á', 'ab', '\u{1f44b}', '\uff71', '', '10', '9', 'a\u0000b', "'"]
    for (const id of ids) await records.members.put('a', personOf(id), {})
    // Nothing is greater than `after` and empty.
    const sorted = ids.filter((id) => id !== '').sort()
    assert.deepEqual(idsOf(await others.members.list('a', undefined, '', 100)), sorted)
    const paged: string[] = []
    for (let after = ''; ; ) {
      const page = idsOf(await records.members.list('a', undefined, after, 3))
      if (page.length === 0) break
      paged.push(...page)
      after = page.at(-1) as string
    }
    assert.deepEqual(paged, sorted)
    assert.deepEqual(await records.members.list('a', undefined, '', 0), [])
  })

  test('lists those who have what the filter asks for', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a', 'b')
    const has = {
      role: { role: 'member' },
      invited: { invited: true },
      muted: { mutedUntil: 1 },
      banned: { bannedUntil: Number.POSITIVE_INFINITY },
    } as const
    const filters = Object.keys(has) as MemberFilter[]
    for (const n of span(1, 40)) {
      const change = has[filters[n % 5] ?? 'role']
      if (n % 5 < 4) await records.members.put('a', personOf(`p${n + 10}`), change)
      else await records.members.put('a', personOf(`p${n + 10}`), { read: n })
    }
    await records.members.put('b', personOf('p0'), Object.assign({}, ...Object.values(has)))
    for (const [i, filter] of filters.entries()) {
      const wanted = span(1, 40)
        .filter((n) => n % 5 === i)
        .map((n) => `p${n + 10}`)
      assert.deepEqual(idsOf(await others.members.list('a', filter, '', 100)), wanted)
      const rest = await others.members.list('a', filter, wanted[1] as string, 2)
      assert.deepEqual(idsOf(rest), wanted.slice(2, 4))
    }
    await records.members.put('b', personOf('p0'), { role: null, mutedUntil: null })
    assert.deepEqual(await records.members.list('b', 'role', '', 10), [])
    assert.deepEqual(idsOf(await records.members.list('b', 'banned', '', 10)), ['p0'])
  })

  test('keeps any id and name of a member as it is', async ({ storage, records, others }) => {
    const random = seededRandom(11)
    const rooms = ['ação', '@a:b', "o'k"]
    await makeRooms(storage, ...rooms)
    for (const n of span(1, 40)) {
      const person = { id: `${n}${sampleText(random, 2)}`, name: sampleText(random) }
      const room = random.pick(rooms)
      const wanted = { room, person, read: 0 }
      assert.deepEqual(await records.members.put(room, person, {}), wanted)
      assert.deepEqual(await others.members.get(room, person.id), wanted)
    }
    const alone = { id: 'x\ud800', name: '\udfff\u0000\ufdd0' }
    await records.members.put('ação', alone, {})
    assert.deepEqual((await others.members.get('ação', alone.id))?.person, alone)
  })

  // ── what is unread ───────────────────────────────────────────────────────────────────────

  test('lists the rooms of a person by name', async ({ storage, records, others }) => {
    const names = ['b', 'B', 'ab', '\u{1f44b}', '\uff71', '9', '10', 'ç']
    await makeRooms(storage, ...names, 'not theirs')
    for (const name of names) await records.members.put(name, ana, {})
    await records.members.put('not theirs', bob, {})
    const listed = async (after: string, limit: number) =>
      (await others.members.of('ana', after, limit)).map(({ member }) => member.room)
    const sorted = [...names].sort()
    assert.deepEqual(await listed('', 100), sorted)
    assert.deepEqual(await listed(sorted[2] as string, 3), sorted.slice(3, 6))
    assert.deepEqual(await listed('', 0), [])
    assert.deepEqual(await records.members.of('cleo', '', 10), [])
  })

  test('lists more rooms of a person than one page of a database', async (bench) => {
    const { storage, records } = bench
    const names = span(1, 50).map((n) => `r${n + 100}`)
    await makeRooms(storage, ...names)
    for (const name of names) await records.members.put(name, ana, {})
    const listed = await records.members.of('ana', '', 45)
    assert.deepEqual(
      listed.map(({ member }) => member.room),
      names.slice(0, 45),
    )
  })

  test('counts the messages of others after what was read', async (bench) => {
    const { storage, records, others } = bench
    await makeRooms(storage, 'a', 'b')
    const change = await records.members.put('a', ana, { role: 'owner', read: 2 })
    await appendNew(storage, [
      said('a', 'was read', { from: bob }),
      said('a', 'was read', { from: bob }),
      said('a', '1', { from: bob }),
      said('a', 'own'),
      said('a', 'no message', { from: bob, kind: 'notice' }),
      said('a', '2', { from: cleo, details: { mentions: ['bob', 'ana'] } }),
      said('a', '3', { from: bob, details: { mentions: ['anabel', 'an'] } }),
      said('a', 'own', { details: { mentions: ['ana'] } }),
      said('b', 'elsewhere', { from: bob }),
    ])
    const wanted = { member: change, epoch: epochOf('a'), head: 8, unread: 3, mentions: 1 }
    assert.deepEqual(await records.members.of('ana', '', 10), [wanted])
    assert.deepEqual(await others.members.of('ana', '', 10), [wanted])
    await records.members.put('a', ana, { read: 6 })
    const [later] = await others.members.of('ana', '', 10)
    assert.deepEqual([later?.unread, later?.mentions], [1, 0])
    await records.members.put('a', ana, { read: 8 })
    const [last] = await others.members.of('ana', '', 10)
    assert.deepEqual([last?.unread, last?.mentions], [0, 0])
  })

  changing('does not count what was deleted', async ({ storage, records }) => {
    await makeRooms(storage, 'a')
    await records.members.put('a', ana, {})
    const details = { mentions: ['ana'] }
    await appendNew(storage, [
      said('a', '1', { from: bob, details }),
      said('a', '2', { from: bob, details }),
      said('a', '', { from: bob, kind: 'delete', ref: 1 }),
      said('a', '3', { from: bob, kind: 'edit', ref: 2 }),
    ])
    const [room] = await records.members.of('ana', '', 10)
    assert.deepEqual([room?.head, room?.unread, room?.mentions], [4, 1, 1])
  })

  test('stops counting at 100', async ({ storage, records }) => {
    await makeRooms(storage, 'a')
    await records.members.put('a', ana, {})
    const one = (n: number) =>
      said('a', `${n}`, { from: bob, ...(n <= 120 ? { details: { mentions: ['ana'] } } : {}) })
    await appendNew(storage, span(1, 99).map(one))
    const [nearly] = await records.members.of('ana', '', 10)
    assert.deepEqual([nearly?.unread, nearly?.mentions], [99, 99])
    await appendNew(storage, span(100, 250).map(one))
    const [all] = await records.members.of('ana', '', 10)
    assert.deepEqual([all?.unread, all?.mentions], [100, 100])
    await records.members.put('a', ana, { read: 115 })
    const [some] = await records.members.of('ana', '', 10)
    assert.deepEqual([some?.unread, some?.mentions], [100, 5])
  })

  test('a mention is of exactly this person', async ({ storage, records }) => {
    await makeRooms(storage, 'a')
    const ids = [
      'x',
      'mentions',
      '"x"',
      'x,y',
      'x\\',
      '\u0000',
      'ç',
      '\ud800',
      '[',
      'file',
      '\ufdd0',
    ]
    for (const id of ids) await records.members.put('a', personOf(id), {})
    for (const [i, id] of ids.entries()) {
      const file = { id: 'x', name: 'mentions","x', type: '["x"]', size: 1 }
      const mentions = ids.slice(0, i + 1)
      await appendNew(storage, [
        said('a', 'x', { details: { file, mentions } }),
        said('a', 'x', { details: { file } }),
      ])
      for (const [j, other] of ids.entries()) {
        const [room] = await records.members.of(other, '', 10)
        const wanted = Math.max(0, i - j + 1)
        assert.equal(room?.mentions, wanted, `${JSON.stringify(other)} after ${JSON.stringify(id)}`)
      }
    }
  })
}
