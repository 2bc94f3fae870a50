/** What must be true of a world that came to rest. */

import { isDeepStrictEqual } from 'node:util'
import { amended, isChange } from '../../src/protocol/entry.ts'
import type { Entry } from '../../src/protocol/types.ts'
import type { TestClient } from '../../src/testing/client.ts'
import type { World } from './world.ts'

/** Every way in which the promises were broken, in words; none is good. */
export function brokenPromises(world: World): readonly string[] {
  return world.groups.flatMap(({ room, clients }) => {
    const log = world.log.filter((entry) => entry.room === room)
    return [
      ...logProblems(log, clients),
      ...clients.flatMap((client) => [
        ...client.problems,
        ...ackProblems(log, client),
        // A network that doubles makes second tries that nobody counts.
        ...(world.doubles ? [] : orderProblems(client)),
        ...viewProblems(log, client),
      ]),
    ]
  })
}

/** The log has no holes, no doubles, and nothing that nobody said. */
function logProblems(log: readonly Entry[], clients: readonly TestClient[]): string[] {
  const problems: string[] = []
  const stored = clients.flatMap(({ sent }) => sent.filter(({ refused }) => refused === undefined))
  const said = new Map(stored.map(({ cid, text }) => [cid, text]))
  for (const [i, { seq, cid = '', text }] of log.entries()) {
    if (seq !== i + 1) problems.push(`the log has ${seq} at place ${i + 1}`)
    if (said.get(cid) !== text) problems.push(`entry ${seq}, ${cid}, was never said, or twice`)
    said.delete(cid)
  }
  for (const cid of said.keys()) problems.push(`${cid} is not in the log`)
  return problems
}

/** What was acknowledged is in the log, at the place that was told. */
function ackProblems(log: readonly Entry[], { sent, person }: TestClient): string[] {
  return sent.flatMap(({ cid, text, ack, refused, change }) => {
    if (refused !== undefined) return []
    if (ack === null) return [`${cid} was never acknowledged`]
    const entry = log[ack.seq - 1]
    const same =
      entry?.cid === cid &&
      entry.text === text &&
      entry.kind === (change?.kind ?? 'message') &&
      entry.ref === change?.seq &&
      entry.ts === ack.ts &&
      entry.from.id === person
    return same ? [] : [`${cid} was acknowledged as ${ack.seq}, which is ${entry?.cid}`]
  })
}

/** What went out by one connection, and never again, is in the log in that order. */
function orderProblems({ sent }: TestClient): string[] {
  const problems: string[] = []
  const last = new Map<number, number>()
  for (const { cid, ack, tries, connection } of sent) {
    if (ack === null || tries > 1) continue
    if (ack.seq < (last.get(connection) ?? 0)) problems.push(`${cid} came before the one before it`)
    last.set(connection, ack.seq)
  }
  return problems
}

/** A client has seen exactly the log, but for what it was told is missing. */
function viewProblems(log: readonly Entry[], { view }: TestClient): string[] {
  const problems: string[] = []
  if (view.resets > 0) problems.push(`${view.resets} resets were told`)
  const seen = new Map(view.seen.map((entry) => [entry.seq, entry]))
  if (seen.size !== view.seen.length) problems.push('something was seen twice')
  for (const { kind, ...rest } of asNow(log)) {
    const { seq } = rest
    if (view.gaps.some(({ from, to }) => from <= seq && seq <= to)) continue
    if (!isDeepStrictEqual(seen.get(seq), { ev: kind, ...rest })) {
      problems.push(`entry ${seq} was seen as ${JSON.stringify(seen.get(seq))}`)
    }
    seen.delete(seq)
  }
  for (const seq of seen.keys())
    problems.push(`${seq} was seen, and isn't in the log, or was a gap`)
  return problems
}

/** The log as it is after all changes in it. */
function asNow(log: readonly Entry[]): readonly Entry[] {
  const changes = log.filter(({ kind }) => isChange(kind))
  return log.map((entry) => changes.filter(({ seq }) => seq > entry.seq).reduce(amended, entry))
}
