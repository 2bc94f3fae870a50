import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOSE } from '../src/errors.ts'
import { LANGS, type Lang } from '../src/i18n/languages.ts'
import { textCodec } from '../src/protocol/text.ts'
import type { Entry, EntryKind, Push, Reply, ServerEvent } from '../src/protocol/types.ts'
import { visible } from '../src/protocol/visible.ts'
import { en, entry, push, reply } from './support/text-events.ts'

describe('visible', () => {
  it.each([
    ['a\nb', 'a ⏎ b'],
    ['a\r\nb\rc', 'a ⏎ b ⏎ c'],
    ['a\u2028b\u2029c\u0085d', 'a ⏎ b ⏎ c ⏎ d'],
    ['a\tb', 'a b'],
    ['\u001b[2J', '␛[2J'],
    ['\u0000\u0007\u0008', '␀␇␈'],
    ['\u007f', '␡'],
    ['\u009b31m', '<U+009B>31m'],
    ['\u202eabc\u202c', '<U+202E>abc<U+202C>'],
    ['\u2066x\u2069', '<U+2066>x<U+2069>'],
    ['\u200e\u200f\u061c', '<U+200E><U+200F><U+061C>'],
    ['a\u200bb\ufeffc\u00add', 'a<U+200B>b<U+FEFF>c<U+00AD>d'],
    ['a\u200db', 'a<U+200D>b'],
    ['a\ufe0f', 'a<U+FE0F>'],
    ['1\ufe0f', '1<U+FE0F>'],
    ['x\u{e0041}', 'x<U+E0041>'],
    ['🏴\u{e0041}', '🏴<U+E0041>'],
    ['\ud83d x \ude00', '� x �'],
    ['\u3164', '<U+3164>'],
    ['\u{1d173}', '<U+1D173>'],
  ])('shows %j', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it.each([
    ['Olá a todos!'],
    ['日本語 한국어 שלום سلام'],
    ['👩‍🚀 👨🏽‍👩🏽‍👧 🏳️‍🌈 ❤️‍🔥'],
    ['❤️ ☎︎ 1️⃣ #️⃣'],
    ['🇧🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['می\u200cخواهم'],
    ['क्\u200dष'],
    ['葛\u{e0100}城'],
    ['\u0600\u0661'],
  ])('leaves %s as it is', (text) => {
    expect(visible(text)).toBe(text)
  })

  it('leaves nothing in any single code point that a terminal obeys or hides', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const text = visible(`a${String.fromCodePoint(code)}b`)
      if (
        /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u.test(text)
      ) {
        throw new Error(`U+${code.toString(16)} came through`)
      }
    }
  })

  it('done twice is done once', () => {
    const unit = fc.constantFrom(...'a1#क‍‌️︎🏴👩🚀🏽葛ᠠ᠋\u{e0067}\u{e007f}\u{e0100}\n\ud800\u202e')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (text) => {
        expect(visible(visible(text))).toBe(visible(text))
      }),
    )
  })
})

/** Operations whose replies people are not shown. */
const SILENT = [
  ...(['edit', 'delete', 'react', 'validate', 'renew'] as const),
  ...(['set', 'invite', 'kick', 'ban', 'unban', 'mute', 'unmute'] as const),
  ...(['role', 'roster', 'read', 'unread', 'files'] as const),
  ...(['admin_stats', 'admin_rooms', 'admin_people', 'admin_disconnect'] as const),
  ...(['admin_accounts', 'admin_account', 'admin_limits', 'admin_sweep'] as const),
  ...(['admin_audit', 'admin_erase', 'admin_export'] as const),
]

