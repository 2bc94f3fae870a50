/** Letting go rooms that were empty long enough. */

import type { Core } from './model.ts'

/**
 * Keeps the rooms that people on this node are in, and deletes those whose time has passed. Resolves
 * to the names of those.
 */
export async function expireRooms(core: Core): Promise<readonly string[]> {
  const { rooms, storage, clock, limits } = core
  const now = clock.now()
  const used: string[] = []
  for (const room of rooms.open.values()) if (!room.permanent) used.push(room.name)
  if (used.length > 0) await core.ask(storage.rooms.keep(used, now + limits.emptyRoomMs))
  const gone = await core.ask(storage.rooms.expire(now))
  for (const name of gone) rooms.vanished(name)
  return gone
}
