/** Dialogs that ask for something and then do it: once, showing that it is being done, and how it failed. */

import { openDialog } from '../ui/dialog.ts'
import { type Child, fill, h } from '../ui/dom.ts'
import { busyButton, type Field, field } from '../ui/field.ts'
import { failure } from './failure.ts'
import type { Texts } from './texts.ts'

/** What is asked. */
export interface FormDialog {
  readonly t: Texts
  readonly title: string
  readonly text: string
  /** What is done: the label of the button. */
  readonly action: string
  /** It can't be undone. */
  readonly danger?: boolean
  readonly body?: readonly Child[]
  /** Said while it is being done, where that may take long. */
  readonly working?: string
  /** Has to be written before the button does anything. */
  readonly typed?: string
  /**
   * Does it. False: something is missing, and was said. Rejects with what is to be shown; the dialog
   * stays.
   */
  readonly run: () => Promise<boolean | undefined>
}

/** Opens it. Resolves when it is closed: was it done? */
export function formDialog({ t, typed, ...options }: FormDialog): Promise<boolean> {
  return new Promise((resolve) => {
    let done = false
    let busy = false
    const word: Field | undefined =
      typed === undefined
        ? undefined
        : field({ label: t.common.typeToConfirm(typed), autofocus: true })
    const trouble = h('div', { class: 'trouble' })
    const go = busyButton(
      { class: options.danger === true ? 'button danger' : 'button primary' },
      options.action,
    )
    const check = (): void => {
      go.element.disabled = busy || (typed !== undefined && word?.value() !== typed)
    }
    word?.input.addEventListener('input', check)
    check()
    const submit = async (): Promise<void> => {
      if (busy || go.element.disabled) return
      busy = true
      fill(trouble, options.working !== undefined && waiting(options.working))
      go.busy(true)
      try {
        done = (await options.run()) !== false
        fill(trouble)
        if (done) dialog.close()
      } catch (error) {
        fill(trouble, failure(error))
      } finally {
        busy = false
        go.busy(false)
        check()
      }
    }
    const dialog = openDialog({
      title: options.title,
      body: [
        options.text !== '' && h('p', { class: 'dialog-text' }, options.text),
        options.body,
        word?.element,
        trouble,
      ],
      actions: [
        h(
          'button',
          { class: 'button', type: 'button', onclick: () => dialog.close() },
          t.common.cancel,
        ),
        go.element,
      ],
      onsubmit: () => void submit(),
      onclose: () => resolve(done),
    })
  })
}

const waiting = (text: string): HTMLElement => h('p', { class: 'notice', role: 'status' }, text)

/** A button that does something at a click: once, however often it is clicked meanwhile. */
export function actButton(
  props: { readonly class?: string; readonly label?: string },
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const button = busyButton({ class: props.class ?? 'button', type: 'button' }, ...children)
  if (props.label !== undefined) button.element.setAttribute('aria-label', props.label)
  button.element.addEventListener('click', () => {
    if (button.element.disabled) return
    button.busy(true)
    work()
      .catch(failed)
      .finally(() => {
        button.busy(false)
        // A disabled button loses the focus.
        if (document.activeElement === document.body) button.element.focus()
      })
  })
  return button.element
}
