/** A line that is being typed: what keys do to it. Knows nothing of the screen. */

import { graphemesOf } from './width.ts'

/** A key, as `emitKeypressEvents` of node:readline tells. */
export interface Key {
  readonly name?: string
  readonly ctrl?: boolean
  readonly meta?: boolean
  readonly shift?: boolean
  readonly sequence?: string
}

/**
 * What came of a key. `changed`: the line, or the cursor; `line`: it was entered; `complete`: wanted;
 * `interrupt`: Ctrl+C; `end`: Ctrl+D on an empty line; `redraw`, `suspend`: the screen's matter.
 */
export type Pressed =
  | 'changed'
  | 'line'
  | 'complete'
  | 'interrupt'
  | 'end'
  | 'redraw'
  | 'suspend'
  | 'nothing'

/** Lines that are remembered. */
const HISTORY = 500
/** No line is longer, in UTF-16 units: far more than a message may have. */
const MOST = 100_000

const WORD = /[\p{L}\p{N}_]/u

/** Keys that have a name, as other programs have them (readline, Emacs). */
const NAMED: Readonly<Record<string, (line: LineEditor) => void>> = {
  left: (line) => line.moveTo(line.before()),
  right: (line) => line.moveTo(line.after()),
  home: (line) => line.moveTo(0),
  end: (line) => line.moveTo(line.text.length),
  backspace: (line) => line.cut(line.before(), line.cursor),
  delete: (line) => line.cut(line.cursor, line.after()),
  up: (line) => line.recall(-1),
  down: (line) => line.recall(1),
}

const WITH_CTRL: Readonly<Record<string, (line: LineEditor) => void>> = {
  a: (line) => line.moveTo(0),
  e: (line) => line.moveTo(line.text.length),
  b: (line) => line.moveTo(line.before()),
  f: (line) => line.moveTo(line.after()),
  d: (line) => line.cut(line.cursor, line.after()),
  h: (line) => line.cut(line.before(), line.cursor),
  k: (line) => line.cut(line.cursor, line.text.length, true),
  u: (line) => line.cut(0, line.cursor, true),
  w: (line) => line.cut(line.wordBefore(/\S/), line.cursor, true),
  y: (line) => line.insert(line.killed),
  p: (line) => line.recall(-1),
  n: (line) => line.recall(1),
  left: (line) => line.moveTo(line.wordBefore()),
  right: (line) => line.moveTo(line.wordAfter()),
}

const WITH_META: Readonly<Record<string, (line: LineEditor) => void>> = {
  b: (line) => line.moveTo(line.wordBefore()),
  f: (line) => line.moveTo(line.wordAfter()),
  d: (line) => line.cut(line.cursor, line.wordAfter(), true),
  backspace: (line) => line.cut(line.wordBefore(), line.cursor, true),
  left: (line) => line.moveTo(line.wordBefore()),
  right: (line) => line.moveTo(line.wordAfter()),
  return: (line) => line.insert('\n'),
}

/** The line, its cursor, and the lines before it. */
export class LineEditor {
  text = ''
  /** Before which UTF-16 unit it is. */
  cursor = 0
  /** What was cut last. */
  killed = ''
  private pasting = false
  private readonly history: string[] = []
  /** Which line of the history is shown; its length: the one being typed. */
  private shown = 0
  private begun = ''

  /** Does what a key means. `char`: what it types, if anything. */
  press(char: string | undefined, key: Key): Pressed {
    const { name = '', ctrl = false, meta = false } = key
    if (name === 'paste-start' || name === 'paste-end') {
      this.pasting = name === 'paste-start'
      return 'nothing'
    }
    if (this.pasting) return this.paste(char, name)
    if (ctrl && !meta) {
      if (name === 'c') return 'interrupt'
      if (name === 'd' && this.text === '') return 'end'
      if (name === 'l') return 'redraw'
      if (name === 'z') return 'suspend'
      return this.run(WITH_CTRL[name])
    }
    if (meta) return this.run(WITH_META[name])
    if (name === 'return' || name === 'enter') return 'line'
    if (name === 'tab') return 'complete'
    const act = NAMED[name]
    if (act !== undefined) return this.run(act)
    if (char === undefined || /^[\p{Cc}]/u.test(char)) return 'nothing'
    this.insert(char)
    return 'changed'
  }

  /** What is pasted is text, whatever it contains: its line breaks don't send anything. */
  private paste(char: string | undefined, name: string): Pressed {
    if (name === 'return' || name === 'enter') this.insert('\n')
    else if (name === 'tab') this.insert(' ')
    else if (char === undefined || /^[\p{Cc}]/u.test(char)) return 'nothing'
    else this.insert(char)
    return 'changed'
  }

  private run(act: ((line: LineEditor) => void) | undefined): Pressed {
    if (act === undefined) return 'nothing'
    act(this)
    return 'changed'
  }

  /** Takes the line: it is empty again. `remember`: Up brings it back. */
  take(remember: boolean): string {
    const { text, history } = this
    if (remember && text.trim() !== '' && text !== history.at(-1)) {
      history.push(text)
      if (history.length > HISTORY) history.shift()
    }
    this.set('')
    this.shown = history.length
    return text
  }

  /** Another line, with the cursor at its end or where it is told. */
  set(text: string, cursor = text.length): void {
    this.text = text
    this.cursor = cursor
  }

  insert(text: string): void {
    if (this.text.length + text.length > MOST) return
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor)
    this.cursor += text.length
  }

  moveTo(cursor: number): void {
    this.cursor = cursor
  }

  cut(from: number, to: number, keep = false): void {
    if (keep && to > from) this.killed = this.text.slice(from, to)
    this.text = this.text.slice(0, from) + this.text.slice(to)
    this.cursor = from
  }

  /** Where the character before the cursor begins. */
  before(): number {
    return graphemesOf(this.text.slice(0, this.cursor)).at(-1)?.at ?? 0
  }

  /** Where the character behind the cursor ends. */
  after(): number {
    const rest = this.text.slice(this.cursor)
    return this.cursor + (graphemesOf(rest)[0]?.text.length ?? 0)
  }

  /** Where the word before the cursor begins. */
  wordBefore(inside: RegExp = WORD): number {
    const list = graphemesOf(this.text.slice(0, this.cursor))
    let i = list.length
    while (i > 0 && !inside.test(list[i - 1]?.text ?? '')) i -= 1
    while (i > 0 && inside.test(list[i - 1]?.text ?? '')) i -= 1
    return list[i]?.at ?? (i === 0 ? 0 : this.cursor)
  }

  /** Where the word behind the cursor ends. */
  wordAfter(): number {
    const list = graphemesOf(this.text.slice(this.cursor))
    let i = 0
    while (i < list.length && !WORD.test(list[i]?.text ?? '')) i += 1
    while (i < list.length && WORD.test(list[i]?.text ?? '')) i += 1
    return this.cursor + (list[i]?.at ?? this.text.length - this.cursor)
  }

  /** Goes back (-1) or forth (1) through the lines entered before. */
  recall(by: -1 | 1): void {
    const next = this.shown + by
    if (next < 0 || next > this.history.length) return
    if (this.shown === this.history.length) this.begun = this.text
    this.shown = next
    this.set(this.history[next] ?? this.begun)
  }
}
