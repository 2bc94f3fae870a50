/** The line above the messages: which room this is, and what can be done with it. */

import { avatar } from '../ui/avatar.ts'
import { confirm } from '../ui/dialog.ts'
import { fill, h, setAttribute } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon } from '../ui/icons.ts'
import { type MenuItem, openMenu } from '../ui/menu.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { numberText } from '../ui/texts.ts'
import { toast } from '../ui/toast.ts'
import { askInvite } from './invite.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { myRank } from './roles.ts'
import { openSettings } from './room-settings.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

/** What the header calls. */
export interface HeaderParts {
  /** Back to the list of rooms, on a phone. */
  readonly back: () => void
  /** Shows or hides who is here. */
  readonly people: () => void
  readonly peopleShown: () => boolean
}

/** The header of a room; it ends with `scope`. */
export function roomHeader(
  model: ChatModel,
  state: RoomState,
  parts: HeaderParts,
  scope: Scope,
): HTMLElement {
  const title = h('div', { class: 'room-title' })
  const count = h('span', { class: 'people-count' })
  const people = h(
    'button',
    { class: 'icon-button with-count', type: 'button', onclick: parts.people },
    icon('people'),
    count,
  )
  const more = h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': t().roomMenu,
      'aria-haspopup': 'menu',
      onclick: () => openMenu(more, roomItems(model, state)),
    },
    icon('more'),
  )
  const draw = (): void => {
    fill(title, ...titleOf(state))
    const here = Math.max(state.room.count, state.room.members.size)
    fill(count, numberText(here))
    setAttribute(people, 'aria-label', `${t().whoIsHere}: ${numberText(here)}`)
    setAttribute(people, 'aria-pressed', String(parts.peopleShown()))
  }
  const drawSoon = eachFrame(scope, draw)
  for (const topic of ['rooms', 'people', 'panel'] as const)
    scope.add(model.bus.on(topic, drawSoon))
  draw()
  return h(
    'header',
    { class: 'room-head' },
    backButton(parts.back),
    title,
    !state.isPrivate && people,
    more,
  )
}

/** The way back to the list of rooms, on a phone. */
export const backButton = (back: () => void): HTMLElement =>
  h(
    'button',
    { class: 'icon-button only-phone', type: 'button', 'aria-label': t().toRooms, onclick: back },
    icon('back'),
  )

function titleOf(state: RoomState): (Node | false)[] {
  const { settings } = state.room
  const other = state.with
  if (state.isPrivate) {
    const name = shownText(other?.name ?? t().someone)
    return [
      other === undefined ? false : avatar(other),
      h('h1', {}, h('bdi', {}, name)),
      h('p', { class: 'room-topic' }, t().onlyYouTwo),
    ]
  }
  const topic = settings.topic
  return [
    h(
      'h1',
      {},
      h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
      h('bdi', {}, shownText(state.name)),
      settings.password === true && mark('lock', t().withPassword),
      settings.private === true && mark('eyeOff', t().privateRoom),
      settings.readOnly === true && mark('mute', t().readOnlyRoom),
    ),
    topic !== undefined &&
      h('p', { class: 'room-topic', dir: 'auto', title: topic }, shownText(topic)),
  ]
}

function mark(name: 'lock' | 'eyeOff' | 'mute', label: string): HTMLElement {
  return h('span', { class: 'mark', role: 'img', 'aria-label': label, title: label }, icon(name))
}

function roomItems(model: ChatModel, state: RoomState): MenuItem[] {
  const rank = myRank(model, state)
  const items: MenuItem[] = []
  if (rank >= 3) {
    items.push({ label: t().settings, icon: 'gear', run: () => openSettings(model, state) })
  }
  if (rank >= 2) items.push({ label: t().invite, icon: 'plus', run: () => askInvite(model, state) })
  if (!state.isPrivate) {
    items.push({
      label: t().copyLink,
      icon: 'copy',
      run: () => {
        navigator.clipboard?.writeText(location.href).then(
          () => toast(t().copied),
          () => toast(location.href),
        )
      },
    })
  }
  items.push({ label: t().leave, icon: 'door', danger: true, run: () => void leave(model, state) })
  return items
}

async function leave(model: ChatModel, state: RoomState): Promise<void> {
  const name = shownText(state.isPrivate ? (state.with?.name ?? '') : `#${state.name}`)
  const closed = state.room.settings.private === true || state.room.settings.password === true
  const yes = await confirm({
    title: t().leaveTitle(name),
    text: state.isPrivate ? t().leavePrivateText : closed ? t().leaveClosedText : t().leaveText,
    action: t().leave,
  })
  if (yes === null) return
  try {
    await model.leave(state.name)
  } catch (error) {
    toast(errorText(error), 'bad')
  }
}
