/** Menus at a button, and other small surfaces that stand beside something. */

import { type Child, h } from './dom.ts'
import { type IconName, icon } from './icons.ts'

/** One line of a menu. `null` in a list of them is a separating line. */
export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly danger?: boolean
  /** One of several that exclude one another: whether it is the one. */
  readonly checked?: boolean
  readonly run: () => void
}

/** Space kept to the edges of the window, in px. */
const EDGE = 8

function place(element: HTMLElement, anchor: DOMRect): void {
  const { width, height } = element.getBoundingClientRect()
  const below = anchor.bottom + 4 + height <= innerHeight - EDGE
  const top = below ? anchor.bottom + 4 : anchor.top - 4 - height
  const start = getComputedStyle(element).direction === 'rtl' ? anchor.right - width : anchor.left
  const left = start + width <= innerWidth - EDGE ? start : anchor.right - width
  element.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - EDGE - height))}px`
  element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - EDGE - width))}px`
}

/**
 * Opens a surface beside an element, above everything else. Esc, a click elsewhere, and scrolling or
 * another size of the window close it; the focus then goes back to the element.
 *
 * @returns what closes it
 */
export function openBeside(
  anchor: Element | DOMRect,
  surface: HTMLElement,
  onclose?: () => void,
): () => void {
  const before = document.activeElement
  surface.setAttribute('popover', 'auto')
  surface.classList.add('popover')
  // Inside an open dialog, everything outside of it can't be used.
  const host =
    anchor instanceof Element ? (anchor.closest('dialog') ?? document.body) : document.body
  host.append(surface)
  const close = (): void => surface.hidePopover()
  const { signal, abort } = abortable()
  surface.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return
    abort()
    const inside =
      surface.contains(document.activeElement) || document.activeElement === document.body
    surface.remove()
    if (anchor instanceof Element) anchor.setAttribute('aria-expanded', 'false')
    if (inside && before instanceof HTMLElement && before.isConnected) before.focus()
    onclose?.()
  })
  addEventListener('resize', close, { signal })
  surface.showPopover()
  place(surface, anchor instanceof Element ? anchor.getBoundingClientRect() : anchor)
  if (anchor instanceof Element) anchor.setAttribute('aria-expanded', 'true')
  return close
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** Opens a menu at an element. Arrow keys, Home and End go through it. */
export function openMenu(
  anchor: Element | DOMRect,
  items: readonly (MenuItem | null)[],
  head?: Child,
): void {
  const lines = items.map((item) =>
    item === null
      ? h('hr', { role: 'separator' })
      : h(
          'button',
          {
            class: item.danger === true ? 'menu-item danger' : 'menu-item',
            type: 'button',
            role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
            'aria-checked': item.checked,
            tabindex: -1,
            onclick: () => {
              close()
              item.run()
            },
          },
          item.icon !== undefined && icon(item.icon),
          h('span', {}, item.label),
          item.checked === true && h('span', { class: 'menu-check' }, icon('check')),
        ),
  )
  const buttons = lines.filter((line) => line instanceof HTMLButtonElement)
  const menu = h(
    'div',
    {
      class: 'menu',
      onkeydown: (event) => {
        const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
        const to = moved(event.key, at, buttons.length)
        if (to === undefined) return
        event.preventDefault()
        buttons[to]?.focus()
      },
    },
    head !== undefined && h('div', { class: 'menu-head' }, head),
    h('div', { role: 'menu' }, ...lines),
  )
  const close = openBeside(anchor, menu)
  buttons[0]?.focus()
}

/** Where arrow keys, Home and End lead in a list of `count`, from `at`; undefined for other keys. */
export function moved(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at + count - (at < 0 ? 0 : 1)) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}
