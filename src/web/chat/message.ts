/** One message, as an element. */

import type { ChatError } from '../../errors.ts'
import type { Entry, Reaction } from '../../protocol/types.ts'
import { avatar, colourOf } from '../ui/avatar.ts'
import { type Child, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon } from '../ui/icons.ts'
import { attachment } from './attachment.ts'
import type { Files } from './files.ts'
import { isPictures, type Names, richText, shownText } from './rich-text.ts'
import type { MessageRow } from './rows.ts'
import { t } from './texts.ts'
import { exactTime, timeText } from './times.ts'

/** What can be done with messages. */
export interface MessageDeeds {
  react(entry: Entry, emoji: string): void
  /** Offers reactions beside an element. */
  pick(entry: Entry, anchor: Element): void
  answer(entry: Entry): void
  /** Everything that can be done, beside an element. */
  more(entry: Entry, anchor: Element): void
  /** Goes to the message that is answered. */
  jump(seq: number): void
  again(row: MessageRow): void
  drop(row: MessageRow): void
  person(entry: Entry, anchor: Element): void
}

/** What a message is drawn with. */
export interface MessageParts {
  readonly deeds: MessageDeeds
  readonly files: Files
  readonly names: Names
  readonly myId: string
  /** The name of a person by id, if it is known. */
  readonly nameOf: (id: string) => string | undefined
}

/** The element of a message. */
export function messageElement(row: MessageRow, parts: MessageParts): HTMLElement {
  const { item, own, first, last, from, ts } = row
  const entry = item.type === 'entry' ? item.entry : undefined
  const failed = item.type === 'unsent' ? item.error : undefined
  const classes = ['message', own ? 'own' : 'theirs']
  if (first) classes.push('first')
  if (last) classes.push('last')
  if (entry?.kind === 'notice') classes.push('said-by-host')
  if (entry?.deleted === true) classes.push('deleted')
  if (entry?.details?.mentions?.includes(parts.myId) === true && !own) classes.push('to-me')
  if (item.type === 'unsent') classes.push(failed === undefined ? 'pending' : 'failed')
  const name = shownText(from.name)
  const time = h(
    'time',
    { datetime: new Date(ts).toISOString(), title: exactTime(ts), class: 'message-time' },
    timeText(ts),
  )
  return h(
    'article',
    {
      class: classes.join(' '),
      tabindex: -1,
      'data-seq': entry?.seq,
      'aria-label': t().messageLabel(name, timeText(ts)),
    },
    !own && (first ? seal(row, parts, entry) : h('span', { class: 'avatar-gap' })),
    h(
      'div',
      { class: 'message-main' },
      first &&
        h(
          'header',
          { class: 'message-head' },
          !own && h('bdi', { class: `message-name seal-${colourOf(from.id)}` }, name),
          time,
        ),
      h(
        'div',
        { class: 'bubble-line' },
        bubble(row, parts, entry),
        !first && time,
        entry !== undefined && entry.deleted !== true && actions(entry, parts.deeds),
      ),
      entry?.reactions !== undefined && reactions(entry, entry.reactions, parts),
      item.type === 'unsent' && sending(row, failed, parts.deeds),
    ),
  )
}

function seal(row: MessageRow, { deeds }: MessageParts, entry: Entry | undefined): HTMLElement {
  const button = h(
    'button',
    {
      class: 'seal-button',
      type: 'button',
      tabindex: -1,
      'aria-label': t().about(shownText(row.from.name)),
      onclick: () => entry !== undefined && deeds.person(entry, button),
    },
    avatar(row.from),
  )
  return button
}

function bubble(row: MessageRow, parts: MessageParts, entry: Entry | undefined): HTMLElement {
  const { item } = row
  if (entry?.deleted === true) {
    return h('div', { class: 'bubble' }, h('span', { class: 'gone-text' }, t().wasDeleted))
  }
  const text = entry?.text ?? (item.type === 'unsent' ? item.unsent.text : '')
  const file = entry?.details?.file ?? (item.type === 'unsent' ? item.unsent.file : undefined)
  const large = row.answered === undefined && file === undefined && isPictures(text)
  return h(
    'div',
    { class: large ? 'bubble large' : file === undefined ? 'bubble' : 'bubble with-file' },
    row.answered !== undefined && quote(row.answered, parts, entry?.ref),
    file !== undefined && attachment(file, parts.files),
    text !== '' &&
      h(
        'div',
        { class: 'message-text', dir: 'auto' },
        ...richText(text, parts.names),
        entry?.edited !== undefined && h('span', { class: 'edited' }, ` ${t().edited}`),
      ),
  )
}

function quote(answered: Entry | null, { deeds }: MessageParts, ref: number | undefined): Child {
  const text =
    answered === null
      ? t().answeredElsewhere
      : answered.deleted === true
        ? t().wasDeleted
        : shownText(answered.text || (answered.details?.file?.name ?? ''))
  return h(
    'button',
    {
      class: 'quote',
      type: 'button',
      onclick: () => ref !== undefined && deeds.jump(ref),
    },
    answered !== null && h('bdi', { class: 'quote-name' }, shownText(answered.from.name)),
    h('span', { class: 'quote-text', dir: 'auto' }, text.slice(0, 200)),
  )
}

function actions(entry: Entry, deeds: MessageDeeds): HTMLElement {
  const action = (
    name: 'smile' | 'reply' | 'more',
    label: string,
    run: (anchor: Element) => void,
  ): HTMLElement => {
    const button = h(
      'button',
      {
        class: 'icon-button',
        type: 'button',
        tabindex: -1,
        title: label,
        'aria-label': label,
        onclick: () => run(button),
      },
      icon(name),
    )
    return button
  }
  return h(
    'div',
    { class: 'message-actions' },
    action('smile', t().react, (anchor) => deeds.pick(entry, anchor)),
    action('reply', t().answer, () => deeds.answer(entry)),
    action('more', t().more, (anchor) => deeds.more(entry, anchor)),
  )
}

function reactions(entry: Entry, list: readonly Reaction[], parts: MessageParts): HTMLElement {
  return h(
    'div',
    { class: 'reactions' },
    ...list.map(({ text, count, by }) => {
      const mine = by.includes(parts.myId)
      const names = by.map((id) => parts.nameOf(id)).filter((name) => name !== undefined)
      const shown = shownText(text)
      const who = t().reactedBy(names.map(shownText), count)
      return h(
        'button',
        {
          class: mine ? 'reaction mine' : 'reaction',
          type: 'button',
          title: who,
          'aria-pressed': mine,
          'aria-label': `${shown} ${count}. ${who}`,
          'data-focus': `reaction-${text}`,
          onclick: () => parts.deeds.react(entry, text),
        },
        h('span', { class: 'reaction-text' }, shown),
        h('span', { class: 'reaction-count' }, String(count)),
      )
    }),
  )
}

function sending(row: MessageRow, failed: ChatError | undefined, deeds: MessageDeeds): HTMLElement {
  if (failed === undefined) {
    const sent = row.item.type === 'unsent' && row.item.unsent.sent
    return h('div', { class: 'sending' }, sent ? t().sending : t().waiting)
  }
  return h(
    'div',
    { class: 'sending bad', role: 'alert' },
    icon('alert'),
    h('span', {}, `${t().notSent} ${errorText(failed)}`),
    h(
      'button',
      { class: 'text-button', type: 'button', onclick: () => deeds.again(row) },
      t().again,
    ),
    h('button', { class: 'text-button', type: 'button', onclick: () => deeds.drop(row) }, t().drop),
  )
}
