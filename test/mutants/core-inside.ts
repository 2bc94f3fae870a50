/** What the mutants touch inside the core, and how. */

import { COMMANDS } from '../../src/core/commands.ts'
import { Committer } from '../../src/core/committer.ts'
import type { Session } from '../../src/core/model.ts'
import { Room } from '../../src/core/room.ts'
import { ClientSession } from '../../src/core/session.ts'
import { entryOf } from '../../src/protocol/entry.ts'
import type { Entry, Person } from '../../src/protocol/types.ts'
import type { NewEntry, Storage } from '../../src/spi/storage.ts'
import type { Mutant } from './mutant.ts'
import { all, type Mend, patch } from './patch.ts'
import type { Tools } from './world.ts'

// What the mutants touch inside the core. `patch` fails when a method has another name now.
export interface RoomInside {
  readonly name: string
  readonly epoch: string
  position: number
  readonly sessions: Set<unknown>
  advance(entry: Entry): void
  forget(): void
}
export interface CommitterInside {
  readonly host: {
    readonly storage: Storage
    stored(entries: readonly Entry[], epochs: readonly string[]): void
  }
}
export interface CommitterQueue {
  readonly busy: Set<string>
}
export interface NodeInside {
  readonly rooms: { readonly open: ReadonlyMap<string, RoomInside> }
}
export interface OutboxInside {
  readonly blocked: boolean
  readonly bytes: number
  readonly limit: number
  readonly connection: { readonly bufferedBytes: number }
}

/** Hands an entry out, whatever its number. */
export function handOut(room: RoomInside, entry: Entry): void {
  const { position } = room
  room.advance(entry)
  room.position = Math.max(position, entry.seq)
}

/** Guesses the entries that a batch will become. */
async function guess(storage: Storage, batch: readonly NewEntry[]): Promise<readonly Entry[]> {
  const rooms = [...new Set(batch.map(({ room }) => room))]
  const heads = await storage.heads(rooms)
  const next = new Map(rooms.map((room, i) => [room, heads[i]?.head ?? 0]))
  return batch.map((draft) => {
    const seq = (next.get(draft.room) ?? 0) + 1
    next.set(draft.room, seq)
    return entryOf(draft, seq, draft.ts)
  })
}

/** Committers by their entries, to be found where storage is. */
export function committers(owners: WeakMap<NewEntry, CommitterInside>): Mend {
  return patch<CommitterInside, [NewEntry, unknown], void>(
    Committer.prototype,
    'submit',
    (original) =>
      function (draft, done) {
        owners.set(draft, this)
        original.call(this, draft, done)
      },
  )
}

/** Shows what a batch may become, before it is stored, or when it has failed. */
export function showing(when: 'before' | 'failed'): Mutant['damage'] {
  const owners = new WeakMap<NewEntry, CommitterInside>()
  const show = async (storage: Storage, batch: readonly NewEntry[]): Promise<void> => {
    const owner = batch[0] === undefined ? undefined : owners.get(batch[0])
    const entries = await guess(storage, batch)
    owner?.host.stored(
      entries,
      batch.map(({ epoch }) => epoch),
    )
  }
  return {
    patch: () => committers(owners),
    around: (storage) => ({
      ...storage,
      async append(batch) {
        if (when === 'before') await show(storage, batch).catch(() => {})
        try {
          return await storage.append(batch)
        } catch (error) {
          if (when === 'failed') await show(storage, batch).catch(() => {})
          throw error
        }
      },
    }),
  }
}

/** The answer to `join` has the head of the moment in which it was asked. */
export function oldHead(): Mend {
  const heads = new WeakMap<object, number | undefined>()
  return all(
    patch<unknown, [Session, { readonly room: string }], unknown>(
      COMMANDS.join,
      'run',
      (original) => (session, request) => {
        heads.set(session, session.core.rooms.open.get(request.room)?.position)
        return original.call(COMMANDS.join, session, request)
      },
    ),
    patch<object, [unknown, string, { readonly head: number }], void>(
      ClientSession.prototype,
      'reply',
      (original) =>
        function (id, op, ok) {
          const head = op === 'join' ? heads.get(this) : undefined
          original.call(this, id, op, head === undefined ? ok : { ...ok, head })
        },
    ),
  )
}

/** A session is in the room a little later than it is told. */
export function addLate({ clock, random }: Tools): Mend {
  const early = new Set<unknown>()
  return all(
    patch<RoomInside, [unknown, Person], boolean>(
      Room.prototype,
      'add',
      (original) =>
        function (session, person) {
          const first = original.call(this, session, person)
          this.sessions.delete(session)
          early.add(session)
          clock.after(random.int(1, 30), () => {
            if (early.delete(session)) this.sessions.add(session)
          })
          return first
        },
    ),
    patch<RoomInside, [unknown, string], boolean>(
      Room.prototype,
      'remove',
      (original) =>
        function (session, id) {
          if (early.delete(session)) this.sessions.add(session)
          return original.call(this, session, id)
        },
    ),
  )
}

export const BROKER = { nodes: 2, drop: 0.3 }
