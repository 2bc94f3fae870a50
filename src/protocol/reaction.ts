/** Reactions: what people may hold up to an entry. */

import { ChatError } from '../errors.ts'
import { visible } from './visible.ts'

/**
 * The text of a reaction, in the form that is stored (NFC): an emoji, or a short word without white
 * space, control characters, and what can't be seen.
 *
 * @param maxChars the most code points it may have
 * @throws ChatError `text_empty`, `text_too_long`, `bad_request`
 * @example cleanReaction('👍', 16) // '👍'
 */
export function cleanReaction(raw: string, maxChars: number): string {
  if (raw === '') throw new ChatError('text_empty')
  // Looked at before it is normalised, which takes quadratic time in the marks on one letter.
  if (raw.length > 8 * maxChars) throw new ChatError('text_too_long')
  const text = raw.normalize('NFC')
  if ([...text].length > maxChars) throw new ChatError('text_too_long')
  if (/\s/u.test(text) || visible(text) !== text) throw new ChatError('bad_request')
  return text
}
