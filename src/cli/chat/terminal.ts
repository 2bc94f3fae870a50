/** The terminal: lines above, one line being typed below, neither tearing the other apart. */

import { emitKeypressEvents, type Interface } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { type Key, LineEditor } from './editor.ts'
import { cellsOf, type Layout, layout, windowOf, wrapped } from './width.ts'

const PASTES_ON = '\u001b[?2004h'
const PASTES_OFF = '\u001b[?2004l'
const CLEAR_DOWN = '\u001b[J'
const CLEAR_ALL = '\u001b[H\u001b[2J'
/** The size of a terminal that doesn't tell it. */
const COLUMNS = 80
const ROWS = 24
/** Keys that are kept until somebody asks. */
const AHEAD = 10_000
/** A lone Escape is one after so many milliseconds. */
const ESCAPE_MS = 50

/** What stands before the line: as printed, and without its colours. */
export interface Prompt {
  readonly shown: string
  readonly plain: string
}

/** What a terminal tells. */
export interface TerminalEars {
  /** A line was entered. */
  line(text: string): void
  /** Something was typed that isn't entered yet. */
  typed(text: string): void
  /** Ctrl+C on an empty line, Ctrl+D, or the terminal is gone. */
  end(): void
  /** It has a password in it: Up doesn't bring it back. */
  isSecret(text: string): boolean
  /** Tab: what the line should be now, if that can be told. */
  complete(text: string, cursor: number): Promise<Completed | undefined>
}

/** What Tab made of a line: another line, or what it could become. */
export interface Completed {
  readonly text: string
  readonly cursor: number
  /** More than one is possible: shown when Tab is pressed again. */
  readonly choices: readonly string[]
}

interface Question {
  readonly prompt: Prompt
  readonly hidden: boolean
  answered(text: string | null): void
}

/** Talks to a person at a terminal, until `close`. */
export class Terminal {
  /** How many cells a row has. */
  columns: number
  private readonly input: ReadStream
  private readonly output: WriteStream
  private readonly ears: TerminalEars
  private readonly editor = new LineEditor()
  private prompt: Prompt = { shown: '', plain: '' }
  private question: Question | null = null
  /** Lines are taken, not only answers. */
  private open = false
  /** Typed before anybody asked: in time for the next question, or for the chat. */
  private readonly ahead: [string | undefined, Key][] = []
  /** The line that waits while a question is answered. */
  private waiting = { text: '', cursor: 0 }
  private drawn: Layout | null = null
  private stale = false
  private tabs = 0
  private closed = false

