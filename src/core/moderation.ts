/** Deleting what others said. */

import type { Entry } from '../protocol/types.ts'
import { personOf } from './membership.ts'
import type { Room, Session } from './model.ts'
import { outcome, RULES } from './permissions.ts'
import { mayActOn, recordOf, whoIn } from './standing.ts'

/**
 * Whether somebody may delete what somebody else said in a room: a moderator, if it is by one of a
 * lower rank. That they do it is noted. Rejects with `forbidden`, `unavailable`.
 */
export async function mayDelete(session: Session, room: Room, target: Entry): Promise<boolean> {
  const { core } = session
  if (room.only !== undefined) return false
  const { rank, ...who } = whoIn(session, room)
  if (outcome(RULES.deleteOthers, { ...who, rank }) !== null) return false
  mayActOn(core, rank, await recordOf(core, room.name, target.from.id), target.from)
  const { records } = core.storage
  const line = { ts: core.clock.now(), act: 'delete', by: personOf(session), room: room.name }
  await core.ask(
    records?.audit.add(
      { ...line, to: target.from, note: `#${target.seq}` },
      core.limits.auditEntries,
    ) ?? Promise.resolve(),
  )
  return true
}
