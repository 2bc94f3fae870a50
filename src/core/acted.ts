/** What an act in a room's log means for those who are in the room on this node. */

import type { Entry, Person, Push } from '../protocol/types.ts'
import { enterDefault } from './entrance.ts'
import { leave } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { isAdmin, isVerified } from './permissions.ts'
import { addressId, isBanned, recordOf, settle, stand, unstand, whoIn } from './standing.ts'

type Why = Extract<Push, { ev: 'removed' }>['why']

/** How soon a look into storage that failed is taken again, in ms. */
const AGAIN_MS = 1000
/** Records read at once when those of everybody are. */
const AT_ONCE = 50

/** What is looked up besides persons, whose ids have no spaces. */
const SETTINGS = 'the settings'

/** The newest look at something, by room: whatever an older one finds doesn't count. */
const newest = new WeakMap<Room, Map<string, object>>()

/** An act was handed out in a room: it holds from this moment on. */
export function acted(core: Core, room: Room, entry: Entry): void {
  const { kind, to, text, details } = entry
  if (kind === 'settings') {
    renewSettings(core, room, entry)
  } else if (to === undefined) {
    return
  } else if (kind === 'kick' || kind === 'ban') {
    // Read late, it may be over.
    if ((details?.until ?? Number.POSITIVE_INFINITY) <= core.clock.now()) return
    expel(core, room, to.id, kind, text)
  } else if (present(core, room, to.id).length > 0) {
    apply(core, room, entry, to)
    void lookAt(core, room, to.id, false)
  }
}

/** What an act says, before storage has been asked. */
function apply(core: Core, room: Room, { kind, details }: Entry, person: Person): void {
  const known = room.rules?.standings.get(person.id) ?? { room: room.name, person, read: 0 }
  const { role: _role, mutedUntil: _muted, ...rest } = known
  const now = core.clock.now()
  if (kind === 'mute') {
    stand(room, { ...known, mutedUntil: details?.until ?? Number.POSITIVE_INFINITY }, now)
  } else if (kind === 'unmute') {
    const role = known.role === undefined ? undefined : { role: known.role }
    stand(room, { ...rest, ...role }, now)
  } else if (kind === 'role') {
    const muted = known.mutedUntil === undefined ? undefined : { mutedUntil: known.mutedUntil }
    const role = details?.role === undefined ? undefined : { role: details.role }
    stand(room, { ...rest, ...muted, ...role }, now)
  }
}

/** Acts may have gone by unseen, or (`reset`) it is another room: everything is looked up again. */
export async function renewAll(core: Core, room: Room, reset: boolean): Promise<void> {
  if (reset) for (const id of [...(room.rules?.standings.keys() ?? [])]) unstand(room, id)
  await lookAtSettings(core, room)
  const ids = new Set([...room.sessions].map((session) => session.presence?.person.id ?? ''))
  const all = [...ids]
  for (let i = 0; i < all.length; i += AT_ONCE) {
    await Promise.all(all.slice(i, i + AT_ONCE).map((id) => lookAt(core, room, id, reset)))
  }
}

function renewSettings(core: Core, room: Room, { details }: Entry): void {
  const { password, ...shown } = details?.settings ?? {}
  // Which password it is only storage knows; until then nobody comes in by one.
  settle(room, password === true ? { ...shown, password: '' } : shown)
  void lookAtSettings(core, room)
}

function lookAtSettings(core: Core, room: Room): Promise<void> {
  const looking = look(core, room, SETTINGS, async (isNewest) => {
    const record = await core.ask(core.storage.rooms.get(room.name))
    if (record?.epoch !== room.epoch || !isNewest()) return
    room.permanent = record.permanent
    settle(room, record.settings)
  })
  if (room.rules !== null) room.rules.renewing = looking
  return looking
}

function lookAt(core: Core, room: Room, id: string, reset: boolean): Promise<void> {
  return look(core, room, id, async (isNewest) => {
    const record = await recordOf(core, room.name, id)
    if (!isNewest() || present(core, room, id).length === 0) return
    const now = core.clock.now()
    if (isBanned(record, now)) return expel(core, room, id, 'ban', '')
    const { private: closed, password } = room.rules?.settings ?? {}
    const strange = record?.role === undefined && record?.invited === undefined
    if (reset && strange && (closed === true || password !== undefined)) {
      return expel(core, room, id, 'closed', '')
    }
    if (record === null) unstand(room, id)
    else stand(room, record, now)
  })
}

/** Looks something up, again and again until storage answers. Resolves after the first time. */
async function look(
  core: Core,
  room: Room,
  what: string,
  work: (isNewest: () => boolean) => Promise<void>,
): Promise<void> {
  const inRoom = newest.get(room) ?? new Map<string, object>()
  newest.set(room, inRoom)
  const mine = {}
  inRoom.set(what, mine)
  const isNewest = (): boolean => !room.closed && inRoom.get(what) === mine
  const attempt = async (): Promise<void> => {
    if (!isNewest()) return
    try {
      await work(isNewest)
      if (inRoom.get(what) === mine) inRoom.delete(what)
    } catch (error) {
      core.logger.warn({ err: error, room: room.name }, 'what was done could not be looked up')
      if (!core.closing) core.clock.after(AGAIN_MS, () => void attempt())
    }
  }
  return attempt()
}

// ── putting out ─────────────────────────────────────────────────────────────────────────────────

/** Puts a person out of a room on this node. */
export function expel(core: Core, room: Room, id: string, why: Why, reason: string): void {
  for (const session of present(core, room, id)) putOut(session, room, why, reason)
}

/** Puts out the guests who come from these addresses (see `addressId`), but nobody with a role. */
export function expelAddresses(core: Core, room: Room, ids: ReadonlySet<string>): void {
  for (const session of [...room.sessions]) {
    if (isVerified(session) || isAdmin(session)) continue
    if (whoIn(session, room).rank !== 'visitor') continue
    if (ids.has(addressId(core, session.info.address))) putOut(session, room, 'ban', '')
  }
}

/** The connections of a person that are in a room on this node, and can be put out of it. */
function present(core: Core, room: Room, id: string): Session[] {
  const sessions = [...(core.directory.get(id)?.sessions ?? [])]
  return sessions.filter((session) => room.sessions.has(session) && !isAdmin(session))
}

function putOut(session: Session, room: Room, why: Why, reason: string): void {
  const { core, presence } = session
  if (presence === null) return
  // The room may be in the middle of handing out: it is not closed before that is over.
  room.holds += 1
  queueMicrotask(() => core.rooms.release(room))
  const here = session.current === room
  leave(session, room, presence.person, 'removed')
  const told = reason === '' ? undefined : { reason }
  session.outbox.event({ type: 'push', push: { ev: 'removed', room: room.name, why, ...told } })
  if (session.text && here && room.name !== core.defaultRoom) void enterDefault(session)
}
