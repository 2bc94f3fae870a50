import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode } from '../src/errors.ts'
import { EN } from '../src/i18n/en.ts'
import { findLang, LANGS, type Lang, langOf, texts } from '../src/i18n/languages.ts'
import { PT_BR } from '../src/i18n/pt-br.ts'
import { visible } from '../src/protocol/visible.ts'

/** Every text of a catalogue by its path; functions are called, with numbers and with names. */
function everyText(node: unknown, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  if (typeof node === 'string') return found.set(path, node)
  if (typeof node === 'function') {
    // Some take names, some numbers, some both; a list of names passes for either.
    for (const count of [0, 1, 2, 3]) {
      const call = node as (...args: unknown[]) => string
      found.set(`${path}(${count})`, call(...argsOf(path, count)))
    }
    return found
  }
  for (const [key, value] of Object.entries(node as object)) {
    for (const entry of everyText(value, path === '' ? key : `${path}.${key}`)) found.set(...entry)
  }
  return found
}

/** What the functions of a catalogue are called with. */
function argsOf(path: string, count: number): unknown[] {
  const args: Record<string, unknown[]> = {
    people: [count],
    day: [2025, 11, count + 1],
    'room.joined': ['Alice', count],
    'room.left': ['Alice', count],
    'room.lost': ['Alice', count],
    'room.removed': ['Alice', count],
    'room.renamed': ['Alice', 'Ana'],
    'room.gap': [1, count + 1],
    'room.edited': ['Alice', 'oi'],
    'room.deleted': ['Alice'],
    'room.reacted': ['Alice', '👍'],
    'room.unreacted': ['Alice', '👍'],
    'room.acts.kick': ['Alice', 'Bob'],
    'room.acts.ban': ['Alice', 'Bob'],
    'room.acts.unban': ['Alice', 'Bob'],
    'room.acts.mute': ['Alice', 'Bob'],
    'room.acts.unmute': ['Alice', 'Bob'],
    'room.acts.role': ['Alice', 'Bob', ['owner', 'moderator', 'member', undefined][count]],
    'room.acts.invite': ['Alice', 'Bob'],
    'marks.file': ['férias.png', count * 100_000],
    'room.acts.settings': ['Alice', count === 0 ? undefined : 'peace'],
    'you.topic': ['#geral', 'peace'],
    'you.removed': ['#geral', count === 0 ? '' : 'spam'],
    'you.welcome': ['Alice'],
    'you.speak': ['#geral'],
    'you.renamed': ['Ana'],
    'you.created': ['#geral'],
    'you.joined': ['#geral', count, ['Alice', 'Bob'].slice(0, count)],
    'you.first': ['#geral'],
    'you.left': ['#geral'],
    'you.home': ['#geral'],
    'you.members': ['#geral', count, ['Alice', 'Bob'].slice(0, count)],
    'you.closed': ['#geral'],
    'you.silence': ['#geral'],
    'you.closing': [count === 0 ? '' : 'because'],
    'you.comeBack': [count === 0 ? undefined : count],
    'you.retryIn': [count],
    'help.unknown': ['/foo'],
    'help.usage': ['/join'],
  }
  const found = args[path]
  if (found === undefined) throw new Error(`this test does not know how to call ${path}`)
  return found
}

const english = everyText(EN)
const portuguese = everyText(PT_BR)

/** What both languages rightly say alike. */
const ALIKE = new Set([
  'commands.help.args',
  'commands.rooms.args',
  'commands.quit.args',
  'commands.logout.args',
  'commands.delete.args',
  'commands.react.args',
])

