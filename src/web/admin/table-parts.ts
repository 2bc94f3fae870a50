/** The parts of tables. */

import { append, type Child, freshId, h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { failure } from './failure.ts'
import { adminIcon } from './icons.ts'
import type { Column, Rows, TableOptions } from './table-model.ts'
import type { Texts } from './texts.ts'

// Roles are said although elements have them: as cards they would lose them.

/** The headings; `mark` shows by which the rows are ordered. */
export function tableHead<T>(
  columns: readonly Column<T>[],
  t: Texts,
  sortBy: (column: number) => void,
): { head: HTMLElement; mark: (order: { column: number; down: boolean } | undefined) => void } {
  const cells = columns.map(({ title, order, numeric }, i) =>
    h(
      'th',
      { scope: 'col', role: 'columnheader', class: numeric === true ? 'is-number' : undefined },
      order === undefined
        ? title
        : h(
            'button',
            {
              type: 'button',
              class: 'sorter',
              title: t.table.sortBy(title),
              onclick: () => sortBy(i),
            },
            title,
            adminIcon('sort'),
          ),
    ),
  )
  const head = h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...cells))
  const mark = (order: { column: number; down: boolean } | undefined): void => {
    for (const [i, cell] of cells.entries()) {
      if (columns[i]?.order === undefined) continue
      const direction = order?.down === true ? 'descending' : 'ascending'
      cell.setAttribute('aria-sort', order?.column === i ? direction : 'none')
    }
  }
  return { head, mark }
}

/** A row; on cards its cells carry the names of their columns. */
export function tableRow<T>(columns: readonly Column<T>[], row: T): HTMLTableRowElement {
  const cells = columns.map((column) => {
    const classes = [
      column.class,
      column.numeric === true && 'is-number',
      column.head === true && 'is-head',
    ]
    const props = {
      class: classes.filter(Boolean).join(' ') || undefined,
      'data-title': column.title,
    }
    const cell =
      column.head === true
        ? h('th', { ...props, scope: 'row', role: 'rowheader' })
        : h('td', { ...props, role: 'cell' })
    append(cell, column.cell(row))
    return cell
  })
  return h('tr', { role: 'row' }, ...cells)
}

/** Where one writes what is searched for. */
export function searchField(
  label: string,
  hint: string,
  changed: (text: string) => void,
): HTMLElement {
  const id = freshId('search')
  return h(
    'div',
    { class: 'search' },
    h('label', { class: 'unseen', for: id }, label),
    icon('search'),
    h('input', {
      id,
      class: 'input',
      type: 'search',
      placeholder: hint,
      autocomplete: 'off',
      oninput: (event) => changed((event.target as HTMLInputElement).value),
    }),
  )
}

/** Cards have no headings to order by. */
export function orderChoice<T>(
  columns: readonly Column<T>[],
  t: Texts,
  setOrder: (column: number, down: boolean) => void,
): HTMLElement | false {
  const choices = columns.flatMap(({ title, order }, column) =>
    order === undefined
      ? []
      : [
          { column, down: false, label: `${title} ↑` },
          { column, down: true, label: `${title} ↓` },
        ],
  )
  if (choices.length === 0) return false
  const select = h(
    'select',
    {
      class: 'input order-choice',
      'aria-label': t.table.order,
      onchange: () => {
        const chosen = choices[select.selectedIndex]
        if (chosen !== undefined) setOrder(chosen.column, chosen.down)
      },
    },
    ...choices.map(({ label }) => h('option', null, label)),
  )
  return select
}

/** A way to the page before or after. */
export function pageButton(
  label: string,
  to: 'back' | 'next',
  onclick: () => void,
): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: `icon-button pager-${to}`, 'aria-label': label, onclick },
    icon('back'),
  )
}

/** What is said below the rows: that there are none, or more, or that reading failed. */
export function noteOf<T>(
  { t, f, empty, emptyHint, more }: TableOptions<T>,
  { rows, state, error }: Rows<T>,
  nothing: boolean,
  narrowed: boolean,
): Child {
  const count = f.number(rows.length)
  const goOn = (label: string): Child =>
    more !== undefined &&
    h('button', { type: 'button', class: 'button small', onclick: () => more() }, label)
  if (state === 'failed') return [failure(error), goOn(t.common.retry)]
  if (state === 'loading') {
    if (rows.length > 0) return h('p', null, t.table.reading(count))
    return h(
      'div',
      { class: 'table-skeleton', role: 'status' },
      h('span', { class: 'unseen' }, t.common.loading),
      ...Array.from({ length: 5 }, () => h('div', { class: 'skeleton' })),
    )
  }
  const part = state === 'part' && h('p', null, t.table.partial(count))
  if (nothing) {
    const title = narrowed ? t.table.noMatch : empty
    const hint = narrowed ? t.table.noMatchHint : emptyHint
    return [
      h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', null, hint)),
      part,
      state === 'part' && goOn(t.table.more),
    ]
  }
  return part !== false && [part, goOn(t.table.more)]
}
