/** Saying something: to a room, or to one person. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Entry, Person, Request, RequestId } from '../protocol/types.ts'
import type { NewEntry } from '../spi/storage.ts'
import type { Completion } from './committer.ts'
import { actorOf, enter, isPrivate, leave, personOf, roomOf, takeCreate } from './membership.ts'
import type { Core, Room, Session } from './model.ts'

/** Private conversations a connection follows live; the oldest is let go beyond that. */
const PRIVATE_ROOMS = 100

type Said = Request<'send'> | Request<'msg'>
type Draft = { -readonly [K in keyof NewEntry]: NewEntry[K] }
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
  const peer = core.directory.named(request.to)?.person ?? core.presence?.remote.named(request.to)
  if (peer === undefined) throw new ChatError('person_not_found')
  if (peer.id === me.id) throw new ChatError('forbidden')
  checkText(request.text, core.limits)
  const name = `@${[me.id, peer.id].sort().join(':')}`
  let room = await core.rooms.hold(name)
  if (room === null) {
    takeCreate(session)
    room = (await core.rooms.make(name, { permanent: false, only: [me, peer] })).room
  }
  try {
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
function reach(core: Core, room: Room, ids: readonly string[]): void {
  const { name, epoch, position: head } = room
  openFor(core, room, ids, head, [])
  core.link?.tell({ t: 'open', room: name, epoch, head, ids })
}

/**
 * Lets all connections of these persons follow a private conversation, from `head` on; `entries`
 * are those between `head` and now.
 */
export function openFor(
  core: Core,
  room: Room,
  ids: readonly string[],
  head: number,
  entries: readonly Entry[],
): void {
  for (const id of ids) {
    for (const session of core.directory.get(id)?.sessions ?? []) {
      if (!open(session, room, head)) continue
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
function peerOf(core: Core, room: Room, me: Person): Person {
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
  checkText(text, core.limits)
  if (!core.hooks.has('beforeSend')) return submit(session, room, request, to, text)
  const change = core.hooks.run('beforeSend', {
    person: actorOf(session),
    room: room.name,
    text,
    to,
    cid,
  })
  if (change instanceof Promise) {
    return change.then((late) => replaced(session, room, request, to, late?.text))
  }
  return replaced(session, room, request, to, change?.text)
}

function replaced(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
  text: string | undefined,
): undefined {
  if (text === undefined) return submit(session, room, request, to, request.text)
  checkText(text, session.core.limits)
  return submit(session, room, request, to, text)
}

function submit(
  session: Session,
  room: Room,
  request: Said,
  to: Person | undefined,
  text: string,
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
  core.committer.submit(
    draft,
    to === undefined || request.op === 'send'
      ? new SendReply(session, request.id)
      : new PrivateReply(session, request.id, room.name, to),
  )
  session.sending(1)
  return undefined
}

/** Answers a `send`. */
class SendReply implements Completion {
  protected readonly session: Session
  protected readonly id: RequestId | undefined

  constructor(session: Session, id: RequestId | undefined) {
    this.session = session
    this.id = id
  }

  committed(place: Place): void {
    this.answer(place)
    this.session.sending(-1)
  }

  failed(error: ChatError): void {
    this.session.refuse(this.id, this.op, error)
    this.session.sending(-1)
  }

  protected readonly op: 'send' | 'msg' = 'send'

  protected answer({ seq, ts, duplicate }: Place): void {
    this.session.reply(this.id, 'send', duplicate ? { seq, ts, duplicate } : { seq, ts })
  }
}

/** Answers a `msg`. */
class PrivateReply extends SendReply {
  private readonly room: string
  private readonly to: Person

  constructor(session: Session, id: RequestId | undefined, room: string, to: Person) {
    super(session, id)
    this.room = room
    this.to = to
  }

  protected override readonly op = 'msg'

  protected override answer({ seq, ts, duplicate }: Place): void {
    const { room, to } = this
    const ok = duplicate ? { room, to, seq, ts, duplicate } : { room, to, seq, ts }
    this.session.reply(this.id, 'msg', ok)
  }
}
