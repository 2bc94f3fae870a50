/** A file in a message: a picture as it is, anything else as a card. */

import type { FileInfo } from '../../protocol/types.ts'
import { fill, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon } from '../ui/icons.ts'
import { bytesText } from '../ui/texts.ts'
import { toast } from '../ui/toast.ts'
import { type Files, isPicture } from './files.ts'
import { openLightbox } from './lightbox.ts'
import { shownText } from './rich-text.ts'
import { t } from './texts.ts'

/** The element of a file. */
export function attachment(file: FileInfo, files: Files): HTMLElement {
  return isPicture(file) ? picture(file, files) : card(file, files)
}

function picture(file: FileInfo, files: Files): HTMLElement {
  const name = shownText(file.name)
  const button = h('button', {
    class: 'picture skeleton',
    type: 'button',
    'aria-label': t().openPicture(name),
    onclick: () => openLightbox(file, files),
  })
  const show = (): void => {
    files.url(file).then(
      (url) => {
        const image = h('img', { src: url, alt: name, decoding: 'async' })
        image.addEventListener('load', () => button.classList.remove('skeleton'))
        fill(button, image)
      },
      (error) => {
        button.classList.remove('skeleton')
        button.classList.add('picture-failed')
        fill(button, icon('alert'), h('span', {}, errorText(error)))
      },
    )
  }
  whenSeen(button, show)
  return button
}

/** Calls once when an element comes near to what is seen. */
function whenSeen(element: Element, call: () => void): void {
  const observer = new IntersectionObserver(
    (changes) => {
      if (!changes.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      call()
    },
    { rootMargin: '600px' },
  )
  observer.observe(element)
}

function card(file: FileInfo, files: Files): HTMLElement {
  const name = shownText(file.name)
  const button = h(
    'button',
    {
      class: 'file-card',
      type: 'button',
      'aria-label': t().downloadFile(name),
      onclick: () => {
        button.classList.add('loading')
        files
          .save(file)
          .catch((error) => toast(errorText(error), 'bad'))
          .finally(() => button.classList.remove('loading'))
      },
    },
    h('span', { class: 'file-sign' }, icon('file')),
    h(
      'span',
      { class: 'file-about' },
      h('span', { class: 'file-name', dir: 'auto' }, name),
      h('span', { class: 'file-size' }, `${kindOf(file)} · ${bytesText(file.size)}`),
    ),
    icon('download'),
  )
  return button
}

const kindOf = ({ name, type }: FileInfo): string => {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]
  return (ending ?? type.split('/').at(-1) ?? '').toUpperCase()
}
