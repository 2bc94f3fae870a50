/** Edits, deletions, reactions and answers, as clients see them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryBroker } from '../../src/brokers/memory.ts'
import type { ChatServerOptions } from '../../src/chat.ts'
import { LIMITS } from '../../src/limits.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { sqliteStorage } from '../../src/storage/sqlite.ts'
import { manualClock } from '../core/manual-clock.ts'
import {
  type JsonClient,
  jsonClient,
  type Message,
  person,
  textClient,
} from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const code = (value: string) => ({ code: value })
const folder = mkdtempSync(pathOf(tmpdir(), 'tertulia-changes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

/** Servers to come to: the same one twice, or two nodes. */
interface Place {
  readonly one: Awaited<ReturnType<typeof start>>
  readonly two: Awaited<ReturnType<typeof start>>
}
const alone = async (options: ChatServerOptions): Promise<Place> => {
  const one = await start(options)
  return { one, two: one }
}
const PLACES: readonly (readonly [string, (options?: ChatServerOptions) => Promise<Place>])[] = [
  ['memory', (options) => alone({ ...options, storage: memoryStorage() })],
  [
    'memory, nearly nothing of it at hand',
    (options) =>
      alone({
        ...options,
        storage: memoryStorage(),
        limits: { ...options?.limits, recentEntries: 1 },
      }),
  ],
  [
    'SQLite',
    (options) => {
      files += 1
      const storage = sqliteStorage(pathOf(folder, `${files}.db`), { synchronous: 'normal' })
      return alone({ ...options, storage })
    },
  ],
  [
    'two nodes',
    async (options) => {
      const shared = { ...options, storage: memoryStorage(), broker: memoryBroker() }
      return { one: await start(shared), two: await start(shared) }
    },
  ],
]

async function joined(open: Parameters<typeof person>[0], name: string): Promise<JsonClient> {
  const client = await person(open, name)
  await client.ask('join', { room })
  return client
}
const say = async (client: JsonClient, text: string): Promise<number> =>
  (await client.ask('send', { room, text })).seq as number
const entriesOf = (page: Message): readonly Message[] => page.entries as readonly Message[]
/** Everything that came to a client, as text. */
const heard = (client: JsonClient): string => JSON.stringify(client.all)

