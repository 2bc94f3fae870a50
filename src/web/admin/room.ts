/** One room: what it is, its settings, who is what in it, and its end. */

import type { ChatClient } from '../../client/types.ts'
import type { AdminRoom } from '../../protocol/admin-types.ts'
import { fill, h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'
import { read } from './ask.ts'
import { type Context, route, type Section } from './context.ts'
import { complain, failure } from './failure.ts'
import { formDialog } from './form-dialog.ts'
import { adminIcon } from './icons.ts'
import { backLink, fact, marksOf, moment } from './parts.ts'
import { rosterCard } from './room-people.ts'
import { settingsCard } from './room-settings.ts'

/** A room by its name; null: there is none. */
export async function findRoom(
  chat: ChatClient,
  room: string,
  signal?: AbortSignal,
): Promise<AdminRoom | null> {
  const { rooms } = await read(chat, 'admin_rooms', { after: before(room), limit: 1 }, signal)
  const [first] = rooms
  return first?.room === room ? first : null
}

/** What comes just before a name in the order of names: lists can only be asked for what comes after. */
function before(name: string): string {
  const points = [...name]
  const last = points.pop()?.codePointAt(0) ?? 0
  if (last === 0) return points.join('')
  const previous = last === 0xe000 ? 0xd7ff : last - 1
  return `${points.join('')}${String.fromCodePoint(previous)}\u{10ffff}`
}

/** The section of one room. */
export function roomSection(context: Context, name: string): Section {
  const { chat, t } = context
  const texts = t.rooms
  const aborter = new AbortController()
  const place = h('div', { class: 'section-body' }, h('p', { class: 'quiet' }, t.common.loading))
  let stopPeople: () => void = () => {}

  const gone = (): void => {
    stopPeople()
    fill(place, h('p', { class: 'empty' }, texts.gone))
  }
  const remove = async (): Promise<void> => {
    const done = await formDialog({
      t,
      title: texts.delete,
      text: texts.deleteText(name),
      action: texts.delete,
      danger: true,
      typed: name,
      run: async () => {
        await chat.request('close', { room: name })
        return true
      },
    })
    if (!done) return
    toast(texts.deleted(name))
    location.hash = route('rooms')
  }
  const show = (room: AdminRoom): void => {
    const people = rosterCard(context, name)
    stopPeople = people.stop
    const marks = h('p', { class: 'title-marks' })
    const facts = h('dl', { class: 'facts' })
    const showFacts = (now: AdminRoom): void => {
      fill(marks, marksOf(now, t))
      fill(facts, ...factsOf(now, context))
    }
    showFacts(room)
    const reload = async (): Promise<void> => {
      const now = await findRoom(chat, name, aborter.signal)
      if (now === null) gone()
      else showFacts(now)
    }
    fill(
      place,
      marks,
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'column' },
          h(
            'section',
            { class: 'card', 'aria-label': texts.facts },
            h('header', { class: 'card-head' }, h('h2', null, texts.facts)),
            facts,
          ),
          people.element,
          h(
            'section',
            { class: 'card danger-card' },
            h('header', { class: 'card-head' }, h('h2', null, texts.delete)),
            h(
              'p',
              { class: 'quiet' },
              name === chat.defaultRoom ? texts.isDefault : texts.deleteText(name),
            ),
            name !== chat.defaultRoom &&
              h(
                'button',
                { class: 'button danger', type: 'button', onclick: () => void remove() },
                icon('trash'),
                texts.delete,
              ),
          ),
        ),
        h(
          'div',
          { class: 'column' },
          settingsCard(context, room, () => void reload().catch(complain)),
        ),
      ),
    )
  }
  findRoom(chat, name, aborter.signal)
    .then((room) => (room === null ? gone() : show(room)))
    .catch((error) => {
      if (!aborter.signal.aborted) fill(place, failure(error))
    })
  return {
    element: h(
      'div',
      { class: 'section' },
      backLink(t.sections.rooms, route('rooms')),
      h(
        'header',
        { class: 'section-head' },
        h('h1', { dir: 'auto' }, `#${name}`),
        h(
          'a',
          { class: 'button', href: route('moderation', name) },
          adminIcon('shield'),
          texts.moderate,
        ),
      ),
      place,
    ),
    stop() {
      aborter.abort()
      stopPeople()
    },
  }
}

function factsOf(room: AdminRoom, { t, f }: Context): readonly HTMLElement[] {
  const texts = t.rooms
  const { keepUntil, settings } = room
  return [
    fact(texts.people, f.number(room.count)),
    fact(texts.messages, f.number(room.head)),
    fact(texts.created, moment(f, room.createdAt)),
    ...(keepUntil === undefined ? [] : [fact(texts.keepUntil, moment(f, keepUntil))]),
    ...(settings?.topic === undefined
      ? []
      : [fact(texts.topic, h('span', { dir: 'auto' }, settings.topic))]),
    fact(texts.epoch, h('code', null, room.epoch)),
  ]
}
