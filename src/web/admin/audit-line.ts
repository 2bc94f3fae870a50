/** A line of the audit trail, in words. */

import type { AuditLine } from '../../protocol/admin-types.ts'
import { avatar } from '../ui/avatar.ts'
import { type Child, h } from '../ui/dom.ts'
import { type Context, route } from './context.ts'
import { moment, personRoute } from './parts.ts'

/** Acts of moderation. */
export const RECENT: readonly string[] = [
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'role',
  'delete',
]

/** What was done, in words; what isn't known here as it is. */
export const actText = (act: string, t: Context['t']): string => t.audit.acts[act] ?? act

/** Somebody in the trail: who was erased has no name any more. */
export function personText(person: AuditLine['by']): Child {
  if (person.name === '') return h('code', null, person.id)
  return h('a', { href: personRoute(person), dir: 'auto' }, person.name)
}

/** A line of a short list. */
export function auditItem({ t, f }: Context, line: AuditLine): HTMLElement {
  const { ts, act, by, room, to, note } = line
  return h(
    'li',
    { class: 'trail-line' },
    avatar(by.name === '' ? { id: by.id, name: '?' } : by),
    h(
      'div',
      null,
      h(
        'p',
        null,
        personText(by),
        ' ',
        h('b', null, actText(act, t)),
        to !== undefined && [' ', personText(to)],
        room !== undefined && [
          ' · ',
          h('a', { href: route('rooms', room), dir: 'auto' }, `#${room}`),
        ],
      ),
      note !== undefined && h('p', { class: 'quiet', dir: 'auto' }, note),
    ),
    h('span', { class: 'quiet trail-time' }, moment(f, ts)),
  )
}
