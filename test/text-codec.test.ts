import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOSE, ERRORS, type ErrorCode } from '../src/errors.ts'
import { LANGS, type Lang, texts } from '../src/i18n/languages.ts'
import { textCodec } from '../src/protocol/text.ts'
import { COMMANDS, commandOf } from '../src/protocol/text-commands.ts'
import type {
  Entry,
  Malformed,
  Person,
  Push,
  Reply,
  Request,
  ServerEvent,
} from '../src/protocol/types.ts'
import { visible } from '../src/protocol/visible.ts'

const en = textCodec('en')
const pt = textCodec('pt-BR')

const alice: Person = { id: 'a', name: 'Alice' }
const bob: Person = { id: 'b', name: 'Bob' }
const carol: Person = { id: 'c', name: 'Carol' }
/** Times of the server's own zone, whatever it is. */
const at = (day: number, hour: number, minute: number): number =>
  new Date(2025, 10, day, hour, minute).getTime()
const entry = (fields: Partial<Entry> = {}): Entry => ({
  room: 'geral',
  seq: 1,
  ts: at(21, 14, 3),
  kind: 'message',
  from: alice,
  text: 'Olá a todos!',
  ...fields,
})
const reply = (op: Reply['op'], ok: unknown): ServerEvent =>
  ({ type: 'reply', id: 0, op, ok }) as ServerEvent
const push = (fields: Push): ServerEvent => ({ type: 'push', push: fields })

/** The same event in English and in Portuguese. */
const both = (event: ServerEvent): [string | null, string | null] => [
  en.encode(event),
  pt.encode(event),
]
const refused = (decoded: Request | Malformed): [string, string] => {
  if (decoded.op !== null) throw new Error(`decoded as ${decoded.op}`)
  return [decoded.error.code, decoded.error.message]
}

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

