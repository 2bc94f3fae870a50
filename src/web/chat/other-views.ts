/** What stands in the place of a room where there is none. */

import type { Person } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import { type Child, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon, logo } from '../ui/icons.ts'
import type { Scope } from '../ui/scope.ts'
import { composer } from './composer.ts'
import { createRoom, openRoom } from './join-room.ts'
import type { ChatModel, Place } from './model.ts'
import { shownText } from './rich-text.ts'
import { backButton } from './room-header.ts'
import { t } from './texts.ts'

function message(back: () => void, ...children: readonly Child[]): HTMLElement {
  return h(
    'section',
    { class: 'room empty' },
    h('header', { class: 'room-head only-phone' }, backButton(back)),
    h('div', { class: 'empty-text' }, ...children),
  )
}

/** No room is shown. */
export function noRoomView(model: ChatModel, back: () => void): HTMLElement {
  return message(
    back,
    logo(),
    h('h1', {}, t().emptyTitle),
    h('p', {}, t().emptyText),
    h(
      'button',
      { class: 'button primary', type: 'button', onclick: () => createRoom(model) },
      icon('plus'),
      t().newRoom,
    ),
    h('p', { class: 'hint only-wide' }, t().switchKeys),
  )
}

/** One isn't in the room any more. */
export function goneView(
  model: ChatModel,
  place: Extract<Place, { type: 'gone' }>,
  back: () => void,
): HTMLElement {
  const name = shownText(place.name)
  return message(
    back,
    h('span', { class: 'empty-sign' }, icon('door')),
    h('h1', {}, t().gone[place.why](name)),
    place.reason !== undefined &&
      place.reason !== '' &&
      h('blockquote', { class: 'reason', dir: 'auto' }, shownText(place.reason)),
    place.why === 'kick' || place.why === 'refused'
      ? h(
          'button',
          {
            class: 'button',
            type: 'button',
            onclick: () => {
              void openRoom(model, place.name)
            },
          },
          t().comeAgain,
        )
      : null,
  )
}

/** The rooms are being entered. */
export function loadingView(): HTMLElement {
  const line = (width: string): HTMLElement => {
    const bar = h('span', { class: 'skeleton skeleton-line' })
    bar.style.width = width
    return bar
  }
  return h(
    'section',
    { class: 'room loading-room', 'aria-busy': true, 'aria-label': t().loading },
    h('header', { class: 'room-head' }, line('9rem')),
    h(
      'div',
      { class: 'loading-messages' },
      ...['18rem', '26rem', '12rem', '22rem', '16rem'].map((width) =>
        h(
          'div',
          { class: 'loading-message' },
          h('span', { class: 'skeleton skeleton-seal' }),
          line(width),
        ),
      ),
    ),
  )
}

/** A private conversation in which nothing was said yet: the first message begins it. */
export function beginView(
  model: ChatModel,
  person: Person,
  back: () => void,
  scope: Scope,
): HTMLElement {
  const name = shownText(person.name)
  const write = composer(
    {
      draft: { text: '', files: [] },
      limits: model.client.limits,
      placeholder: t().writeTo(name),
      forbidden: () => undefined,
      names: () => [],
      typing: () => {},
      say: async (text) => {
        try {
          const { room } = await model.client.message(person.name, text)
          model.show({ type: 'room', name: room })
          return undefined
        } catch (error) {
          return errorText(error)
        }
      },
      edit: () => {},
      editLast: () => false,
      noFiles: t().firstText,
    },
    scope,
  )
  queueMicrotask(() => write.focus())
  return h(
    'section',
    { class: 'room', 'aria-label': name },
    h(
      'header',
      { class: 'room-head' },
      backButton(back),
      h(
        'div',
        { class: 'room-title' },
        avatar(person),
        h('h1', {}, h('bdi', {}, name)),
        h('p', { class: 'room-topic' }, t().onlyYouTwo),
      ),
    ),
    h(
      'div',
      { class: 'room-body' },
      h(
        'div',
        { class: 'talk' },
        h(
          'div',
          { class: 'list' },
          h('div', { class: 'empty-text' }, avatar(person), h('p', {}, t().startPrivate(name))),
        ),
        write.element,
      ),
    ),
  )
}
