/** Telling people that something failed: in words, and by its code for those who look it up. */

import { isChatError } from '../../client.ts'
import type { ChatError } from '../../errors.ts'
import { h } from '../ui/dom.ts'
import { errorText } from '../ui/error-text.ts'
import { icon } from '../ui/icons.ts'
import { toast } from '../ui/toast.ts'

/** The code of an error; `''`: it has none. */
export const codeOf = (error: unknown): string =>
  isChatError(error) ? (error as ChatError).code : ''

/** In words, with the code. What was wrong with a request, only the server knows: its own words then. */
export function failureText(error: unknown): string {
  const code = codeOf(error)
  if (code === '') return errorText(error)
  const { message } = error as ChatError
  const told = code === 'bad_request' && message !== '' ? ` ${message}` : ''
  return `${errorText(error)}${told} (${code})`
}

/** Says in passing that something failed. */
export const complain = (error: unknown): void => toast(failureText(error), 'bad')

/** The same, to stay where it is. */
export function failure(error: unknown): HTMLElement {
  return h(
    'p',
    { class: 'failure', role: 'alert' },
    icon('alert'),
    h('span', null, failureText(error)),
  )
}