describe('decoding', () => {
  it.each<[string, object]>([
    ['Olá a todos!', { op: 'send', room: '', text: 'Olá a todos!' }],
    ['Olá!\r\n', { op: 'send', room: '', text: 'Olá!' }],
    ['Olá!\n', { op: 'send', room: '', text: 'Olá!' }],
    ['two\nlines\n\n', { op: 'send', room: '', text: 'two\nlines\n' }],
    ['/msg Bob"x oi', { op: 'msg', to: 'Bob"x', text: 'oi' }],
    [' /help', { op: 'send', room: '', text: ' /help' }],
    ['//help', { op: 'send', room: '', text: '/help' }],
    ['///', { op: 'send', room: '', text: '//' }],
    ['sair', { op: 'send', room: '', text: 'sair' }],
    ['{"op":"ping"}', { op: 'send', room: '', text: '{"op":"ping"}' }],
    ['/help', { op: 'help' }],
    ['/HELP me\r\n', { op: 'help' }],
    ['/ajuda', { op: 'help' }],
    ['/?', { op: 'help' }],
    ['/nick Ana', { op: 'nick', name: 'Ana' }],
    ['/nick   Ana Maria  ', { op: 'nick', name: 'Ana Maria' }],
    ['/nome "Ana Maria"', { op: 'nick', name: 'Ana Maria' }],
    ['/create #Jogos', { op: 'create', room: 'jogos' }],
    ['/criar jogos', { op: 'create', room: 'jogos' }],
    ['/join jogos', { op: 'join', room: 'jogos' }],
    ['/join #SALÃO', { op: 'join', room: 'salão' }],
    ['/entrar #jogos', { op: 'join', room: 'jogos' }],
    ['/rooms', { op: 'rooms' }],
    ['/salas', { op: 'rooms' }],
    ['/leave', { op: 'leave', room: '' }],
    ['/leave #jogos', { op: 'leave', room: 'jogos' }],
    ['/deixar', { op: 'leave', room: '' }],
    ['/who', { op: 'members', room: '' }],
    ['/who jogos', { op: 'members', room: 'jogos' }],
    ['/quem', { op: 'members', room: '' }],
    ['/msg Bob olá,  tudo bem?', { op: 'msg', to: 'Bob', text: 'olá,  tudo bem?' }],
    ['/msg "Ana Maria" oi', { op: 'msg', to: 'Ana Maria', text: 'oi' }],
    ['/msg “Ana Maria” oi', { op: 'msg', to: 'Ana Maria', text: 'oi' }],
    ['/privado Bob "oi"', { op: 'msg', to: 'Bob', text: '"oi"' }],
    ['/history', { op: 'history', room: '', limit: 20 }],
    ['/history 5', { op: 'history', room: '', limit: 5 }],
    ['/history jogos', { op: 'history', room: 'jogos', limit: 20 }],
    ['/history #jogos 1000', { op: 'history', room: 'jogos', limit: 1000 }],
    ['/history #2025', { op: 'history', room: '2025', limit: 20 }],
    ['/historico', { op: 'history', room: '', limit: 20 }],
    ['/Histo\u0301rico 7', { op: 'history', room: '', limit: 7 }],
    ['/lang en', { op: 'lang', lang: 'en' }],
    ['/lang PT', { op: 'lang', lang: 'pt-BR' }],
    ['/idioma pt_BR', { op: 'lang', lang: 'pt-BR' }],
    ['/quit', { op: 'quit' }],
    ['/sair', { op: 'quit' }],
  ])('%j', (payload, ask) => {
    expect(en.decode(payload)).toEqual({ id: 0, ...ask })
    expect(pt.decode(payload)).toEqual({ id: 0, ...ask })
  })

  it.each([[''], ['\n'], ['\r\n'], ['   '], ['\t\n']])('%j asks for nothing', (payload) => {
    expect(en.decode(payload)).toEqual({ id: undefined, op: 'ping' })
  })

  it.each([
    ['/nick', '/nick <name>', '/nick <nome>'],
    ['/nick ""', '/nick <name>', '/nick <nome>'],
    ['/create', '/create <room>', '/create <sala>'],
    ['/create two words', '/create <room>', '/create <sala>'],
    ['/join', '/join <room>', '/join <sala>'],
    ['/entrar', '/join <room>', '/join <sala>'],
    ['/join #a #b', '/join <room>', '/join <sala>'],
    ['/leave #a #b', '/leave [room]', '/leave [sala]'],
    ['/who a b', '/who [room]', '/who [sala]'],
    ['/msg', '/msg <name> <text>', '/msg <nome> <texto>'],
    ['/msg Bob', '/msg <name> <text>', '/msg <nome> <texto>'],
    ['/msg "Ana Maria"', '/msg <name> <text>', '/msg <nome> <texto>'],
    [`/msg ${'x'.repeat(257)} oi`, '/msg <name> <text>', '/msg <nome> <texto>'],
    ['/msg " " oi', '/msg <name> <text>', '/msg <nome> <texto>'],
    ['/history 0', '/history [room] [number]', '/history [sala] [número]'],
    ['/history 1001', '/history [room] [number]', '/history [sala] [número]'],
    ['/history a b', '/history [room] [number]', '/history [sala] [número]'],
    ['/history a b 3', '/history [room] [number]', '/history [sala] [número]'],
    ['/lang', '/lang <en|pt-BR>', '/lang <pt-BR|en>'],
    ['/lang fr', '/lang <en|pt-BR>', '/lang <pt-BR|en>'],
  ])('%j is told how to write it', (payload, english, portuguese) => {
    expect(refused(en.decode(payload))).toEqual(['bad_request', `Write: ${english}`])
    expect(refused(pt.decode(payload))).toEqual(['bad_request', `Escreva: ${portuguese}`])
    expect(en.decode(payload)).toMatchObject({ id: 0, error: { custom: true } })
  })

  it.each([['/join @alice'], ['/create a/b'], ['/who #gerаl'], ['/history #'], ['/leave ..']])(
    '%j names no room',
    (payload) => {
      expect(refused(pt.decode(payload))[0]).toBe('room_invalid')
      // The catalogue's text is taken by whoever answers.
      expect(pt.decode(payload)).toMatchObject({ id: 0, error: { custom: false } })
    },
  )

  it('names the command that is not known, and what to do', () => {
    const [code, text] = refused(en.decode('/etc/passwd is a file'))
    expect(code).toBe('unknown_op')
    expect(text).toContain('/etc/passwd')
    expect(text).not.toContain('is a file')
    expect(text).toContain('/help')
    expect(text).toContain('//')
    expect(refused(pt.decode('/dançar'))[1]).toContain('O comando /dançar não existe.')
    expect(refused(en.decode('/'))[0]).toBe('unknown_op')
    expect(refused(en.decode('/__proto__'))[0]).toBe('unknown_op')
    expect(refused(en.decode(`/${'😀'.repeat(50_000)}`))[1].length).toBeLessThan(250)
  })

  it('has a handler for every name of every command', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
    for (const command of COMMANDS) {
      for (const name of [command.name, ...command.aliases]) expect(commandOf(name)).toBe(command)
    }
  })

  it('takes no time to speak of over marks without end', () => {
    // Normalising them would take a second for each of these.
    const marks = '\u0301\u0323'.repeat(32_000)
    const started = performance.now()
    for (let i = 0; i < 4; i++) {
      expect(refused(en.decode(`/join a${marks}`))[0]).toBe('room_invalid')
      expect(refused(en.decode(`/a${marks}`))[0]).toBe('unknown_op')
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('never throws, whatever comes', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases])
    const wild = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
      fc.string({ unit: fc.constantFrom(...' "“”#@/\n\r\t19aé') }),
    )
    const commands = fc
      .tuple(fc.constantFrom(...names), wild)
      .map(([name, rest]) => `/${name} ${rest}`)
    fc.assert(
      fc.property(fc.oneof(wild, commands), fc.constantFrom(...LANGS), (payload, lang) => {
        const decoded = textCodec(lang).decode(payload)
        if (decoded.op === null) expect(ERRORS).toHaveProperty(decoded.error.code)
        else expect(decoded.id).toBe(decoded.op === 'ping' ? undefined : 0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('encoding what happens in rooms', () => {
  it('messages, notices and private messages', () => {
    const say = (fields: Partial<Entry>) => both({ type: 'entry', entry: entry(fields) })
    expect(say({})).toEqual(['[#geral] Alice: Olá a todos!', '[#geral] Alice: Olá a todos!'])
    expect(say({ kind: 'notice', text: 'pausa' })).toEqual(['[#geral] * pausa', '[#geral] * pausa'])
    expect(say({ room: '@x', to: bob, text: 'olá' })).toEqual([
      '[Alice → Bob] olá',
      '[Alice → Bob] olá',
    ])
  })

  it('the same as pushes', () => {
    const { kind: _, ...fields } = entry()
    expect(both(push({ ev: 'message', ...fields }))).toEqual(
      both({ type: 'entry', entry: entry() }),
    )
    expect(en.encode(push({ ev: 'notice', ...fields }))).toBe('[#geral] * Olá a todos!')
  })

  it.each<[Push, string | null, string | null]>([
    [
      { ev: 'joined', room: 'geral', person: alice, count: 3 },
      '[#geral] * Alice came in (3 people)',
      '[#geral] * Alice entrou (3 pessoas)',
    ],
    [
      { ev: 'left', room: 'geral', person: alice, count: 1, why: 'leave' },
      '[#geral] * Alice left (1 person)',
      '[#geral] * Alice saiu (1 pessoa)',
    ],
    [
      { ev: 'left', room: 'geral', person: alice, count: 2, why: 'lost' },
      '[#geral] * Alice lost the connection (2 people)',
      '[#geral] * a conexão de Alice caiu (2 pessoas)',
    ],
    [
      { ev: 'left', room: 'geral', person: alice, count: 2, why: 'removed' },
      '[#geral] * Alice was put out (2 people)',
      '[#geral] * tiraram Alice da sala (2 pessoas)',
    ],
    [
      { ev: 'renamed', room: 'geral', person: { id: 'a', name: 'Ana' }, was: 'Alice' },
      '[#geral] * Alice is now Ana',
      '[#geral] * Alice agora é Ana',
    ],
    [
      { ev: 'reset', room: 'geral', epoch: 'e', head: 0 },
      '[#geral] * the room began afresh: what was said before is gone',
      '[#geral] * a sala recomeçou do zero: o que foi dito antes se perdeu',
    ],
    [
      { ev: 'gap', room: 'geral', from: 3, to: 7 },
      '[#geral] * messages 3–7 can no longer be shown',
      '[#geral] * as mensagens 3–7 não podem mais ser mostradas',
    ],
    [
      { ev: 'gap', room: '@x', from: 3, to: 3 },
      '[private] * message 3 can no longer be shown',
      '[privado] * a mensagem 3 não pode mais ser mostrada',
    ],
    [
      { ev: 'closed', room: 'geral' },
      '[#geral] * the room was closed',
      '[#geral] * a sala foi fechada',
    ],
    [{ ev: 'count', room: 'geral', count: 501 }, null, null],
    [{ ev: 'typing', room: 'geral', person: alice, on: true }, null, null],
    [{ ev: 'opened', room: '@x', epoch: 'e', head: 0, with: bob }, null, null],
    [
      { ev: 'close', code: CLOSE.shutdown, reason: 'O servidor está fechando.', reconnect: true },
      '* Goodbye: O servidor está fechando. Come back soon.',
      '* Até logo: O servidor está fechando. Volte daqui a pouco.',
    ],
    [
      { ev: 'close', code: CLOSE.shutdown, reason: '', reconnect: true, retryAfterMs: 1200 },
      '* Goodbye. Come back in 2 seconds.',
      '* Até logo. Volte daqui a 2 segundos.',
    ],
    [
      { ev: 'close', code: CLOSE.removed, reason: 'spam', reconnect: false },
      '* Goodbye: spam',
      '* Até logo: spam',
    ],
    [{ ev: 'close', code: CLOSE.normal, reason: 'Goodbye!', reconnect: false }, null, null],
  ])('$ev', (event, english, portuguese) => {
    expect(both(push(event))).toEqual([english, portuguese])
  })
})

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
    for (const op of ['hello', 'ping', 'send', 'msg', 'typing'] as const) {
      expect(both(reply(op, {}))).toEqual([null, null])
    }
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
  const entries = fc.record(
    {
      room: wild,
      seq: count,
      ts: fc.oneof(fc.integer(), fc.constant(Number.NaN)),
      kind: fc.constantFrom('message', 'notice'),
      from: person,
      text: wild,
      to: person,
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
  const oks: Record<Reply['op'], fc.Arbitrary<unknown>> = {
    help: fc.record({ ops: fc.array(wild) }),
    hello: fc.constant({}),
    ping: fc.constant({ ts: 1 }),
    nick: fc.record({ person }),
    lang: fc.record({ lang: wild }),
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
        const past = list.map((it) => ({ ...it, ts: day }) as Entry)
        const ok = { room: 'geral', epoch: 'e', head: 9, entries: past, more: false }
        expect(en.encode(reply('history', ok))?.split('\n')).toHaveLength(1 + list.length)
      }),
    )
  })
})
