/** Ctrl+K: going to a room, or to somebody, by a few letters. */

import type { Person } from '../../protocol/types.ts'
import { openDialog } from '../ui/dialog.ts'
import { fill, freshId, h } from '../ui/dom.ts'
import { moved } from '../ui/menu.ts'
import { plain } from './completion.ts'
import { openRoom } from './join-room.ts'
import type { ChatModel } from './model.ts'
import { openConversation } from './person-menu.ts'
import { shownText } from './rich-text.ts'
import { roomLine } from './room-line.ts'
import { sections } from './sections.ts'
import { t } from './texts.ts'

/** Lines shown at most. */
const MOST = 8

interface Found {
  readonly element: HTMLElement
  readonly go: () => void
}

/** Opens it; `chosen` is called when something was. */
export function openSwitcher(model: ChatModel, chosen: () => void): void {
  const id = freshId('switch')
  const list = h('ul', { class: 'rooms switch-list', id, role: 'listbox', 'aria-label': t().rooms })
  let found: Found[] = []
  let at = 0
  const input = h('input', {
    class: 'input',
    type: 'text',
    role: 'combobox',
    autofocus: true,
    autocomplete: 'off',
    placeholder: t().switchHint,
    'aria-label': t().switchHint,
    'aria-controls': id,
    'aria-expanded': true,
    oninput: () => look(),
    onkeydown: (event) => {
      const to = moved(event.key, at, found.length)
      if (to === undefined || !event.key.startsWith('Arrow')) return
      event.preventDefault()
      at = to
      mark()
    },
  })
  const close = (): void => dialog.close()
  const mark = (): void => {
    found.forEach(({ element }, index) => {
      element.setAttribute('aria-selected', String(index === at))
    })
    const current = found[at]?.element
    input.setAttribute('aria-activedescendant', current?.id ?? '')
    current?.scrollIntoView({ block: 'nearest' })
  }
  const look = (): void => {
    const wanted = plain(input.value.trim().replace(/^[#@]/, ''))
    const { mine, private: conversations, others } = sections(model, wanted)
    const rooms = [...mine, ...conversations, ...others].map(
      (line): Found => ({
        element: optionOf(roomLine({ ...line, current: false }, () => {})),
        go: () => {
          close()
          void openRoom(model, line.name).then((shown) => shown && chosen())
        },
      }),
    )
    const people = peopleOf(model, wanted).map(
      (person): Found => ({
        element: optionOf(
          roomLine(
            {
              name: person.id,
              title: shownText(person.name),
              unread: 0,
              mentions: 0,
              current: false,
              person,
            },
            () => {},
          ),
        ),
        go: () => {
          close()
          openConversation(model, person)
          chosen()
        },
      }),
    )
    found = [...rooms, ...people].slice(0, MOST)
    at = 0
    found.forEach(({ element, go }, index) => {
      element.id = `${id}-${index}`
      element.addEventListener('click', go)
    })
    fill(
      list,
      found.length === 0
        ? h('li', { class: 'rooms-note' }, t().nothingFound)
        : found.map(({ element }) => element),
    )
    mark()
  }
  const dialog = openDialog({
    title: t().switchTitle,
    body: [input, list],
    onsubmit: () => found[at]?.go(),
  })
  dialog.element.classList.add('switcher')
  look()
}

/** The line of a room as a line of a list box: what is in it can't be reached by itself. */
function optionOf(line: HTMLElement): HTMLElement {
  const button = line.querySelector('button')
  const option = h('li', { role: 'option', class: 'room-line' })
  if (button !== null) option.append(...button.childNodes)
  return option
}

function peopleOf(model: ChatModel, wanted: string): Person[] {
  if (wanted === '') return []
  const people = new Map<string, Person>()
  for (const { room } of model.rooms.values()) {
    for (const person of room.members.values()) people.set(person.id, person)
  }
  return [...people.values()]
    .filter(({ id }) => id !== model.myId && model.conversation(id) === undefined)
    .filter(({ name }) => plain(name).includes(wanted))
    .slice(0, MOST)
}
