/** Servers whose core takes edits, deletions and reactions for something else than they are. */

import { COMMANDS } from '../../src/core/commands.ts'
import { personOf, roomOf } from '../../src/core/membership.ts'
import { SendReply } from '../../src/core/messages.ts'
import type { Session } from '../../src/core/model.ts'
import { Recent } from '../../src/core/recent.ts'
import { Room } from '../../src/core/room.ts'
import type { Entry, Request } from '../../src/protocol/types.ts'
import type { Mutant } from './mutant.ts'
import { patch } from './patch.ts'

// What the mutants touch inside the core. `patch` fails when a method has another name now.
interface RecentInside {
  altered: number
  changes: Entry[]
}

/** The newest entries stay as they were; what is read from storage is still brought up to date. */
const noFold = (kinds: readonly Entry['kind'][]) => () =>
  patch<RecentInside, [Entry], void>(
    Recent.prototype,
    'amend',
    (original) =>
      function (change) {
        if (!kinds.includes(change.kind)) return original.call(this, change)
        this.altered += 1
        this.changes.push(change)
      },
  )

/** An edit is stored without a look at what it changes, and whose that is. */
function editsAll(session: Session, request: Request<'edit'>): undefined {
  const { core } = session
  const room = roomOf(session, request.room)
  const { name, epoch } = room
  const { seq: ref, text, cid = '' } = request
  const from = personOf(session)
  core.committer.submit(
    { room: name, epoch, kind: 'edit', ts: core.clock.now(), from, text, ref, cid },
    new SendReply(session, request.id, 'edit'),
  )
  session.sending(1)
  return undefined
}

export const CHANGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'what is deleted stays in memory',
    how: '`Recent.amend` leaves the newest entries as they are when one is deleted',
    plan: { edits: true, churn: true },
    damage: { patch: noFold(['delete']) },
    rule: 'erased',
  },
  {
    name: 'what is edited stays in memory',
    how: '`Recent.amend` leaves the newest entries as they are when one is edited',
    plan: { edits: true, churn: true },
    damage: { patch: noFold(['edit']) },
    rule: 'stale',
  },
  {
    name: 'pages are shown as they were read',
    how: '`Room.changesAfter` knows of no changes since the reading began',
    plan: { edits: true, churn: true, slow: 100 },
    damage: {
      patch: () =>
        patch<unknown, [number], readonly Entry[]>(Room.prototype, 'changesAfter', () => () => []),
    },
    rule: 'erased',
  },
  {
    name: 'everybody edits what everybody said',
    how: 'an `edit` is stored without a look at whose message it changes',
    plan: { edits: true },
    damage: {
      patch: () =>
        patch<unknown, [Session, Request<'edit'>], undefined>(COMMANDS.edit, 'run', () => editsAll),
    },
    rule: 'author',
  },
]
