/** A picture, as large as the window lets it be. */

import type { FileInfo } from '../../protocol/types.ts'
import { fill, h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'
import { uiTexts } from '../ui/ui-texts.ts'
import type { Files } from './files.ts'
import { shownText } from './rich-text.ts'
import { t } from './texts.ts'

/** Opens it. Esc, the cross and a click beside the picture close it. */
export function openLightbox(file: FileInfo, files: Files): void {
  const name = shownText(file.name)
  const stage = h('div', { class: 'lightbox-stage' }, h('span', { class: 'spinner' }))
  const dialog = h(
    'dialog',
    {
      class: 'lightbox',
      'aria-label': name,
      onclick: (event) => {
        if (event.target === dialog || event.target === stage) dialog.close()
      },
      onclose: () => dialog.remove(),
    },
    h(
      'header',
      { class: 'lightbox-head' },
      h('span', { class: 'lightbox-name', dir: 'auto' }, name),
      h(
        'button',
        {
          class: 'icon-button',
          type: 'button',
          'aria-label': t().downloadFile(name),
          onclick: () => {
            files.save(file).catch((error) => toast(errorText(error), 'bad'))
          },
        },
        icon('download'),
      ),
      h(
        'button',
        {
          class: 'icon-button',
          type: 'button',
          autofocus: true,
          'aria-label': uiTexts().close,
          onclick: () => dialog.close(),
        },
        icon('close'),
      ),
    ),
    stage,
  )
  document.body.append(dialog)
  dialog.showModal()
  files.url(file).then(
    (url) => fill(stage, h('img', { src: url, alt: name })),
    (error) => fill(stage, h('p', {}, errorText(error))),
  )
}
