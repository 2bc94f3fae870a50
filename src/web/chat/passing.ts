/** Who came and went: lines that pass, kept only as long as the page is open. */

import type { Presence } from '../../client/types.ts'
import type { Person } from '../../protocol/types.ts'

/** One of them. `after`: the item of the timeline that was the last at that moment. */
export interface Passing {
  readonly key: string
  readonly after: string | undefined
  readonly what: 'joined' | 'left' | 'lost' | 'renamed' | 'reset'
  readonly person?: Person
  /** The name before. */
  readonly was?: string
}

/** More than that are of no interest. */
const MOST = 40

let made = 0

/** A line, with a key of its own. */
export function passing(line: Omit<Passing, 'key'>): Passing {
  made += 1
  return { ...line, key: `passing-${made}` }
}

/**
 * The lines with one more. Who was lost and is back, with nothing said in between, leaves no trace; who
 * was put out neither: an entry tells that.
 */
export function withPresence(
  lines: readonly Passing[],
  event: Presence,
  after: string | undefined,
): readonly Passing[] {
  if (event.ev === 'count') return lines
  if (event.ev === 'renamed') {
    return add(lines, { what: 'renamed', after, person: event.person, was: event.was })
  }
  if (event.ev === 'left') {
    if (event.why === 'removed') return lines
    const what = event.why === 'lost' ? 'lost' : 'left'
    const came = find(lines, ['joined'], event.person, after)
    if (came !== undefined) return lines.filter((line) => line !== came)
    return add(lines, { what, after, person: event.person })
  }
  const gone = find(lines, ['left', 'lost'], event.person, after)
  if (gone !== undefined) return lines.filter((line) => line !== gone)
  return add(lines, { what: 'joined', after, person: event.person })
}

function find(
  lines: readonly Passing[],
  whats: readonly Passing['what'][],
  person: Person,
  after: string | undefined,
): Passing | undefined {
  return lines.findLast(
    (line) => line.after === after && whats.includes(line.what) && line.person?.id === person.id,
  )
}

/** The lines with one more, and not too many. */
export function add(lines: readonly Passing[], line: Omit<Passing, 'key'>): readonly Passing[] {
  return [...lines.slice(1 - MOST), passing(line)]
}
