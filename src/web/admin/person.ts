/** One person: their connections, their account, and what is kept of them. */

import type { AdminPerson, AdminSession } from '../../protocol/admin-types.ts'
import type { AccountInfo } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import { fill, h } from '../ui/dom.ts'
import { field } from '../ui/field.ts'
import { toast } from '../ui/toast.ts'
import { accountCard } from './account.ts'
import { read } from './ask.ts'
import { type Context, route, type Section } from './context.ts'
import { codeOf, failure } from './failure.ts'
import { formDialog } from './form-dialog.ts'
import { adminIcon } from './icons.ts'
import { transportName } from './overview-parts.ts'
import { backLink, kindsOf, moment } from './parts.ts'
import { dataCard } from './person-data.ts'
import { poll } from './poll.ts'

/** How often it is looked whether they are online, in ms. */
const EVERY_MS = 10_000

/** The section of one person. */
export function personSection(context: Context, id: string, name: string): Section {
  const { chat, t } = context
  const aborter = new AbortController()
  const { signal } = aborter
  const marks = h('p', { class: 'title-marks' })
  const online = h('div', null, h('p', { class: 'quiet' }, t.common.loading))
  const account = h('div', { class: 'slot' })
  let shown = ''

  const showOnline = (person: AdminPerson | undefined): void => {
    // What didn't change keeps its focus.
    const now = JSON.stringify(person ?? null)
    if (now === shown) return
    shown = now
    fill(marks, ...(person === undefined ? [] : kindsOf(person, context)))
    fill(online, ...connectionsOf(context, person, () => polling.now()))
  }
  const polling = poll(
    async () => {
      const { people } = await read(chat, 'admin_people', { person: id }, signal)
      if (!signal.aborted) showOnline(people.find(({ person }) => person.id === id))
    },
    EVERY_MS,
    (error) => {
      if (!signal.aborted) fill(online, failure(error))
    },
  )
  const loadAccount = async (): Promise<void> => {
    const found = await findAccount(context, id, name, signal)
    fill(account, found !== undefined && accountCard(context, found))
  }
  loadAccount().catch((error) => {
    if (signal.aborted) return
    fill(account, codeOf(error) !== 'unsupported' && failure(error))
  })
  const person = { id, name }
  return {
    element: h(
      'div',
      { class: 'section' },
      backLink(t.sections.people, route('people')),
      h(
        'header',
        { class: 'section-head' },
        h(
          'div',
          { class: 'person-title' },
          avatar(person),
          h(
            'div',
            null,
            h('h1', { dir: 'auto' }, name || '–'),
            h('p', { class: 'person-id' }, h('code', null, id)),
          ),
        ),
        h(
          'a',
          { class: 'button', href: route('moderation', '', id) },
          adminIcon('shield'),
          t.rooms.moderate,
        ),
      ),
      marks,
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'column' },
          h(
            'section',
            { class: 'card', 'aria-label': t.people.sessions },
            h('header', { class: 'card-head' }, h('h2', null, t.people.sessions)),
            online,
          ),
        ),
        h('div', { class: 'column' }, account, dataCard(context, person)),
      ),
    ),
    stop() {
      polling.stop()
      aborter.abort()
    },
  }
}

async function findAccount(
  { chat }: Context,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<AccountInfo | undefined> {
  if (name === '') return undefined
  const { accounts } = await read(chat, 'admin_accounts', { name }, signal)
  return accounts.find((one) => one.id === id)
}

function connectionsOf(
  context: Context,
  one: AdminPerson | undefined,
  changed: () => void,
): readonly HTMLElement[] {
  const { t } = context
  if (one === undefined) return [h('p', { class: 'empty' }, t.people.gone)]
  const { person, sessions } = one
  const all = (): void => {
    void disconnect(context, t.people.disconnectText(person.name), { person: person.id }, changed)
  }
  return [
    h(
      'ul',
      { class: 'sessions' },
      ...sessions.map((session) => sessionItem(context, session, changed)),
    ),
    h(
      'div',
      { class: 'row-acts' },
      h(
        'button',
        { class: 'button danger', type: 'button', onclick: all },
        adminIcon('plug'),
        t.people.disconnect,
      ),
    ),
  ]
}

function sessionItem(context: Context, session: AdminSession, changed: () => void): HTMLElement {
  const { t, f } = context
  const { transport, address, since, secure, rooms, node, id } = session
  const end = (): void => {
    void disconnect(context, t.people.disconnectOneText, { session: id }, changed)
  }
  return h(
    'li',
    { class: 'session' },
    h(
      'div',
      { class: 'session-text' },
      h(
        'p',
        { class: 'session-head' },
        h('b', null, transportName(transport)),
        h('span', { class: 'mono' }, address),
        h(
          'span',
          { class: secure ? 'mark' : 'mark quiet' },
          secure ? t.people.encrypted : t.people.plain,
        ),
      ),
      h(
        'p',
        { class: 'quiet' },
        `${t.people.since} `,
        moment(f, since),
        ` · ${t.overview.node} ${node}`,
      ),
      rooms.length > 0 &&
        h(
          'p',
          { class: 'chips' },
          ...rooms.map((room) =>
            h('a', { class: 'chip', href: route('rooms', room), dir: 'auto' }, `#${room}`),
          ),
        ),
    ),
    h(
      'button',
      {
        class: 'icon-button',
        type: 'button',
        'aria-label': `${t.people.disconnectOne}: ${transportName(transport)}, ${address}`,
        title: t.people.disconnectOne,
        onclick: end,
      },
      adminIcon('plug'),
    ),
  )
}

async function disconnect(
  { chat, t, f, feed }: Context,
  text: string,
  whom: { readonly person: string } | { readonly session: string },
  changed: () => void,
): Promise<void> {
  const reason = field({ label: t.common.reason, hint: t.common.reasonHint, maxLength: 200 })
  const done = await formDialog({
    t,
    title: t.people.disconnect,
    text,
    action: t.people.disconnect,
    danger: true,
    body: [reason.element],
    run: async () => {
      const { ended } = await chat.request('admin_disconnect', { ...whom, reason: reason.value() })
      toast(t.people.disconnected(f.number(ended), ended))
      return true
    },
  })
  if (!done) return
  changed()
  feed.now()
}
