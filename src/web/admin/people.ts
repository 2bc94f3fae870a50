/** People: who is online, who has an account, and one of them. */

import type { AdminPerson } from '../../protocol/admin-types.ts'
import { h } from '../ui/dom.ts'
import { accountsView } from './accounts.ts'
import { read } from './ask.ts'
import { type Context, route, type Section } from './context.ts'
import { Listing } from './listing.ts'
import { transportName } from './overview-parts.ts'
import { kindsOf, moment, personLink } from './parts.ts'
import { personSection } from './person.ts'
import { poll } from './poll.ts'
import { table } from './table.ts'

/** How often the list is read anew, in ms. */
const EVERY_MS = 10_000

/** `people`, `people/accounts`, or `people/of/<id>/<name>`. */
export function peopleSection(context: Context, path: readonly string[]): Section {
  const [view, id, name = ''] = path
  if (view === 'of' && id !== undefined) return personSection(context, id, name)
  const shown = view === 'accounts' ? 'accounts' : 'online'
  const part = shown === 'accounts' ? accountsView(context) : onlineView(context)
  const { t } = context
  const tab = (one: 'online' | 'accounts', href: string): HTMLElement =>
    h(
      'a',
      { class: 'tab', href, 'aria-current': one === shown ? 'page' : undefined },
      t.people[one],
    )
  return {
    element: h(
      'div',
      { class: 'section' },
      h(
        'header',
        { class: 'section-head' },
        h('div', null, h('h1', null, t.sections.people), h('p', { class: 'lead' }, t.people.lead)),
        h(
          'nav',
          { class: 'tabs', 'aria-label': t.people.views },
          tab('online', route('people')),
          tab('accounts', route('people', 'accounts')),
        ),
      ),
      part.element,
    ),
    stop: () => part.stop?.(),
  }
}

function onlineView(context: Context): Section {
  const { chat, t, f } = context
  const texts = t.people
  const list = new Listing<AdminPerson>(
    async (after, signal) => {
      const fields = after === undefined ? {} : { after }
      const { people, next } = await read(chat, 'admin_people', fields, signal)
      return next === undefined ? { rows: people } : { rows: people, next }
    },
    () => people.show(list),
  )
  const people = table<AdminPerson>({
    t,
    f,
    caption: texts.onlineCaption,
    key: ({ person }) => person.id,
    words: ({ person, sessions }) =>
      [
        person.name,
        person.id,
        ...sessions.flatMap((one) => [one.address, one.transport, ...one.rooms]),
      ].join(' '),
    searchHint: texts.searchHint,
    empty: texts.empty,
    emptyHint: texts.emptyHint,
    first: { column: 0, down: false },
    more: () => void list.more(),
    columns: [
      {
        title: texts.name,
        head: true,
        order: ({ person }) => person.name,
        cell: (row) => personLink(row.person),
      },
      {
        title: texts.kind,
        order: ({ admin, verified }) => (admin ? 0 : verified ? 1 : 2),
        cell: (row) => h('span', { class: 'marks' }, ...kindsOf(row, context)),
      },
      {
        title: texts.connections,
        numeric: true,
        order: ({ sessions }) => sessions.length,
        cell: ({ sessions }) => f.number(sessions.length),
      },
      {
        title: texts.transports,
        cell: ({ sessions }) =>
          [...new Set(sessions.map(({ transport }) => transportName(transport)))].join(', '),
      },
      {
        title: texts.address,
        cell: ({ sessions }) => h('span', { class: 'mono' }, some(addressesOf(sessions))),
      },
      {
        title: texts.since,
        order: ({ sessions }) => Math.min(...sessions.map(({ since }) => since)),
        cell: ({ sessions }) => moment(f, Math.min(...sessions.map(({ since }) => since))),
      },
      {
        title: texts.rooms,
        class: 'may-be-empty is-wide',
        cell: ({ sessions }) => {
          const rooms = [...new Set(sessions.flatMap((one) => one.rooms))]
          return rooms.length > 0 && h('span', { dir: 'auto' }, some(rooms.map((one) => `#${one}`)))
        },
      },
    ],
  })
  const polling = poll(
    () => list.refresh(),
    EVERY_MS,
    () => {},
  )
  return {
    element: people.element,
    stop() {
      polling.stop()
      list.stop()
    },
  }
}

const addressesOf = (sessions: AdminPerson['sessions']): readonly string[] => [
  ...new Set(sessions.map(({ address }) => address)),
]

/** The first ones, and how many more. */
function some(words: readonly string[], most = 3): string {
  const rest = words.length - most
  return rest > 0 ? `${words.slice(0, most).join(', ')} +${rest}` : words.join(', ')
}
