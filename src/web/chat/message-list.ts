/** The list of what is said in the room that is shown: drawing, scrolling, reading on. */

import type { Person } from '../../protocol/types.ts'
import { fill, h, keyed, setText } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { eachFrame, type Scope } from '../ui/scope.ts'
import { numberText } from '../ui/texts.ts'
import { createListKeys } from './list-keys.ts'
import type { MessageParts } from './message.ts'
import type { ChatModel } from './model.ts'
import { createReader } from './reader.ts'
import type { RoomState } from './room-state.ts'
import { rowElement } from './row-elements.ts'
import { createRows, type Row } from './rows.ts'
import { t } from './texts.ts'

/** So near to the end counts as at the end, in px. */
const NEAR_END = 60
/** So near to the beginning older messages are fetched, in px. */
const NEAR_START = 900
/** Pages read at most to find a message that is answered. */
const PAGES_TO_FIND = 100

/** The list of one room. */
export interface MessageList {
  readonly element: HTMLElement
  /** Goes to a message; false: it isn't there any more. */
  jump(seq: number): Promise<boolean>
  /** Goes to the newest. */
  toEnd(): void
}

/** Makes the list of a room; it ends with `scope`. */
export function messageList(
  model: ChatModel,
  state: RoomState,
  parts: MessageParts,
  startText: () => string,
  scope: Scope,
): MessageList {
  const { timeline } = state
  const log = h('div', { class: 'log', role: 'log', 'aria-label': t().messages, 'aria-busy': true })
  const top = h('div', { class: 'older' })
  const scroller = h('div', { class: 'scroller' }, log)
  const count = h('span', { class: 'badge' })
  const down = h(
    'button',
    { class: 'to-end', type: 'button', hidden: true, onclick: () => toEnd(true) },
    icon('arrowDown'),
    h('span', { class: 'to-end-text' }, t().toNewest),
    count,
  )
  const element = h('div', { class: 'list' }, scroller, top, down)

  let atEnd = true
  let placed = false
  let loading = false
  let failed = false
  const makeRows = createRows()
  const fillLog = keyed<Row>(log, {
    key: (row) => row.key,
    make: (row) => rowElement(row, parts, startText),
    update: (old, row) => {
      const next = rowElement(row, parts, startText)
      keepFocus(old, next)
      return next
    },
  })
  const keys = createListKeys(log, parts, (seq) => entryOf(state, seq))
  const reader = createReader(model, state, () => atEnd, scope)

  const draw = (): void => {
    if (placed) reader.look()
    const anchor = atEnd ? undefined : firstSeen(scroller, log)
    const me: Person = model.client.person ?? { id: '', name: '' }
    const { items, complete } = timeline
    const { passing, seen } = state
    fillLog(makeRows({ items, complete, passing, me, seen }))
    keys.update()
    if (!placed && items.length + (complete ? 1 : 0) > 0) placeFirst()
    else if (atEnd) toEnd()
    else if (anchor !== undefined) scroller.scrollTop += anchor.moved()
    drawTop()
    drawDown()
    if (log.getAttribute('aria-busy') !== String(loading))
      log.setAttribute('aria-busy', String(loading))
    reader.look()
    older()
  }
  const drawSoon = eachFrame(scope, draw)

  const placeFirst = (): void => {
    placed = true
    const line = log.querySelector<HTMLElement>('.new-line')
    if (line === null) return toEnd()
    scroller.scrollTop = line.offsetTop - scroller.clientHeight / 3
    noteEnd()
  }
  const toEnd = (smooth = false): void => {
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth ? 'smooth' : 'instant' })
    if (!smooth) noteEnd()
  }
  const noteEnd = (): void => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END
  }
  const drawDown = (): void => {
    down.hidden = atEnd
    count.hidden = state.unread === 0
    setText(count, numberText(state.unread))
    down.setAttribute('aria-label', t().toNewestCount(state.unread))
  }
  const drawTop = (): void => {
    top.classList.toggle('loading', loading)
    if (failed) fill(top, retry)
    else
      fill(
        top,
        loading && h('span', { class: 'spinner', role: 'status', 'aria-label': t().loading }),
      )
  }
  const retry = h(
    'button',
    {
      class: 'button small',
      type: 'button',
      onclick: () => {
        failed = false
        older()
      },
    },
    icon('retry'),
    t().olderFailed,
  )
  const older = (): void => {
    if (loading || failed || timeline.complete || !placed) return
    if (scroller.scrollTop > NEAR_START) return
    void load()
  }
  const load = async (): Promise<void> => {
    loading = true
    drawTop()
    log.setAttribute('aria-busy', 'true')
    try {
      await timeline.older()
    } catch {
      failed = true
    }
    loading = false
    drawSoon()
  }

  scope.add(model.bus.on('items', drawSoon))
  scope.add(model.bus.on('rooms', drawSoon))
  scope.listen(
    scroller,
    'scroll',
    () => {
      noteEnd()
      drawDown()
      reader.look()
      older()
    },
    { passive: true },
  )
  // Pictures that come, a keyboard that opens: whoever was at the end stays there.
  const sizes = new ResizeObserver(() => {
    if (atEnd) toEnd()
  })
  sizes.observe(log)
  sizes.observe(scroller)
  scope.add(() => sizes.disconnect())
  drawSoon()

  return {
    element,
    toEnd: () => {
      atEnd = true
      toEnd()
    },
    async jump(seq) {
      for (let page = 0; page < PAGES_TO_FIND; page += 1) {
        if (page > 0 && entryOf(state, seq) !== undefined) draw()
        const found = log.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
        if (found !== null) {
          atEnd = false
          flash(found)
          return true
        }
        if (!(await timeline.older().catch(() => false))) break
      }
      return false
    },
  }
}

const entryOf = (state: RoomState, seq: number) => {
  const item = state.timeline.items.find((one) => one.type === 'entry' && one.entry.seq === seq)
  return item?.type === 'entry' ? item.entry : undefined
}

/** The first line that is seen, and later by how much it moved. */
function firstSeen(
  scroller: HTMLElement,
  log: HTMLElement,
): { readonly moved: () => number } | undefined {
  const edge = scroller.scrollTop
  const rows = log.children
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle] as HTMLElement
    if (row.offsetTop + row.offsetHeight > edge) high = middle
    else low = middle + 1
  }
  // The line of a day, or of what passes, may go: a message stays.
  while (low < rows.length - 1 && rows[low]?.tagName !== 'ARTICLE') low += 1
  const row = rows[low] as HTMLElement | undefined
  if (row === undefined) return undefined
  const seq = row.dataset.seq
  const before = row.offsetTop
  return {
    moved() {
      const now = row.isConnected ? row : log.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
      return now === null ? 0 : now.offsetTop - before
    },
  }
}

/** What had the focus in the old element has it in the new one. */
function keepFocus(old: Element, next: HTMLElement): void {
  next.tabIndex = (old as HTMLElement).tabIndex
  const active = document.activeElement
  if (active === null || !old.contains(active)) return
  const name = active.getAttribute('data-focus')
  queueMicrotask(() => {
    const again =
      name === null ? null : next.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`)
    ;(again ?? next).focus({ preventScroll: true })
  })
}

function flash(element: HTMLElement): void {
  element.scrollIntoView({ block: 'center' })
  element.classList.remove('flash')
  requestAnimationFrame(() => element.classList.add('flash'))
  element.focus({ preventScroll: true })
}
