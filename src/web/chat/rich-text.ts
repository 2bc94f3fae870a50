/** What people say, as elements: addresses become links, names stand out. Nothing is read as HTML. */

import { visible } from '../../protocol/visible.ts'
import { type Child, h } from '../ui/dom.ts'

/** An address, or a name as the server looks for it. The first group is the address, then a name. */
const PARTS =
  /(https?:\/\/[^\s<>"'`]+)|(?<![\p{L}\p{N}\p{M}_])@(?:["“”«]([^"“”«»@\n]+)["“”»]|([\p{L}\p{N}\p{M}_.'’·-]+))/giu
/** What ends a sentence rather than an address. */
const AFTER = /[.,;:!?…'"»”]+$/u
const AFTER_NAME = /[._'’·-]+$/u

/** A message of nothing but a few pictures. */
const PICTURES =
  /^(?:(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D|\p{Emoji_Modifier})*|\p{Regional_Indicator}{2})\s*){1,6}$/u

/** Whether a text is to be shown large. */
export const isPictures = (text: string): boolean => text.length < 40 && PICTURES.test(text.trim())

/** Line breaks stay; what else can't be seen is made visible. */
export const shownText = (text: string): string =>
  text
    .split(/\r\n|\r|\n|\u2028|\u2029/)
    .map(visible)
    .join('\n')

/** How names in a text are looked at. */
export interface Names {
  /** Whether a name is somebody's here. */
  readonly isName: (name: string) => boolean
  readonly isMe: (name: string) => boolean
}

/** The text of a message. */
export function richText(text: string, names: Names): Child[] {
  const shown = shownText(text)
  const children: Child[] = []
  let at = 0
  for (const match of shown.matchAll(PARTS)) {
    const [whole, address, quoted, word] = match
    const part = address === undefined ? nameOf(whole, quoted ?? word ?? '', names) : link(address)
    if (part === undefined) continue
    children.push(shown.slice(at, match.index), part.element)
    at = match.index + part.length
  }
  children.push(shown.slice(at))
  return children
}

interface Part {
  readonly element: HTMLElement
  /** How much of the text it stands for. */
  readonly length: number
}

function nameOf(whole: string, name: string, { isName, isMe }: Names): Part | undefined {
  const bare = name.replace(AFTER_NAME, '')
  const found = [name, bare].find((one) => isMe(one) || isName(one))
  if (found === undefined) return undefined
  const length = whole.length - (whole.endsWith(name) ? name.length - found.length : 0)
  const element = h(
    'span',
    { class: isMe(found) ? 'mention mention-me' : 'mention' },
    // Quotation marks only hold the words of a name together.
    `@${found}`,
  )
  return { element, length }
}

function link(found: string): Part | undefined {
  let text = found.replace(AFTER, '')
  // A bracket that was opened before the address closes behind it.
  while (text.endsWith(')') && count(text, ')') > count(text, '(')) {
    text = text.slice(0, -1).replace(AFTER, '')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined
  const element = h(
    'a',
    { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'ltr' },
    text,
  )
  return { element, length: text.length }
}

const count = (text: string, char: string): number => text.split(char).length - 1