describe('safety of lines', () => {
  it('a text cannot forge a line', () => {
    const forged = 'oi\r\n[#geral] Bob: eu devo tudo\n\u001b[1A\u001b[2K[#geral] Carol: sim\u2028x'
    const line = en.encode({ type: 'entry', entry: entry({ text: forged }) })
    expect(line).toBe(
      '[#geral] Alice: oi ⏎ [#geral] Bob: eu devo tudo ⏎ ␛[1A␛[2K[#geral] Carol: sim ⏎ x',
    )
    const list = en.encode(
      reply('history', { room: 'geral', epoch: 'e', head: 1, entries: [entry({ text: forged })] }),
    )
    expect(list?.split('\n')).toHaveLength(2)
  })

  const wild = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
    fc.string({ unit: fc.constantFrom(...'a\n\r\u001b\u009b\u2028\u202e\u200b\ud83d\u0000\t') }),
  )
  const person = fc.record({ id: wild, name: wild })
  const count = fc.nat(1000)
  const kinds = fc.constantFrom<EntryKind>(
    ...(['message', 'notice', 'edit', 'delete', 'react', 'unreact', 'kick', 'ban'] as const),
    ...(['unban', 'mute', 'unmute', 'role', 'invite', 'settings'] as const),
  )
  const entries = fc.record(
    {
      room: wild,
      seq: count,
      ts: fc.oneof(fc.integer(), fc.constant(Number.NaN)),
      kind: kinds,
      from: person,
      text: wild,
      to: person,
      edited: count,
      deleted: fc.constant(true as const),
      reactions: fc.array(fc.record({ text: wild, count, by: fc.constant([]) }), { maxLength: 2 }),
      details: fc.constant({ role: 'owner' as const }),
    },
    { requiredKeys: ['room', 'seq', 'ts', 'kind', 'from', 'text'] },
  )
  const gap = fc.record({ from: count, to: count })
  const page = {
    room: wild,
    epoch: wild,
    head: count,
    entries: fc.array(entries, { maxLength: 3 }),
  }
  const people = { room: wild, count, members: fc.array(person, { maxLength: 3 }) }
  const silent = Object.fromEntries(SILENT.map((op) => [op, fc.constant({})])) as Record<
    (typeof SILENT)[number],
    fc.Arbitrary<unknown>
  >
  const oks: Record<Reply['op'], fc.Arbitrary<unknown>> = {
    help: fc.record({ ops: fc.array(wild) }),
    hello: fc.constant({}),
    ping: fc.constant({ ts: 1 }),
    nick: fc.record({ person }),
    register: fc.record({ person, token: wild }),
    login: fc.record({ person, token: wild }),
    logout: fc.record({ ended: count }),
    close: fc.record({ room: wild }),
    password: fc.record({ person, token: wild }),
    lang: fc.record({ lang: wild }),
    ...silent,
    create: fc.record({ room: wild }),
    join: fc.record({ ...page, ...people, created: fc.boolean(), reset: fc.boolean(), gap }),
    leave: fc.record({ room: wild }),
    rooms: fc.record({
      rooms: fc.array(fc.record({ room: wild, count, permanent: fc.boolean() }), { maxLength: 3 }),
      more: fc.boolean(),
    }),
    members: fc.record({ ...people, more: fc.boolean() }),
    send: fc.constant({ seq: 1, ts: 1 }),
    msg: fc.constant({}),
    history: fc.record({ ...page, gap }),
    typing: fc.constant({}),
    quit: fc.constant({}),
  }
  const replies = fc.oneof(
    ...(Object.keys(oks) as Reply['op'][]).map((op) => oks[op].map((ok) => reply(op, ok))),
  )
  const why = fc.constantFrom('leave', 'lost', 'removed')
  const pushes = fc.oneof(
    fc.record({ ev: fc.constantFrom('joined', 'left'), room: wild, person, count, why }),
    fc.record({ ev: fc.constant('renamed'), room: wild, person, was: wild }),
    fc.record({ ev: fc.constantFrom('reset', 'closed', 'count', 'typing', 'opened'), room: wild }),
    fc.record({
      ev: fc.constant('removed'),
      room: wild,
      why: fc.constant('kick'),
      reason: fc.option(wild, { nil: undefined }),
    }),
    fc.record({ ev: fc.constant('gap'), room: wild, from: count, to: count }),
    fc.record({
      ev: fc.constant('close'),
      code: fc.constantFrom(...Object.values(CLOSE), 4999),
      reason: wild,
      reconnect: fc.boolean(),
      retryAfterMs: fc.option(count, { nil: undefined }),
    }),
  )
  const events = fc.oneof(
    entries.map((it) => ({ type: 'entry', entry: it }) as ServerEvent),
    pushes.map((it) => push(it as Push)),
    replies,
    fc
      .record({ message: wild, retryAfterMs: fc.option(count, { nil: undefined }) })
      .map((err) => ({ type: 'error', id: null, op: null, err }) as unknown as ServerEvent),
    fc
      .record({ person, room: fc.option(wild, { nil: undefined }) })
      .map((it) => ({ type: 'welcome', ...it }) as ServerEvent),
  )

  it('encoding never throws, and gives no control character but line breaks of its own', () => {
    fc.assert(
      fc.property(events, fc.constantFrom<Lang>(...LANGS), (event, lang) => {
        const codec = textCodec(lang)
        const payload = codec.encode(event)
        if (payload === null) return
        expect(payload).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
        if (event.type === 'entry' || event.type === 'push' || event.type === 'error') {
          expect(payload).not.toContain('\n')
        }
        expect(codec.encode(event)).toBe(payload)
      }),
      { numRuns: 3000 },
    )
  })

  it('a message is one line, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 5 }), (list) => {
        const day = entry().ts
        const past = list.map((it) => ({ ...it, kind: 'message', ts: day }) as Entry)
        const ok = { room: 'geral', epoch: 'e', head: 9, entries: past, more: false }
        expect(en.encode(reply('history', ok))?.split('\n')).toHaveLength(1 + list.length)
      }),
    )
  })
})
