/** Changing what was said: edits, deletions, reactions. Each is an entry of its own in the log. */

import { ChatError } from '../errors.ts'
import { amended } from '../protocol/entry.ts'
import { cleanReaction } from '../protocol/reaction.ts'
import type { ChangeKind, Entry, Person, Request, RequestId } from '../protocol/types.ts'
import type { NewEntry } from '../spi/storage.ts'
import { readPage } from './catch-up.ts'
import { actorOf, personOf, roomOf } from './membership.ts'
import { checkText, peerOf, reach, SendReply } from './messages.ts'
import type { Core, Room, Session } from './model.ts'
import { mayDelete } from './moderation.ts'
import { mayVoice } from './standing.ts'

type Changing = Request<'edit'> | Request<'delete'> | Request<'react'>

/** Who changes something. `host`: the host program itself, by a room's handle. */
export interface Changer {
  readonly person: Person
  readonly host?: true
  /** Whether they may delete what somebody else said; where it is so, it is noted. */
  mayDelete?(target: Entry): Promise<boolean>
}

/** A change that somebody wants. `text` has been checked. */
export interface Change {
  readonly kind: ChangeKind
  readonly seq: number
  readonly text: string
  readonly cid?: string | undefined
  readonly to?: Person | undefined
}

/** A change that may be made. `release` MUST be called once it was stored, or wasn't. */
export interface Prepared {
  readonly draft: NewEntry
  release(): void
}

/**
 * Whether somebody may edit or delete an entry: its author may, and the host program may delete
 * whatever there is. Reactions are free to everybody in the room.
 */
export function mayChange(who: Changer, kind: 'edit' | 'delete', target: Entry): boolean {
  return target.from.id === who.person.id || (kind === 'delete' && who.host === true)
}

/** Handles `edit`, `delete` and `react`. The reply comes once it is stored. */
export async function change(session: Session, request: Changing): Promise<undefined> {
  const { core } = session
  const room = roomOf(session, request.room)
  checkSupport(core)
  const { kind, text } = wanted(core, request)
  const person = personOf(session)
  const hasVoice = (): void => {
    if (room.rules === null || request.op === 'delete') return
    mayVoice(session, room, room.rules, request.op)
  }
  hasVoice()
  const seq = request.seq > 0 ? request.seq : await lastSeq(session, room, kind)
  const to = room.only === undefined ? undefined : peerOf(core, room, person)
  const { cid } = request
  const who = { person, mayDelete: (target: Entry) => mayDelete(session, room, target) }
  const prepared = await prepare(core, room, who, { kind, seq, text, cid, to })
  try {
    let { draft } = prepared
    if (kind === 'edit' && core.hooks.has('beforeSend')) {
      const place = { room: room.name, to, cid, edit: seq }
      const hooked = await core.hooks.run('beforeSend', {
        person: actorOf(session),
        text,
        ...place,
      })
      if (hooked !== undefined) {
        checkText(hooked.text, core.limits)
        draft = { ...draft, text: hooked.text }
      }
    }
    // Much may have happened while storage and hook were asked.
    if (core.closing) throw new ChatError('shutting_down')
    if (!room.sessions.has(session)) throw new ChatError('not_member')
    hasVoice()
    if (to !== undefined) reach(core, room, [person.id, to.id])
    core.committer.submit(draft, new ChangeReply(session, request, prepared))
  } catch (error) {
    prepared.release()
    throw error
  }
  session.sending(1)
  return undefined
}

/** Refuses where storage applies no changes. */
export function checkSupport(core: Core): void {
  if (!core.storage.supports.changes) throw new ChatError('unsupported')
}

function wanted(core: Core, request: Changing): Pick<Change, 'kind' | 'text'> {
  switch (request.op) {
    case 'edit':
      checkText(request.text, core.limits)
      return { kind: 'edit', text: request.text }
    case 'delete':
      return { kind: 'delete', text: '' }
    case 'react':
      return {
        kind: request.on === false ? 'unreact' : 'react',
        text: cleanReaction(request.text, core.limits.reactionChars),
      }
  }
}

/**
 * Looks for the entry that is to be changed, and makes the change's draft. Rejects with
 * `entry_not_found`, `forbidden`, `too_many_reactions`, `unavailable`.
 */
