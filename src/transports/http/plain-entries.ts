/** Entries as simple clients get them, and the time stamps by which they ask for more. */

import { isChange } from '../../protocol/entry.ts'
import { textCodec } from '../../protocol/text.ts'
import type { Entry, EntryKind, Push } from '../../protocol/types.ts'
import type { HttpLang } from './exchange.ts'

/** Time stamps count up within a millisecond in so many steps: what a double has room for. */
const STEPS = 4096
/** The room, in the lines that people read. */
const LABEL = /^\[[^\]]*\] (\* )?/

/** One entry of an answer. */
export interface Shown {
  readonly type: 'message' | 'system'
  readonly username: string
  readonly message: string
  readonly timestamp: number
  /** Absent for those who came and went: that isn't in the log. */
  readonly seq?: number
  readonly deleted?: true
  readonly edited?: true
}

/**
 * Milliseconds since 1970, with a fraction that tells entries of one millisecond apart: so what a
 * client gives back says exactly what it has had.
 *
 * @example stampOf({ ts: 1700000000000, seq: 1 }) // 1700000000000.0002
 */
export function stampOf({ ts, seq }: { readonly ts: number; readonly seq: number }): number {
  return ts + (seq % STEPS) / STEPS
}

/** Those behind the one with this time stamp; or, when there is none such, those of later. */
export function forward(entries: readonly Entry[], last: number): readonly Entry[] {
  const found = entries.findIndex((entry) => stampOf(entry) === last)
  if (found >= 0) return entries.slice(found + 1)
  return entries.filter((entry) => stampOf(entry) > last)
}

/** An entry as it is shown; null: it isn't. */
export function entryShown(entry: Entry, lang: HttpLang): Shown | null {
  // On the wire the kind stands as `ev`.
  const kind = entry.kind ?? (entry as unknown as { ev: EntryKind }).ev
  // Changes of other entries: whoever reads those again sees them.
  if (isChange(kind)) return null
  const { from, text, seq, deleted, edited } = entry
  const shown = {
    username: from.name,
    timestamp: stampOf(entry),
    seq,
    ...(deleted && { deleted }),
    ...(edited !== undefined && { edited: true as const }),
  }
  if (kind === 'message' || kind === 'notice') {
    return { type: kind === 'message' ? 'message' : 'system', message: text, ...shown }
  }
  const line = textCodec(lang).encode({ type: 'entry', entry: { ...entry, kind } })
  return { type: 'system', message: line?.replace(LABEL, '') ?? text, ...shown }
}

/** Who came, went, or has another name. */
export function signalShown(
  push: Readonly<Record<string, unknown>>,
  timestamp: number,
  lang: HttpLang,
): Shown {
  const told = push as Extract<Push, { ev: 'joined' }>
  const line = textCodec(lang).encode({ type: 'push', push: told })
  return {
    type: 'system',
    username: told.person.name,
    message: line?.replace(LABEL, '') ?? '',
    timestamp,
  }
}
