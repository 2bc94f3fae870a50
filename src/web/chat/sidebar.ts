/** The rooms: one's own, private conversations, all the others; and below, oneself. */

import { fill, h, keyed, setText } from '../ui/dom.ts'
import { icon, logo } from '../ui/icons.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { plain } from './completion.ts'
import { createRoom, openRoom } from './join-room.ts'
import { meBar } from './me-bar.ts'
import type { ChatModel } from './model.ts'
import { type RoomLine, roomLine, sameLine } from './room-line.ts'
import { sections } from './sections.ts'
import type { SidebarParts } from './sidebar-parts.ts'
import { t } from './texts.ts'

/** The sidebar; it ends with `scope`. */
export function sidebar(model: ChatModel, parts: SidebarParts, scope: Scope): HTMLElement {
  let wanted = ''
  const filter = h('input', {
    class: 'input search',
    type: 'search',
    placeholder: t().findRoom,
    'aria-label': t().findRoom,
    autocomplete: 'off',
    // Whoever looks for something wants what there is now.
    onfocus: () => void model.listing.refresh(),
    oninput: () => {
      wanted = plain(filter.value.trim().replace(/^#/, ''))
      drawSoon()
    },
    onkeydown: (event) => {
      if (event.key === 'Enter' && wanted !== '') {
        all.querySelector<HTMLElement>('section:not([hidden]) .room-line')?.click()
      }
      if (event.key !== 'Escape' || filter.value === '') return
      filter.value = ''
      wanted = ''
      drawSoon()
    },
  })
  const choose = async (line: RoomLine): Promise<void> => {
    if (await openRoom(model, line.name)) parts.chosen()
  }
  const lists = (['mine', 'private', 'others'] as const).map((name) => {
    const list = h('ul', { class: 'rooms' })
    const note = h('p', { class: 'rooms-note' })
    const section = h(
      'section',
      { class: 'rooms-section', 'aria-label': t().sections[name] },
      h('h2', { class: 'section-title' }, t().sections[name]),
      list,
      note,
    )
    let before = new Map<string, RoomLine>()
    const update = keyed<RoomLine>(list, {
      key: (line) => line.name,
      make: (line) => roomLine(line, (chosen) => void choose(chosen)),
      update: (old, line) => {
        const next = roomLine(line, (chosen) => void choose(chosen))
        if (old.contains(document.activeElement))
          queueMicrotask(() => next.querySelector('button')?.focus())
        return next
      },
    })
    return {
      name,
      draw(lines: readonly RoomLine[], empty: string): void {
        const kept = lines.map((line) => {
          const was = before.get(line.name)
          return was !== undefined && sameLine(was, line) ? was : line
        })
        before = new Map(kept.map((line) => [line.name, line]))
        update(kept)
        section.hidden = lines.length === 0 && empty === ''
        note.hidden = lines.length > 0
        setText(note, empty)
      },
      section,
    }
  })
  const nothing = h('div', { class: 'rooms-note' })
  const all = h('div', { class: 'rooms-all' }, ...lists.map(({ section }) => section), nothing)
  let seen: string | undefined
  /** Another room is shown: its line is to be seen, too. */
  const reveal = (): void => {
    const shown = model.place.type === 'room' ? model.place.name : undefined
    if (shown === seen) return
    const line = all.querySelector('[aria-current]')
    if (shown !== undefined && line === null) return
    seen = shown
    line?.scrollIntoView({ block: 'nearest' })
  }
  const draw = (): void => {
    const found = sections(model, wanted)
    let some = false
    for (const list of lists) {
      const lines = found[list.name]
      some ||= lines.length > 0
      const empty = wanted !== '' ? '' : list.name === 'mine' && model.started ? t().noRooms : ''
      list.draw(lines, list.name === 'private' ? '' : empty)
    }
    nothing.hidden = some || wanted === ''
    if (!nothing.hidden) {
      fill(
        nothing,
        h('p', {}, t().nothingFound),
        h(
          'button',
          {
            class: 'button small',
            type: 'button',
            onclick: () => createRoom(model, filter.value.trim()),
          },
          icon('plus'),
          t().newRoom,
        ),
      )
    }
  }
  const drawSoon = eachFrame(scope, () => {
    draw()
    reveal()
  })
  for (const topic of ['rooms', 'listing', 'place'] as const) {
    scope.add(model.bus.on(topic, drawSoon))
  }
  draw()
  return h(
    'nav',
    { class: 'sidebar', 'aria-label': t().rooms },
    h(
      'header',
      { class: 'brand' },
      logo(),
      h('p', { class: 'brand-name' }, parts.title),
      h(
        'button',
        {
          class: 'icon-button',
          type: 'button',
          'aria-label': t().newRoom,
          title: t().newRoom,
          onclick: () => createRoom(model),
        },
        icon('plus'),
      ),
    ),
    h('div', { class: 'search-box' }, icon('search'), filter),
    all,
    meBar(model, parts, scope),
  )
}
