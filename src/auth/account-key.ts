/** What an account is found by. */

import { nameKey } from '../protocol/names.ts'

/** No name has more code units than this, nor so many marks: no key need be made of it. */
const LONGEST_NAME = 512
const MARKS = /\p{M}{32}/u

/**
 * What an account of this name, or one that looks like it, is found by; `null`: nobody can have such
 * a name. Less strict than `cleanName`: whoever has a name keeps it when the limits change.
 */
export function accountKey(name: string): string | null {
  if (name.length > LONGEST_NAME || MARKS.test(name)) return null
  return nameKey(name) || null
}