describe.each(PLACES)('changes: %s', (_, open) => {
  it('edit, react, answer and delete are told to everybody, and seen by those who come', async () => {
    const { one, two } = await open()
    const alice = await joined(one.ws, 'Alice')
    const bob = await joined(two.tcp, 'Bob')
    const carol = await textClient(two.tcp, 'Carol')
    carol.send(`/join ${room}`)
    await carol.line(`You are in #${room}`)
    await alice.push('joined', ({ person }) => (person as Message).name === 'Carol')

    expect(await say(alice, 'primeiro')).toBe(1)
    expect(await carol.line('Alice')).toBe(`[#${room}] Alice: primeiro`)
    const edited = await alice.ask('edit', { room, seq: 1, text: 'segundo', cid: 'e' })
    expect(edited).toEqual({ seq: 2, ts: expect.any(Number) })
    for (const client of [alice, bob]) {
      const push = await client.push('edit')
      expect(push).toMatchObject({ room, seq: 2, ref: 1, text: 'segundo', from: { name: 'Alice' } })
    }
    expect(await carol.line('edited')).toBe(`[#${room}] * Alice edited: segundo`)

    await bob.ask('react', { room, seq: 1, text: '👍' })
    await bob.ask('react', { room, seq: 1, text: '❤️' })
    await alice.ask('react', { room, seq: 1, text: '👍', on: true })
    await bob.ask('react', { room, seq: 1, text: '❤️', on: false })
    expect(await alice.push('react')).toMatchObject({ seq: 3, ref: 1, text: '👍' })
    expect(await alice.push('unreact')).toMatchObject({ seq: 6, ref: 1, text: '❤️' })
    expect(await carol.line('Bob')).toBe(`[#${room}] * Bob reacted with 👍`)
    expect(await carol.line('took')).toBe(`[#${room}] * Bob took ❤️ back`)

    expect(await bob.ask('send', { room, text: 'concordo', ref: 1 })).toMatchObject({ seq: 7 })
    expect(await alice.push('message', ({ seq }) => seq === 7)).toMatchObject({ ref: 1 })

    const ids = [bob, alice].map(
      (client) => client.all.find((m) => 'ok' in m)?.ok as { person: { id: string } },
    )
    const now = {
      seq: 1,
      text: 'segundo',
      edited: 2,
      reactions: [{ text: '👍', count: 2, by: ids.map((ok) => ok.person.id) }],
    }
    const dora = await person(two.ws, 'Dora')
    const first = await dora.ask('join', { room, recent: 20 })
    expect(entriesOf(first)[0]).toMatchObject(now)
    expect(entriesOf(first)).toHaveLength(7)
    expect(entriesOf(await bob.ask('history', { room, after: 0 }))[0]).toMatchObject(now)

    await alice.ask('delete', { room, seq: 1 })
    expect(await dora.push('delete')).toMatchObject({ seq: 8, ref: 1, text: '' })
    expect(await carol.line('deleted')).toBe(`[#${room}] * Alice deleted a message`)
    const page = entriesOf(await dora.ask('history', { room, after: 0 }))
    expect(page[0]).toEqual({
      ev: 'message',
      room,
      seq: 1,
      ts: expect.any(Number),
      from: { id: expect.any(String), name: 'Alice' },
      text: '',
      deleted: true,
    })
    // Its edit and reactions have nothing to say any more either; the answer stays.
    expect(page.map(({ ev, text, deleted }) => [ev, text, deleted])).toEqual([
      ['message', '', true],
      ['edit', '', true],
      ['react', '', true],
      ['react', '', true],
      ['react', '', true],
      ['unreact', '', true],
      ['message', 'concordo', undefined],
      ['delete', '', undefined],
    ])
  })

  it('a deleted text is shown to nobody who comes, or comes back, later', async () => {
    const { one, two } = await open()
    const alice = await joined(one.ws, 'Alice')
    const bob = await jsonClient(two.tcp)
    const { ticket } = await bob.ask('hello', { version: 1, name: 'Bob' })
    const { epoch } = await bob.ask('join', { room })
    await say(alice, 'SECRET one')
    await say(alice, 'open')
    await alice.ask('edit', { room, seq: 1, text: 'SECRET two' })
    await bob.push('edit')
    bob.cut()
    await alice.ask('delete', { room, seq: 1 })
    for (const open of [one.ws, two.ws]) {
      const back = await jsonClient(open)
      await back.ask('hello', { version: 1, ticket })
      const missed = await back.ask('join', { room, since: { epoch, seq: 0 } })
      expect(entriesOf(missed).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
      for (const fields of [{ after: 0 }, { before: 4 }, { at: 0 }, {}]) {
        expect(entriesOf(await back.ask('history', { room, ...fields })).length).toBeGreaterThan(2)
      }
      const newcomer = await person(open)
      await newcomer.ask('join', { room, recent: 10 })
      for (const client of [back, newcomer]) {
        expect(heard(client)).toContain('open')
        expect(heard(client)).not.toContain('SECRET')
        client.cut()
      }
    }
    const text = await textClient(two.tcp, 'Carol')
    text.send(`/join ${room}`)
    await text.line('Alice: open')
    text.send('/history')
    await text.line('(message deleted)')
    expect(text.lines.join()).not.toContain('SECRET')
  })

  it('whoever comes back is told of changes to what it has', async () => {
    const { one, two } = await open()
    const alice = await joined(one.ws, 'Alice')
    const bob = await joined(two.tcp, 'Bob')
    const { epoch } = await bob.ask('join', { room })
    for (const text of ['a', 'b', 'c']) await say(alice, text)
    await bob.push('message', ({ seq }) => seq === 3)
    bob.cut()
    await alice.ask('edit', { room, seq: 1, text: 'A' })
    await alice.ask('delete', { room, seq: 2 })
    await alice.ask('react', { room, seq: 3, text: '👍' })
    const back = await person(two.ws, 'Bia')
    const missed = await back.ask('join', { room, since: { epoch, seq: 3 } })
    expect(entriesOf(missed).map(({ ev, ref, text }) => [ev, ref, text])).toEqual([
      ['edit', 1, 'A'],
      ['delete', 2, ''],
      ['react', 3, '👍'],
    ])
  })

  it('retries with the same cid change nothing, and are told so', async () => {
    const { one, two } = await open()
    const alice = await jsonClient(one.ws)
    const { ticket } = await alice.ask('hello', { version: 1, name: 'Alice' })
    await alice.ask('join', { room })
    const again = await jsonClient(two.tcp)
    await again.ask('hello', { version: 1, ticket })
    await again.ask('join', { room })
    const cid = (value: string) => ({ room, cid: value })
    const sent = await alice.ask('send', { ...cid('m'), text: 'texto' })
    const changes: readonly (readonly [string, object])[] = [
      ['edit', { ...cid('e'), seq: 1, text: 'outro' }],
      ['react', { ...cid('r'), seq: 1, text: '👍' }],
      ['react', { ...cid('u'), seq: 1, text: '👍', on: false }],
      ['delete', { ...cid('d'), seq: 1 }],
    ]
    const places: Message[] = []
    for (const [op, fields] of changes) places.push(await alice.ask(op, fields))
    expect(places.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
    // All of them after the deletion: what was done before is still known.
    for (const [i, [op, fields]] of changes.entries()) {
      expect(await again.ask(op, fields)).toEqual({ ...places[i], duplicate: true })
    }
    expect(await again.ask('send', { ...cid('m'), text: 'texto' })).toEqual({
      ...sent,
      duplicate: true,
    })
    const { seq } = await again.ask('send', { room, text: 'novo' })
    expect(seq).toBe(6)
    for (const [op, fields] of [
      ['edit', { ...cid('r'), seq, text: '👍' }],
      ['react', { ...cid('d'), seq, text: '👍' }],
      ['delete', { ...cid('d'), seq }],
      ['send', { ...cid('e'), text: 'outro' }],
    ] as const) {
      await expect(again.ask(op, fields), op).rejects.toMatchObject(code('conflict'))
    }
    const edit = await again.ask('edit', { ...cid('e2'), seq, text: 'mais novo' })
    await expect(again.ask('edit', { ...cid('e2'), seq, text: '!' })).rejects.toMatchObject(
      code('conflict'),
    )
    expect(await alice.ask('edit', { ...cid('e2'), seq, text: 'mais novo' })).toEqual({
      ...edit,
      duplicate: true,
    })
    // The message's own key still means the text that it was sent with.
    await again.ask('send', { ...cid('x'), text: 'velho' })
    await again.ask('edit', { room, seq: 8, text: 'editado' })
    expect(await alice.ask('send', { ...cid('x'), text: 'velho' })).toMatchObject({ seq: 8 })
  })

  it('what cannot be changed is refused', async () => {
    const { one, two } = await open()
    const alice = await joined(one.ws, 'Alice')
    const bob = await joined(two.tcp, 'Bob')
    await say(alice, 'de Alice')
    await alice.ask('react', { room, seq: 1, text: 'ok' })
    await one.chat.room(room).send('aviso')
    await bob.push('notice')
    const refused = async (op: string, fields: object, error: string) =>
      expect(bob.ask(op, { room, ...fields }), `${op} ${JSON.stringify(fields)}`).rejects.toEqual(
        expect.objectContaining(code(error)),
      )
    await refused('edit', { seq: 1, text: 'x' }, 'forbidden')
    await refused('delete', { seq: 1 }, 'forbidden')
    await refused('delete', { seq: 1, cid: 'k' }, 'forbidden')
    await refused('edit', { seq: 3, text: 'x' }, 'forbidden')
    await refused('delete', { seq: 3 }, 'forbidden')
    for (const seq of [2, 4, 99, 2 ** 53 - 1]) {
      await refused('edit', { seq, text: 'x' }, 'entry_not_found')
      await refused('delete', { seq, cid: `k${seq}` }, 'entry_not_found')
      await refused('react', { seq, text: 'x' }, 'entry_not_found')
      if (seq > 3) await refused('send', { ref: seq, text: 'x' }, 'entry_not_found')
    }
    await alice.ask('delete', { room, seq: 1 })
    await bob.push('delete')
    for (const cid of [undefined, 'z']) {
      const key = cid === undefined ? {} : { cid }
      await refused('react', { seq: 1, text: 'x', ...key }, 'entry_not_found')
      await refused('delete', { seq: 1, ...key }, 'entry_not_found')
      await refused('edit', { seq: 1, text: 'x', ...key }, 'entry_not_found')
    }
    await refused('edit', { seq: 3, text: ' ' }, 'text_empty')
    await refused('edit', { seq: 3, text: 'x'.repeat(LIMITS.messageChars + 1) }, 'text_too_long')
    await refused('react', { seq: 3, text: '' }, 'text_empty')
    for (const text of [' ', 'a b', '\n', '\u0000', '\u202e', '\u200b']) {
      await refused('react', { seq: 3, text }, 'bad_request')
    }
    await refused('delete', { room: 'outra', seq: 1 }, 'not_member')
    // A notice may be reacted to, and a deleted message answered.
    expect(await bob.ask('react', { room, seq: 3, text: '👀' })).toMatchObject({ seq: 5 })
    expect(await bob.ask('send', { room, ref: 1, text: 'o que era?' })).toMatchObject({ seq: 6 })
  })

  it('changes wait behind what was sent before them', async () => {
    const { one } = await open()
    const alice = await joined(one.ws, 'Alice')
    await say(alice, '0')
    const replies = await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => alice.ask('send', { room, text: `${i + 1}` })),
      alice.ask('edit', { room, seq: 1, text: 'zero' }),
      alice.ask('delete', { room, seq: 1 }),
      alice.ask('send', { room, text: 'fim' }),
    ])
    expect(replies.map(({ seq }) => seq)).toEqual(Array.from({ length: 23 }, (_, i) => i + 2))
  })

  it('private conversations can be changed as well', async () => {
    const { one, two } = await open()
    const alice = await person(one.ws, 'Alice')
    const bob = await person(two.tcp, 'Bob')
    const carol = await person(one.ws, 'Carol')
    // Each node has to know of the other's people first.
    let sent: Message | undefined
    for (let i = 0; sent === undefined; i++) {
      sent = await alice.ask('msg', { to: 'Bob', text: 'só para você' }).catch((error) => {
        if (i > 100) throw error
        return undefined
      })
    }
    const { room } = sent
    await bob.push('message')
    const place = await alice.ask('edit', { room, seq: 1, text: 'só nós dois' })
    expect(place).toMatchObject({ seq: 2 })
    expect(await bob.push('edit')).toMatchObject({ room, ref: 1, to: { name: 'Bob' } })
    await bob.ask('react', { room, seq: 1, text: '🤫' })
    expect(await alice.push('react')).toMatchObject({ ref: 1, to: { name: 'Alice' } })
    await bob.ask('send', { room, ref: 1, text: 'claro' })
    expect(await alice.push('message', ({ seq }) => seq === 4)).toMatchObject({ ref: 1 })
    await expect(bob.ask('delete', { room, seq: 1 })).rejects.toMatchObject(code('forbidden'))
    await expect(carol.ask('react', { room, seq: 1, text: 'x' })).rejects.toMatchObject(
      code('not_member'),
    )
    await alice.ask('delete', { room, seq: 1 })
    expect(await bob.push('delete')).toMatchObject({ room, ref: 1 })
    expect(entriesOf(await bob.ask('history', { room }))[0]).toMatchObject({ deleted: true })
  })

  it('history from a time on', async () => {
    const clock = manualClock()
    const { one, two } = await open({ clock })
    const alice = await joined(one.ws, 'Alice')
    const stamps: number[] = []
    for (let i = 0; i < 10; i++) {
      stamps.push((await alice.ask('send', { room, text: `${i}` })).ts as number)
      if (i % 2 === 1) clock.pass(1000)
    }
    const bob = await joined(two.tcp, 'Bob')
    const page = async (at: number, limit?: number) => {
      const got = await bob.ask('history', { room, at, ...(limit === undefined ? {} : { limit }) })
      return [entriesOf(got).map(({ seq }) => seq), got.more]
    }
    expect(await page(0, 3)).toEqual([[1, 2, 3], true])
    expect(await page((stamps[4] as number) - 1)).toEqual([[5, 6, 7, 8, 9, 10], false])
    expect(await page(stamps[4] as number, 2)).toEqual([[5, 6], true])
    expect(await page((stamps[4] as number) + 1, 1)).toEqual([[7], true])
    expect(await page((stamps[9] as number) + 1)).toEqual([[], false])
  })
})