describe('the catalogues', () => {
  it('have the same texts', () => {
    expect([...portuguese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have a text for every error, and for nothing else', () => {
    const codes = Object.keys(ERRORS).sort()
    expect(Object.keys(EN.errors).sort()).toEqual(codes)
    expect(Object.keys(PT_BR.errors).sort()).toEqual(codes)
  })

  it('leave nothing empty, and nothing untranslated', () => {
    for (const [path, text] of english) {
      if (ALIKE.has(path)) continue
      expect(text.trim(), path).toBe(text)
      expect(text, path).not.toBe('')
      expect(portuguese.get(path), path).not.toBe('')
      expect(portuguese.get(path)?.toLowerCase(), path).not.toBe(text.toLowerCase())
    }
  })

  it('use no texts twice for different errors', () => {
    for (const catalog of [EN, PT_BR]) {
      expect(new Set(Object.values(catalog.errors)).size).toBe(Object.keys(ERRORS).length)
    }
  })

  it('have one line each, and nothing a terminal would obey', () => {
    for (const [path, text] of [...english, ...portuguese]) expect(visible(text), path).toBe(text)
  })

  it('end what is said of an error as a sentence', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(EN.errors[code]).toMatch(/^[A-Z].*\.$/)
      expect(PT_BR.errors[code]).toMatch(/^[A-ZÀ-Ú].*\.$/)
    }
  })

  it('count people', () => {
    expect([0, 1, 2].map(EN.people)).toEqual(['0 people', '1 person', '2 people'])
    expect([0, 1, 2].map(PT_BR.people)).toEqual(['0 pessoas', '1 pessoa', '2 pessoas'])
    expect(EN.room.joined('Alice', 1)).toBe('Alice came in (1 person)')
    expect(PT_BR.room.joined('Alice', 3)).toBe('Alice entrou (3 pessoas)')
  })

  it('name those who are known and count the others', () => {
    expect(EN.you.joined('#a', 2, ['Alice', 'Bob'])).toBe('You are in #a (2 people: Alice, Bob)')
    expect(EN.you.joined('#a', 600, [])).toBe('You are in #a (600 people)')
    expect(EN.you.members('#a', 5, ['Alice', 'Bob'])).toBe('5 people in #a: Alice, Bob, and 3 more')
    expect(PT_BR.you.members('#a', 1, ['Alice'])).toBe('1 pessoa em #a: Alice')
    expect(PT_BR.you.joined('#a', 5, ['Alice', 'Bob'])).toBe(
      'Você está em #a (5 pessoas: Alice, Bob e mais 3)',
    )
  })

  it('count messages and seconds', () => {
    expect(EN.room.gap(3, 3)).toBe('message 3 can no longer be shown')
    expect(EN.room.gap(3, 7)).toBe('messages 3–7 can no longer be shown')
    expect(PT_BR.room.gap(3, 3)).toBe('a mensagem 3 não pode mais ser mostrada')
    expect(PT_BR.room.gap(3, 7)).toBe('as mensagens 3–7 não podem mais ser mostradas')
    expect(EN.you.comeBack(1)).toBe('Come back in 1 second.')
    expect(PT_BR.you.comeBack(2)).toBe('Volte daqui a 2 segundos.')
  })

  it('write days as people there do', () => {
    expect(EN.day(2025, 3, 9)).toBe('2025-03-09')
    expect(PT_BR.day(2025, 3, 9)).toBe('09/03/2025')
  })
})

describe('langOf', () => {
  it.each<[string | undefined, Lang | undefined]>([
    ['en', 'en'],
    ['EN', 'en'],
    ['en-US', 'en'],
    ['pt', 'pt-BR'],
    ['pt-BR', 'pt-BR'],
    ['pt-br', 'pt-BR'],
    ['pt_BR', 'pt-BR'],
    ['pt_BR.UTF-8', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    [' pt ', 'pt-BR'],
    ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'],
    ['en;q=0.3, pt;q=0.5', 'pt-BR'],
    ['fr-FR, de;q=0.9, en;q=0.1', 'en'],
    ['fr;q=1, en;q=0.5, pt;q=0.5', 'en'],
    ['pt;q=0, en;q=0.1', 'en'],
    ['pt; q=0.2, en;Q=0.1', 'pt-BR'],
    ['pt;q=0', undefined],
    ['pt;q=x', undefined],
    ['pt;q=7', undefined],
    ['fr', undefined],
    ['*', undefined],
    ['ptolemaic', undefined],
    ['english', undefined],
    ['C', undefined],
    ['', undefined],
    [',;,', undefined],
    ['__proto__', undefined],
    [undefined, undefined],
  ])('%j is %s', (tag, lang) => {
    expect(findLang(tag)).toBe(lang)
    for (const fallback of LANGS) expect(langOf(tag, fallback)).toBe(lang ?? fallback)
  })

  it('does not read lists without end', () => {
    expect(findLang(`${'fr,'.repeat(100_000)}pt`)).toBeUndefined()
  })

  it('gives the texts of each language', () => {
    expect(LANGS).toEqual(['en', 'pt-BR'])
    expect(texts('en')).toBe(EN)
    expect(texts('pt-BR')).toBe(PT_BR)
  })
})
