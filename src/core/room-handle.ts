/** A room, as the host program handles it from code. */

import { ChatError } from '../errors.ts'
import type { Person } from '../protocol/types.ts'
import type { Page, Range } from '../spi/storage.ts'
import { isPrivate, roomName } from './membership.ts'
import { checkText } from './messages.ts'
import type { Core, Room } from './model.ts'

/** What the host program can say in a room, and how. */
export interface SendOptions {
  /** Key of this entry: a second call with the same key stores nothing and gives the first place. */
  readonly cid?: string
  /** In whose name; default: the server's own, as a notice. */
  readonly as?: Person
}

/** A room, whether it exists yet or not. */
export interface RoomHandle {
  readonly name: string
  /**
   * Says something; resolves once it is stored, with its place in the log. Makes the room if it
   * isn't there. Rejects with `text_empty`, `text_too_long`, `unavailable`, `overloaded`, `conflict`.
   */
  send(
    text: string,
    options?: SendOptions,
  ): Promise<{ seq: number; ts: number; duplicate: boolean }>
  /** Makes the room; resolves to whether it was made now. */
  create(options?: { permanent?: boolean }): Promise<boolean>
  /** Who is in it, on all nodes; empty when nobody of this node is. */
  members(): readonly Person[]
  /** A part of its log; `null`: there is no such room. */
  history(range?: Partial<Range>): Promise<Page | null>
  /** Deletes the room and its log; everybody is put out. Resolves to whether there was one. */
  delete(): Promise<boolean>
}

/** Makes the handle of a room; `ready` opens storage first. Throws `room_invalid`. */
export function roomHandle(core: Core, raw: string, ready: () => Promise<void>): RoomHandle {
  const name = roomName(core, raw)
  if (isPrivate(name)) throw new ChatError('room_invalid')

  async function withRoom<T>(
    permanent: boolean,
    work: (room: Room, created: boolean) => Promise<T>,
  ) {
    await ready()
    if (core.closing) throw new ChatError('shutting_down')
    const known = await core.rooms.hold(name)
    const { room, created } =
      known === null ? await core.rooms.make(name, { permanent }) : { room: known, created: false }
    try {
      return await work(room, created)
    } finally {
      core.rooms.release(room)
    }
  }

  return {
    name,
    async send(text, { cid, as } = {}) {
      checkText(text, core.limits)
      return withRoom(false, (room) =>
        core.append({
          room: name,
          epoch: room.epoch,
          kind: as === undefined ? 'notice' : 'message',
          ts: core.clock.now(),
          from: as ?? core.host,
          text,
          ...(cid === undefined ? undefined : { cid }),
        }),
      )
    },
    create: ({ permanent = true } = {}) => withRoom(permanent, async (_, created) => created),
    members: () => core.rooms.open.get(name)?.list(0, Number.POSITIVE_INFINITY).members ?? [],
    async history({ limit = core.limits.historyPage, ...range } = {}) {
      await ready()
      return core.ask(
        core.storage.read(name, {
          ...(range.after === undefined && range.before === undefined
            ? { before: Number.MAX_SAFE_INTEGER }
            : range),
          limit,
        }),
      )
    },
    async delete() {
      await ready()
      return core.rooms.delete(name)
    },
  }
}
