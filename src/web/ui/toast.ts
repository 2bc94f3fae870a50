/** Short messages that come up at the edge and go by themselves. */

import { h } from './dom.ts'
import { icon } from './icons.ts'
import { uiTexts } from './ui-texts.ts'

/** How long one stays, in ms. */
const STAYS = 6000

let area: HTMLElement | undefined

/**
 * Says something in passing; screen readers read it out.
 *
 * @param kind `bad`: something failed; it is read out at once and stays a little longer
 */
export function toast(text: string, kind: 'good' | 'bad' = 'good'): void {
  if (area === undefined || !area.isConnected) {
    area = h('div', { class: 'toasts', popover: 'manual', role: 'status', 'aria-live': 'polite' })
    document.body.append(area)
  }
  // Above dialogs: what comes last into the top layer is on top.
  if (area.matches(':popover-open')) area.hidePopover()
  area.showPopover()
  const away = (): void => {
    clearTimeout(timer)
    one.remove()
    if (area?.childElementCount === 0 && area.matches(':popover-open')) area.hidePopover()
  }
  const one = h(
    'div',
    { class: `toast toast-${kind}`, role: kind === 'bad' ? 'alert' : undefined },
    icon(kind === 'bad' ? 'alert' : 'check'),
    h('span', { class: 'toast-text', dir: 'auto' }, text),
    h(
      'button',
      { class: 'icon-button', type: 'button', 'aria-label': uiTexts().close, onclick: away },
      icon('close'),
    ),
  )
  area.append(one)
  const timer = setTimeout(away, kind === 'bad' ? STAYS * 1.5 : STAYS)
}
