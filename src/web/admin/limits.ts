/** All limits of the server: what they are, and changing them. */

import type { AdminLimit } from '../../protocol/admin-types.ts'
import { fill, h } from '../ui/dom.ts'
import { field } from '../ui/field.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'
import { read } from './ask.ts'
import { choice } from './choice.ts'
import type { Context, Section } from './context.ts'
import { complain, failure } from './failure.ts'
import { actButton } from './form-dialog.ts'
import { adminIcon } from './icons.ts'
import { editLimit } from './limit-edit.ts'
import { GROUPS, type Group, groupOf, placeOf, unitOf } from './limit-groups.ts'
import { limitTexts } from './texts.ts'

/** The section. */
export function limitsSection(context: Context): Section {
  const { chat, t } = context
  const texts = t.limits
  const aborter = new AbortController()
  let limits: readonly AdminLimit[] = []
  const place = h('div', { class: 'limit-groups' }, h('p', { class: 'quiet' }, t.common.loading))
  const filter = field({ label: texts.filter, placeholder: texts.filterHint, type: 'search' })
  filter.input.addEventListener('input', () => draw())
  const only = choice(
    texts.only,
    [
      { value: 'all', label: texts.all },
      { value: 'changeable', label: texts.changeable },
      { value: 'changed', label: texts.changed },
    ],
    'all',
    () => draw(),
  )
  const take = (now: readonly AdminLimit[], changed?: string): void => {
    limits = now
    draw()
    // What was pressed is another element now.
    if (changed === undefined) return
    place.querySelector<HTMLElement>(`[data-limit="${CSS.escape(changed)}"]`)?.focus()
  }
  const isShown = ({ name, value, initial, changeable }: AdminLimit): boolean => {
    if (only.value() === 'changeable' && !changeable) return false
    if (only.value() === 'changed' && value === initial) return false
    const words = filter.value().toLocaleLowerCase().split(/\s+/)
    const text = `${name} ${limitTexts()[name] ?? ''}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  }
  const draw = (): void => {
    const shown = limits.filter(isShown)
    const groups = ([...Object.keys(GROUPS), 'other'] as Group[]).map((group) => ({
      group,
      rows: shown
        .filter(({ name }) => groupOf(name) === group)
        .sort((a, b) => placeOf(a.name) - placeOf(b.name)),
    }))
    const filled = groups.filter(({ rows }) => rows.length > 0)
    fill(
      place,
      ...filled.map(({ group, rows }) => groupCard(context, group, rows, take)),
      filled.length === 0 &&
        h(
          'div',
          { class: 'empty' },
          h('p', { class: 'empty-title' }, t.table.noMatch),
          h('p', null, t.table.noMatchHint),
        ),
    )
  }
  read(chat, 'admin_limits', {}, aborter.signal)
    .then(({ limits: all }) => take(all))
    .catch((error) => {
      if (!aborter.signal.aborted) fill(place, failure(error))
    })
  return {
    element: h(
      'div',
      { class: 'section' },
      h(
        'header',
        { class: 'section-head' },
        h('div', null, h('h1', null, t.sections.limits), h('p', { class: 'lead' }, texts.lead)),
      ),
      h('div', { class: 'tools limit-tools' }, filter.element, only.element),
      place,
    ),
    stop: () => aborter.abort(),
  }
}

function groupCard(
  context: Context,
  group: Group,
  rows: readonly AdminLimit[],
  take: (limits: readonly AdminLimit[], changed: string) => void,
): HTMLElement {
  const { t } = context
  const texts = t.limits
  const title = texts.groups[group]
  return h(
    'section',
    { class: 'card limits-card', 'aria-label': title },
    h(
      'header',
      { class: 'card-head' },
      h('h2', null, title),
      group === 'rooms' && h('p', { class: 'card-lead' }, texts.note),
    ),
    h(
      'table',
      { class: 'table limits', role: 'table' },
      h('caption', { class: 'unseen' }, title),
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          h('th', { scope: 'col', role: 'columnheader' }, texts.name),
          h('th', { scope: 'col', role: 'columnheader', class: 'is-number' }, texts.value),
          h('th', { scope: 'col', role: 'columnheader', class: 'is-number' }, texts.initial),
          h('td', { role: 'cell' }),
        ),
      ),
      h('tbody', { role: 'rowgroup' }, ...rows.map((row) => limitRow(context, row, take))),
    ),
  )
}

function limitRow(
  context: Context,
  limit: AdminLimit,
  take: (limits: readonly AdminLimit[], changed: string) => void,
): HTMLElement {
  const { chat, t, f } = context
  const texts = t.limits
  const { name, value, initial, changeable } = limit
  const unit = unitOf(name)
  const changed = value !== initial
  const text = limitTexts()[name]
  const reset = async (): Promise<void> => {
    const { limits } = await chat.request('admin_limits', { set: { [name]: null } })
    toast(texts.saved(name, f.quantity(initial, unit)))
    take(limits, name)
  }
  const edit = async (): Promise<void> => {
    const now = await editLimit(context, limit)
    if (now !== null) take(now, name)
  }
  return h(
    'tr',
    { role: 'row', class: changed ? 'is-changed' : undefined },
    h(
      'th',
      { scope: 'row', role: 'rowheader', class: 'is-head' },
      text !== undefined && h('span', { class: 'limit-text' }, text),
      h('code', { class: 'limit-name' }, name),
    ),
    h(
      'td',
      { role: 'cell', class: 'is-number', 'data-title': texts.value },
      h('span', { title: f.number(value), class: 'limit-value' }, f.quantity(value, unit)),
    ),
    h(
      'td',
      { role: 'cell', class: 'is-number is-soft', 'data-title': texts.initial },
      f.quantity(initial, unit),
    ),
    h(
      'td',
      { role: 'cell', class: 'is-acts' },
      changed &&
        changeable &&
        actButton(
          { class: 'icon-button', label: texts.resetOf(name) },
          reset,
          complain,
          adminIcon('undo'),
        ),
      changeable
        ? h(
            'button',
            {
              class: 'icon-button',
              'data-limit': name,
              type: 'button',
              'aria-label': texts.edit(name),
              onclick: () => void edit(),
            },
            icon('edit'),
          )
        : h(
            'span',
            { class: 'is-fixed', title: texts.fixed },
            icon('lock'),
            h('span', { class: 'unseen' }, texts.fixed),
          ),
    ),
  )
}
