/** The form by which one comes in: login, sign-up, or a guest's name. */

import { type ChatError, isChatError } from '../../errors.ts'
import { h } from './dom.ts'
import { errorText } from './error-text.ts'
import { busyButton, type Field, field } from './field.ts'
import { kept } from './keep.ts'
import { uiTexts } from './ui-texts.ts'

/** A way in. */
export type Way = 'login' | 'register' | 'guest'

/** What the form needs. The functions reject with a `ChatError`, which is shown where it belongs. */
export interface SignInOptions {
  readonly login?: (name: string, password: string) => Promise<void>
  readonly register?: (name: string, password: string) => Promise<void>
  readonly guest?: (name: string) => Promise<void>
  /** Shown above, such as why one has to come in again. */
  readonly notice?: string
}

/** The shortest password, in characters; the server decides, this saves a question. */
const PASSWORD = 8
const LAST_WAY = 'tertulia.way'
const LAST_NAME = 'tertulia.name'

const ofName = ['name_invalid', 'name_reserved', 'name_taken']

/** The form, for those ways of which `options` has a function. */
export function signInForm(options: SignInOptions): HTMLElement {
  const ways = (['login', 'register', 'guest'] as const).filter((one) => options[one])
  const last = kept.getItem(LAST_WAY) as Way | null
  let way: Way =
    last !== null && ways.includes(last) ? last : ways.includes('guest') ? 'guest' : 'login'
  let typed = kept.getItem(LAST_NAME) ?? ''
  const place = h('div', {})
  const tabs = h('div', {
    class: 'segments',
    role: 'radiogroup',
    'aria-label': uiTexts().signIn.how,
  })
  for (const one of ways) {
    const input = h('input', {
      type: 'radio',
      name: 'way',
      'prop:checked': one === way,
      onchange: () => {
        way = one
        draw()
      },
    })
    tabs.append(h('label', { class: 'segment' }, input, h('span', {}, uiTexts().signIn[one])))
  }
  const draw = (): void => {
    const form = formOf(way, options, typed, (name) => {
      typed = name
    })
    place.replaceChildren(form)
  }
  draw()
  // Where a keyboard is at hand, one may write at once; elsewhere it would cover the page.
  queueMicrotask(() => {
    if (!matchMedia('(pointer: fine)').matches || document.activeElement !== document.body) return
    const inputs = [...place.querySelectorAll('input')]
    const empty = inputs.find((input) => input.value === '') ?? inputs[0]
    empty?.focus()
  })
  return h(
    'div',
    { class: 'sign-in' },
    options.notice !== undefined && h('p', { class: 'notice', role: 'status' }, options.notice),
    ways.length > 1 && tabs,
    place,
  )
}

function formOf(
  way: Way,
  options: SignInOptions,
  typed: string,
  remember: (name: string) => void,
): HTMLFormElement {
  const t = uiTexts().signIn
  const name = field({
    label: t.name,
    name: 'username',
    value: typed,
    autocomplete: way === 'guest' ? 'nickname' : 'username',
    maxLength: 64,
    ...(way === 'register' && { hint: t.nameHint }),
    ...(way === 'guest' && { hint: t.guestHint }),
  })
  name.input.addEventListener('input', () => remember(name.value()))
  const password = field({
    label: t.password,
    type: 'password',
    name: 'password',
    autocomplete: way === 'register' ? 'new-password' : 'current-password',
    ...(way === 'register' && { hint: t.passwordHint }),
  })
  const label = { login: t.doLogin, register: t.doRegister, guest: t.doGuest }[way]
  const go = busyButton({ class: 'button primary wide' }, label)
  const submit = async (): Promise<void> => {
    if (missing(way, name, password)) return
    go.busy(true)
    try {
      if (way === 'guest') await options.guest?.(name.value())
      else await options[way]?.(name.value(), password.value())
      kept.setItem(LAST_WAY, way === 'register' ? 'login' : way)
      kept.setItem(LAST_NAME, name.value())
    } catch (error) {
      show(error, name, way === 'guest' ? name : password)
    } finally {
      go.busy(false)
    }
  }
  return h(
    'form',
    {
      class: 'form',
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        if (!go.element.disabled) void submit()
      },
    },
    name.element,
    way !== 'guest' && password.element,
    go.element,
  )
}

function missing(way: Way, name: Field, password: Field): boolean {
  const t = uiTexts().signIn
  if (name.value() === '') {
    name.fail(t.nameMissing)
    return true
  }
  if (way === 'guest') return false
  const length = [...password.value()].length
  if (length > 0 && (way === 'login' || length >= PASSWORD)) return false
  password.fail(length === 0 ? t.passwordMissing : t.passwordShort)
  return true
}

function show(error: unknown, name: Field, other: Field): void {
  const code = isChatError(error) ? (error as ChatError).code : ''
  const place = ofName.includes(code) ? name : other
  place.fail(errorText(error))
}
