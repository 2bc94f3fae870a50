/** Limits of changes, changes by people who type, and changes by the host program. */

import { describe, expect, it } from 'vitest'
import type { Storage } from '../../src/spi/storage.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { type JsonClient, type Message, person, textClient } from '../support/clients.ts'
import { start } from '../support/server.ts'

const room = 'sala'
const code = (value: string) => ({ code: value })
async function joined(open: Parameters<typeof person>[0], name: string): Promise<JsonClient> {
  const client = await person(open, name)
  await client.ask('join', { room })
  return client
}
const say = async (client: JsonClient, text: string): Promise<number> =>
  (await client.ask('send', { room, text })).seq as number
const entriesOf = (page: Message): readonly Message[] => page.entries as readonly Message[]

describe('limits', () => {
  it('reactionsPerEntry: so many different ones, however they come', async () => {
    const one = await start({ limits: { reactionsPerEntry: 5 } })
    const alice = await joined(one.ws, 'Alice')
    const bob = await joined(one.tcp, 'Bob')
    await say(alice, 'x')
    await say(alice, 'y')
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? alice : bob).ask('react', { room, seq: 1, text: `r${i % 20}` }),
      ),
    )
    const failures = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(new Set(failures)).toEqual(new Set(['too_many_reactions']))
    const [first] = entriesOf(await bob.ask('history', { room, after: 0 })) as [Message]
    const texts = (first.reactions as { text: string }[]).map(({ text }) => text)
    expect(texts).toHaveLength(5)
    // One of those that are there may be held up by more; another only when one goes.
    await bob.ask('react', { room, seq: 1, text: texts[0] })
    await expect(bob.ask('react', { room, seq: 1, text: 'new' })).rejects.toMatchObject(
      code('too_many_reactions'),
    )
    for (const client of [alice, bob]) {
      await client.ask('react', { room, seq: 1, text: texts[0], on: false })
    }
    await bob.ask('react', { room, seq: 1, text: 'new' })
    await bob.ask('react', { room, seq: 2, text: 'other' })
  })

  it('reactionChars: no longer than that, in code points', async () => {
    const one = await start({ limits: { reactionChars: 7 } })
    const alice = await joined(one.ws, 'Alice')
    await say(alice, 'x')
    for (const text of ['👨‍👩‍👧‍👦', '1234567', '👍👍👍👍👍👍👍', 'e\u0301'.repeat(7)]) {
      expect([...text.normalize('NFC')]).toHaveLength(7)
      await alice.ask('react', { room, seq: 1, text })
    }
    for (const text of ['12345678', 'x'.repeat(60_000)]) {
      await expect(alice.ask('react', { room, seq: 1, text })).rejects.toMatchObject(
        code('text_too_long'),
      )
    }
  })
})