  constructor(input: ReadStream, output: WriteStream, ears: TerminalEars) {
    this.input = input
    this.output = output
    this.ears = ears
    this.columns = output.columns || COLUMNS
    // Of an interface only this is used.
    emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface)
    input.setRawMode(true)
    input.on('keypress', this.pressed)
    input.on('end', this.gone)
    input.on('error', this.gone)
    output.on('resize', this.resized)
    process.on('SIGCONT', this.continued)
    output.write(PASTES_ON)
    input.resume()
  }

  /** Prints lines above the one being typed. They have to be safe, and may have colours. */
  print(lines: readonly string[]): void {
    if (this.closed || lines.length === 0) return
    const rows = lines.map((line) => wrapped(line, this.columns)).join('\r\n')
    this.output.write(`${this.erased()}${rows}\r\n${this.painted()}`)
  }

  /** What stands before the line from now on. */
  setPrompt(prompt: Prompt): void {
    if (prompt.shown === this.prompt.shown) return
    this.prompt = prompt
    this.refresh()
  }

  /** Asks; `null`: they would rather not say (Ctrl+C or Ctrl+D). One question at a time. */
  ask(prompt: Prompt, how: { readonly hidden?: boolean; readonly text?: string } = {}) {
    const { text, cursor } = this.editor
    this.waiting = { text, cursor }
    this.editor.set(how.text ?? '')
    return new Promise<string | null>((answered) => {
      this.question = { prompt, hidden: how.hidden ?? false, answered }
      this.refresh()
      this.catchUp()
    })
  }

  /** From now on lines are taken. */
  listen(): void {
    this.open = true
    this.refresh()
    this.catchUp()
  }

  bell(): void {
    if (!this.closed) this.output.write('\u0007')
  }

  /** Leaves the terminal as it was. */
  close(): void {
    if (this.closed) return
    const rest = this.erased()
    this.closed = true
    const { input, output } = this
    input.off('keypress', this.pressed)
    input.off('end', this.gone)
    output.off('resize', this.resized)
    process.off('SIGCONT', this.continued)
    output.write(rest + PASTES_OFF)
    if (!input.destroyed) input.setRawMode(false)
    input.pause()
    this.question?.answered(null)
  }

  private readonly gone = (): void => this.ears.end()

  private readonly pressed = (char: string | undefined, key: Key): void => {
    if (this.closed) return
    if (this.question !== null || this.open) this.press(char, key)
    else if (key.ctrl === true && (key.name === 'c' || key.name === 'd')) this.ears.end()
    else if (this.ahead.length < AHEAD) this.ahead.push([char, key])
  }

  private catchUp(): void {
    while (this.ahead.length > 0 && (this.question !== null || this.open)) {
      const [char, key] = this.ahead.shift() as [string | undefined, Key]
      this.press(char, key)
    }
  }

  private press(char: string | undefined, key: Key): void {
    const did = this.editor.press(char, key)
    if (did !== 'complete') this.tabs = 0
    switch (did) {
      case 'changed':
        this.later()
        if (this.question === null) this.ears.typed(this.editor.text)
        return
      case 'line':
        this.entered()
        return
      case 'interrupt':
        this.interrupted()
        return
      case 'end':
        if (this.question === null) this.ears.end()
        else this.answer(null)
        return
      case 'complete':
        if (this.question === null) void this.completing()
        return
      case 'redraw':
        this.drawn = null
        this.output.write(CLEAR_ALL + this.painted())
        return
      case 'suspend':
        this.suspend()
    }
  }

  private entered(): void {
    const { question, editor } = this
    if (question !== null) {
      this.answer(editor.text)
      return
    }
    const text = editor.take(!this.ears.isSecret(editor.text))
    this.refresh()
    this.ears.line(text)
  }

  private answer(text: string | null): void {
    const { question, editor } = this
    if (question === null) return
    this.question = null
    const shown = question.hidden ? '' : editor.text
    const kept = `${question.prompt.shown}${shown}\r\n`
    editor.set(this.waiting.text, this.waiting.cursor)
    this.output.write(this.erased() + kept + this.painted())
    question.answered(text)
  }

  private interrupted(): void {
    const { editor, question } = this
    if (editor.text !== '') {
      editor.take(false)
      this.refresh()
      if (question === null) this.ears.typed('')
    } else if (question !== null) this.answer(null)
    else this.ears.end()
  }

  private async completing(): Promise<void> {
    const { editor } = this
    const { text, cursor } = editor
    this.tabs += 1
    const again = this.tabs > 1
    const done = await this.ears.complete(text, cursor)
    // They typed on meanwhile.
    if (done === undefined || editor.text !== text || editor.cursor !== cursor) return
    if (done.text !== text) editor.set(done.text, done.cursor)
    else if (again && done.choices.length > 1) this.print(columnsOf(done.choices, this.columns))
    this.refresh()
  }

  private suspend(): void {
    this.output.write(this.erased() + PASTES_OFF)
    this.input.setRawMode(false)
    process.kill(process.pid, 'SIGTSTP')
  }

  private readonly continued = (): void => {
    this.input.setRawMode(true)
    this.drawn = null
    this.output.write(PASTES_ON + this.painted())
  }

  private readonly resized = (): void => {
    // Most terminals break the rows that are too long now; then there are more of them above.
    const columns = this.output.columns || COLUMNS
    if (this.drawn !== null) {
      const { cells, row, column } = this.drawn
      const rowsOf = (size: number): number => Math.max(1, Math.ceil(size / columns))
      const above = cells.slice(0, row).reduce((sum, size) => sum + rowsOf(size), 0)
      const more = Math.floor(column / columns)
      this.drawn = { ...this.drawn, row: above + more }
    }
    this.columns = columns
    this.refresh()
  }

  /** Draws soon: once for everything that was typed at once. */
  private later(): void {
    if (this.stale) return
    this.stale = true
    queueMicrotask(() => {
      if (this.stale) this.refresh()
    })
  }

  private refresh(): void {
    if (!this.closed) this.output.write(this.erased() + this.painted())
  }

  /** What takes the line away, and brings the cursor to where it began. */
  private erased(): string {
    const { drawn } = this
    this.drawn = null
    if (drawn === null) return ''
    return `\r${drawn.row > 0 ? `\u001b[${drawn.row}A` : ''}${CLEAR_DOWN}`
  }

  /** What draws the line. */
  private painted(): string {
    this.stale = false
    const { editor, question, output } = this
    if (question === null && !this.open) return ''
    const { shown, plain } = question?.prompt ?? this.prompt
    const cells = cellsOf(plain)
    // A prompt that leaves no room isn't worth it.
    const lead = cells > this.columns / 2 ? { text: '> ', cells: 2 } : { text: shown, cells }
    const hidden = question?.hidden ?? false
    const whole = layout(lead, editor.text, editor.cursor, this.columns, hidden)
    const part = windowOf(whole, (output.rows || ROWS) - 1)
    this.drawn = part
    const up = part.rows.length - 1 - part.row
    return (
      part.rows.join('\r\n') +
      (up > 0 ? `\u001b[${up}A` : '') +
      `\r${part.column > 0 ? `\u001b[${part.column}C` : ''}`
    )
  }
}

function columnsOf(choices: readonly string[], columns: number): string[] {
  const width = Math.max(...choices.map(cellsOf)) + 2
  const each = Math.max(1, Math.floor(columns / width))
  const rows: string[] = []
  for (let i = 0; i < choices.length; i += each) {
    const row = choices.slice(i, i + each)
    rows.push(
      row
        .map((one) => one + ' '.repeat(width - cellsOf(one)))
        .join('')
        .trimEnd(),
    )
  }
  return rows
}
