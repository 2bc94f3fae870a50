/** README.md says what is true: the tests it names are there, and no row is missing. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseMarkdown } from '../project/markdown.ts'

const tests = fileURLToPath(new URL('../', import.meta.url))
const read = (name: string): string => readFileSync(tests + name, 'utf8')
const { tables } = parseMarkdown(read('features/README.md'))
const rows = tables.flatMap(({ rows }) => rows)

/** How many rows each part has. */
const PARTS = { A: 7, B: 10, C: 8, D: 8, E: 7 }

/** Does a file have a test of this title? Between quotes, whole. */
function hasTest(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const written = title.replaceAll(quote, `\\${quote}`)
    const at = source.indexOf(quote + written + quote)
    // A title stands behind `it(`, `it.each(…)(` or `it.runIf(…)(`, maybe on a line of its own.
    return at > 0 && /[(\s]$/.test(source.slice(0, at))
  })
}

describe('the table of features', () => {
  it('has every row once, in order', () => {
    const wanted = Object.entries(PARTS).flatMap(([part, count]) =>
      Array.from({ length: count }, (_, i) => `${part}${i + 1}`),
    )
    expect(rows.map(([row]) => row)).toEqual(wanted)
  })

  it.each(rows.map((row) => [row[0] ?? '', row] as const))('%s has tests', (row, cells) => {
    const [, what = '', how = '', shown = ''] = cells
    expect(cells).toHaveLength(4)
    expect(what).not.toBe('')
    expect(how).not.toBe('')
    // Titles may have the sign between them as well: what follows it is a file, then.
    for (const one of shown.split(/; (?=[\w/.-]+\.test\.ts: )/)) {
      const [, file = '', title = ''] = /^([\w/.-]+\.test\.ts): (.+)$/.exec(one) ?? []
      expect(existsSync(tests + file), `${row}: ${one}`).toBe(true)
      expect(hasTest(read(file), title), `${row}: ${file} has no test "${title}"`).toBe(true)
    }
  })
})
