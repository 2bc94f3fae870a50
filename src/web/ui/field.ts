/** Fields of forms: label, hint, and the error at the place where it belongs. */

import { type Child, fill, freshId, h } from './dom.ts'
import { icon } from './icons.ts'
import { uiTexts } from './ui-texts.ts'

/** A field of a form. */
export interface Field {
  readonly element: HTMLElement
  readonly input: HTMLInputElement
  /** What was written, without spaces around it; of a password, as it is. */
  value(): string
  /** Shows what is wrong with it and puts the focus there; `undefined`: nothing any more. */
  fail(text: string | undefined): void
}

/** What a field is like. */
export interface FieldOptions {
  readonly label: string
  /** Default `text`. */
  readonly type?: 'text' | 'password' | 'search' | 'number'
  readonly hint?: string
  readonly value?: string
  readonly autocomplete?: string
  readonly maxLength?: number
  readonly placeholder?: string
  readonly autofocus?: boolean
  /** The name in the form, for password managers. */
  readonly name?: string
}

/** A labelled field. A password can be shown. */
export function field(options: FieldOptions): Field {
  const id = freshId('field')
  const type = options.type ?? 'text'
  const note = h('p', { class: 'field-note', id: `${id}-note` }, options.hint)
  const input = h('input', {
    class: 'input',
    id,
    type,
    name: options.name,
    'prop:value': options.value ?? '',
    autocomplete: options.autocomplete ?? 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    maxlength: options.maxLength,
    placeholder: options.placeholder,
    autofocus: options.autofocus,
    dir: 'auto',
    'aria-describedby': note.id,
    oninput: () => clear(),
  })
  const clear = (): void => {
    if (input.getAttribute('aria-invalid') === null) return
    input.removeAttribute('aria-invalid')
    note.classList.remove('bad')
    fill(note, options.hint)
  }
  const element = h(
    'div',
    { class: 'field' },
    h('label', { class: 'label', for: id }, options.label),
    type === 'password' ? h('div', { class: 'reveal' }, input, revealer(input)) : input,
    note,
  )
  return {
    element,
    input,
    value: () => (type === 'password' ? input.value : input.value.trim()),
    fail(text) {
      if (text === undefined) return clear()
      input.setAttribute('aria-invalid', 'true')
      note.classList.add('bad')
      fill(note, icon('alert'), h('span', { role: 'alert' }, text))
      input.focus()
      input.select()
    },
  }
}

function revealer(input: HTMLInputElement): HTMLButtonElement {
  const button = h('button', {
    class: 'icon-button',
    type: 'button',
    onclick: () => {
      input.type = input.type === 'password' ? 'text' : 'password'
      draw()
    },
  })
  const draw = (): void => {
    const hidden = input.type === 'password'
    const { showPassword, hidePassword } = uiTexts().signIn
    button.setAttribute('aria-label', hidden ? showPassword : hidePassword)
    fill(button, icon(hidden ? 'eye' : 'eyeOff'))
  }
  draw()
  return button
}

/** A switch with its label, and what it means below. */
export function toggle(options: {
  readonly label: string
  readonly hint?: string
  readonly checked?: boolean
}): { readonly element: HTMLElement; readonly input: HTMLInputElement } {
  const input = h('input', { type: 'checkbox', class: 'switch', 'prop:checked': options.checked })
  const element = h(
    'label',
    { class: 'toggle' },
    h(
      'span',
      { class: 'toggle-text' },
      h('span', { class: 'toggle-label' }, options.label),
      options.hint !== undefined && h('span', { class: 'field-note' }, options.hint),
    ),
    input,
  )
  return { element, input }
}

/** A button that shows while it works, and does nothing twice. */
export function busyButton(
  options: { readonly class?: string; readonly type?: 'button' | 'submit' },
  ...children: readonly Child[]
): { readonly element: HTMLButtonElement; busy(on: boolean): void } {
  const element = h(
    'button',
    { class: options.class ?? 'button primary', type: options.type ?? 'submit' },
    ...children,
  )
  return {
    element,
    busy(on) {
      element.disabled = on
      element.classList.toggle('busy', on)
      element.setAttribute('aria-busy', String(on))
    },
  }
}
