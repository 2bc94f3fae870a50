/** Saying something: to a room, or to one person. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type {
  Entry,
  EntryDetails,
  FileInfo,
  Person,
  Request,
  RequestId,
} from '../protocol/types.ts'
import type { NewEntry } from '../spi/storage.ts'
import type { Completion } from './committer.ts'
import { sendable, submitFile } from './file-messages.ts'
import { noteBoth } from './marks.ts'
import { actorOf, enter, isPrivate, leave, personOf, roomOf, takeCreate } from './membership.ts'
import { mentionsEverywhere, mentionsIn } from './mentions.ts'
import type { Core, Room, Session } from './model.ts'
import { connectedByName, ownerOf } from './people.ts'
import { mayVoice, spoken } from './standing.ts'

/** Private conversations a connection follows live; the oldest is let go beyond that. */
const PRIVATE_ROOMS = 100

/** A `send`, with the file that was found for it. */
type Send = Request<'send'> & { readonly brought?: FileInfo | undefined }
type Said = Send | Request<'msg'>
type Draft = { -readonly [K in keyof NewEntry]: NewEntry[K] }
/** Operations whose reply tells where something was stored. */
type StoredOp = 'send' | 'edit' | 'delete' | 'react'
interface Place {
  readonly seq: number
  readonly ts: number
  readonly duplicate: boolean
}

/** Says something in a room. The reply comes once it is stored; what follows needn't wait. */
export function sendToRoom(
  session: Session,
  request: Request<'send'>,
): undefined | Promise<undefined> {
  const room = roomOf(session, request.room)
  const { ref } = request
  const isKnown = ref === undefined || ref <= room.position
  if (isKnown && request.file === undefined) return sendHere(session, room, request)
  return sendChecked(session, room, request)
}

async function sendChecked(session: Session, room: Room, request: Request<'send'>) {
  const { ref, file, cid } = request
  if (ref !== undefined) await checkRef(room, ref)
  const brought = file === undefined ? undefined : await sendable(session, room, file, cid)
  if (!room.sessions.has(session)) throw new ChatError('not_member')
  return sendHere(session, room, { ...request, brought })
}

/** Refuses with `entry_not_found` what answers an entry that isn't there yet. */
export async function checkRef(room: Room, ref: number): Promise<void> {
  // Another node may have told of an entry that this one hasn't heard of.
  if (ref > room.position) await room.repair()
  if (!Number.isSafeInteger(ref) || ref < 1 || ref > room.position) {
    throw new ChatError('entry_not_found')
  }
}

function sendHere(session: Session, room: Room, request: Send): undefined | Promise<undefined> {
  if (room.only === undefined) return say(session, room, request, undefined)
  const { core } = session
  const me = personOf(session)
  const to = peerOf(core, room, me)
  reach(core, room, [me.id, to.id])
  return say(session, room, request, to)
}

/** Says something to one person: in the room that only these two have. */
export async function sendPrivate(session: Session, request: Request<'msg'>): Promise<undefined> {
  const { core } = session
  const me = personOf(session)
  const peer = connectedByName(core, request.to) ?? (await ownerOf(core, request.to))
  if (peer === null) throw new ChatError('person_not_found')
  if (peer.id === me.id) throw new ChatError('forbidden')
  checkText(request.text, core.limits)
  const name = `@${[me.id, peer.id].sort().join(':')}`
  let room = await core.rooms.hold(name)
  let isNew = false
  if (room === null) {
    takeCreate(session)
    room = (await core.rooms.make(name, { permanent: false, only: [me, peer] })).room
    isNew = true
  }
  try {
    if (isNew) await noteBoth(core, room, [me, peer])
    reach(core, room, [me.id, peer.id])
    await say(session, room, request, peer)
  } finally {
    core.rooms.release(room)
  }
  return undefined
}

/** Refuses texts that are empty or over a limit. */
export function checkText(text: string, limits: Limits): void {
  const { length } = text
  if (length === 0 || text.trim() === '') throw new ChatError('text_empty')
  // A code point is one or two UTF-16 units, a unit at most three bytes of UTF-8.
  if (length > limits.messageChars) {
    let points = 0
    for (const _ of text) points += 1
    if (points > limits.messageChars) throw new ChatError('text_too_long')
  }
  if (length * 3 > limits.messageBytes && Buffer.byteLength(text) > limits.messageBytes) {
    throw new ChatError('text_too_long')
  }
}

/** Whatever connections these persons have, here or on other nodes, hear what is said next. */
export function reach(core: Core, room: Room, ids: readonly string[]): void {
  const { name, epoch, position: head } = room
  openFor(core, room, ids, head, [])
  core.presence?.open(name, epoch, head, ids)
}

/**
 * Lets all connections of these persons follow a private conversation, from `head` on; `entries`
 * are those between `head` and now. `before`: only connections that were there then (monotonic).
 */
export function openFor(
  core: Core,
  room: Room,
  ids: readonly string[],
  head: number,
  entries: readonly Entry[],
  before = Number.POSITIVE_INFINITY,
): void {
  for (const id of ids) {
    for (const session of core.directory.get(id)?.sessions ?? []) {
      if (session.since > before || !open(session, room, head)) continue
      for (const entry of entries) session.outbox.event({ type: 'entry', entry })
    }
  }
}

