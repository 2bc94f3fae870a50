/** A room, as the host program handles it from code. */

import { ChatError } from '../errors.ts'
import { cleanReaction } from '../protocol/reaction.ts'
import type { ChangeKind, Person } from '../protocol/types.ts'
import type { Page, Range } from '../spi/storage.ts'
import { checkSupport, prepare } from './changes.ts'
import { isPrivate, roomName } from './membership.ts'
import { checkRef, checkText } from './messages.ts'
import type { Core, Room } from './model.ts'

/** Where an entry stands in the log. */
export interface Place {
  readonly seq: number
  readonly ts: number
  /** Stored by an earlier call with the same `cid`. */
  readonly duplicate: boolean
}

/** How the host program changes something in a room. */
export interface ChangeOptions {
  /** Key of this entry: a second call with the same key stores nothing and gives the first place. */
  readonly cid?: string
  /** In whose name; default: the server's own. */
  readonly as?: Person
}

/** How the host program says something in a room: without `as`, as a notice. */
export interface SendOptions extends ChangeOptions {
  /** The seq of the entry that is answered. */
  readonly ref?: number
}

/** A room, whether it exists yet or not. */
export interface RoomHandle {
  readonly name: string
  /**
   * Says something; resolves once it is stored, with its place in the log. Makes the room if it
   * isn't there. Rejects with `text_empty`, `text_too_long`, `entry_not_found` (what is answered),
   * `unavailable`, `overloaded`, `conflict`.
   */
  send(text: string, options?: SendOptions): Promise<Place>
  /**
   * Gives a message or notice another text. Rejects with `forbidden` unless it was said in the name
   * of `as`, `entry_not_found`, `room_not_found`, `unsupported` (by the storage), and as `send` does.
   */
  edit(seq: number, text: string, options?: ChangeOptions): Promise<Place>
  /** Deletes a message or notice, whoever said it. Rejects as `edit` does, but never `forbidden`. */
  deleteEntry(seq: number, options?: ChangeOptions): Promise<Place>
  /**
   * Holds an emoji up to a message or notice; `on: false` takes it back. Rejects with
   * `too_many_reactions`, `bad_request` (not a reaction), and as `edit` does, but never `forbidden`.
   */
  react(seq: number, emoji: string, options?: ChangeOptions & { on?: boolean }): Promise<Place>
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

  async function change(
    kind: ChangeKind,
    seq: number,
    text: string,
    { cid, as }: ChangeOptions,
  ): Promise<Place> {
    await ready()
    if (core.closing) throw new ChatError('shutting_down')
    checkSupport(core)
    const room = await core.rooms.hold(name)
    if (room === null) throw new ChatError('room_not_found')
    try {
      const who = { person: as ?? core.host, host: true } as const
      const { draft, release } = await prepare(core, room, who, { kind, seq, text, cid })
      return await core.append(draft).finally(release)
    } finally {
      core.rooms.release(room)
    }
  }

  return {
    name,
    async send(text, { cid, as, ref } = {}) {
      checkText(text, core.limits)
      return withRoom(false, async (room) => {
        if (ref !== undefined) await checkRef(room, ref)
        return core.append({
          room: name,
          epoch: room.epoch,
          kind: as === undefined ? 'notice' : 'message',
          ts: core.clock.now(),
          from: as ?? core.host,
          text,
          ...(cid === undefined ? undefined : { cid }),
          ...(ref === undefined ? undefined : { ref }),
        })
      })
    },
    async edit(seq, text, options = {}) {
      checkText(text, core.limits)
      return change('edit', seq, text, options)
    },
    deleteEntry: (seq, options = {}) => change('delete', seq, '', options),
    async react(seq, emoji, { on = true, ...options } = {}) {
      const text = cleanReaction(emoji, core.limits.reactionChars)
      return change(on ? 'react' : 'unreact', seq, text, options)
    },
    create: ({ permanent = true } = {}) => withRoom(permanent, async (_, created) => created),
    members: () => core.rooms.open.get(name)?.list(0, Number.POSITIVE_INFINITY).members ?? [],
    async history({ limit = core.limits.historyPage, ...range } = {}) {
      await ready()
      return core.ask(
        core.storage.read(name, {
          ...(range.after === undefined && range.before === undefined && range.at === undefined
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
