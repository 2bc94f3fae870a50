/** What owners set for their rooms, and the end of a room. */

import { ChatError } from '../errors.ts'
import type { Request, Results, SettingsChange } from '../protocol/types.ts'
import type { StoredSettings } from '../spi/storage.ts'
import { checkReason, holdNamed, inTurn, rankIn } from './acts.ts'
import { personOf } from './membership.ts'
import type { Core, Room, Session } from './model.ts'
import { hashRoomPassword } from './room-password.ts'
import { demand, recordsOf, shownSettings } from './standing.ts'

/**
 * Settings after a change. What sets nothing (`false`, no milliseconds, an empty topic) is left out.
 * Rejects with `text_too_long` (the topic), `password_weak`, `overloaded`.
 *
 * @param whose who asks, so that those whose passwords are hashed take turns
 */
export async function changedSettings(
  core: Core,
  known: StoredSettings | undefined,
  change: SettingsChange,
  whose: string,
): Promise<StoredSettings> {
  const topic = change.topic?.trim()
  if (topic !== undefined) checkReason(core, topic)
  const settings: Record<string, unknown> = { ...known }
  const given = { ...change, ...(topic === undefined ? undefined : { topic }) }
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === false || value === 0 || value === '') delete settings[key]
    else if (key !== 'password') settings[key] = value
  }
  const { password } = change
  if (password !== undefined && password !== null) {
    settings.password = await hashRoomPassword(core, password, whose)
  }
  // The fields of a change are those of the settings, without `null`.
  return settings as StoredSettings
}

/** Handles `set`. The reply comes when it stands in the room's log. */
export async function set(session: Session, request: Request<'set'>): Promise<Results['set']> {
  recordsOf(session.core)
  const room = await holdNamed(session, request.room)
  try {
    return await inTurn(room, () => setHere(session, room, request))
  } finally {
    session.core.rooms.release(room)
  }
}

async function setHere(
  session: Session,
  room: Room,
  { settings: change, permanent }: Request<'set'>,
): Promise<Results['set']> {
  const { core } = session
  const { rooms } = core.storage
  const who = { rank: await rankIn(session, room), inside: room.sessions.has(session) }
  demand(permanent === undefined ? 'set' : 'setPermanent', who)
  const before = await core.ask(rooms.get(room.name))
  if (before === null) throw new ChatError('room_not_found')
  const settings = await changedSettings(core, before.settings, change, session.info.address)
  if (core.closing) throw new ChatError('shutting_down')
  const more = permanent === undefined ? undefined : { permanent }
  const after = await core.ask(rooms.update(room.name, { settings, ...more }))
  if (after === null) throw new ChatError('room_not_found')
  const shown = shownSettings(after.settings) ?? {}
  const from = personOf(session)
  const ts = core.clock.now()
  const note = JSON.stringify({ ...shown, ...more })
  const line = { ts, act: 'settings', by: from, room: room.name, note }
  await core.ask(recordsOf(core).audit.add(line, core.limits.auditEntries))
  await core.append({
    room: room.name,
    epoch: room.epoch,
    kind: 'settings',
    ts,
    from,
    text: '',
    details: { settings: shown },
  })
  return { room: room.name, permanent: after.permanent, settings: shown }
}

/** Handles `close`: the room and its log are gone, and everybody is put out. */
export async function closeRoom(
  session: Session,
  request: Request<'close'>,
): Promise<Results['close']> {
  const { core } = session
  const { audit } = recordsOf(core)
  const room = await holdNamed(session, request.room)
  try {
    const rank = await rankIn(session, room)
    demand('close', { rank, inside: room.sessions.has(session) })
    // There is always a place to start.
    if (room.name === core.defaultRoom) throw new ChatError('forbidden')
    const line = {
      ts: core.clock.now(),
      act: 'room.delete',
      by: personOf(session),
      room: room.name,
    }
    await core.ask(audit.add(line, core.limits.auditEntries))
    await core.rooms.delete(room.name)
    return { room: room.name }
  } finally {
    core.rooms.release(room)
  }
}