function open(session: Session, room: Room, head: number): boolean {
  if (room.sessions.has(session) || session.presence === null) return false
  const { person } = session.presence
  const mine = session.rooms.filter(({ name }) => isPrivate(name))
  const oldest = mine[0]
  if (mine.length >= PRIVATE_ROOMS && oldest !== undefined) {
    leave(session, oldest, person, 'removed')
    session.outbox.event({ type: 'push', push: { ev: 'closed', room: oldest.name } })
  }
  enter(session, room, person)
  const { name, epoch } = room
  const push = {
    ev: 'opened',
    room: name,
    epoch,
    head,
    with: peerOf(session.core, room, person),
  } as const
  session.outbox.event({ type: 'push', push })
  return true
}

/** The other one of a private conversation, by the name they have now where that is known. */
export function peerOf(core: Core, room: Room, me: Person): Person {
  const peer = room.only?.find(({ id }) => id !== me.id)
  if (peer === undefined) throw new ChatError('internal')
  return core.directory.get(peer.id)?.person ?? peer
}

function say(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
): undefined | Promise<undefined> {
  const { core } = session
  const { text, cid } = request
  checkWords(request, text, core.limits)
  if (room.rules !== null) mayVoice(session, room, room.rules, 'send')
  if (!core.hooks.has('beforeSend')) return submit(session, room, request, to, text)
  const change = core.hooks.run('beforeSend', {
    person: actorOf(session),
    room: room.name,
    text,
    to,
    cid,
    edit: undefined,
  })
  if (change instanceof Promise) {
    return change.then((late) => {
      mayStill(session, room)
      return replaced(session, room, request, to, late?.text)
    })
  }
  return replaced(session, room, request, to, change?.text)
}

function replaced(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
  text: string | undefined,
): undefined | Promise<undefined> {
  if (text === undefined) return submit(session, room, request, to, request.text)
  checkWords(request, text, session.core.limits)
  return submit(session, room, request, to, text)
}

/** As {@link checkText}; but a file needs no words. */
function checkWords(said: Said, text: string, limits: Limits): void {
  const isFile = said.op === 'send' && said.brought !== undefined
  if (!isFile || text !== '') checkText(text, limits)
}

/** While something was waited for they may have been put out, or have lost the word. */
function mayStill(session: Session, room: Room): void {
  if (room.only === undefined && !room.sessions.has(session)) throw new ChatError('not_member')
  if (room.rules !== null) mayVoice(session, room, room.rules, 'send')
}

function submit(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
  text: string,
): undefined | Promise<undefined> {
  const { core } = session
  if (core.accounts === null || !text.includes('@')) {
    return submitNow(session, room, request, to, text, mentionsIn(core, room, text))
  }
  return mentionsEverywhere(core, core.accounts, room, text).then((details) => {
    mayStill(session, room)
    return submitNow(session, room, request, to, text, details)
  })
}

function submitNow(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
  text: string,
  details: EntryDetails | undefined,
): undefined {
  const { core } = session
  if (core.closing) throw new ChatError('shutting_down')
  const from = personOf(session)
  const { cid } = request
  const draft: Draft = {
    room: room.name,
    epoch: room.epoch,
    kind: 'message',
    ts: core.clock.now(),
    from,
    text,
  }
  // Added, not spread: this runs for every message.
  if (to !== undefined) draft.to = to
  if (cid !== undefined) draft.cid = cid
  if (request.op === 'send' && request.ref !== undefined) draft.ref = request.ref
  if (details !== undefined) draft.details = details
  const reply = replyTo(session, room, request, to)
  const file = request.op === 'send' ? request.brought : undefined
  if (file === undefined) core.committer.submit(draft, reply)
  else submitFile(core, room, file, draft, reply)
  session.sending(1)
  if (room.rules !== null) spoken(session, room.rules)
  return undefined
}

function replyTo(
  session: Session,
  room: Room,
  { id, op }: Said,
  to: Person | undefined,
): SendReply {
  if (op === 'msg' && to !== undefined) return new PrivateReply(session, id, room.name, to)
  return session.text ? new SpokenReply(session, id, room) : new SendReply(session, id, 'send')
}

/** Answers a `send`, or whatever else is answered once it is stored. */
export class SendReply implements Completion {
  protected readonly session: Session
  protected readonly id: RequestId | undefined
  private readonly op: StoredOp | 'msg'

  constructor(session: Session, id: RequestId | undefined, op: StoredOp | 'msg') {
    this.session = session
    this.id = id
    this.op = op
  }

  committed(place: Place): void {
    this.answer(place)
    this.session.sending(-1)
  }

  failed(error: ChatError): void {
    this.session.refuse(this.id, this.op, error)
    this.session.sending(-1)
  }

  protected answer({ seq, ts, duplicate }: Place): void {
    const ok = duplicate ? { seq, ts, duplicate } : { seq, ts }
    this.session.reply(this.id, this.op as StoredOp, ok)
  }
}

/** Answers a `send` of somebody who speaks text, whose last message is remembered. */
class SpokenReply extends SendReply {
  private readonly room: Room

  constructor(session: Session, id: RequestId | undefined, room: Room) {
    super(session, id, 'send')
    this.room = room
  }

  override committed(place: Place): void {
    this.session.spoke(this.room, place.seq)
    super.committed(place)
  }
}

/** Answers a `msg`. */
class PrivateReply extends SendReply {
  private readonly room: string
  private readonly to: Person

  constructor(session: Session, id: RequestId | undefined, room: string, to: Person) {
    super(session, id, 'msg')
    this.room = room
    this.to = to
  }

  protected override answer({ seq, ts, duplicate }: Place): void {
    const { room, to } = this
    const ok = duplicate ? { room, to, seq, ts, duplicate } : { room, to, seq, ts }
    this.session.reply(this.id, 'msg', ok)
  }
}
