/** Conformance of records: accounts, tokens, and what was done. */

import assert from 'node:assert/strict'
import { seededRandom } from './random.ts'
import { account, act, cleo, type RecordsCheck, token } from './records-subject.ts'
import { sampleText } from './samples.ts'
import { bob, makeRooms, NOW, span } from './storage-subject.ts'

export function accountTests(test: RecordsCheck): void {
  test('keeps accounts as they are', async ({ records, others }) => {
    const plain = account('ana')
    const other = account('bob', { admin: true, disabled: true, createdAt: NOW + 1 })
    assert.equal(await records.accounts.create(plain), true)
    assert.equal(await others.accounts.create(other), true)
    assert.deepEqual(await others.accounts.get(plain.id), plain)
    assert.deepEqual(await records.accounts.byKey(other.key), other)
    assert.equal(await records.accounts.get('ana'), null)
    assert.equal(await records.accounts.byKey('KEY OF ana'), null)
    assert.equal(await records.accounts.count(), 2)
  })

  test('keeps any text of an account as it is', async ({ records, others }) => {
    const random = seededRandom(5)
    const odd = span(1, 30).map((n) =>
      account('', {
        id: `${n}${sampleText(random, 2)}`,
        name: sampleText(random),
        key: `${sampleText(random, 3)}${n}`,
        password: sampleText(random),
      }),
    )
    odd.push(account('\ud800'), account('\ufdd0d800'), account('\u0000'))
    for (const one of odd) assert.equal(await records.accounts.create(one), true)
    for (const one of odd) {
      assert.deepEqual(await others.accounts.get(one.id), one)
      assert.deepEqual(await others.accounts.byKey(one.key), one)
    }
  })

  test('makes no second account of a key or an id', async ({ records, others }) => {
    assert.equal(await records.accounts.create(account('ana')), true)
    assert.equal(await others.accounts.create(account('bob', { key: 'key of ana' })), false)
    assert.equal(await others.accounts.create(account('bob', { id: 'id of ana' })), false)
    assert.deepEqual(await records.accounts.list('', 10), [account('ana')])
    const made = await Promise.all(
      span(1, 20).map((n) =>
        (n % 2 ? records : others).accounts.create(account('cleo', { id: `id ${n}` })),
      ),
    )
    assert.equal(made.filter((one) => one).length, 1)
    assert.equal(await others.accounts.count(), 2)
  })

  test('changes an account', async ({ records, others }) => {
    await records.accounts.create(account('ana'))
    const change = { name: 'Ana', key: 'new key', password: 'new', admin: true, disabled: true }
    const whole = { ...account('ana'), ...change }
    assert.deepEqual(await others.accounts.update('id of ana', change), whole)
    assert.deepEqual(await records.accounts.get('id of ana'), whole)
    assert.deepEqual(await records.accounts.byKey('new key'), whole)
    assert.equal(await records.accounts.byKey('key of ana'), null)
    const enabled = { ...whole, disabled: false }
    assert.deepEqual(await records.accounts.update('id of ana', { disabled: false }), enabled)
    assert.deepEqual(await records.accounts.update('id of ana', {}), enabled)
    assert.equal(await records.accounts.update('nobody', { admin: true }), null)
    assert.equal(await records.accounts.update('nobody', {}), null)
  })

  test('gives an account no key that another has', async ({ records, others }) => {
    for (const name of ['ana', 'bob']) await records.accounts.create(account(name))
    const change = { key: 'key of bob', name: 'Bob' }
    assert.equal(await records.accounts.update('id of ana', change), 'taken')
    assert.deepEqual(await others.accounts.get('id of ana'), account('ana'))
    assert.notEqual(await records.accounts.update('id of ana', { key: 'key of ana' }), 'taken')
    for (const n of span(1, 10)) await records.accounts.create(account(`${n}`))
    const results = await Promise.all(
      span(1, 10).map((n) =>
        (n % 2 ? records : others).accounts.update(`id of ${n}`, { key: 'wanted' }),
      ),
    )
    assert.equal(results.filter((result) => result === 'taken').length, 9)
  })

  test('deletes an account with its tokens', async ({ records, others }) => {
    for (const name of ['ana', 'bob']) await records.accounts.create(account(name))
    for (const n of [1, 2]) await records.tokens.add(token(`a${n}`, 'ana'), 5)
    await records.tokens.add(token('b', 'bob'), 5)
    assert.equal(await others.accounts.delete('id of ana'), true)
    assert.equal(await records.accounts.delete('id of ana'), false)
    assert.equal(await records.accounts.get('id of ana'), null)
    assert.deepEqual(await others.tokens.known(['a1', 'b', 'a2']), [false, true, false])
    assert.equal(await records.accounts.create(account('ana')), true)
    assert.deepEqual(await others.tokens.known(['a1', 'b', 'a2']), [false, true, false])
  })

  test('lists accounts by key in the order of UTF-16 units', async ({ records, others }) => {
    const keys = ['b', 'B', 'a', 'á', '\u{1f44b}', '\uff71', '10', '9', 'ab']
    for (const key of keys) await records.accounts.create(account(key, { key }))
    const sorted = [...keys].sort()
    const listed = async (after: string, limit: number) =>
      (await others.accounts.list(after, limit)).map(({ key }) => key)
    assert.deepEqual(await listed('', 100), sorted)
    assert.deepEqual(await listed(sorted[3] as string, 3), sorted.slice(4, 7))
    assert.deepEqual(await listed('', 0), [])
  })

  // ── tokens ───────────────────────────────────────────────────────────────────────────────

  test('keeps tokens until they are deleted', async ({ records, others }) => {
    await records.accounts.create(account('ana'))
    const one = token('one', 'ana', { createdAt: NOW + 1, expiresAt: NOW + 2 })
    await records.tokens.add(one, 5)
    await others.tokens.add(token('two', 'ana'), 5)
    assert.deepEqual(await others.tokens.get('one'), one)
    assert.equal(await records.tokens.get('three'), null)
    assert.deepEqual(await records.tokens.known(['two', 'three', 'one', 'two']), [
      ...[true, false, true, true],
    ])
    assert.deepEqual(await records.tokens.known([]), [])
    assert.equal(await others.tokens.delete('one'), true)
    assert.equal(await records.tokens.delete('one'), false)
    assert.deepEqual(await records.tokens.known(['one', 'two']), [false, true])
  })

  test('of the tokens of an account keeps those that end last', async ({ records, others }) => {
    for (const name of ['ana', 'bob']) await records.accounts.create(account(name))
    await records.tokens.add(token('b', 'bob', { expiresAt: 1 }), 3)
    for (const n of [5, 1, 4, 3, 2, 6]) {
      const handle = n % 2 ? records : others
      await handle.tokens.add(token(`t${n}`, 'ana', { expiresAt: NOW + n }), 3)
    }
    const hashes = span(1, 6).map((n) => `t${n}`)
    assert.deepEqual(await others.tokens.known([...hashes, 'b']), [
      ...[false, false, false, true, true, true, true],
    ])
    // Of those that end together, what was just given stays.
    for (const n of span(1, 5)) {
      await records.tokens.add(token(`s${n}`, 'ana', { createdAt: NOW + n, expiresAt: 9e12 }), 2)
      assert.equal((await records.tokens.get(`s${n}`))?.expiresAt, 9e12)
    }
    assert.equal(await records.tokens.deleteAll('id of ana'), 2)
  })

  test('an account has no more tokens when many are added at once', async (bench) => {
    const { records, others } = bench
    await records.accounts.create(account('ana'))
    await Promise.all(
      span(1, 20).map((n) => (n % 2 ? records : others).tokens.add(token(`${n}`, 'ana'), 4)),
    )
    assert.equal(await records.tokens.deleteAll('id of ana'), 4)
  })

  test('renews tokens', async ({ records, others }) => {
    await records.accounts.create(account('ana'))
    await records.tokens.add(token('t', 'ana'), 5)
    assert.equal(await others.tokens.renew('t', NOW + 5000), true)
    assert.equal((await records.tokens.get('t'))?.expiresAt, NOW + 5000)
    assert.equal(await records.tokens.renew('u', NOW + 5000), false)
    assert.equal(await records.tokens.get('u'), null)
  })

  test('ends all tokens of an account, except one', async ({ records, others }) => {
    for (const name of ['ana', 'bob']) await records.accounts.create(account(name))
    for (const n of span(1, 4)) await records.tokens.add(token(`t${n}`, 'ana'), 5)
    await records.tokens.add(token('b', 'bob'), 5)
    assert.equal(await others.tokens.deleteAll('id of ana', 't3'), 3)
    const all = ['t1', 't2', 't3', 't4', 'b']
    assert.deepEqual(await records.tokens.known(all), [false, false, true, false, true])
    assert.equal(await records.tokens.deleteAll('id of ana'), 1)
    assert.equal(await records.tokens.deleteAll('id of ana'), 0)
    assert.deepEqual(await others.tokens.known(['t3', 'b']), [false, true])
  })

  test('deletes tokens whose time has passed', async ({ records, others }) => {
    await records.accounts.create(account('ana'))
    for (const n of span(1, 6)) {
      await records.tokens.add(token(`t${n}`, 'ana', { expiresAt: NOW + n * 10 }), 10)
    }
    assert.equal(await others.tokens.expire(NOW + 35), 3)
    assert.equal(await records.tokens.expire(NOW + 35), 0)
    const all = span(1, 6).map((n) => `t${n}`)
    assert.deepEqual(await records.tokens.known(all), [false, false, false, true, true, true])
  })

  // ── what was done ────────────────────────────────────────────────────────────────────────

  test('lists what was done, the newest first', async ({ storage, records, others }) => {
    await makeRooms(storage, 'a')
    const done = [
      act(1),
      act(2, { room: 'a' }),
      act(3, { by: bob, room: 'gone', to: cleo, note: 'a note' }),
      act(4, { note: '', to: { id: '\u0000', name: '\ud800' } }),
    ]
    for (const one of done) await records.audit.add(one, 100)
    const listed = await others.audit.list(undefined, 100)
    const ids = listed.map(({ id }) => id)
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => b - a),
    )
    assert.equal(new Set(ids).size, 4)
    assert.deepEqual(
      listed,
      done.toReversed().map((one, i) => ({ ...one, id: ids[i] })),
    )
    assert.deepEqual(await records.audit.list(ids[0], 2), listed.slice(1, 3))
    assert.deepEqual(await records.audit.list(ids[3], 2), [])
    assert.deepEqual(await others.audit.list(undefined, 1), listed.slice(0, 1))
    await storage.rooms.delete('a')
    assert.deepEqual(await records.audit.list(undefined, 100), listed)
  })

  test('forgets the oldest of what was done', async ({ records }) => {
    for (const n of span(1, 100)) await records.audit.add(act(n), 20)
    const left = (await records.audit.list(undefined, 1000)).map(({ ts }) => ts - NOW)
    assert(left.length >= 20 && left.length <= 30, `${left.length} are left of 100, for 20`)
    assert.deepEqual(left, span(101 - left.length, 100).toReversed())
  })
}
