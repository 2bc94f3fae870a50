/** Errors in the language that is spoken here. */

import { ERRORS, isChatError } from '../../errors.ts'
import type { Catalog } from '../../i18n/catalog.ts'
import { LANGS, texts } from '../../i18n/languages.ts'
import { secondsOf } from '../../protocol/text-lines.ts'

/**
 * What people are told of an error: the text of their language, with the time to wait where there is
 * one; or what the application says, word by word.
 */
export function errorText(catalog: Catalog, error: unknown): string {
  if (typeof error === 'string') return error
  if (!isChatError(error)) return error instanceof Error ? error.message : String(error)
  const { code, message, retryAfterMs } = error
  const usual = [ERRORS[code].text, ...LANGS.map((lang) => texts(lang).errors[code])]
  const text = message === '' || usual.includes(message) ? catalog.errors[code] : message
  return retryAfterMs === undefined
    ? text
    : `${text} ${catalog.you.retryIn(secondsOf(retryAfterMs))}`
}
