/** What people see when the storage went back in time, or can be read but not written. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LIMITS } from '../../src/limits.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { manualClock } from '../core/manual-clock.ts'
import { person, texts } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
let folder: string
let db: Database.Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tertulia-back-'))
  db = new Database(join(folder, 'chat.db'))
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function server() {
  const clock = manualClock()
  const storage = sqliteStorage(join(folder, 'chat.db'), { busyMs: 100 })
  return { clock, ...(await start({ storage, clock })) }
}

/** A room with ten messages, of which the storage then has lost the last five. */
async function cutShort() {
  const { clock, ws } = await server()
  const alice = await person(ws, 'Alice')
  const bob = await person(ws, 'Bob')
  for (const one of [alice, bob]) await one.ask('join', { room })
  for (let n = 1; n <= 10; n++) await alice.ask('send', { room, text: `${n}` })
  db.exec('delete from tertulia_entries where seq > 5; update tertulia_rooms set head = 5')
  return { clock, alice, bob }
}

it('a log that was cut short under a node is told of, though nobody says anything', async () => {
  const { clock, alice, bob } = await cutShort()
  clock.pass(LIMITS.positionMs * 1.25)
  for (const one of [alice, bob]) {
    expect(await one.push('reset')).toMatchObject({ room, head: 5 })
  }
  await alice.ask('send', { room, text: 'after' })
  expect(await bob.push('message', ({ text }) => text === 'after')).toMatchObject({ seq: 6 })
})

it('what is acknowledged in a log that was cut short is shown to everybody', async () => {
  const { alice, bob } = await cutShort()
  expect(await alice.ask('send', { room, text: 'after' })).toMatchObject({ seq: 6 })
  expect(await bob.push('reset')).toMatchObject({ room, head: 6 })
  const { entries } = await bob.ask('history', { room })
  expect((entries as { text: string }[]).map(({ text }) => text)).toEqual([
    ...['1', '2', '3', '4', '5', 'after'],
  ])
  await alice.ask('send', { room, text: 'more' })
  await bob.push('message', ({ text }) => text === 'more')
  expect(texts(bob, room).at(-1)).toBe('more')
})

it('a temporary room whose time is half over is joined though the file is locked', async () => {
  const { clock, ws } = await server()
  const alice = await person(ws, 'Alice')
  await alice.ask('join', { room })
  await alice.ask('send', { room, text: 'olá' })
  const before = db.prepare('select keep_until from tertulia_rooms where name = ?').pluck()
  const kept = (): number => Number(before.get(room))
  const first = kept()
  clock.pass(1000)
  await alice.ask('leave', { room })
  // Leaving keeps it for a while: that is written in its own time.
  await expect.poll(kept).toBeGreaterThan(first)
  clock.pass(LIMITS.emptyRoomMs * 0.6)
  const bob = await person(ws, 'Bob')
  db.exec('begin immediate')
  const joined = await bob.ask('join', { room, recent: 10, create: false })
  expect(joined).toMatchObject({ room, entries: [{ text: 'olá' }] })
  await expect(bob.ask('send', { room, text: 'x', cid: 'x' })).rejects.toMatchObject({
    code: 'unavailable',
  })
  db.exec('rollback')
  expect(await bob.ask('send', { room, text: 'x', cid: 'x' })).toMatchObject({ seq: 2 })
})