describe('by text', () => {
  it('/edit, /delete and /react mean the last message', async () => {
    const server = await start()
    const alice = await textClient(server.tcp, 'Alice')
    await alice.line('You are in #geral')
    const bob = await textClient(server.ws, 'Bob')
    await bob.line('You are in #geral')
    alice.send('/edit nothing yet')
    expect(await alice.line('!')).toContain('There is no such message')
    alice.send('/react 👍')
    expect(await alice.line('!')).toContain('There is no such message')
    alice.send('frist')
    alice.send('/edit first')
    expect(await bob.line('edited')).toBe('[#geral] * Alice edited: first')
    bob.send('me too')
    await alice.line('me too')
    // One's own last one, not that of others.
    alice.send('/edit I was first')
    expect(await bob.line('edited')).toBe('[#geral] * Alice edited: I was first')
    alice.send('/react 👍')
    expect(await bob.line('👍')).toBe('[#geral] * Alice reacted with 👍')
    bob.send('/lang pt')
    await bob.line('português')
    bob.send('/reagir ❤️')
    expect(await alice.line('❤️')).toBe('[#geral] * Bob reacted with ❤️')
    bob.send('/history')
    expect(await bob.line('Alice: I was first')).toMatch(/Alice: I was first \(editada\)$/)
    expect(await bob.line('Bob: me too')).toMatch(/Bob: me too \[👍 1, ❤️ 1\]$/)
    bob.send('/apagar')
    expect(await alice.line('deleted')).toBe('[#geral] * Bob deleted a message')
    expect(await bob.line('apagou')).toBe('[#geral] * Bob apagou uma mensagem')
    bob.send('/apagar')
    expect(await bob.line('!')).toBe('! Essa mensagem não existe ou foi apagada.')
    bob.send('/apagar tudo')
    expect(await bob.line('!')).toBe('! Escreva: /delete')
    bob.send('/editar')
    expect(await bob.line('!')).toBe('! Escreva: /edit <texto>')
    bob.send('/react a b')
    expect(await bob.line('!')).toBe('! Escreva: /react <emoji>')
    bob.send('/history')
    expect(await bob.line('apagada')).toMatch(/\[#geral\] Bob: \(mensagem apagada\)$/)
    // The deleted one is passed over.
    bob.send('/react 🎉')
    await alice.line('🎉')
    alice.send('/history')
    expect(await alice.line('Alice: I was first')).toContain('[🎉 1]')
  })
})

describe('the host program', () => {
  it('changes what is in a room, and is told of changes', async () => {
    const server = await start()
    const told: unknown[] = []
    server.chat.on('change', ({ kind, ref, text }) => told.push([kind, ref, text]))
    server.chat.on('message', ({ kind, text }) => told.push([kind, text]))
    const alice = await joined(server.ws, 'Alice')
    const handle = server.chat.room(room)
    await say(alice, 'um')
    const notice = await handle.send('avizo', { cid: 'n' })
    expect(await handle.edit(notice.seq, 'aviso', { cid: 'e' })).toMatchObject({ seq: 3 })
    expect(await handle.edit(notice.seq, 'aviso', { cid: 'e' })).toMatchObject({
      seq: 3,
      duplicate: true,
    })
    await expect(handle.edit(1, 'dois')).rejects.toMatchObject(code('forbidden'))
    const as = { id: 'bot', name: 'Bot' }
    await handle.react(1, '👀', { as })
    await handle.react(1, '👀', { as, on: false })
    const reply = await handle.send('resposta', { as, ref: 1 })
    await expect(handle.edit(reply.seq, 'outra')).rejects.toMatchObject(code('forbidden'))
    await handle.edit(reply.seq, 'outra', { as })
    await handle.deleteEntry(1)
    await alice.push('delete')
    expect(told).toEqual([
      ['message', 'um'],
      ['notice', 'avizo'],
      ['edit', 2, 'aviso'],
      ['react', 1, '👀'],
      ['unreact', 1, '👀'],
      ['message', 'resposta'],
      ['edit', 6, 'outra'],
      ['delete', 1, ''],
    ])
    const page = await handle.history({ at: 0, limit: 2 })
    expect(page?.entries.map(({ text, deleted }) => [text, deleted])).toEqual([
      ['', true],
      ['aviso', undefined],
    ])
    for (const seq of [0, -1, 1.5, Number.NaN, 99]) {
      await expect(handle.deleteEntry(seq), `${seq}`).rejects.toMatchObject(code('entry_not_found'))
      await expect(handle.send('x', { ref: seq })).rejects.toMatchObject(code('entry_not_found'))
    }
    await expect(server.chat.room('nada').deleteEntry(1)).rejects.toMatchObject(
      code('room_not_found'),
    )
    await expect(handle.react(2, 'a b')).rejects.toMatchObject(code('bad_request'))
    await expect(handle.edit(2, '')).rejects.toMatchObject(code('text_empty'))
  })

  it('takes part: a participant edits, reacts and deletes by the same rules', async () => {
    const server = await start()
    const alice = await joined(server.ws, 'Alice')
    const bot = await server.chat.participant('Ajudante')
    await bot.join(room)
    await say(alice, 'oi')
    const { seq } = await bot.send(room, 'olá', { ref: 1 })
    await bot.edit(room, seq, 'olá!')
    await bot.react(room, 1, '👋')
    await bot.react(room, 1, '👋', { on: false })
    await bot.delete(room, seq)
    await expect(bot.edit(room, 1, 'x')).rejects.toMatchObject(code('forbidden'))
    expect(await alice.push('delete')).toMatchObject({ ref: seq, from: { name: 'Ajudante' } })
  })

  it('beforeSend is asked of edits, and may change or refuse them', async () => {
    const asked: unknown[] = []
    const server = await start({
      hooks: {
        async beforeSend({ text, edit }) {
          asked.push([text, edit])
          if (text.includes('feio')) return false
          return { text: text.replaceAll('!', '') }
        },
      },
    })
    const alice = await joined(server.ws, 'Alice')
    await say(alice, 'um!')
    await alice.ask('edit', { room, seq: 1, text: 'dois!' })
    expect(await alice.push('edit')).toMatchObject({ text: 'dois' })
    await expect(alice.ask('edit', { room, seq: 1, text: 'feio' })).rejects.toMatchObject(
      code('forbidden'),
    )
    await expect(alice.ask('edit', { room, seq: 1, text: '!' })).rejects.toMatchObject(
      code('text_empty'),
    )
    await alice.ask('react', { room, seq: 1, text: '👍' })
    await alice.ask('delete', { room, seq: 1 })
    expect(asked).toEqual([
      ['um!', undefined],
      ['dois!', 1],
      ['feio', 1],
      ['!', 1],
    ])
  })

  it('is told where its storage can do none of this', async () => {
    const inner = memoryStorage()
    const storage: Storage = { ...inner, supports: { ...inner.supports, changes: false } }
    const server = await start({ storage })
    const alice = await joined(server.ws, 'Alice')
    await say(alice, 'x')
    for (const [op, fields] of [
      ['edit', { text: 'y' }],
      ['delete', {}],
      ['react', { text: 'y' }],
    ] as const) {
      await expect(alice.ask(op, { room, seq: 1, ...fields })).rejects.toMatchObject(
        code('unsupported'),
      )
    }
    await expect(server.chat.room(room).deleteEntry(1)).rejects.toMatchObject(code('unsupported'))
    expect(await alice.ask('send', { room, text: 'y', ref: 1 })).toMatchObject({ seq: 2 })
    const { ops } = (await alice.ask('help')) as { ops?: string[] }
    expect(ops).toContain('send')
    for (const op of ['edit', 'delete', 'react']) expect(ops).not.toContain(op)
  })
})
