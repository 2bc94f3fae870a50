/** Who may bring a file into a room, and who may have one. */

import { ChatError } from '../errors.ts'
import type { FileRecord } from '../spi/records.ts'
import { admit } from './admission.ts'
import { readPage } from './catch-up.ts'
import { personOf } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { demand, recordOf, recordsOf, whoIn } from './standing.ts'

/**
 * Refuses who may not speak in a room at this moment, and so may not bring a file: `not_member`,
 * `muted`, `room_read_only`. To be in it by another connection is enough.
 */
export async function mayBring(session: Session, room: Room): Promise<void> {
  const { core } = session
  const { id } = personOf(session)
  if (session.ended) throw new ChatError('closed')
  if (room.closed) throw new ChatError('room_closed')
  const inside = isIn(session, room, id)
  if (room.only !== undefined) {
    if (!inside) throw new ChatError('not_member')
    return
  }
  // Who isn't here by this connection has no standing here that is kept in mind.
  const record = room.sessions.has(session) ? undefined : await recordOf(core, room.name, id)
  const who = { ...whoIn(session, room, record), inside }
  demand('send', who)
  if (room.rules?.settings.readOnly === true) demand('sendReadOnly', who)
}

/**
 * Refuses who may not read a file's room at this moment, whether they are in it or might come in, and
 * whatever belongs to a message that was deleted. Rejects with `file_not_found`, or with what coming
 * in is refused for: `banned`, `invite_only`, `room_password`, `not_member`.
 */
export async function mayHave(session: Session, id: string): Promise<FileRecord> {
  const { core } = session
  const file = /^[\w-]{1,64}$/.test(id) ? await core.ask(recordsOf(core).files.get(id)) : null
  const room = file === null ? null : await core.rooms.hold(file.room)
  if (file === null || room === null) throw new ChatError('file_not_found')
  try {
    await mayRead(session, room)
    if (file.seq !== undefined && !(await isThere(core, room, file.seq))) {
      throw new ChatError('file_not_found')
    }
  } finally {
    core.rooms.release(room)
  }
  return file
}

async function mayRead(session: Session, room: Room): Promise<void> {
  const { id } = personOf(session)
  if (session.ended) throw new ChatError('closed')
  if (isIn(session, room, id)) return
  // Nobody is told which private conversations there are.
  if (room.only !== undefined) throw new ChatError('file_not_found')
  await admit(session, room, undefined)
  // The application decides who comes in, and is asked only when somebody does.
  if (session.core.hooks.has('beforeJoin')) throw new ChatError('not_member')
}

/** Is this person in the room, by this connection or another, here or on another node? */
function isIn(session: Session, room: Room, id: string): boolean {
  if (room.only !== undefined) return room.only.some((one) => one.id === id)
  return room.sessions.has(session) || room.has(id)
}

/** Is this entry kept, and not deleted? */
async function isThere(core: Core, room: Room, seq: number): Promise<boolean> {
  const known = room.recentAfter(seq - 1)?.[0]
  if (known !== undefined) return known.deleted !== true
  const page = await readPage(core, room, { after: seq - 1, limit: 1 })
  const entry = page?.epoch === room.epoch ? page.entries[0] : undefined
  return entry?.seq === seq && entry.deleted !== true
}
