/** Dialogs, as native `<dialog>`: the browser keeps the focus inside and gives it back. */

import { type Child, freshId, h } from './dom.ts'
import { icon } from './icons.ts'
import { uiTexts } from './ui-texts.ts'

/** What a dialog shows. */
export interface DialogOptions {
  readonly title: string
  /** `small` 24 rem (default), `large` 40 rem. */
  readonly size?: 'small' | 'large'
  readonly body: readonly Child[]
  /** Below the body, at the end of the line. */
  readonly actions?: readonly Child[]
  /** Makes it a form: called instead of sending anything. */
  readonly onsubmit?: () => void
  /** It was closed, by whatever. */
  readonly onclose?: () => void
}

/** A dialog that is open. */
export interface OpenDialog {
  readonly element: HTMLDialogElement
  close(): void
}

const open = new Set<HTMLDialogElement>()

/** Closes what is open: the page shows something else. */
export function closeDialogs(): void {
  for (const dialog of open) dialog.close()
  for (const menu of document.querySelectorAll<HTMLElement>('.popover:popover-open')) {
    menu.hidePopover()
  }
}

/**
 * Opens a dialog. Esc, the cross and a click beside it close it. The first element with `autofocus`
 * has the focus.
 */
export function openDialog(options: DialogOptions): OpenDialog {
  const id = freshId('dialog')
  const close = (): void => element.close()
  const content = [
    h(
      'header',
      { class: 'dialog-head' },
      h('h2', { id }, options.title),
      h(
        'button',
        { class: 'icon-button', type: 'button', 'aria-label': uiTexts().close, onclick: close },
        icon('close'),
      ),
    ),
    h('div', { class: 'dialog-body' }, ...options.body),
    options.actions !== undefined && h('footer', { class: 'dialog-foot' }, ...options.actions),
  ]
  const element = h(
    'dialog',
    {
      class: `dialog dialog-${options.size ?? 'small'}`,
      'aria-labelledby': id,
      onclick: (event) => {
        if (event.target === element) close()
      },
      onclose: () => {
        open.delete(element)
        element.remove()
        options.onclose?.()
      },
    },
    options.onsubmit === undefined
      ? h('div', { class: 'dialog-box' }, ...content)
      : h(
          'form',
          {
            class: 'dialog-box',
            novalidate: true,
            onsubmit: (event) => {
              event.preventDefault()
              options.onsubmit?.()
            },
          },
          ...content,
        ),
  )
  document.body.append(element)
  open.add(element)
  element.showModal()
  const first = element.querySelector<HTMLElement>('[autofocus]')
  first?.focus()
  return { element, close }
}

/** What {@link confirm} asks. */
export interface ConfirmOptions {
  readonly title: string
  readonly text: string
  /** What is done: the label of the button. */
  readonly action: string
  /** It can't be undone. Default false. */
  readonly danger?: boolean
  /** Shows a field for a text, of which the answer tells; with `required`, it must be exactly that. */
  readonly field?: {
    readonly label: string
    readonly required?: string
    readonly maxLength?: number
  }
}

/** Asks; `null`: no. Else the text of the field, `''` without one. */
export function confirm(options: ConfirmOptions): Promise<string | null> {
  return new Promise((resolve) => {
    let answer: string | null = null
    const { field } = options
    const input = h('input', {
      class: 'input',
      type: 'text',
      id: freshId('confirm'),
      autocomplete: 'off',
      maxlength: field?.maxLength,
      autofocus: field !== undefined,
      oninput: () => check(),
    })
    const yes = h(
      'button',
      {
        class: options.danger === true ? 'button danger' : 'button primary',
        type: 'submit',
        autofocus: field === undefined,
      },
      options.action,
    )
    const check = (): void => {
      yes.disabled = field?.required !== undefined && input.value.trim() !== field.required
    }
    check()
    const dialog = openDialog({
      title: options.title,
      body: [
        h('p', { class: 'dialog-text' }, options.text),
        field !== undefined && [h('label', { class: 'label', for: input.id }, field.label), input],
      ],
      actions: [
        h(
          'button',
          { class: 'button', type: 'button', onclick: () => dialog.close() },
          uiTexts().cancel,
        ),
        yes,
      ],
      onsubmit: () => {
        if (yes.disabled) return
        answer = input.value.trim()
        dialog.close()
      },
      onclose: () => resolve(answer),
    })
  })
}
