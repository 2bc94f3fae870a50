import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isChatError } from '../src/errors.ts'
import { foldCase, mixesScripts } from '../src/protocol/confusables.ts'
import { cleanName, cleanRoomName, nameKey } from '../src/protocol/names.ts'
import { visible } from '../src/protocol/visible.ts'

const MOST = 32

/** What became of a name: the clean form, or the code of the error. */
const tried = (clean: (raw: string, most: number) => string, raw: string, most = MOST): string => {
  try {
    return clean(raw, most)
  } catch (error) {
    if (!isChatError(error)) throw error
    return `!${error.code}`
  }
}
const name = (raw: string, most?: number): string => tried(cleanName, raw, most)
const room = (raw: string, most?: number): string => tried(cleanRoomName, raw, most)

/** Any string: letters of all scripts, marks, halves of surrogate pairs, the characters that matter. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.string({
    unit: fc.constantFrom(
      ...'aIl1iİıßΣςЁй0rnm #@_-.\'"`:\n\t\u0301\u0307\u200d\u200c\ufe0f\u202eカ力ベへ한ㅎＡ𝐀ﷺ½ǆ👩🚀🇧',
    ),
  }),
)

describe('cleanName', () => {
  it.each([
    ['Alice'],
    ['João'],
    ['Zoë'],
    ['Mc. Donald-Jr_2'],
    ["O'Neil"],
    ['O’Neil'],
    ['Gal·la'],
    ['Анна Каренина'],
    ['Ελένη'],
    ['Հայկ'],
    ['אבג'],
    ['سلام'],
    ['میرا'],
    ['मीरा'],
    ['क्षत्रिय'],
    ['น้ำทิพย์'],
    ['བཀྲ་ཤིས'],
    ['மீனாட்சி'],
    ['김철수'],
    ['太郎'],
    ['ひろみ・カタカナ太郎 X'],
    ['小明 Ming'],
    ['ⴰⵎⴰⵣⵉⵖ'],
    ['Ana ❤️'],
    ['👩‍🚀'],
    ['👨🏽‍👩🏽‍👧 Silva'],
    ['🇧🇷 Ana'],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['1️⃣'],
    ['42'],
  ])('keeps %s', (raw) => {
    expect(name(raw)).toBe(raw)
  })

  it('composes, trims, and leaves one space where there were several', () => {
    expect(name('Joa\u0303o')).toBe('João')
    expect(name('Nguyễn Thị Ánh'.normalize('NFD'))).toBe('Nguyễn Thị Ánh')
    expect(name('  Ana \u3000\u00a0 Maria ')).toBe('Ana Maria')
  })

  it('keeps the joiner that Persian needs', () => {
    expect(name('می\u200cخواهم')).toBe('می\u200cخواهم')
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  \u3000 '],
    ['only signs', "_.-'"],
    ['a line break', 'Ana\nMaria'],
    ['a tab', 'Ana\tMaria'],
    ['ESC', 'Ana\u001b[31m'],
    ['C1', 'Ana\u009b'],
    ['a bidi control', 'Ana\u202eairaM'],
    ['a bidi isolate', '\u2066Ana\u2069'],
    ['a zero-width space', 'An\u200ba'],
    ['a joiner between Latin letters', 'An\u200da'],
    ['a soft hyphen', 'An\u00ada'],
    ['a variation selector on a letter', 'An\ufe0fa'],
    ['tag characters', 'Ana\u{e0041}\u{e0042}'],
    ['a Hangul filler', '\u3164'],
    ['an empty Braille pattern', '\u2800'],
    ['private use', 'Ana\ue000'],
    ['an unassigned code point', 'Ana\u{10fffe}'],
    ['half a surrogate pair', 'Ana\ud83d'],
    ['a stray flag letter', 'Ana 🇧'],
    ['a mark without a letter', '\u0301Ana'],
    ['a mark after a space', 'Ana \u0301b'],
    ['an enclosing mark', 'A\u20dd'],
    ['a fraction', '½'],
    ['an arrow', 'Ana → Bob'],
    ['an arrow that is an emoji', 'Ana ➡️ Bob'],
    ['a letter that looks like a colon', 'Alice\ua789'],
    ['another one', 'Aliceː'],
    ['a dead script', '𐌰𐌱'],
  ])('refuses %s', (_what, raw) => {
    expect(name(raw)).toBe('!name_invalid')
  })

  it.each([...'#@/:,<>"`;=+*?!|\\()[]{}&%$^~…“”§©™'])('refuses %s', (sign) => {
    expect(name(`Ana${sign}Bob`)).toBe('!name_invalid')
  })

  it('refuses marks piled on a letter', () => {
    expect(name('x\u0300\u0323')).toBe('x\u0323\u0300')
    expect(name('x\u0300\u0323\u0324')).toBe('!name_invalid')
    expect(name('x\u0301\u0301')).toBe('!name_invalid')
    expect(name(`กิ${'\u0e34\u0e35\u0e36\u0e37'}`)).toBe('!name_invalid')
  })

  it('counts code points, after composing', () => {
    expect(name('x'.repeat(MOST))).toBe('x'.repeat(MOST))
    expect(name('x'.repeat(MOST + 1))).toBe('!name_invalid')
    expect(name('😀'.repeat(MOST))).toBe('😀'.repeat(MOST))
    expect(name('😀'.repeat(MOST + 1))).toBe('!name_invalid')
    expect(name('e\u0301'.repeat(MOST))).toBe('é'.repeat(MOST))
    expect(name(' '.repeat(100_000))).toBe('!name_invalid')
  })

  it.each([
    ['Latin and Cyrillic', 'Аlice'],
    ['Cyrillic and Latin', 'pаypal'],
    ['Latin and Greek', 'Αlice'],
    ['Latin and Armenian', 'Aliceօ'],
    ['Latin and Cherokee', 'ᎪLICE'],
    ['Cyrillic and Greek', 'Αнна'],
    ['styled Latin and Cyrillic', '𝐀нна'],
    ['Hiragana and Hangul', 'ひ김'],
  ])('refuses mixed scripts: %s', (_what, raw) => {
    expect(name(raw)).toBe('!name_invalid')
  })

  it.each([
    ['server'],
    ['Servidor'],
    ['SYSTEM'],
    ['sistema'],
    ['admin'],
    ['Ádmin'],
    ['ADM1N'],
    ['a.d-m_i n'],
    ['👑 Admin 👑'],
    ['🅰dmin'],
    ['ᴀᴅᴍɪɴ'],
    ['𝖆𝖉𝖒𝖎𝖓'],
    ['ａｄｍｉｎ'],
    ['аԁміп'],
    ['adrnin'],
    ['Administrador'],
    ['moderator'],
    ['r00t'],
    ['Tertúlia'],
    ['everyone'],
    ['TODOS'],
    ['here'],
    ['aqui'],
    ['all'],
    ['nuIl'],
    ['undefined'],
    ['me'],
    ['você'],
  ])('reserves %s', (raw) => {
    expect(name(raw)).toBe('!name_reserved')
  })

  it('does not take names of people for reserved words', () => {
    for (const raw of [
      'Ali',
      'Ail',
      'Adam',
      'Rute',
      'Eunice',
      'Nilo',
      'Admilson',
      'visitante-101',
    ]) {
      expect(name(raw)).toBe(raw)
    }
  })

  it('whatever comes: a clean name or an error of the table, and clean stays clean', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const clean = name(raw)
        if (clean.startsWith('!')) {
          expect(['!name_invalid', '!name_reserved']).toContain(clean)
          return
        }
        expect(name(clean)).toBe(clean)
        expect(visible(clean)).toBe(clean)
        expect([...clean].length).toBeLessThanOrEqual(MOST)
        expect(clean).not.toMatch(/[#@/:,<>"\p{Cc}\p{Co}\p{Cn}\p{Cs}]|^\s|\s$|\s{2}/u)
        expect(nameKey(clean)).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('nameKey', () => {
  it.each([
    ['case', 'Alice', 'aLICE'],
    ['I for l', 'Alice', 'AIice'],
    ['1 for l', 'Alice', 'A1ice'],
    ['1 for i', 'admin', 'adm1n'],
    ['0 for o', 'Leo', 'Le0'],
    ['rn for m', 'Amanda', 'Arnanda'],
    ['l for a first I', 'Igor', 'lgor'],
    ['Cyrillic', 'Caca', 'Саса'],
    ['Cyrillic capitals', 'BOB', 'ВОВ'],
    ['Greek capitals', 'NINA', 'ΝΙΝΑ'],
    ['Armenian', 'unoh', 'սոօհ'],
    ['Cherokee', 'DR', 'ᎠᎡ'],
    ['Lisu', 'ALICE', 'ꓮꓡꓲꓚꓰ'],
    ['small capitals', 'Bruna', 'ʙʀᴜɴᴀ'],
    ['styled letters', 'Alice', '𝓐𝓵𝓲𝓬𝓮'],
    ['wide letters', 'Bob', 'Ｂｏｂ'],
    ['composition', 'João', 'Joa\u0303o'],
    ['accents on look-alikes', 'ё', 'ë'],
    ['sharp s', 'Straße', 'STRASSE'],
    ['sigmas', 'Νίκος', 'ΝΊΚΟΣ'],
    ['dotless i', 'Ali', 'Alı'],
    ['dotted capital I', 'irem', 'İrem'],
    ['ligatures', 'ﬁona', 'fiona'],
    ['æ', 'Aegir', 'Ægir'],
    ['invisible characters', 'Ana', 'A\u200bna'],
    ['text and emoji style', '❤', '❤️'],
    ['spaces', 'Ana Maria', ' Ana\u3000 Maria'],
    ['apostrophes', "O'Neil", 'O’Neil'],
    ['ideographs and katakana', '力ロ', 'カ口'],
    ['hiragana and katakana', 'ベル', 'べル'],
  ])('is the same in spite of %s', (_what, one, other) => {
    expect(nameKey(other)).toBe(nameKey(one))
  })

  it.each([
    ['accents', 'João', 'Joao'],
    ['Iara and Lara', 'Iara', 'Lara'],
    ['ieda and leda', 'ieda', 'leda'],
    ['letters', 'Bob', 'Rob'],
    ['numbers', 'guest-12', 'guest-21'],
    ['a space', 'Ana Maria', 'AnaMaria'],
    ['й and и', 'Сергей', 'Сергеи'],
    ['Hangul', '이', '오'],
    ['emoji', '😀', '😃'],
  ])('differs for %s', (_what, one, other) => {
    expect(nameKey(other)).not.toBe(nameKey(one))
  })

  it('takes no time to speak of over marks without end', () => {
    // Normalising them would take a second for each of these.
    const started = performance.now()
    for (let i = 0; i < 4; i++) {
      const marked = `a${'\u0301\u0323'.repeat(32_000)}`
      expect(nameKey(marked)).not.toBe('a')
      expect(name(marked, 1e6)).toBe('!name_invalid')
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('never throws, and does not see cases', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const key = nameKey(raw)
        // Half pairs apart: case mapping leaves them, normalising may not.
        if (/\p{Cs}/u.test(raw)) return
        expect(foldCase(raw.toUpperCase())).toBe(foldCase(raw))
        expect(nameKey(raw.toUpperCase())).toBe(key)
        expect(nameKey(raw.normalize('NFD'))).toBe(key)
      }),
      { numRuns: 2000 },
    )
  })

  it('is what keeps whole words in other scripts from passing for Latin ones', () => {
    // Each is one script, so it may be a name; but not beside the other.
    const pairs = [
      ['сосо', 'coco'],
      ['ροκα', 'poka'],
    ] as const
    for (const [foreign, latin] of pairs) {
      expect(name(foreign)).toBe(foreign)
      expect(mixesScripts(foreign)).toBe(false)
      expect(nameKey(foreign)).toBe(nameKey(latin))
    }
  })
})

describe('cleanRoomName', () => {
  it.each([
    ['geral', 'geral'],
    ['#Jogos', 'jogos'],
    ['JOGOS', 'jogos'],
    ['＃ｊｏｇｏｓ', 'jogos'],
    [' #jogos ', 'jogos'],
    ['#Salão', 'salão'],
    ['#Sala\u0303o', 'salão'],
    ['a.b-c_d', 'a.b-c_d'],
    ['2025', '2025'],
    ['Комната', 'комната'],
    ['ΟΔΟΣ', 'οδος'],
    ['İzmir', 'izmir'],
    ['日本語room', '日本語room'],
    ['한국', '한국'],
    ['किताब', 'किताब'],
    ['می\u200cخواهم', 'میخواهم'],
    ['ﬁm', 'fim'],
  ])('%s is %s', (raw, clean) => {
    expect(room(raw)).toBe(clean)
  })

  it.each([
    [''],
    ['#'],
    ['##a'],
    ['@alice'],
    ['#@alice'],
    ['..'],
    ['-'],
    ['a b'],
    ['a/b'],
    ['a:b'],
    ['a#b'],
    ['a\n'],
    ['a\u202eb'],
    ['a\u200bb'],
    ['👍'],
    ['½'],
    ['gerаl'],
    ['\u0301a'],
    ['x\u0301\u0301'],
    ['a\ud800'],
  ])('refuses %j', (raw) => {
    expect(room(raw)).toBe('!room_invalid')
  })

  it('counts code points, without the #', () => {
    expect(room('#abc', 3)).toBe('abc')
    expect(room('#abcd', 3)).toBe('!room_invalid')
    expect(room('𝐀𝐁𝐂', 3)).toBe('abc')
    expect(room('x'.repeat(1000), Number.POSITIVE_INFINITY)).toHaveLength(1000)
  })

  it('whatever comes: a clean name or an error of the table, and clean stays clean', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const clean = room(raw)
        if (clean.startsWith('!')) {
          expect(clean).toBe('!room_invalid')
          return
        }
        expect(room(clean)).toBe(clean)
        expect(clean).toBe(clean.toLowerCase())
        expect(clean).not.toMatch(/[#@\s\p{C}]/u)
      }),
      { numRuns: 2000 },
    )
  })
})
