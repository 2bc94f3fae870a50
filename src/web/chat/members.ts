/** Who is here: the panel beside the messages. */

import type { Person, Role } from '../../protocol/types.ts'
import { avatar } from '../ui/avatar.ts'
import { h, keyed, setText } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { lang, numberText } from '../ui/texts.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import { askInvite } from './invite.ts'
import type { ChatModel } from './model.ts'
import { shownText } from './rich-text.ts'
import { myRank, rankOf } from './roles.ts'
import type { RoomState } from './room-state.ts'
import { t } from './texts.ts'

/** People drawn at most: of more, nobody reads the list. */
const MOST = 300

interface Line {
  readonly person: Person
  readonly role: Role | undefined
  readonly isMe: boolean
  readonly typing: boolean
}

/** The panel; `close` is called by its cross, `choose` by a click on somebody. */
export function membersPanel(
  model: ChatModel,
  state: RoomState,
  parts: {
    readonly close: () => void
    readonly choose: (person: Person, anchor: Element) => void
  },
  scope: Scope,
): HTMLElement {
  const count = h('span', { class: 'panel-count' })
  const list = h('ul', { class: 'people' })
  const rest = h('p', { class: 'panel-note' })
  let lines = new Map<string, Line>()
  const fillList = keyed<Line>(list, {
    key: ({ person }) => person.id,
    make: (line) => personElement(line, parts.choose),
  })
  const draw = (): void => {
    const { members, count: all } = state.room
    setText(count, numberText(Math.max(all, members.size)))
    const roles = model.roles.of(state.name)
    const before = lines
    const order = new Intl.Collator(lang())
    const sorted = [...members.values()]
      .map((person) => {
        const role = roles.get(person.id)
        const typing = state.typing.has(person.id)
        const was = before.get(person.id)
        return was?.person === person && was.role === role && was.typing === typing
          ? was
          : { person, role, typing, isMe: person.id === model.myId }
      })
      .sort(
        (a, b) => rankOf(b.role) - rankOf(a.role) || order.compare(a.person.name, b.person.name),
      )
      .slice(0, MOST)
    lines = new Map(sorted.map((line) => [line.person.id, line]))
    fillList(sorted)
    const more = all - sorted.length
    rest.hidden = more <= 0
    setText(rest, more > 0 ? t().andMore(numberText(more)) : '')
  }
  const drawSoon = eachFrame(scope, draw)
  scope.add(model.bus.on('people', drawSoon))
  scope.add(model.bus.on('typing', drawSoon))
  scope.add(model.bus.on('rooms', drawSoon))
  scope.add(model.bus.on('me', drawSoon))
  draw()
  const mayInvite = myRank(model, state) >= 2 && !state.isPrivate
  return h(
    'aside',
    {
      class: 'panel',
      'aria-label': t().whoIsHere,
      onkeydown: (event) => {
        if (event.key === 'Escape') parts.close()
      },
    },
    h(
      'header',
      { class: 'panel-head' },
      h('h2', {}, t().whoIsHere),
      count,
      h(
        'button',
        {
          class: 'icon-button',
          type: 'button',
          'aria-label': uiTexts().close,
          onclick: parts.close,
        },
        icon('close'),
      ),
    ),
    list,
    rest,
    mayInvite &&
      h(
        'button',
        { class: 'button quiet', type: 'button', onclick: () => askInvite(model, state) },
        icon('plus'),
        t().invite,
      ),
  )
}

function personElement(
  { person, role, isMe, typing }: Line,
  choose: (person: Person, anchor: Element) => void,
): HTMLElement {
  const name = shownText(person.name)
  const button = h(
    'button',
    {
      class: 'person',
      type: 'button',
      'aria-haspopup': 'menu',
      onclick: () => choose(person, button),
    },
    avatar(person),
    h(
      'span',
      { class: 'person-about' },
      h('bdi', { class: 'person-name' }, name),
      typing && h('span', { class: 'person-note' }, t().isTyping),
    ),
    isMe && h('span', { class: 'tag' }, t().you),
    role !== undefined &&
      role !== 'member' &&
      h('span', { class: `tag tag-${role}` }, t().roles[role]),
  )
  return h('li', {}, button)
}
