/** One room in the sidebar. */

import type { Person } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import { h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { numberText } from '../ui/texts.ts'
import { t } from './texts.ts'

/** What is shown of a room. */
export interface RoomLine {
  readonly name: string
  readonly title: string
  readonly unread: number
  readonly mentions: number
  readonly current: boolean
  readonly locked?: boolean
  readonly closed?: boolean
  /** One's own, but not entered at the moment. */
  readonly away?: boolean
  /** How many are there, where one isn't. */
  readonly people?: number
  readonly topic?: string | undefined
  /** The other one of a private conversation. */
  readonly person?: Person | undefined
}

/** Whether two lines show the same. */
export function sameLine(a: RoomLine, b: RoomLine): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof RoomLine>
  return [...keys].every((key) => a[key] === b[key])
}

/** Counts are told up to this. */
const MOST = 99

/** The element of a room. */
export function roomLine(line: RoomLine, choose: (line: RoomLine) => void): HTMLElement {
  const { title, unread, mentions, current, locked, closed, people, topic, person } = line
  const classes = ['room-line']
  if (unread > 0) classes.push('unread')
  if (line.away === true) classes.push('away')
  const sign =
    person !== undefined
      ? avatar(person)
      : h(
          'span',
          { class: 'room-sign', 'aria-hidden': 'true' },
          locked || closed ? icon(locked ? 'lock' : 'eyeOff') : '#',
        )
  const told = [
    locked === true && t().withPassword,
    closed === true && t().privateRoom,
    unread > 0 && t().unreadCount(unread),
    mentions > 0 && person === undefined && t().mentionCount(mentions),
    people !== undefined && t().peopleCount(people),
  ].filter((part) => part !== false)
  const count = unread > MOST ? `${MOST}+` : numberText(unread)
  return h(
    'li',
    {},
    h(
      'button',
      {
        class: classes.join(' '),
        type: 'button',
        'aria-current': current ? 'page' : undefined,
        onclick: () => choose(line),
      },
      sign,
      h(
        'span',
        { class: 'room-line-text' },
        h('bdi', { class: 'room-line-name' }, title),
        people !== undefined &&
          topic !== undefined &&
          h('span', { class: 'room-line-topic', dir: 'auto', title: topic }, topic),
      ),
      told.length > 0 && h('span', { class: 'unseen' }, told.join(', ')),
      unread > 0 &&
        h(
          'span',
          { class: mentions > 0 ? 'badge' : 'badge quiet', 'aria-hidden': 'true' },
          mentions > 0 && person === undefined ? `@ ${count}` : count,
        ),
      people !== undefined &&
        h(
          'span',
          { class: 'room-line-people', 'aria-hidden': 'true' },
          icon('people'),
          numberText(people),
        ),
    ),
  )
}
