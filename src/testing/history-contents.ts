/** What must hold for a log by itself, as storage has it at the end. */

import type { Entry } from '../protocol/types.ts'
import type { History } from './history-events.ts'
import type { Log } from './history-logs.ts'
import type { Findings } from './history-rules.ts'
import { isChange, isSaid, isVersion, told } from './history-versions.ts'

/** Judges what a log consists of. */
export function checkContents(
  log: Log,
  findings: Findings,
  moderates: NonNullable<History['moderates']>,
): void {
  const { stored, room } = log
  if (stored === null) return
  checkContiguous(log, findings)
  let before: Entry | undefined
  for (const entry of stored.entries) {
    if (before !== undefined && entry.ts < before.ts) {
      const words = `${told(entry)} is of ${entry.ts}, the one before of ${before.ts}`
      findings.add('time', { room }, words)
    }
    before = entry
    // Of doubles the first counts.
    if (log.at(entry.seq) !== entry) continue
    if (entry.ref !== undefined) checkTarget(log, entry, findings, moderates)
    const now = log.versionsOf(entry).at(-1)
    if (now === undefined || isVersion(entry, now, (seq) => log.text(seq))) continue
    const by = log.changesOf(entry).map(({ kind, seq }) => `${kind} ${seq}`)
    const words = `the log has ${told(entry)}; its changes: ${by.join(', ') || 'none'}`
    findings.add('folded', { room }, words)
  }
}

/** The log has every seq from its first to its head, once, in order. */
function checkContiguous({ stored }: Log, findings: Findings): void {
  if (stored === null) return
  const { room, first, head, entries } = stored
  let next = first
  for (const { seq } of entries) {
    if (seq !== next) findings.add('contiguous', { room }, `${seq} follows ${next - 1}`)
    next = seq + 1
  }
  if (next !== head + 1) {
    findings.add('contiguous', { room }, `the head is ${head}, the last entry is ${next - 1}`)
  }
}

/** What an entry changes or answers is there, and may be changed by its author. */
function checkTarget(
  log: Log,
  entry: Entry,
  findings: Findings,
  moderates: NonNullable<History['moderates']>,
): void {
  const { room } = log
  const { kind, ref = 0, seq, from } = entry
  if (ref < 1 || ref >= seq) return findings.add('target', { room }, `${told(entry)} is before it`)
  const target = log.forgot(ref) ? undefined : log.at(ref)
  if (target === undefined || !isChange(entry)) return
  if (!isSaid(target)) findings.add('target', { room }, `${told(entry)} changes ${told(target)}`)
  const gone = log.changesOf(target).find((one) => one.kind === 'delete' && one.seq < seq)
  if (gone !== undefined) {
    findings.add('target', { room }, `${told(entry)} changes what ${gone.seq} has deleted`)
  }
  if (from.id === target.from.id || kind === 'react' || kind === 'unreact') return
  if (kind === 'delete' && moderates(entry, target)) return
  findings.add('author', { room }, `${told(entry)} is by another than ${told(target)}`)
}
