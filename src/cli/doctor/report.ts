/** How findings are told. */

import { visible } from '../../protocol/visible.ts'
import type { Finding, Level } from './finding.ts'
import type { Texts } from './texts-en.ts'

const SIGNS: Readonly<Record<Level, string>> = { ok: '✓', warn: '!', fail: '✗' }
const COLOURS: Readonly<Record<Level, string>> = { ok: '32', warn: '33', fail: '31' }

const paint = (colour: string, text: string): string => `\u001b[${colour}m${text}\u001b[0m`

/**
 * A finding in one line, and what to do in another.
 *
 * @param width of the column of names
 * @param coloured signs and colours, for a terminal; else words
 */
export function lines(
  { check, level, found, todo }: Finding,
  width: number,
  coloured: boolean,
  t: Texts,
): readonly string[] {
  const longest = Math.max(...Object.values(t.words).map((word) => word.length))
  const sign = coloured ? paint(COLOURS[level], SIGNS[level]) : t.words[level].padEnd(longest)
  const indent = ' '.repeat((coloured ? 1 : longest) + width + 2)
  // Names of files and errors come from elsewhere.
  const first = `${sign} ${check.padEnd(width)} ${visible(found)}`
  return todo === undefined ? [first] : [first, `${indent}→ ${visible(todo)}`]
}

/** For machines: one object. */
export function json(version: string, findings: readonly Finding[]): string {
  const ok = findings.every(({ level }) => level !== 'fail')
  return JSON.stringify({ version, ok, findings }, null, 2)
}
