/** Choosing one of a few things that are all in view. */

import { freshId, h } from '../ui/dom.ts'

/** One of them. */
export interface Option {
  readonly value: string
  readonly label: string
  /** What it means. */
  readonly more?: string
}

/** The choice. */
export interface Choice {
  readonly element: HTMLElement
  value(): string
}

/** Makes it: radio buttons that look like tiles, or (without `more`) like segments. */
export function choice(
  label: string,
  options: readonly Option[],
  first: string,
  changed: () => void = () => {},
): Choice {
  const name = freshId('choice')
  let value = first
  const rich = options.some(({ more }) => more !== undefined)
  const element = h(
    'fieldset',
    { class: rich ? 'choice choice-tiles' : 'choice' },
    h('legend', { class: 'label' }, label),
    h(
      'div',
      { class: rich ? 'tiles' : 'pills' },
      ...options.map((option) =>
        h(
          'label',
          { class: rich ? 'tile' : 'pill' },
          h('input', {
            type: 'radio',
            name,
            value: option.value,
            'prop:checked': option.value === first,
            onchange: () => {
              value = option.value
              changed()
            },
          }),
          h(
            'span',
            { class: 'tile-text' },
            h('b', null, option.label),
            option.more !== undefined && h('span', { class: 'quiet' }, option.more),
          ),
        ),
      ),
    ),
  )
  return { element, value: () => value }
}
