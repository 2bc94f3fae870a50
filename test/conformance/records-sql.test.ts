/** What the suite of records doesn't ask: how much work it is. */

import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { Statement } from '../../src/storage/sql/dialect.ts'
import { firstKept } from '../../src/storage/sql/queries-page.ts'
import { sqlRecords } from '../../src/storage/sql/records.ts'
import type { RecordParts } from '../../src/storage/sql/records-parts.ts'
import { sqliteDialect } from '../../src/storage/sql/sqlite-dialect.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { type VirtualClock, virtualClock } from '../../src/testing/clock.ts'
import { account, act, file, token } from '../../src/testing/records-subject.ts'
import {
  ana,
  bob,
  MANY,
  makeRooms,
  NOW,
  said,
  span,
  spec,
} from '../../src/testing/storage-subject.ts'

describe('in SQLite', () => {
  let db: Database.Database
  let clock: VirtualClock
  let storage: Storage

  beforeEach(async () => {
    db = new Database(':memory:')
    clock = virtualClock({ start: NOW })
    storage = sqliteStorage(db, { clock })
    await storage.open()
  })

  afterEach(async () => {
    await storage.close()
    db.close()
  })

  it('no statement goes through a whole table', async () => {
    const plans = new Map<string, readonly string[]>()
    const run = async ({ sql, parameters }: Statement): Promise<readonly unknown[]> => {
      const plan = db.prepare(`explain query plan ${sql}`).all(...parameters)
      plans.set(
        sql,
        (plan as { detail: string }[]).map(({ detail }) => detail),
      )
      const statement = db.prepare(sql)
      return statement.reader ? statement.all(...parameters) : [statement.run(...parameters)]
    }
    const dialect = sqliteDialect('tertulia_')
    const first = firstKept(dialect, undefined)
    const records = sqlRecords({ dialect, run: run as RecordParts['run'], first })
    await makeRooms(storage, 'a')
    await storage.rooms.create(spec('@', { only: [ana, bob] }), MANY)
    await storage.append([said('a', 'x'), said('a', '+', { kind: 'react', ref: 1 })])
    const { members, accounts, tokens, audit, files, people } = records
    await members.put('a', ana, { role: 'owner', read: 1 })
    await members.get('a', 'ana')
    await members.of('ana', '', 10)
    await members.list('a', undefined, '', 10)
    for (const filter of ['role', 'invited', 'muted', 'banned'] as const) {
      await members.list('a', filter, '', 10)
    }
    await accounts.create(account('ana'))
    await accounts.byKey('x')
    await accounts.update('id of ana', { key: 'y' })
    await accounts.list('', 10)
    await tokens.add(token('t', 'ana'), 1)
    await tokens.known(['t'])
    await tokens.renew('t', NOW)
    await tokens.deleteAll('id of ana', 't')
    await tokens.expire(NOW)
    await audit.add(act(1), 0)
    await audit.list(5, 5)
    await files.add(file('f'), { all: 1000, owner: 1000 })
    await files.attach('f', 1)
    await files.list('a', NOW, 10)
    await files.orphans(NOW, 10)
    await files.delete(['g'])
    await people.export('ana', undefined, 10)
    await people.erase('ana')
    expect(plans.size).toBeGreaterThan(35)
    for (const [sql, plan] of plans) {
      // What is left has the order of the primary key, and a limit.
      const whole = plan.filter(
        (detail) => /^SCAN/.test(detail) && !/^SCAN (json_each|2-ROW|[kuxh]$)/.test(detail),
      )
      const allowed = /^delete from "tertulia_audit"/.test(sql) ? ['SCAN tertulia_audit'] : []
      expect(whole, sql).toEqual(allowed)
    }
    const listing = [...plans].filter(([sql]) => /"k"\."role" is not null/.test(sql))
    expect(listing.flatMap(([, plan]) => plan).join()).toContain('INDEX tertulia_members_role')
  })

  it('the members of a deleted room are swept away, and no others', async () => {
    await makeRooms(storage, 'a', 'b')
    for (const n of span(1, 450)) {
      await storage.records?.members.put('a', { id: `p${n}`, name: 'x' }, { read: n })
    }
    await storage.records?.members.put('b', ana, {})
    await storage.rooms.delete('a')
    const left = () => db.prepare('select count(*) from tertulia_members').pluck().get()
    expect(left()).toBe(451)
    await clock.advance(60_000)
    expect(left()).toBe(1)
    expect(await storage.records?.members.get('b', 'ana')).not.toBeNull()
  })

  it('nothing is left of who never brought a file', async () => {
    const { files, people } = storage.records as NonNullable<Storage['records']>
    expect(await files.add(file('f', { size: 100 }), { all: 10, owner: 10 })).toBe(false)
    await people.erase('ana')
    const owners = db.prepare('select owner_id from tertulia_usage where scope = 1').pluck()
    expect(owners.all()).toEqual([])
  })
})

describe('in memory', () => {
  it('many members of a deleted room are forgotten bit by bit, later ones are not', async () => {
    const storage = memoryStorage()
    const { members } = storage.records as NonNullable<Storage['records']>
    await makeRooms(storage, 'a')
    const people = span(1, 7000).map((n) => ({ id: `p${n}`, name: 'x' }))
    for (const one of people) await members.put('a', one, {})
    await storage.rooms.delete('a')
    expect(await members.of('p1', '', 10)).toEqual([])
    await makeRooms(storage, 'a')
    expect(await members.of('p1', '', 10)).toEqual([])
    const [one, two] = people as [(typeof people)[0], (typeof people)[0]]
    await members.put('a', one, {})
    for (const _ of span(1, 10)) await new Promise((resolve) => setImmediate(resolve))
    expect(await members.of(one.id, '', 10)).toHaveLength(1)
    expect(await members.of(two.id, '', 10)).toEqual([])
  })
})
