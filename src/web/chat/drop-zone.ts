/** Files that are dragged over something and dropped. */

import { h } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import type { Scope } from '../ui/scope.ts'
import { t } from './texts.ts'

/** Takes files dropped on an element; shows that it does while they are above it. */
export function dropZone(
  element: HTMLElement,
  take: (files: readonly File[]) => void,
  scope: Scope,
): void {
  const veil = h(
    'div',
    { class: 'drop-veil', hidden: true },
    icon('attach'),
    h('p', {}, t().dropHere),
  )
  element.append(veil)
  let depth = 0
  const hasFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') === true
  const end = (): void => {
    depth = 0
    veil.hidden = true
  }
  scope.listen<DragEvent>(element, 'dragenter', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth += 1
    veil.hidden = false
  })
  scope.listen<DragEvent>(element, 'dragover', (event) => {
    if (hasFiles(event)) event.preventDefault()
  })
  scope.listen<DragEvent>(element, 'dragleave', () => {
    depth -= 1
    if (depth <= 0) end()
  })
  scope.listen<DragEvent>(element, 'drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    end()
    take([...(event.dataTransfer?.files ?? [])])
  })
}
