/** The accounts of the server. */

import type { AccountInfo } from '../../protocol/types.ts'
import { fill, h, setText } from '../ui/dom.ts'
import { busyButton, field } from '../ui/field.ts'
import { icon } from '../ui/icons.ts'
import { accountMarks, createAccount } from './account.ts'
import { read } from './ask.ts'
import type { Context, Section } from './context.ts'
import { codeOf, complain } from './failure.ts'
import { Listing } from './listing.ts'
import { moment, personLink, personRoute } from './parts.ts'
import { poll } from './poll.ts'
import { table } from './table.ts'

/** How often the list is read anew, in ms. */
const EVERY_MS = 30_000

/** The list. */
export function accountsView(context: Context): Section {
  const { chat, t, f } = context
  const texts = t.accounts
  const count = h('p', { class: 'lead' })
  const list = new Listing<AccountInfo>(
    async (after, signal) => {
      const fields = after === undefined ? {} : { after }
      const page = await read(chat, 'admin_accounts', fields, signal)
      setText(count, texts.ofAll(f.number(page.count), page.count))
      const { accounts: rows, next } = page
      return next === undefined ? { rows } : { rows, next }
    },
    () => show(),
  )
  const make = async (): Promise<void> => {
    const made = await createAccount(context)
    if (made !== null) await list.refresh().catch(complain)
  }
  const accounts = table<AccountInfo>({
    t,
    f,
    caption: texts.caption,
    key: ({ id }) => id,
    words: ({ name, id }) => `${name} ${id}`,
    searchHint: texts.searchHint,
    empty: texts.empty,
    emptyHint: texts.emptyHint,
    more: () => void list.more(),
    tools: [
      h(
        'button',
        { class: 'button primary', type: 'button', onclick: () => void make() },
        icon('plus'),
        texts.create,
      ),
    ],
    columns: [
      {
        title: texts.name,
        head: true,
        order: ({ name }) => name,
        cell: (row) => personLink(row),
      },
      {
        title: texts.status,
        order: ({ disabled, admin }) => (disabled ? 2 : admin ? 0 : 1),
        cell: (row) => accountMarks(row, context),
      },
      {
        title: texts.created,
        order: ({ createdAt }) => createdAt,
        cell: ({ createdAt }) => moment(f, createdAt),
      },
      {
        title: t.people.id,
        class: 'is-wide',
        cell: ({ id }) => h('span', { class: 'mono' }, id),
      },
    ],
  })
  const finder = findForm(context)
  const element = h('div', null, accounts.element, finder, count)
  const show = (): void => {
    if (list.state === 'failed' && codeOf(list.error) === 'unsupported') {
      fill(
        element,
        h(
          'div',
          { class: 'empty' },
          h('p', { class: 'empty-title' }, texts.none),
          h('p', null, texts.noneHint),
        ),
      )
      return
    }
    // Where all are read, the search finds them.
    finder.hidden = count.hidden = list.state !== 'part'
    accounts.show(list)
  }
  finder.hidden = count.hidden = true
  const polling = poll(
    () => list.refresh(),
    EVERY_MS,
    () => {},
  )
  return {
    element,
    stop() {
      polling.stop()
      list.stop()
    },
  }
}

/** Among very many, the server finds the one of a name. */
function findForm({ chat, t }: Context): HTMLElement {
  const texts = t.accounts
  const name = field({ label: texts.find })
  const go = busyButton({ class: 'button' }, icon('search'), t.table.search)
  const find = async (): Promise<void> => {
    go.busy(true)
    try {
      const { accounts } = await read(chat, 'admin_accounts', { name: name.value() })
      const [found] = accounts
      if (found === undefined) name.fail(texts.notFound)
      else location.hash = personRoute(found)
    } catch (error) {
      complain(error)
    } finally {
      go.busy(false)
    }
  }
  return h(
    'form',
    {
      class: 'find',
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        if (name.value() !== '' && !go.element.disabled) void find()
      },
    },
    name.element,
    go.element,
  )
}
