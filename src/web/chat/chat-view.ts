/** The whole page of somebody who is in: rooms at the side, one of them in the middle. */

import { closeDialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { kept } from '../ui/keep.ts'
import { createScope, type Scope } from '../ui/scope.ts'
import type { Files } from './files.ts'
import { openRoom } from './join-room.ts'
import type { ChatModel } from './model.ts'
import { startNotices } from './notices.ts'
import { beginView, goneView, loadingView, noRoomView } from './other-views.ts'
import { roomView } from './room-view.ts'
import { routeRoom, setRoute } from './router.ts'
import { sidebar } from './sidebar.ts'
import type { SidebarParts } from './sidebar-parts.ts'
import { statusBanner } from './status.ts'
import { openSwitcher } from './switcher.ts'
import { t } from './texts.ts'

const PEOPLE = 'tertulia.people'
/** Wider windows show who is here unless one closed it. */
const WIDE = '(min-width: 1100px)'
const PHONE = '(max-width: 760px)'

/** The view; it ends with `scope`. */
export function chatView(
  model: ChatModel,
  files: Files,
  parts: Omit<SidebarParts, 'chosen'>,
  scope: Scope,
): HTMLElement {
  const phone = matchMedia(PHONE)
  const main = h('main', { class: 'main', tabindex: -1 })
  const showRoom = (on: boolean): void => {
    view.dataset.screen = on ? 'room' : 'rooms'
  }
  const side = sidebar(model, { ...parts, chosen: () => showRoom(true) }, scope)
  const view = h(
    'div',
    { class: 'chat' },
    h('a', { class: 'skip', href: '#', onclick: skip }, t().skip),
    side,
    h('div', { class: 'stage' }, statusBanner(model, scope), main),
  )
  function skip(event: MouseEvent): void {
    event.preventDefault()
    main.querySelector('textarea')?.focus()
  }
  let peopleShown = matchMedia(WIDE).matches && kept.getItem(PEOPLE) !== 'hidden'
  const people = (): void => {
    peopleShown = !peopleShown
    if (matchMedia(WIDE).matches) kept.setItem(PEOPLE, peopleShown ? 'shown' : 'hidden')
    model.bus.tell('panel')
  }
  const back = (): void => {
    showRoom(false)
    model.show({ type: 'none' })
    side.querySelector<HTMLElement>('.room-line')?.focus()
  }
  const header = { back, people, peopleShown: () => peopleShown }

  let inner = createScope()
  scope.add(() => inner.end())
  /** What is drawn: the room itself may be another one of the same name. */
  let drawn: unknown
  const draw = (): void => {
    inner.end()
    inner = createScope()
    const { place, current } = model
    drawn = current ?? place
    if (current !== undefined) {
      const room = roomView(model, current, files, header, inner)
      main.replaceChildren(room.element)
      if (!phone.matches) room.focus()
    } else if (place.type === 'person') {
      main.replaceChildren(beginView(model, place.person, back, inner))
    } else if (place.type === 'gone') {
      main.replaceChildren(goneView(model, place, back))
    } else {
      main.replaceChildren(model.started ? noRoomView(model, back) : loadingView())
    }
  }
  scope.add(
    model.bus.on('place', () => {
      setRoute(model.place)
      if (model.place.type !== 'none') showRoom(true)
      if (!matchMedia(WIDE).matches) peopleShown = false
      draw()
    }),
  )
  scope.add(
    model.bus.on('rooms', () => {
      if (
        drawn !== (model.current ?? model.place) ||
        (model.started && model.place.type === 'none' && main.querySelector('.loading-room'))
      )
        draw()
    }),
  )
  // Where there is no room beside the conversation, the people would cover it.
  scope.listen(matchMedia(WIDE), 'change', () => {
    peopleShown = matchMedia(WIDE).matches && kept.getItem(PEOPLE) !== 'hidden'
    draw()
  })
  scope.listen(window, 'popstate', () => {
    closeDialogs()
    followAddress(model, showRoom)
  })
  scope.listen<KeyboardEvent>(document, 'keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      if (document.querySelector('dialog[open]') === null) {
        openSwitcher(model, () => showRoom(true))
      }
    }
  })
  startNotices(model, parts.title, scope)
  showRoom(model.place.type !== 'none' || !phone.matches)
  draw()
  return view
}

/** The address was changed, by hand or by going back. */
function followAddress(model: ChatModel, showRoom: (on: boolean) => void): void {
  const name = routeRoom()
  if (name === undefined) {
    model.show({ type: 'none' })
    showRoom(false)
  } else if (model.place.type !== 'room' || model.place.name !== name) {
    void openRoom(model, name)
  }
}
