import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode } from '../src/errors.ts'
import { LANGS, texts } from '../src/i18n/languages.ts'
import { textCodec } from '../src/protocol/text.ts'
import { COMMANDS } from '../src/protocol/text-commands.ts'
import type { Entry, ServerEvent } from '../src/protocol/types.ts'
import { alice, at, bob, both, carol, en, entry, pt, reply } from './support/text-events.ts'

describe('encoding replies', () => {
  const joined = {
    room: 'jogos',
    epoch: 'e',
    head: 3,
    created: false,
    permanent: false,
    count: 3,
    members: [alice, bob, carol],
    entries: [] as Entry[],
    more: false,
  }

  it('says nothing where the room shows what came of it', () => {
    const ops = ['hello', 'ping', 'send', 'edit', 'delete', 'react', 'msg', 'typing'] as const
    for (const op of ops) {
      expect(both(reply(op, {}))).toEqual([null, null])
    }
  })

  it('register, login, logout, password: never a token', () => {
    const login = { token: 'tertulia_x', expiresAt: 1, person: { id: 'a', name: 'Ana' } }
    for (const op of ['register', 'login'] as const) {
      expect(both(reply(op, login))).toEqual(['* You are now Ana', '* Agora você é Ana'])
    }
    expect(both(reply('logout', { ended: 1 }))).toEqual([
      '* You are logged out',
      '* Você saiu da sua conta',
    ])
    expect(both(reply('password', login))).toEqual([
      '* Your password was changed. You are logged out everywhere else',
      '* Sua senha foi trocada. Todas as outras sessões da conta foram encerradas',
    ])
  })

  it('nick, lang, create, leave, quit', () => {
    expect(both(reply('nick', { person: { id: 'a', name: 'Ana' } }))).toEqual([
      '* You are now Ana',
      '* Agora você é Ana',
    ])
    expect(both(reply('lang', { lang: 'pt-BR' }))).toEqual([
      '* Agora falo português',
      '* Agora falo português',
    ])
    expect(both(reply('lang', { lang: 'en' }))).toEqual([
      '* I speak English now',
      '* I speak English now',
    ])
    expect(both(reply('create', { room: 'jogos', epoch: 'e', permanent: false }))).toEqual([
      '* #jogos was made. Come in with /join #jogos',
      '* #jogos foi criada. Entre com /join #jogos',
    ])
    expect(both(reply('leave', { room: 'jogos' }))).toEqual([
      '* You left #jogos',
      '* Você saiu de #jogos',
    ])
    expect(both(reply('quit', {}))).toEqual(['* Goodbye!', '* Até logo!'])
  })

  it('join: who is here, and what was said', () => {
    expect(both(reply('join', joined))).toEqual([
      '* You are in #jogos (3 people: Alice, Bob, Carol)',
      '* Você está em #jogos (3 pessoas: Alice, Bob, Carol)',
    ])
    expect(pt.encode(reply('join', { ...joined, created: true, count: 1, members: [alice] }))).toBe(
      '* #jogos é nova: foi você que criou\n* Você está em #jogos (1 pessoa: Alice)',
    )
    const entries = [
      entry({ room: 'jogos', text: 'oi', ts: at(20, 23, 59) }),
      entry({ room: 'jogos', text: 'boa noite', ts: at(21, 0, 5), from: bob }),
      entry({ room: 'jogos', text: 'pausa', ts: at(21, 9, 7), kind: 'notice' }),
    ]
    expect(pt.encode(reply('join', { ...joined, entries }))?.split('\n')).toEqual([
      '* Você está em #jogos (3 pessoas: Alice, Bob, Carol)',
      '— 20/11/2025 —',
      '[23:59] [#jogos] Alice: oi',
      '— 21/11/2025 —',
      '[00:05] [#jogos] Bob: boa noite',
      '[09:07] [#jogos] * pausa',
    ])
    const missed = { ...joined, reset: true, gap: { from: 1, to: 2 } }
    expect(en.encode(reply('join', missed))?.split('\n').slice(1)).toEqual([
      '[#jogos] * the room began afresh: what was said before is gone',
      '[#jogos] * messages 1–2 can no longer be shown',
    ])
  })

  it('rooms', () => {
    const rooms = [
      { room: 'geral', count: 1, permanent: true },
      { room: 'jogos', count: 2, permanent: false },
    ]
    expect(both(reply('rooms', { rooms, more: false }))).toEqual([
      '#geral (1 person)\n#jogos (2 people)',
      '#geral (1 pessoa)\n#jogos (2 pessoas)',
    ])
    expect(pt.encode(reply('rooms', { rooms, more: true }))?.split('\n')[2]).toBe(
      '* Há mais salas do que cabem aqui',
    )
    expect(both(reply('rooms', { rooms: [], more: false }))).toEqual([
      '* There are no rooms yet. Make one with /create <room>',
      '* Ainda não há salas. Crie uma com /create <sala>',
    ])
  })

  it('members', () => {
    const ok = { room: 'geral', count: 2, members: [alice, bob], more: false }
    expect(both(reply('members', ok))).toEqual([
      '* 2 people in #geral: Alice, Bob',
      '* 2 pessoas em #geral: Alice, Bob',
    ])
    expect(pt.encode(reply('members', { ...ok, count: 7, more: true }))).toBe(
      '* 7 pessoas em #geral: Alice, Bob e mais 5',
    )
  })

  it('history', () => {
    const ok = { room: 'geral', epoch: 'e', head: 1, entries: [entry()], more: false }
    expect(both(reply('history', ok))).toEqual([
      '— 2025-11-21 —\n[14:03] [#geral] Alice: Olá a todos!',
      '— 21/11/2025 —\n[14:03] [#geral] Alice: Olá a todos!',
    ])
    const changed = [
      entry({ text: 'nova', edited: 3, reactions: [{ text: '👍', count: 2, by: ['b', 'c'] }] }),
      entry({ seq: 2, text: '', deleted: true }),
      entry({ seq: 3, kind: 'edit', ref: 1, text: 'nova' }),
      entry({ seq: 4, kind: 'delete', ref: 2, text: '' }),
      entry({ seq: 5, kind: 'react', ref: 1, text: '👍' }),
      entry({ seq: 6, kind: 'unreact', ref: 1, text: '❤️' }),
      entry({ seq: 7, kind: 'notice', text: '', deleted: true }),
    ]
    expect(both(reply('history', { ...ok, entries: changed }))).toEqual([
      [
        '— 2025-11-21 —',
        '[14:03] [#geral] Alice: nova (edited) [👍 2]',
        '[14:03] [#geral] Alice: (message deleted)',
        '[14:03] [#geral] * (message deleted)',
      ].join('\n'),
      [
        '— 21/11/2025 —',
        '[14:03] [#geral] Alice: nova (editada) [👍 2]',
        '[14:03] [#geral] Alice: (mensagem apagada)',
        '[14:03] [#geral] * (mensagem apagada)',
      ].join('\n'),
    ])
    expect(both(reply('history', { ...ok, entries: [] }))).toEqual([
      '* Nothing was said in #geral yet',
      '* Ainda não se disse nada em #geral',
    ])
    expect(en.encode(reply('history', { ...ok, entries: [], gap: { from: 1, to: 9 } }))).toBe(
      '[#geral] * messages 1–9 can no longer be shown',
    )
  })

  it('help: a line for each command the server knows', () => {
    const ops = COMMANDS.map(({ op }) => op)
    const english = en.encode(reply('help', { ops }))?.split('\n') ?? []
    const portuguese = pt.encode(reply('help', { ops }))?.split('\n') ?? []
    expect(english).toHaveLength(COMMANDS.length + 2)
    expect(portuguese).toHaveLength(COMMANDS.length + 2)
    COMMANDS.forEach((command, at) => {
      expect(english[at + 1]).toMatch(new RegExp(`^ {2}/${command.name}\\b`))
      expect(english[at + 1]).toContain(texts('en').commands[command.name].about)
      expect(portuguese[at + 1]).toContain(`, /${command.aliases[0]} `)
      expect(portuguese[at + 1]).toContain(texts('pt-BR').commands[command.name].about)
    })
    expect(english[0]).toBe('* Commands:')
    expect(portuguese.at(-1)).toBe('* Todo o resto é mensagem. Escreva // para começar uma com /')
    expect(en.encode(reply('help', { ops: ['help', 'ping'] }))?.split('\n')).toHaveLength(3)
  })

  it('shows an error as it is said, and when to try again', () => {
    const error = (code: ErrorCode, message: string, retryAfterMs?: number): ServerEvent => ({
      type: 'error',
      id: 0,
      op: null,
      err: {
        code,
        message,
        retryable: ERRORS[code].retryable,
        ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
      },
    })
    expect(both(error('forbidden', 'no links here'))).toEqual([
      '! no links here',
      '! no links here',
    ])
    expect(both(error('rate_limited', 'x', 50))).toEqual([
      '! x (in 1 second)',
      '! x (daqui a 1 segundo)',
    ])
    expect(en.encode(error('internal', 'a\nb'))).toBe('! a ⏎ b')
  })

  it('greets who comes', () => {
    expect(both({ type: 'welcome', person: alice, room: 'geral' })).toEqual([
      [
        '* Welcome, Alice!',
        '* Write and press Enter to speak in #geral.',
        '* /help shows the commands; /nick <name> changes your name.',
      ].join('\n'),
      [
        '* Boas-vindas, Alice!',
        '* Escreva e tecle Enter para falar em #geral.',
        '* /help mostra os comandos; /nick <nome> muda o seu nome.',
      ].join('\n'),
    ])
    expect(en.encode({ type: 'welcome', person: alice, room: undefined })).toContain('/join <room>')
  })

  it('has a name for each language', () => {
    expect(LANGS.map((lang) => textCodec(lang).name)).toEqual(['text-en', 'text-pt-BR'])
  })
})
