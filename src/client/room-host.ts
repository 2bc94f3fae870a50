/** What a room needs of its client. Types only. */

import type { ChatError } from '../errors.ts'
import type {
  AnnouncedLimits,
  Entry,
  FileInfo,
  Op,
  Operations,
  Person,
  Results,
} from '../protocol/types.ts'
import type { Connection } from './connection.ts'
import type { Outgoing } from './outgoing.ts'
import type { ChatRoom, ClientClock } from './types.ts'

/** The side of a client that its rooms see. */
export interface RoomHost {
  readonly clock: ClientClock
  readonly random: () => number
  readonly outgoing: Outgoing
  /** The connection of the moment, once `hello` was answered. */
  connection(): Connection | null
  /** It is over for good. */
  closed(): boolean
  me(): Person | undefined
  limits(): AnnouncedLimits | undefined
  /** A key that nobody else has. */
  cid(): string
  /** Asks by the connection of the moment, or the next one. */
  request<O extends Op>(op: O, fields: Operations[O]): Promise<Results[O]>
  /** Asks by the connection of the moment; when that is lost, nothing comes. */
  ask<O extends Op>(
    op: O,
    fields: Operations[O],
    ok: (result: Results[O]) => void,
    failed?: (error: ChatError) => void,
  ): void
  upload(room: string, ...rest: Parameters<ChatRoom['upload']>): Promise<FileInfo>
  /** One is in it for the first time. Gives the room of this name that one is in already. */
  entered(room: ChatRoom): ChatRoom
  /** All is known of a room that one is in for the first time. */
  begun(): void
  /** Nobody waits any more for a join that succeeded now. */
  abandoned(room: string): void
  /** An entry was told. */
  told(room: ChatRoom, entry: Entry): void
  /** One isn't in it any more. */
  gone(room: ChatRoom): void
}
