/** How much of a room's history is kept: of all rooms, and of one. */

import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { person } from '../support/clients.ts'
import { api } from '../support/http.ts'
import { start } from '../support/server.ts'

const room = 'sala'

describe.each([
  ['memory', () => memoryStorage({ entriesPerRoom: 5 })],
  ['SQLite', () => sqliteStorage(':memory:', { retention: { entriesPerRoom: 5 } })],
])('history in %s', (_name, make) => {
  it('D7: has as many messages as are kept of a room, the newest', async () => {
    const server = await start({ storage: make() })
    const { get, post } = api(server.where.httpUrl as string)
    await post('/join', { room, username: 'Ana' })
    for (let n = 1; n <= 12; n++) await post('/send', { room, username: 'Ana', message: `${n}` })
    const { body } = await get(`/receive?room=${room}&username=Ana&last_timestamp=0`)
    const texts = body.messages.map((one: { message: string }) => one.message)
    expect(texts.slice(-5)).toEqual(['8', '9', '10', '11', '12'])
    const bob = await person(server.ws, 'Bob')
    await bob.ask('join', { room })
    const page = await bob.ask('history', { room, before: 10 })
    expect(page).toMatchObject({ head: 12, more: false, entries: [{ seq: 8 }, { seq: 9 }] })
  })

  it('C6 D7: of one room may be another number', async () => {
    const server = await start({ storage: make() })
    const ana = await person(server.ws, 'Ana')
    await ana.ask('create', { room, settings: { keepEntries: 2 } })
    await ana.ask('join', { room })
    for (let n = 1; n <= 6; n++) await ana.ask('send', { room, text: `${n}` })
    const { entries } = await ana.ask('history', { room })
    expect((entries as { text: string }[]).map(({ text }) => text)).toEqual(['5', '6'])
  })
})
