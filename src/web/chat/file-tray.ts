/** Files that are about to be sent: shown before, and taken away again. */

import { h, keyed } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import type { Scope } from '../ui/scope.ts'
import { bytesText } from '../ui/texts.ts'
import { isPicture } from './files.ts'
import type { Draft } from './room-state.ts'
import { t } from './texts.ts'

/** Files of one message at most; each becomes a message. */
const MOST = 10

/** The files of a draft. */
export interface FileTray {
  readonly element: HTMLElement
  add(files: readonly File[]): void
  draw(): void
}

let lastKey = 0
const keys = new WeakMap<File, string>()
const keyOf = (file: File): string => {
  let key = keys.get(file)
  if (key === undefined) {
    lastKey += 1
    key = String(lastKey)
    keys.set(file, key)
  }
  return key
}

/** What a tray does with what it gets. */
export interface FileTrayOptions {
  readonly draft: Draft
  /** Most bytes of a file; undefined: not known. */
  readonly most: number | undefined
  changed(): void
  /** A file is too large. */
  refuse(text: string): void
}

/** Shows and changes the files of a draft; gives back what it took when `scope` ends. */
export function fileTray(
  { draft, most, changed, refuse }: FileTrayOptions,
  scope: Scope,
): FileTray {
  const element = h('ul', { class: 'tray', 'aria-label': t().filesToSend })
  const urls = new WeakMap<Element, string>()
  const giveBack = (chip: Element): void => {
    const url = urls.get(chip)
    if (url !== undefined) URL.revokeObjectURL(url)
  }
  const chipOf = (file: File): Element => {
    const url = isPicture(file) ? URL.createObjectURL(file) : undefined
    const chip = h(
      'li',
      { class: 'tray-file' },
      url === undefined
        ? h('span', { class: 'file-sign' }, icon('file'))
        : h('img', { src: url, alt: '' }),
      h(
        'span',
        { class: 'file-about' },
        h('span', { class: 'file-name', dir: 'auto' }, file.name),
        h('span', { class: 'file-size' }, bytesText(file.size)),
      ),
      h(
        'button',
        {
          class: 'icon-button',
          type: 'button',
          'aria-label': t().takeAway(file.name),
          onclick: () => {
            draft.files = draft.files.filter((one) => one !== file)
            changed()
          },
        },
        icon('close'),
      ),
    )
    if (url !== undefined) urls.set(chip, url)
    return chip
  }
  const update = keyed<File>(element, { key: keyOf, make: chipOf, removed: giveBack })
  scope.add(() => {
    for (const chip of element.children) giveBack(chip)
  })
  return {
    element,
    add(files) {
      const fits = files.filter(({ size }) => size <= (most ?? Number.POSITIVE_INFINITY))
      draft.files = [...draft.files, ...fits].slice(0, MOST)
      changed()
      const large = files.find((file) => !fits.includes(file))
      if (large !== undefined) refuse(t().tooLarge(large.name, bytesText(most ?? 0)))
    },
    draw() {
      element.hidden = draft.files.length === 0
      update(draft.files)
    },
  }
}
