/** Completing names after `@`, as a list box that the text field owns (WAI-ARIA, combobox pattern). */

import { fill, h } from '../ui/dom.ts'
import { moved } from '../ui/menu.ts'
import { shownText } from './rich-text.ts'
import { t } from './texts.ts'

/** Names offered at most. */
const MOST = 6

/** What completes names in a text field. */
export interface Completion {
  readonly element: HTMLElement
  /** Looks at a key before the field does; true: it was for the list. */
  key(event: KeyboardEvent): boolean
}

/** Letters without accents and case, to find names by. */
export const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** How a name is mentioned. */
export const mentionOf = (name: string): string =>
  /^[\p{L}\p{N}\p{M}_.'’·-]*[\p{L}\p{N}\p{M}]$/u.test(name) ? `@${name}` : `@"${name}"`

/** Completes names in a text field. */
export function completion(
  area: HTMLTextAreaElement,
  id: string,
  names: () => readonly string[],
): Completion {
  const list = h('ul', {
    class: 'names',
    id,
    role: 'listbox',
    hidden: true,
    'aria-label': t().names,
  })
  let found: readonly string[] = []
  let at = 0
  /** What was typed of the name, with the sign before it. */
  let typed = ''

  area.setAttribute('aria-autocomplete', 'list')
  area.setAttribute('aria-controls', id)

  const close = (): void => {
    found = []
    list.hidden = true
    area.removeAttribute('aria-activedescendant')
  }
  const draw = (): void => {
    list.hidden = found.length === 0
    fill(
      list,
      ...found.map((name, index) =>
        h(
          'li',
          {
            id: `${id}-${index}`,
            role: 'option',
            class: 'names-one',
            'aria-selected': index === at,
            // Not click: the field would lose the focus.
            onmousedown: (event) => {
              event.preventDefault()
              take(name)
            },
          },
          h('bdi', {}, shownText(name)),
        ),
      ),
    )
    if (found.length > 0) area.setAttribute('aria-activedescendant', `${id}-${at}`)
  }
  const take = (name: string): void => {
    const end = area.selectionStart
    area.setRangeText(`${mentionOf(name)} `, end - typed.length, end, 'end')
    close()
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const look = (): void => {
    const before = area.value.slice(0, area.selectionStart)
    const match = /(?:^|[^\p{L}\p{N}_])(@([\p{L}\p{N}\p{M}_.'’·-]{0,32}))$/u.exec(before)
    if (match === null || area.selectionStart !== area.selectionEnd) return close()
    typed = match[1] ?? ''
    const wanted = plain(match[2] ?? '')
    found = names()
      .filter((name) =>
        plain(name)
          .split(/\s+/)
          .some((word) => word.startsWith(wanted)),
      )
      .slice(0, MOST)
    at = 0
    draw()
  }
  area.addEventListener('input', look)
  area.addEventListener('blur', close)
  return {
    element: list,
    key(event) {
      if (found.length === 0) return false
      const to = moved(event.key, at, found.length)
      const chosen = found[at]
      if (to !== undefined && event.key.startsWith('Arrow')) {
        at = to
        draw()
      } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) {
        take(chosen)
      } else if (event.key === 'Escape') {
        event.stopPropagation()
        close()
      } else {
        return false
      }
      event.preventDefault()
      return true
    },
  }
}