export async function prepare(
  core: Core,
  room: Room,
  who: Changer,
  { kind, seq, text, cid, to }: Change,
): Promise<Prepared> {
  const { epoch } = room
  if (!Number.isSafeInteger(seq) || seq < 1) throw new ChatError('entry_not_found')
  const target = await targetOf(core, room, seq)
  if (target === null || (target !== 'gone' && !isChangeable(target))) {
    throw new ChatError('entry_not_found')
  }
  const isGone = target === 'gone' || target.deleted === true
  // What is gone stays gone: storage only tells whether this is the retry of what was done before.
  if (isGone && cid === undefined) throw new ChatError('entry_not_found')
  if (!isGone && (kind === 'edit' || kind === 'delete') && !mayChange(who, kind, target)) {
    const moderates = kind === 'delete' && (await who.mayDelete?.(target)) === true
    if (!moderates) throw new ChatError('forbidden')
  }
  const release = !isGone && kind === 'react' ? reserve(core, room, target, text) : nothing
  const draft = {
    room: room.name,
    epoch,
    kind,
    ts: core.clock.now(),
    from: who.person,
    text,
    ref: seq,
    ...(to === undefined ? undefined : { to }),
    ...(cid === undefined ? undefined : { cid }),
  }
  return { draft, release }
}

const nothing = (): void => {}
const isChangeable = ({ kind }: Entry): boolean => kind === 'message' || kind === 'notice'

/** The entry of this seq as it is now; `gone`: it isn't kept any more; null: there is none yet. */
async function targetOf(core: Core, room: Room, seq: number): Promise<Entry | 'gone' | null> {
  const known = room.recentAfter(seq - 1)?.[0]
  if (known !== undefined) return known
  const { altered } = room
  const page = await readPage(core, room, { after: seq - 1, limit: 1 })
  if (page?.epoch !== room.epoch) throw new ChatError('unavailable')
  if (page.first > seq) return 'gone'
  const [entry] = page.entries
  if (entry?.seq !== seq) return null
  // Too many to be known are as good as none: storage has the last word.
  return (room.changesAfter(altered) ?? []).reduce(amended, entry)
}

/**
 * The seq that people mean who can't give one: their own last message, or, to react, the last one
 * in the room.
 */
async function lastSeq(session: Session, room: Room, kind: ChangeKind): Promise<number> {
  await session.settled()
  if (kind === 'edit' || kind === 'delete') {
    const own = session.lastIn(room)
    if (own === undefined) throw new ChatError('entry_not_found')
    return own
  }
  const { core } = session
  const limit = core.limits.recentEntries
  const last = (entries: readonly Entry[] = []): Entry | undefined =>
    entries.findLast((entry) => isChangeable(entry) && entry.deleted !== true)
  const known =
    last(room.recentAfter(Math.max(0, room.position - limit)) ?? undefined) ??
    last((await readPage(core, room, { before: room.position + 1, limit }))?.entries)
  if (known === undefined) throw new ChatError('entry_not_found')
  return known.seq
}

/** Reactions on their way to storage: by entry the texts, and how many hold up each. */
const coming = new WeakMap<Room, Map<number, Map<string, number>>>()

/**
 * Refuses with `too_many_reactions` where one more would be too many, those on their way counted
 * (of this node: several nodes at once may go over by a few). Counts this one until it is released.
 */
function reserve(core: Core, room: Room, { seq, reactions = [] }: Entry, text: string): () => void {
  const inRoom = coming.get(room) ?? new Map<number, Map<string, number>>()
  const texts = inRoom.get(seq) ?? new Map<string, number>()
  const all = new Set([...reactions.map((one) => one.text), ...texts.keys()])
  if (!all.has(text) && all.size >= core.limits.reactionsPerEntry) {
    throw new ChatError('too_many_reactions')
  }
  coming.set(room, inRoom)
  inRoom.set(seq, texts)
  texts.set(text, (texts.get(text) ?? 0) + 1)
  return () => {
    const rest = (texts.get(text) ?? 1) - 1
    if (rest > 0) texts.set(text, rest)
    else texts.delete(text)
    if (texts.size === 0) inRoom.delete(seq)
  }
}

/** Answers a change. */
class ChangeReply extends SendReply {
  private readonly prepared: Prepared

  constructor(
    session: Session,
    { id, op }: { id: RequestId | undefined; op: Changing['op'] },
    prepared: Prepared,
  ) {
    super(session, id, op)
    this.prepared = prepared
  }

  override committed(place: { seq: number; ts: number; duplicate: boolean }): void {
    this.prepared.release()
    super.committed(place)
  }

  override failed(error: ChatError): void {
    this.prepared.release()
    super.failed(error)
  }
}
