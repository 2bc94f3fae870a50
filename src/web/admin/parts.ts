/** Small parts that several sections show. */

import type { AdminPerson, AdminRoom } from '../../protocol/admin-types.ts'
import { avatar } from '../ui/avatar.ts'
import { type Child, h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { type Context, route } from './context.ts'

/** A time as one reads it, with the exact one behind. */
export const moment = (f: Context['f'], ts: number): HTMLElement =>
  h('time', { datetime: new Date(ts).toISOString(), title: f.moment(ts) }, f.time(ts))

/** A way back to a list. */
export const backLink = (label: string, href: string): HTMLElement =>
  h('a', { class: 'back-link', href }, icon('back'), label)

/** A line of a list of facts. */
export const fact = (name: string, ...value: readonly Child[]): HTMLElement =>
  h('div', { class: 'fact' }, h('dt', null, name), h('dd', null, ...value))

/** What kind of room it is, as small marks. */
export function marksOf({ permanent, settings = {} }: AdminRoom, t: Context['t']): Child {
  const texts = t.rooms
  const marks = [
    permanent ? texts.permanent : texts.temporary,
    settings.private === true && texts.private,
    settings.password === true && texts.password,
    settings.readOnly === true && texts.readOnly,
    settings.slowMs !== undefined && texts.slow,
  ].filter((mark) => mark !== false)
  return h(
    'span',
    { class: 'marks' },
    ...marks.map((mark) =>
      h(
        'span',
        { class: mark === texts.temporary ? 'mark quiet' : 'mark' },
        (mark === texts.password || mark === texts.private) && icon('lock'),
        mark,
      ),
    ),
  )
}

/** Where one person is shown. */
export const personRoute = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  route('people', 'of', id, name)

/** A person in a list: seal, name, and a way to more. */
export const personLink = (
  person: { readonly id: string; readonly name: string },
  ...marks: readonly Child[]
): Child => [
  h(
    'span',
    { class: 'person-cell' },
    avatar(person),
    h('a', { class: 'row-link', href: personRoute(person), dir: 'auto' }, person.name),
    ...marks,
  ),
]

/** What somebody is, as small marks. */
export function kindsOf(
  { verified, admin, person }: AdminPerson,
  { t, me }: Context,
): readonly Child[] {
  const mark = (text: string, quiet = false): Child =>
    h('span', { class: quiet ? 'mark quiet' : 'mark' }, text)
  return [
    person.id === me.id && mark(t.people.you),
    admin && mark(t.people.admin),
    !admin && mark(verified ? t.people.known : t.people.guest, !verified),
  ]
}
