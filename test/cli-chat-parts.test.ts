/** The parts of `tertulia chat` that need no terminal and no server. */

import { describe, expect, it } from 'vitest'
import { CHAT_HELP, chatArguments, chatUrl, isOpen } from '../src/cli/chat/arguments.ts'
import { indexOf, PEOPLE_256, palette } from '../src/cli/chat/colors.ts'
import { complete } from '../src/cli/chat/complete.ts'
import { type Key, LineEditor } from '../src/cli/chat/editor.ts'
import { errorText } from '../src/cli/chat/errors.ts'
import { Scribe } from '../src/cli/chat/lines.ts'
import { LOCAL_COMMANDS } from '../src/cli/chat/local-commands.ts'
import { chatTexts } from '../src/cli/chat/texts.ts'
import { cellsOf, layout, windowOf, wrapped } from '../src/cli/chat/width.ts'
import { helpText } from '../src/cli/options.ts'
import { ChatError } from '../src/errors.ts'
import { LANGS, texts } from '../src/i18n/languages.ts'
import { COMMANDS } from '../src/protocol/text-commands.ts'
import type { Entry } from '../src/protocol/types.ts'

describe('the address', () => {
  it.each([
    ['ws://127.0.0.1:8080', 'ws://127.0.0.1:8080'],
    ['wss://chat.example.org/x?y=1', 'wss://chat.example.org/x?y=1'],
    ['http://localhost:8080/', 'ws://localhost:8080'],
    ['https://chat.example.org/chat', 'wss://chat.example.org/chat'],
    ['tcp://127.0.0.1', 'tcp://127.0.0.1:12345'],
    ['tls://chat.example.org:12345', 'tls://chat.example.org:12345'],
    ['localhost', 'ws://localhost:8080'],
    ['localhost:9000', 'ws://localhost:9000'],
    ['[::1]:9000', 'ws://[::1]:9000'],
    [':9000', 'ws://127.0.0.1:9000'],
  ])('%s is %s', (given, url) => {
    expect(chatUrl(given)).toBe(url)
    expect(chatUrl(url)).toBe(url)
  })

  it.each(['ftp://x', 'ws://', 'ws://x:99999', 'ws://ana:secret@x', '', 'javascript:alert(1)'])(
    'refuses %s',
    (given) => {
      expect(() => chatUrl(given)).toThrow(expect.objectContaining({ code: 'invalid_options' }))
    },
  )

  it('is open where others can read what is said', () => {
    expect(['ws://x:1', 'tcp://10.0.0.1:1'].map(isOpen)).toEqual([true, true])
    const near = ['wss://x', 'tls://x:1', 'ws://localhost:1', 'tcp://127.0.0.1:1', 'ws://[::1]:1']
    expect(near.map(isOpen)).toEqual(near.map(() => false))
  })
})

describe('the command line', () => {
  it('has defaults, and environment variables where they are safer or usual', () => {
    expect(chatArguments([], {})).toEqual({
      url: 'ws://127.0.0.1:8080',
      name: undefined,
      guest: false,
      rooms: [],
      lang: 'en',
      token: undefined,
      remember: false,
      colors: true,
      history: undefined,
      follow: false,
      listen: false,
    })
    const env = { TERTULIA_TOKEN: 'abc', NO_COLOR: '1', LANG: 'C.UTF-8', LC_ALL: 'pt_BR.UTF-8' }
    expect(
      chatArguments(['x', '--room', '#Jogos', '--room', 'b', '--history', '0'], env),
    ).toMatchObject({
      url: 'ws://x:8080',
      rooms: ['jogos', 'b'],
      token: 'abc',
      lang: 'pt-BR',
      colors: false,
      history: 0,
    })
    expect(chatArguments(['--no-color', '--lang', 'en'], { LANG: 'pt_BR' })).toMatchObject({
      colors: false,
      lang: 'en',
    })
  })

  it.each([
    [['--history', '1001'], /--history 1001: a number from 0 to 1000/],
    [['--history=-1'], /--history -1/],
    [['--lang', 'xx'], /--lang xx: one of en, pt-BR/],
    [['--room', 'a b'], /--room a b: /],
    [['--what'], /--what.*See tertulia --help/],
    [['a', 'b'], /b: too much/],
  ])('%j is refused with what would be right', (args, text) => {
    expect(() => chatArguments(args, {})).toThrow(text)
  })

  it('is explained, every flag of it', () => {
    for (const flag of ['name', 'guest', 'room', 'lang', 'token', 'remember', 'history']) {
      expect(CHAT_HELP).toContain(`--${flag}`)
    }
    expect(helpText('1.2.3')).toContain(CHAT_HELP)
  })
})

