/** What an error means, for people. */

import { type ChatError, isChatError } from '../../errors.ts'
import { uiTexts } from './ui-texts.ts'

/**
 * The text of an error: what the host program says itself, else the page's text for the code, else
 * what came with it.
 */
export function errorText(error: unknown): string {
  if (!isChatError(error)) return uiTexts().errors.internal ?? ''
  const chat = error as ChatError
  const text = uiTexts().errors[chat.code] ?? chat.message
  const seconds = Math.ceil((chat.retryAfterMs ?? 0) / 1000)
  return seconds > 1 ? `${text} ${uiTexts().waitSeconds(seconds)}` : text
}
