/** Messages with a file: which file may be sent, and giving it to the message once that is stored. */

import { ChatError } from '../errors.ts'
import type { FileInfo, Request, Results } from '../protocol/types.ts'
import type { FileRecord } from '../spi/records.ts'
import type { NewEntry } from '../spi/storage.ts'
import type { Completion } from './committer.ts'
import { personOf, roomOf } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { recordsOf } from './standing.ts'

/**
 * A file that no message has is kept for `limits.orphanMs`, but may only be sent in the first part of
 * that: so none is on its way into a message when it is looked whether it has one.
 */
const SENT_WITHIN = 1 / 2
/** How often it is tried to give a file to its message, and how long between, in ms. */
const TRIES = 5
const AGAIN_MS = 1000

/** Files whose message is on its way, by the key of that message. */
const coming = new WeakMap<Core, Map<string, string | undefined>>()

/**
 * The file of this id, if the session may send it in this room now: its person brought it into this
 * room, and it has no message yet (or this one, sent again by its `cid`). Rejects with
 * `file_not_found`, `conflict`, `unsupported`.
 */
export async function sendable(
  session: Session,
  room: Room,
  id: string,
  cid: string | undefined,
): Promise<FileInfo> {
  const { core } = session
  if (core.files === null) throw new ChatError('unsupported')
  const file = await core.ask(recordsOf(core).files.get(id))
  if (file === null || file.room !== room.name || file.owner.id !== personOf(session).id) {
    throw new ChatError('file_not_found')
  }
  const age = core.clock.now() - file.createdAt
  if (file.seq === undefined) {
    if (age > core.limits.orphanMs * SENT_WITHIN) throw new ChatError('file_not_found')
  } else if (!(await isSame(core, file, file.seq, cid))) throw taken()
  const { name, type, size } = file
  return { id, name, type, size }
}

/** Was this file sent by this person with this key? */
async function isSame(core: Core, file: FileRecord, seq: number, cid: string | undefined) {
  if (cid === undefined) return false
  const page = await core.ask(core.storage.read(file.room, { after: seq - 1, limit: 1 }))
  const entry = page?.entries[0]
  return entry?.seq === seq && entry.cid === cid && entry.from.id === file.owner.id
}

const taken = (): ChatError => new ChatError('conflict', 'this file was sent already')

/**
 * Submits a message with a file. When it is stored the sender is told, then the file is given to it; a
 * file that isn't, since the server ends in between, is found again by the sweep. Throws `conflict`
 * when the file is on its way in another message, and what `submit` of the committer does.
 */
export function submitFile(
  core: Core,
  room: Room,
  file: FileInfo,
  { details, ...draft }: NewEntry,
  reply: Completion,
): void {
  const { id } = file
  const { cid } = draft
  const here = coming.get(core) ?? new Map<string, string | undefined>()
  if (here.has(id) && (cid === undefined || here.get(id) !== cid)) throw taken()
  coming.set(core, here)
  const done: Completion = {
    committed(place) {
      reply.committed(place)
      const attaching = attach(core, room, id, place.seq, place.duplicate)
      core.files?.wait(attaching.finally(() => here.delete(id)))
    },
    failed(error) {
      here.delete(id)
      reply.failed(error)
    },
  }
  // Who is mentioned is known by the object of the details.
  core.committer.submit({ ...draft, details: Object.assign(details ?? {}, { file }) }, done)
  here.set(id, cid)
}

async function attach(
  core: Core,
  room: Room,
  id: string,
  seq: number,
  duplicate: boolean,
): Promise<void> {
  const { files } = recordsOf(core)
  for (let n = 1; ; n++) {
    try {
      // What was sent by this key before may have been another file.
      if (duplicate && !(await core.ask(hasFile(core, room, seq, id)))) return
      await core.ask(files.attach(id, seq))
      return
    } catch (error) {
      core.logger.warn({ err: error, file: id, room: room.name, seq }, 'a file has no message yet')
      if (n === TRIES || core.closing) return
      await new Promise<void>((resolve) => core.clock.after(AGAIN_MS * n, resolve))
    }
  }
}

async function hasFile(core: Core, { name }: Room, seq: number, id: string): Promise<boolean> {
  const page = await core.storage.read(name, { after: seq - 1, limit: 1 })
  const entry = page?.entries[0]
  return entry?.seq === seq && entry.details?.file?.id === id
}

/** Lists the files of a room that belong to messages, and one's own that don't yet. */
export async function files(
  session: Session,
  request: Request<'files'>,
): Promise<Results['files']> {
  const { core } = session
  if (core.files === null) throw new ChatError('unsupported')
  const room = roomOf(session, request.room)
  const { id } = personOf(session)
  const most = Math.min(request.limit ?? core.limits.listPage, core.limits.listPage)
  const found: FileRecord[] = []
  let before = request.before ?? Number.MAX_SAFE_INTEGER
  let more = true
  while (more && found.length <= most) {
    const page = await core.ask(recordsOf(core).files.list(room.name, before, most + 1))
    found.push(...page.filter((file) => file.seq !== undefined || file.owner.id === id))
    more = page.length > most
    before = page.at(-1)?.createdAt ?? 0
  }
  if (!room.sessions.has(session)) throw new ChatError('not_member')
  const list = whole(found, most)
  return {
    room: room.name,
    files: list.map(({ id: file, name, type, size, owner, createdAt, seq }) => ({
      ...{ id: file, name, type, size, from: owner, ts: createdAt },
      ...(seq === undefined ? undefined : { seq }),
    })),
    more: found.length > list.length,
  }
}

/** So many, but none of a moment of which not all fit: the next page begins before a moment. */
function whole(found: readonly FileRecord[], most: number): readonly FileRecord[] {
  const next = found[most]
  if (next === undefined) return found
  const list = found.slice(0, most)
  const earlier = list.filter(({ createdAt }) => createdAt > next.createdAt)
  return earlier.length > 0 ? earlier : list
}