describe('colours', () => {
  const levels = [0, 95, 135, 175, 215, 255]
  const light = (index: number): number => {
    const at = index - 16
    const parts = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((level) => {
      const part = (levels[level] as number) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    const [red = 0, green = 0, blue = 0] = parts
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  it('of people can be read on black and on white', () => {
    for (const index of PEOPLE_256) {
      const contrasts = [(light(index) + 0.05) / 0.05, 1.05 / (light(index) + 0.05)]
      expect(Math.min(...contrasts)).toBeGreaterThan(3.9)
    }
  })

  it('stay the same for a person, and differ between people', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `person-${i}`)
    const used = new Set(ids.map((id) => indexOf(id, PEOPLE_256.length)))
    expect(used.size).toBe(PEOPLE_256.length)
    const { person } = palette(8)
    expect(person('a', 'Ana')).toBe(person('a', 'Ana'))
    expect(palette(4).person('a', 'Ana')).toMatch(/^\u001b\[1;3\dmAna\u001b\[0m$/)
  })

  it('are none where there are none', () => {
    const { person, dim, strong, error } = palette(1)
    expect([person('a', 'x'), dim('x'), strong('x'), error('x')]).toEqual(['x', 'x', 'x', 'x'])
  })
})

describe('completion', () => {
  const sources = {
    people: () => ['Ana Maria', 'André', 'Bob'],
    rooms: (mine: boolean) => (mine ? ['geral'] : ['geral', 'jogos', 'jornal']),
    files: (begin: string) => [`${begin}a/`],
  }
  const done = async (line: string, behind = '') => {
    const at = await complete(line + behind, line.length, sources)
    if (at === undefined) return undefined
    expect(at.text.slice(at.cursor)).toBe(behind)
    return at.text.slice(0, at.cursor)
  }

  it.each([
    ['/jo', '/join '],
    ['/SAI', '/sair '],
    ['/histó', '/histórico '],
    ['/resp', '/responder '],
    ['/re', '/re'],
    ['/regis', '/register '],
    ['/registr', '/registrar '],
    ['/join j', '/join #jo'],
    ['/join #JOG', '/join #jogos'],
    ['/leave ', '/leave #geral '],
    ['/who x', undefined],
    ['/kick "an', '/kick "an'],
    ['/kick andr', '/kick André '],
    ['/ban "Ana Maria" sp', undefined],
    ['/msg bob oi a', '/msg bob oi An'],
    ['/lang p', '/lang pt-BR '],
    ['/set sl', '/set slow '],
    ['/reply an', '/reply An'],
    ['/upload x', '/upload xa/'],
    ['/zz', undefined],
    ['b', 'Bob: '],
    ['ana', 'Ana Maria: '],
    ['oi @andre', undefined],
    ['oi @andré', 'oi @André '],
    ['oi ', undefined],
    ['', undefined],
  ])('%j becomes %j', async (line, becomes) => {
    expect(await done(line)).toBe(becomes)
  })

  it('leaves what stands behind the cursor', async () => {
    expect(await done('oi @bo', ' e todos')).toBe('oi @Bob ')
  })
})

describe('a line being edited', () => {
  const press = (line: LineEditor, ...keys: (string | Key)[]) =>
    keys.map((key) =>
      typeof key === 'string' ? line.press(key, { name: key }) : line.press(undefined, key),
    )

  it('moves by what people take for a character, and by words', () => {
    const line = new LineEditor()
    line.insert('a👨‍👩‍👧é b')
    press(line, { name: 'left' }, { name: 'left' }, { name: 'left' }, { name: 'backspace' })
    expect([line.text, line.cursor]).toEqual(['aé b', 1])
    press(line, { name: 'f', meta: true })
    expect(line.cursor).toBe(2)
    press(line, { name: 'e', ctrl: true }, { name: 'b', meta: true })
    expect(line.cursor).toBe(3)
    press(line, { name: 'k', ctrl: true }, { name: 'a', ctrl: true }, { name: 'y', ctrl: true })
    expect([line.text, line.cursor]).toEqual(['baé ', 1])
    press(line, { name: 'delete' }, { name: 'd', meta: true })
    expect(line.text).toBe('b ')
    press(
      line,
      { name: 'home' },
      { name: 'left' },
      { name: 'backspace' },
      { name: 'w', ctrl: true },
    )
    expect([line.text, line.cursor]).toEqual(['b ', 0])
  })

  it('remembers lines, once each, and the one that was begun', () => {
    const line = new LineEditor()
    for (const text of ['one', 'two', 'two', '  ']) {
      line.insert(text)
      line.take(true)
    }
    line.insert('begun')
    press(line, { name: 'up' }, { name: 'up' }, { name: 'up' })
    expect(line.text).toBe('one')
    press(line, { name: 'down' }, { name: 'down' }, { name: 'down' })
    expect(line.text).toBe('begun')
  })

  it('has bounds', () => {
    const line = new LineEditor()
    line.insert('x'.repeat(100_000))
    line.insert('y')
    expect(line.text).toHaveLength(100_000)
  })
})

describe('the layout of a line', () => {
  const lead = { text: '> ', cells: 2 }

  it('counts cells as terminals do', () => {
    expect(['abc', 'é', 'e\u0301', '日本', '👍', '👍🏽', '🇧🇷', '한'].map(cellsOf)).toEqual([
      3, 1, 1, 4, 2, 4, 2, 2,
    ])
  })

  it('breaks rows where they are full, and puts the cursor on one that has room', () => {
    expect(layout(lead, 'abc', 3, 5)).toEqual({
      rows: ['> abc', ''],
      cells: [5, 0],
      row: 1,
      column: 0,
    })
    expect(layout(lead, 'ab日', 2, 5)).toEqual({
      rows: ['> ab', '日'],
      cells: [4, 2],
      row: 1,
      column: 0,
    })
    expect(layout(lead, 'abcd', 0, 5)).toEqual({
      rows: ['> abc', 'd'],
      cells: [5, 1],
      row: 0,
      column: 2,
    })
    expect(layout(lead, '', 0, 80)).toEqual({ rows: ['> '], cells: [2], row: 0, column: 2 })
    expect(layout(lead, 'secret', 6, 80, true).rows).toEqual(['> '])
  })

  it('shows what cannot be seen, wherever it stands', () => {
    const { rows } = layout(lead, 'a\nb\u001b\u202ec', 0, 80)
    expect(rows).toEqual(['> a⏎b␛<U+202E>c'])
    const narrow = layout(lead, '\u202ex', 1, 6)
    expect(narrow.rows).toEqual(['> <U+2', '02E>x'])
    expect([narrow.row, narrow.column]).toEqual([1, 4])
  })

  it('keeps the cursor on a screen that is too small', () => {
    const whole = layout(lead, 'x'.repeat(100), 50, 10)
    expect(whole.rows).toHaveLength(11)
    const part = windowOf(whole, 3)
    expect(part.rows).toEqual(whole.rows.slice(3, 6))
    expect([part.row, part.column]).toEqual([2, whole.column])
    expect(windowOf(layout(lead, 'x'.repeat(100), 0, 10), 3).row).toBe(0)
    expect(windowOf(whole, 0).rows).toHaveLength(1)
  })
})

describe('a printed line', () => {
  it.each([
    ['as it is', 'as it is'],
    ['one two three', 'one two\r\n    three'],
    ['one two three four five', 'one two\r\n    three\r\n    four\r\n    five'],
    [
      '\u001b[2m[1]\u001b[0m \u001b[1mAna\u001b[0m: olá',
      '\u001b[2m[1]\u001b[0m \u001b[1mAna\u001b[0m:\r\n    olá',
    ],
    ['x https://chat.example.org y', 'x https://chat.example.org y'],
    ['日本語 日本', '日本語\r\n    日本'],
  ])('is broken at words: %j', (line, rows) => {
    expect(wrapped(line, 10)).toBe(rows)
  })
})

describe('lines', () => {
  const style = { catalog: texts('en'), texts: chatTexts('en'), palette: palette(1) }
  const day = (date: number, hour: number) => new Date(2026, 0, date, hour, 5).getTime()
  const entry = (seq: number, ts: number, more: Partial<Entry> = {}): Entry => ({
    room: 'geral',
    seq,
    ts,
    kind: 'message',
    from: { id: 'b', name: 'Bob' },
    text: `text ${seq}`,
    ...more,
  })

  it('have times, days where they change, and a mark above what is new', () => {
    const scribe = new Scribe(style, () => day(3, 12))
    const list = [
      entry(1, day(1, 9)),
      entry(2, day(1, 10), { kind: 'react', text: '👍', ref: 1 }),
      entry(3, day(2, 10), { from: { id: 'me', name: 'Ana' } }),
      entry(4, day(2, 11), { ref: 1 }),
    ]
    expect(scribe.past(list, 2, 'me')).toEqual([
      '— 2026-01-01 —',
      '[09:05] [#geral] Bob: text 1',
      '— 2026-01-02 —',
      '[10:05] [#geral] Ana: text 3',
      '───────── new ─────────',
      '[11:05] ↪ Bob: text 1',
      '[11:05] [#geral] Bob: text 4',
    ])
    expect(scribe.entry(entry(5, day(3, 1)), undefined)).toEqual([
      '— 2026-01-03 —',
      '[01:05] [#geral] Bob: text 5',
    ])
    expect(scribe.past(list, 0, 'me').join()).not.toContain('new')
  })

  it('have colours only where nothing was hidden in a name', () => {
    const scribe = new Scribe({ ...style, palette: palette(8) }, () => day(1, 9))
    const lines = scribe.entry(
      entry(1, day(1, 9), { from: { id: 'x', name: 'B\u001b[2Jb' } }),
      undefined,
    )
    expect(lines.join('')).not.toContain('\u001b[2J')
    expect(lines.join('')).toContain('B␛[2Jb')
  })
})

describe('texts', () => {
  it('are there in both languages', () => {
    const shape = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shape(part)]))
        : typeof value
    const [first, ...rest] = LANGS.map((lang) => shape(chatTexts(lang)))
    for (const other of rest) expect(other).toEqual(first)
  })

  it('of errors are in the language here, unless the application says something of its own', () => {
    const told = (error: unknown) => errorText(texts('pt-BR'), error)
    expect(told(new ChatError('room_full'))).toBe('A sala está cheia.')
    expect(told(new ChatError('room_full', texts('en').errors.room_full))).toBe(
      'A sala está cheia.',
    )
    expect(told(new ChatError('forbidden', 'no links here'))).toBe('no links here')
    expect(told(new ChatError('slow_mode', undefined, { retryAfterMs: 1200 }))).toMatch(
      /2 segundos/,
    )
    expect(told('plain')).toBe('plain')
    expect(told(new Error('other'))).toBe('other')
  })

  it('name no command twice', () => {
    const all = [...COMMANDS, ...LOCAL_COMMANDS].flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(all).size).toBe(all.length)
  })
})
