/** The audit trail: what was done, by whom, newest first. */

import type { AuditLine } from '../../protocol/admin-types.ts'
import { fill, h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { read } from './ask.ts'
import { actText, personText } from './audit-line.ts'
import { type Context, route, type Section } from './context.ts'
import { codeOf, complain } from './failure.ts'
import { actButton } from './form-dialog.ts'
import { Listing } from './listing.ts'
import { moment } from './parts.ts'
import { table } from './table.ts'

/** The section. */
export function auditSection({ chat, t, f }: Context): Section {
  const texts = t.audit
  let act = ''
  const list = new Listing<AuditLine, number>(
    async (before, signal) => {
      const fields = before === undefined ? {} : { before }
      const { lines: rows, more } = await read(chat, 'admin_audit', fields, signal)
      const last = rows.at(-1)
      return more && last !== undefined ? { rows, next: last.id } : { rows }
    },
    () => show(),
  )
  const filter = h('select', {
    class: 'input act-filter',
    'aria-label': texts.filterAct,
    onchange: () => {
      act = filter.value
      lines.redraw()
    },
  })
  const lines = table<AuditLine>({
    t,
    f,
    caption: texts.caption,
    key: ({ id }) => String(id),
    words: (line) =>
      [
        line.by.name,
        line.by.id,
        line.to?.name ?? '',
        line.to?.id ?? '',
        line.room === undefined ? '' : `#${line.room}`,
        line.note ?? '',
        line.act,
        actText(line.act, t),
      ].join(' '),
    searchHint: texts.searchHint,
    keep: (line) => act === '' || line.act === act,
    empty: texts.empty,
    emptyHint: texts.emptyHint,
    more: () => void list.more(),
    pageRows: 50,
    tools: [
      filter,
      actButton(
        { class: 'button' },
        () => list.refresh(),
        complain,
        icon('retry'),
        t.common.refresh,
      ),
    ],
    columns: [
      { title: texts.time, cell: ({ ts }) => moment(f, ts), class: 'is-time' },
      { title: texts.by, cell: ({ by }) => personText(by) },
      {
        title: texts.act,
        head: true,
        cell: (line) => h('span', { title: line.act }, actText(line.act, t)),
      },
      {
        title: texts.to,
        class: 'may-be-empty',
        cell: ({ to }) => to !== undefined && personText(to),
      },
      {
        title: texts.room,
        class: 'may-be-empty',
        cell: ({ room }) =>
          room !== undefined && h('a', { href: route('rooms', room), dir: 'auto' }, `#${room}`),
      },
      {
        title: texts.note,
        class: 'may-be-empty is-wide is-note',
        cell: ({ note }) => note !== undefined && h('span', { dir: 'auto' }, note),
      },
    ],
  })
  const place = h('div', null, lines.element)
  const show = (): void => {
    if (list.state === 'failed' && codeOf(list.error) === 'unsupported') {
      fill(place, h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, texts.unsupported)))
      return
    }
    const acts = [...new Set(list.rows.map((line) => line.act))].sort()
    fill(
      filter,
      h('option', { value: '' }, texts.allActs),
      ...acts.map((one) =>
        h('option', { value: one, 'prop:selected': one === act }, actText(one, t)),
      ),
    )
    lines.show(list)
  }
  list.refresh().catch(() => {})
  return {
    element: h(
      'div',
      { class: 'section' },
      h(
        'header',
        { class: 'section-head' },
        h('div', null, h('h1', null, t.sections.audit), h('p', { class: 'lead' }, texts.lead)),
      ),
      place,
    ),
    stop: () => list.stop(),
  }
}
