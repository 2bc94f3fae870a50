/** Tables with search, order and pages. Where the window is narrow their rows become cards. */

import { fill, h, keyed, setText } from '../ui/dom.ts'
import type { Format } from './format.ts'
import type { Column, Rows, TableOptions } from './table-model.ts'
import { noteOf, orderChoice, pageButton, searchField, tableHead, tableRow } from './table-parts.ts'

/** A table. */
export interface Table<T> {
  readonly element: HTMLElement
  show(rows: Rows<T>): void
  /** Draws again, since `keep` decides otherwise now. */
  redraw(): void
}

/** Makes one. */
export function table<T>(options: TableOptions<T>): Table<T> {
  const { t, f, columns, pageRows = 25 } = options
  let given: Rows<T> = { rows: [], state: 'loading' }
  let order = options.first
  let search = ''
  let page = 0

  const setOrder = (column: number, down: boolean): void => {
    order = { column, down }
    page = 0
    draw()
  }
  const sortBy = (column: number): void => {
    // Numbers are looked at from the largest, words from A.
    const down = columns[column]?.numeric === true
    setOrder(column, order?.column === column ? !order.down : down)
  }
  const { head, mark } = tableHead(columns, t, sortBy)
  const body = h('tbody', { role: 'rowgroup' })
  const show = keyed<T>(body, {
    key: options.key,
    make: (row) => tableRow(columns, row),
    update: (_element, row, was) =>
      JSON.stringify(row) === JSON.stringify(was) ? undefined : tableRow(columns, row),
  })
  const grid = h(
    'table',
    { class: 'table', role: 'table' },
    h('caption', { class: 'unseen' }, options.caption),
    head,
    body,
  )
  const note = h('div', { class: 'table-note' })
  const count = h('p', { class: 'table-count', role: 'status' })
  const back = pageButton(t.table.previous, 'back', () => turn(-1))
  const on = pageButton(t.table.next, 'next', () => turn(1))
  const turn = (by: number): void => {
    page += by
    draw()
    grid.scrollIntoView({ block: 'nearest' })
  }
  const input =
    options.words === undefined
      ? undefined
      : searchField(t.table.search, options.searchHint ?? '', (text) => {
          search = text
          page = 0
          draw()
        })

  const draw = (): void => {
    const words = search
      .toLocaleLowerCase(f.lang)
      .split(/\s+/)
      .filter((word) => word !== '')
    const found = given.rows.filter((row) => {
      if (options.keep?.(row) === false) return false
      if (words.length === 0) return true
      const text = options.words?.(row).toLocaleLowerCase(f.lang) ?? ''
      return words.every((word) => text.includes(word))
    })
    const sorted =
      order === undefined ? found : ordered(found, columns[order.column], order.down, f)
    const pages = Math.max(1, Math.ceil(sorted.length / pageRows))
    page = Math.min(Math.max(page, 0), pages - 1)
    const shown = sorted.slice(page * pageRows, (page + 1) * pageRows)
    mark(order)
    show(shown)
    grid.hidden = shown.length === 0
    const from = f.number(page * pageRows + 1)
    const to = f.number(page * pageRows + shown.length)
    setText(count, shown.length === 0 ? '' : t.table.shown(from, to, f.number(sorted.length)))
    back.disabled = page === 0
    on.disabled = page >= pages - 1
    back.hidden = on.hidden = pages === 1
    foot.hidden = shown.length === 0
    const narrowed = given.rows.length > 0
    fill(note, noteOf(options, given, shown.length === 0, narrowed))
  }
  const foot = h('div', { class: 'table-foot' }, count, h('div', { class: 'pager' }, back, on))
  const element = h(
    'div',
    { class: 'table-box' },
    h(
      'div',
      { class: 'tools' },
      input,
      orderChoice(columns, t, setOrder),
      ...(options.tools ?? []),
    ),
    grid,
    note,
    foot,
  )
  draw()
  return {
    element,
    show(rows) {
      given = rows
      draw()
    },
    redraw: draw,
  }
}

function ordered<T>(
  rows: readonly T[],
  column: Column<T> | undefined,
  down: boolean,
  { lang }: Format,
): readonly T[] {
  const by = column?.order
  if (by === undefined) return rows
  const collator = new Intl.Collator(lang, { numeric: true, sensitivity: 'base' })
  const sorted = [...rows].sort((one, other) => {
    const a = by(one)
    const b = by(other)
    return typeof a === 'number' && typeof b === 'number'
      ? a - b
      : collator.compare(String(a), String(b))
  })
  return down ? sorted.reverse() : sorted
}
