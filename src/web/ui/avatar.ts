/** A coloured seal with the first letters of a name, for people and rooms. */

import { h } from './dom.ts'

/** Colours there are: `--seal-0` … in `theme.css`. */
const COLOURS = 8

/** Which of the colours belongs to an id: always the same. */
export function colourOf(id: string): number {
  // FNV-1a; its low bits alone would be much alike.
  let sum = 0x811c9dc5
  for (let at = 0; at < id.length; at += 1) sum = Math.imul(sum ^ id.charCodeAt(at), 0x01000193)
  return ((sum ^ (sum >>> 15)) >>> 0) % COLOURS
}

/** The first letter of the first and the last word, or the only picture. */
export function initials(name: string): string {
  const words = name.split(/[\s_.-]+/u).filter((word) => word !== '')
  const first = [...new Intl.Segmenter().segment(words[0] ?? '')][0]?.segment ?? ''
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** The seal of a person. Decoration: the name stands beside it. */
export function avatar(person: { readonly id: string; readonly name: string }): HTMLElement {
  return h('span', {
    class: `avatar seal-${colourOf(person.id)}`,
    // Drawn by the style sheet: it is no text of the page.
    'data-initials': initials(person.name),
    'aria-hidden': 'true',
  })
}
