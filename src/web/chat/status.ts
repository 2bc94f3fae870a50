/** The connection, in words; and the banner that shows while there is none. */

import type { StateChange } from '../../client/types.ts'
import { h, setText } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import type { ChatModel } from './model.ts'
import { t } from './texts.ts'

/** What the light means. `long`: also why. */
export function statusText({ state, error }: StateChange, long: boolean): string {
  const text = t().states[state]
  return long && error !== undefined && state === 'closed' ? `${text} ${errorText(error)}` : text
}

/** How long one has to be without a connection before the banner comes, in ms: a short cut disturbs nobody. */
const PATIENCE = 700

/** A line above everything while one isn't online; it ends with `scope`. */
export function statusBanner(model: ChatModel, scope: Scope): HTMLElement {
  const text = h('span', { class: 'banner-text' })
  const now = h(
    'button',
    { class: 'text-button', type: 'button', onclick: () => model.client.retry() },
    t().tryNow,
  )
  const banner = h(
    'div',
    { class: 'banner', role: 'status', hidden: true },
    h('span', { class: 'spinner' }),
    text,
    now,
  )
  let until = 0
  let since = 0
  let timer = 0
  const draw = (): void => {
    const { state } = model.status
    const lost = state !== 'online' && Date.now() - since >= PATIENCE
    banner.hidden = !lost
    now.hidden = state !== 'waiting'
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000))
    setText(
      text,
      state === 'waiting'
        ? t().offlineWaiting(seconds)
        : state === 'closed'
          ? statusText(model.status, true)
          : t().offlineTrying,
    )
    clearTimeout(timer)
    if (state !== 'online' && state !== 'closed') timer = window.setTimeout(drawSoon, 500)
  }
  const drawSoon = eachFrame(scope, draw)
  const changed = (): void => {
    const { state, retryInMs } = model.status
    if (state === 'online') since = 0
    else if (since === 0) since = Date.now()
    until = Date.now() + (retryInMs ?? 0)
    drawSoon()
  }
  scope.add(model.bus.on('status', changed))
  scope.add(() => clearTimeout(timer))
  changed()
  return banner
}
