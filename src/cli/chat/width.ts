/** How much room text takes on a terminal, and how a line that is being typed is laid out. */

import { visible } from '../../protocol/visible.ts'

/** Takes no cell of its own: marks, joiners, variation selectors, the middle of Korean syllables. */
const NOTHING = /^(?:[\p{Mn}\p{Me}\p{Cf}]|[\u1160-\u11ff])$/u
/** Takes two cells: East Asian Wide and Fullwidth (UAX #11), and emoji shown as pictures. */
const WIDE =
  /^(?!\p{Regional_Indicator})[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const PLAIN = /^[\x20-\x7e]*$/

/** Cells of one code point, as terminals count them (wcwidth): 0, 1 or 2. */
function cellsOfChar(char: string): number {
  if (NOTHING.test(char)) return 0
  return WIDE.test(char) ? 2 : 1
}

/** Cells of a text without controls. */
export function cellsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let cells = 0
  for (const char of text) cells += cellsOfChar(char)
  return cells
}

/** What people take for one character, with where it begins (in UTF-16 units). */
export interface Grapheme {
  readonly text: string
  readonly at: number
}

/** The characters of a text as people count them. */
export function graphemesOf(text: string): Grapheme[] {
  if (PLAIN.test(text)) return [...text].map((one, at) => ({ text: one, at }))
  return [...GRAPHEMES.segment(text)].map(({ segment, index }) => ({ text: segment, at: index }))
}

/** A line as it is typed, in rows of the screen. */
export interface Layout {
  readonly rows: readonly string[]
  /** Cells of each row. */
  readonly cells: readonly number[]
  /** Where the cursor is: counted from 0. */
  readonly row: number
  readonly column: number
}

/**
 * Lays out a line that is being typed: rows of at most `columns` cells, broken by us, so that terminals
 * needn't agree on how they wrap. What can't be seen is made visible.
 *
 * @param lead stands before it, as printed and (without colours) in cells
 * @param cursor before which UTF-16 unit of `text` it is
 * @param mask shown instead of the text: nothing, where it is a secret
 */
export function layout(
  lead: { readonly text: string; readonly cells: number },
  text: string,
  cursor: number,
  columns: number,
  mask = false,
): Layout {
  const width = Math.max(2, columns)
  const rows = [lead.text]
  const cells = [lead.cells]
  let row = 0
  let at: { row: number; column: number } | undefined
  const used = (): number => cells[row] as number
  const wrap = (): void => {
    rows.push('')
    cells.push(0)
    row += 1
  }
  for (const one of mask ? [] : graphemesOf(text)) {
    const shown = one.text === '\n' ? '⏎' : visible(one.text).trimEnd() || ' '
    // Long where something invisible is shown by its number; may then be broken anywhere.
    for (const [i, part] of [cellsOf(shown) > 2 ? [...shown] : [shown]].flat().entries()) {
      const size = cellsOf(part)
      if (used() + size > width) wrap()
      if (i === 0 && one.at >= cursor) at ??= { row, column: used() }
      rows[row] += part
      cells[row] = used() + size
    }
  }
  if (at === undefined) {
    if (used() >= width) wrap()
    at = { row, column: used() }
  }
  return { rows, cells, ...at }
}

/** The rows of a layout that fit on a screen of this height: those around the cursor. */
export function windowOf(whole: Layout, height: number): Layout {
  const most = Math.max(1, height)
  if (whole.rows.length <= most) return whole
  const first = Math.min(Math.max(0, whole.row - most + 1), whole.rows.length - most)
  return {
    rows: whole.rows.slice(first, first + most),
    cells: whole.cells.slice(first, first + most),
    row: whole.row - first,
    column: whole.column,
  }
}

/** How far a line that goes on is moved in, in cells. */
const INDENT = 4
const PIECE = /(?<color>\u001b\[[0-9;]*m)|(?<space> +)|(?<word>[^\u001b ]+)/gu

/**
 * Breaks a line for a screen, at spaces; the rows after the first are moved in. A word that fits on no
 * row is left to the terminal, so that addresses stay whole. Colours take no room.
 */
export function wrapped(line: string, columns: number): string {
  if (line.length <= columns && PLAIN.test(line)) return line
  let out = ''
  let at = 0
  // Spaces and colours since the last word.
  let between = ''
  let spaces = 0
  for (const { groups = {} } of line.matchAll(PIECE)) {
    const { color = '', space = '', word } = groups
    if (word === undefined) {
      between += color + space
      spaces += space.length
      continue
    }
    const cells = cellsOf(word)
    if (at + spaces + cells > columns && at > INDENT && cells <= columns - INDENT) {
      out += `${between.replaceAll(' ', '')}\r\n${' '.repeat(INDENT)}`
      at = INDENT
    } else {
      out += between
      at += spaces
    }
    out += word
    // Where the terminal broke it, it goes on in the middle of a row.
    at = at + cells > columns ? (at + cells) % columns : at + cells
    between = ''
    spaces = 0
  }
  return out + between
}
