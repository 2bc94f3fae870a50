/** The keyboard in the list of messages: arrows go from one to the next, letters do something with it. */

import type { Entry } from '../../protocol/types.ts'
import type { MessageParts } from './message.ts'

/**
 * One message can be reached by Tab, the last or the one that had the focus; arrows, Home and End go
 * on from there. Enter opens what can be done, `r` answers, `+` reacts.
 */
export function createListKeys(
  log: HTMLElement,
  { deeds }: Pick<MessageParts, 'deeds'>,
  entryOf: (seq: number) => Entry | undefined,
): { update(): void } {
  let current: HTMLElement | undefined
  const all = (): HTMLElement[] => [...log.querySelectorAll<HTMLElement>('article')]
  const choose = (element: HTMLElement | undefined): void => {
    if (element === current) return
    if (current !== undefined) current.tabIndex = -1
    current = element
    if (element !== undefined) element.tabIndex = 0
  }
  log.addEventListener('focusin', (event) => {
    choose((event.target as Element).closest<HTMLElement>('article') ?? undefined)
  })
  log.addEventListener('keydown', (event) => {
    if (event.target !== current || current === undefined) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const element = current
    const go = (to: HTMLElement | undefined): void => {
      event.preventDefault()
      to?.focus()
      to?.scrollIntoView({ block: 'nearest' })
    }
    if (event.key === 'ArrowUp') return go(beside(element, 'previousElementSibling'))
    if (event.key === 'ArrowDown') return go(beside(element, 'nextElementSibling'))
    if (event.key === 'Home') return go(all().at(0))
    if (event.key === 'End') return go(all().at(-1))
    const entry = entryOf(Number(element.dataset.seq))
    if (entry === undefined || entry.deleted === true) return
    const anchor = element.querySelector('.bubble') ?? element
    if (event.key === 'Enter') deeds.more(entry, anchor)
    else if (event.key === 'r') deeds.answer(entry)
    else if (event.key === '+') deeds.pick(entry, anchor)
    else return
    event.preventDefault()
  })
  return {
    update() {
      if (current?.isConnected === true && log.contains(document.activeElement)) return
      const last = log.querySelector<HTMLElement>('article:last-of-type')
      choose(last ?? undefined)
    },
  }
}

function beside(
  element: Element,
  side: 'previousElementSibling' | 'nextElementSibling',
): HTMLElement | undefined {
  let next = element[side]
  while (next !== null && next.tagName !== 'ARTICLE') next = next[side]
  return (next as HTMLElement | null) ?? undefined
}
