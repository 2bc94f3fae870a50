import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOSE, ERRORS } from '../src/errors.ts'
import { LANGS } from '../src/i18n/languages.ts'
import { textCodec } from '../src/protocol/text.ts'
import { COMMANDS, commandOf } from '../src/protocol/text-commands.ts'
import type { Entry, Push } from '../src/protocol/types.ts'
import { alice, bob, both, en, entry, pt, push, refused } from './support/text-events.ts'

describe('decoding', () => {
  it.each<[string, object]>([
    ['Olá a todos!', { op: 'send', room: '', text: 'Olá a todos!' }],
    ['Olá!\r\n', { op: 'send', room: '', text: 'Olá!' }],
    ['Olá!\n', { op: 'send', room: '', text: 'Olá!' }],
    ['two\nlines\n\n', { op: 'send', room: '', text: 'two\nlines\n' }],
    ['/msg Bob"x oi', { op: 'msg', to: 'Bob"x', text: 'oi' }],
    ['/edit  dois  três ', { op: 'edit', room: '', seq: 0, text: 'dois  três' }],
    ['/editar x', { op: 'edit', room: '', seq: 0, text: 'x' }],
    ['/delete', { op: 'delete', room: '', seq: 0 }],
    ['/Apagar', { op: 'delete', room: '', seq: 0 }],
    ['/react 👍', { op: 'react', room: '', seq: 0, text: '👍' }],
    ['/reagir ❤️', { op: 'react', room: '', seq: 0, text: '❤️' }],
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
    ['/register Ana my password ', { op: 'register', name: 'Ana', password: 'my password' }],
    ['/cadastrar "Ana Maria" "s3 nha"', { op: 'register', name: 'Ana Maria', password: 's3 nha' }],
    ['/login Ana "', { op: 'login', name: 'Ana', password: '"' }],
    ['/ACESSAR Ana x"y', { op: 'login', name: 'Ana', password: 'x"y' }],
    ['/logout', { op: 'logout' }],
    ['/senha "a b" c d', { op: 'password', old: 'a b', new: 'c d' }],
    ['/nick   Ana Maria  ', { op: 'nick', name: 'Ana Maria' }],
    ['/nome "Ana Maria"', { op: 'nick', name: 'Ana Maria' }],
    ['/create #Jogos', { op: 'create', room: 'jogos' }],
    ['/criar jogos', { op: 'create', room: 'jogos' }],
    ['/join jogos', { op: 'join', room: 'jogos' }],
    ['/join #SALÃO', { op: 'join', room: 'salão' }],
    ['/entrar #jogos', { op: 'join', room: 'jogos' }],
    ['/join jogos abre-te  sésamo', { op: 'join', room: 'jogos', password: 'abre-te  sésamo' }],
    ['/kick Bob', { op: 'kick', room: '', person: 'Bob' }],
    [
      '/banir "Ana Maria"  por isso',
      { op: 'ban', room: '', person: 'Ana Maria', reason: 'por isso' },
    ],
    ['/unmute “Ana Maria”', { op: 'unmute', room: '', person: 'Ana Maria' }],
    ['/op Ana Maria', { op: 'role', room: '', person: 'Ana Maria', role: 'moderator' }],
    ['/rebaixar Bob', { op: 'role', room: '', person: 'Bob', role: null }],
    ['/assunto Sésamo', { op: 'set', room: '', settings: { topic: 'Sésamo' } }],
    ['/topic', { op: 'set', room: '', settings: { topic: null } }],
    ['/ban Caio 10m spam', { op: 'ban', room: '', person: 'Caio', forMs: 600_000, reason: 'spam' }],
    ['/silenciar "Ana Maria" 2H', { op: 'mute', room: '', person: 'Ana Maria', forMs: 7_200_000 }],
    ['/ban Caio 30s', { op: 'ban', room: '', person: 'Caio', forMs: 30_000 }],
    ['/mute Caio 7d', { op: 'mute', room: '', person: 'Caio', forMs: 604_800_000 }],
    ['/ban Caio 10mais', { op: 'ban', room: '', person: 'Caio', reason: '10mais' }],
    ['/ban Caio por 10m', { op: 'ban', room: '', person: 'Caio', reason: 'por 10m' }],
    ['/kick Caio 10m', { op: 'kick', room: '', person: 'Caio', reason: '10m' }],
    ['/set password my word', { op: 'set', room: '', settings: { password: 'my word' } }],
    ['/definir senha -', { op: 'set', room: '', settings: { password: null } }],
    ['/set private on', { op: 'set', room: '', settings: { private: true } }],
    ['/definir leitura não', { op: 'set', room: '', settings: { readOnly: false } }],
    ['/set slow 30', { op: 'set', room: '', settings: { slowMs: 30_000 } }],
    ['/set slow 0', { op: 'set', room: '', settings: { slowMs: 0 } }],
    ['/set Topic Sésamo  x', { op: 'set', room: '', settings: { topic: 'Sésamo  x' } }],
    ['/definir assunto', { op: 'set', room: '', settings: { topic: null } }],
    ['/close #jogos', { op: 'close', room: 'jogos' }],
    ['/fechar jogos', { op: 'close', room: 'jogos' }],
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

  it.each<readonly [string, string, string]>([
    ['/edit', '/edit <text>', '/edit <texto>'],
    ['/delete 3', '/delete', '/delete'],
    ['/react', '/react <emoji>', '/react <emoji>'],
    ['/react 👍 ❤️', '/react <emoji>', '/react <emoji>'],
    ['/nick', '/nick <name>', '/nick <nome>'],
    ['/login Ana', '/login <name> <password>', '/login <nome> <senha>'],
    [`/login Ana ${'x'.repeat(5000)}`, '/login <name> <password>', '/login <nome> <senha>'],
    [`/login ${'x'.repeat(300)} y`, '/login <name> <password>', '/login <nome> <senha>'],
    ['/register', '/register <name> <password>', '/register <nome> <senha>'],
    ['/password one', '/password <old> <new>', '/password <antiga> <nova>'],
    ['/nick ""', '/nick <name>', '/nick <nome>'],
    ['/create', '/create <room>', '/create <sala>'],
    ['/create two words', '/create <room>', '/create <sala>'],
    ['/join', '/join <room> [password]', '/join <sala> [senha]'],
    ['/entrar', '/join <room> [password]', '/join <sala> [senha]'],
    ['/kick', '/kick <name> [reason]', '/kick <nome> [motivo]'],
    ['/op', '/op <name>', '/op <nome>'],
    ['/ban Caio 0m', '/ban <name> [10m] [reason]', '/ban <nome> [10m] [motivo]'],
    ['/mute Caio 3651d', '/mute <name> [10m] [reason]', '/mute <nome> [10m] [motivo]'],
    ['/close', '/close <room>', '/close <sala>'],
    ...[
      '',
      ' password',
      ' private',
      ' private talvez',
      ' slow 1.5',
      ' slow 86401',
      ' constructor on',
    ].map(
      (rest) =>
        [
          `/set${rest}`,
          '/set <password|private|readonly|slow|topic> <value>',
          '/set <senha|privada|leitura|lento|assunto> <valor>',
        ] as const,
    ),
    ['/join #a #b', '/join <room> [password]', '/join <sala> [senha]'],
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

  it('changes, and what moderators do', () => {
    const say = (fields: Partial<Entry>) => both({ type: 'entry', entry: entry(fields) })
    expect(say({ kind: 'edit', ref: 1, text: 'nova' })).toEqual([
      '[#geral] * Alice edited: nova',
      '[#geral] * Alice editou: nova',
    ])
    expect(say({ kind: 'edit', ref: 1, text: '', deleted: true })).toEqual([
      '[#geral] * Alice edited: (message deleted)',
      '[#geral] * Alice editou: (mensagem apagada)',
    ])
    expect(say({ kind: 'delete', ref: 1, text: '' })).toEqual([
      '[#geral] * Alice deleted a message',
      '[#geral] * Alice apagou uma mensagem',
    ])
    expect(say({ kind: 'react', ref: 1, text: '👍' })).toEqual([
      '[#geral] * Alice reacted with 👍',
      '[#geral] * Alice reagiu com 👍',
    ])
    expect(say({ kind: 'unreact', ref: 1, text: '👍', room: '@x', to: bob })).toEqual([
      '[private] * Alice took 👍 back',
      '[privado] * Alice retirou 👍',
    ])
    expect(say({ kind: 'kick', to: bob, text: 'spam' })).toEqual([
      '[#geral] * Alice put Bob out: spam',
      '[#geral] * Alice tirou Bob da sala: spam',
    ])
    expect(say({ kind: 'role', to: bob, text: '', details: { role: 'moderator' } })).toEqual([
      '[#geral] * Bob is moderator now, by Alice',
      '[#geral] * agora o papel de Bob é moderação (por Alice)',
    ])
    expect(say({ kind: 'settings', text: '' })).toEqual([
      '[#geral] * Alice changed the settings of the room',
      '[#geral] * Alice mudou as configurações da sala',
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
    [
      { ev: 'removed', room: 'geral', why: 'ban', reason: 'spam' },
      '* You were put out of #geral: spam',
      '* Tiraram você de #geral: spam',
    ],
    [{ ev: 'read', room: 'geral', seq: 3 }, null, null],
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
