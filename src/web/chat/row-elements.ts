/** The lines of the list that aren't messages: days, what moderators did, who came and went. */

import type { Entry } from '../../protocol/types.ts'
import { h } from '../ui/dom.ts'
import { numberText } from '../ui/texts.ts'
import { type MessageParts, messageElement } from './message.ts'
import type { Passing } from './passing.ts'
import { shownText } from './rich-text.ts'
import type { Row } from './rows.ts'
import { t } from './texts.ts'
import { dayText, exactTime, timeText, untilText } from './times.ts'

/** The element of any row. */
export function rowElement(row: Row, parts: MessageParts, startText: () => string): HTMLElement {
  switch (row.type) {
    case 'message':
      return messageElement(row, parts)
    case 'day':
      return h('h3', { class: 'day' }, h('span', {}, dayText(row.ts)))
    case 'new':
      return h('div', { class: 'new-line' }, h('span', {}, t().newMessages))
    case 'start':
      return h('p', { class: 'start-line' }, startText())
    case 'gap':
      return h('p', { class: 'line line-warn' }, t().gap(numberText(row.gap.to - row.gap.from + 1)))
    case 'passing':
      return h('p', { class: 'line' }, passingTexts(row.lines).join(' · '))
    case 'act':
      return actElement(row.entry)
  }
}

/** More of one kind are told by their number. */
const NAMED = 5

/** What passed, in its order; where many came or went, in one piece, where the first of them stood. */
function passingTexts(lines: readonly Passing[]): string[] {
  const counted = new Set<string>()
  return lines.flatMap((line) => {
    const { what } = line
    if (what !== 'joined' && what !== 'left' && what !== 'lost') return [passingText(line)]
    const count = lines.filter((one) => one.what === what).length
    if (count <= NAMED) return [passingText(line)]
    if (counted.has(what)) return []
    counted.add(what)
    return [t().many[what](numberText(count))]
  })
}

function passingText({ what, person, was }: Passing): string {
  const name = isolated(person?.name ?? '')
  switch (what) {
    case 'joined':
      return t().joined(name)
    case 'left':
      return t().left(name)
    case 'lost':
      return t().lost(name)
    case 'renamed':
      return t().renamed(isolated(was ?? ''), name)
    case 'reset':
      return t().reset
  }
}

/** A name in a sentence: what is written from right to left in it doesn't turn the sentence round. */
const isolated = (name: string): string => `\u2068${shownText(name)}\u2069`

function actElement(entry: Entry): HTMLElement {
  const { from, to, text, details, kind, ts } = entry
  const by = isolated(from.name)
  const whom = isolated(to?.name ?? '')
  const acts = t().acts
  const line =
    kind === 'settings'
      ? acts.settings(by)
      : kind === 'role'
        ? acts.role(by, whom, details?.role)
        : kind === 'kick' ||
            kind === 'ban' ||
            kind === 'unban' ||
            kind === 'mute' ||
            kind === 'unmute' ||
            kind === 'invite'
          ? acts[kind](by, whom)
          : kind
  const until = details?.until === undefined ? '' : ` ${t().until(untilText(details.until))}`
  const reason = text === '' ? '' : ` — ${shownText(text)}`
  return h(
    'p',
    { class: 'line line-act' },
    h('span', {}, line + until + reason),
    ' ',
    h('time', { datetime: new Date(ts).toISOString(), title: exactTime(ts) }, timeText(ts)),
  )
}
