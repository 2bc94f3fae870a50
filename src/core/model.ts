/**
 * What the parts of the core know of each other. The mutual relations stand here, types only, so
 * that the modules themselves depend on each other in one direction.
 */

import type { ErrorCode } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'
import type { Limits } from '../limits.ts'
import type { AdminOp, AdminOperations, AdminResults } from '../protocol/admin-types.ts'
import type { Op, Person, RequestId, Results } from '../protocol/types.ts'
import type { Accounts, Authenticate } from '../spi/auth.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { Codec } from '../spi/codec.ts'
import type { Logger } from '../spi/logger.ts'
import type { NewEntry, Storage, StoredSettings } from '../spi/storage.ts'
import type { Connection, ConnectionInfo } from '../spi/transport.ts'
import type { Committer } from './committer.ts'
import type { Counts } from './counts.ts'
import type { Delivery } from './delivery.ts'
import type { Connected, Directory } from './directory.ts'
import type { Events } from './events.ts'
import type { HookRunner } from './hook.ts'
import type { Link } from './link.ts'
import type { Outbox } from './outbox.ts'
import type { Pages } from './pages.ts'
import type { Presence } from './presence.ts'
import type { Addresses, AddressUse } from './rates.ts'
import type { Room as RoomOf } from './room.ts'
import type { Wires } from './wire.ts'

/** A room of this node. */
export type Room = RoomOf<Session>

/** How it is known who a connection is. */
export interface SessionIdentity {
  /** The application or an account says so; not just a name, or a ticket. */
  readonly verified: boolean
  /** May do everything, in every room. */
  readonly admin: boolean
  /** It isn't that person beyond this moment (milliseconds since 1970). */
  readonly expiresAt?: number
  /** Of its account. Never to be told or logged. */
  readonly token?: string
  /** What the accounts know that token by. */
  readonly hash?: string
  /** The token was given to this connection alone, and ends with it. */
  readonly own?: true
}

/** One connection, as the operations see it. */
export interface Session {
  readonly core: Core
  readonly connection: Connection
  readonly info: ConnectionInfo
  readonly outbox: Outbox
  readonly address: AddressUse
  /** Part of the host program: limits of rate don't hold for it. */
  readonly trusted: boolean
  /** Speaks the text protocol: is in one room at a time. */
  readonly text: boolean
  readonly ended: boolean
  /** When it came (monotonic). */
  readonly since: number
  lang: Lang
  /** Who it is; null before `hello`. */
  presence: Connected<Session> | null
  identity: SessionIdentity
  rooms: Room[]
  /** The room that what has no room is meant for. */
  current: Room | null
  /** A send was handed to the committer (+1), or its sender was told what became of it (−1). */
  sending(change: 1 | -1): void
  /** Resolves when every send of this connection was answered; undefined: they are. */
  settled(): Promise<void> | undefined
  /** A message of this connection, which speaks text, was stored. */
  spoke(room: Room, seq: number): void
  /** The seq of its last message in a room. */
  lastIn(room: Room): number | undefined
  /** Speaks from now on by this codec. */
  speak(codec: Codec): void
  /** Answers a request, unless it wanted no answer. */
  reply<O extends Op>(id: RequestId | undefined, op: O, ok: Results[O]): void
  /** Answers a request with an error, and closes where the error table says so. */
  refuse(id: RequestId | null | undefined, op: Op | null, thrown: unknown): void
  /** Is nobody from now on, and in no room. `code`: that with which the connection ends. */
  depart(code: number): void
  /** Ends the connection; the client is told why and whether to come back. */
  end(code: number, reason: string, retryAfterMs?: number): void
}

/** Hashes and checks passwords of rooms. `whose`: who asks, so that those who ask take turns. */
export interface RoomPasswords {
  /** Rejects with `password_weak` (it can't be one), `overloaded`. */
  hash(password: string, whose: string): Promise<string>
  /** Rejects with `overloaded`. */
  verify(password: string, hash: string, whose: string): Promise<boolean>
}

/** What a room is made with. */
export interface RoomSpec {
  readonly permanent: boolean
  /** Only these may be in it. */
  readonly only?: readonly Person[]
  readonly settings?: StoredSettings
}

/** The rooms that are open on this node. */
export interface Rooms {
  readonly open: ReadonlyMap<string, Room>
  /** Opens a room, if there is one, and keeps it open until `release`. */
  hold(name: string): Promise<Room | null>
  /** Makes a room, or opens the one that is there, and keeps it open until `release`. */
  make(name: string, spec: RoomSpec): Promise<{ room: Room; created: boolean }>
  /** Ends a hold; a room that nobody needs here is closed. */
  release(room: Room): void
  /** Somebody left: a temporary room in which nothing was said goes at once. */
  vacated(room: Room): void
  /** Deletes a room and its log, and puts out everybody who is in it. */
  delete(name: string): Promise<boolean>
  /** A room is no more: tells who is in it here. */
  vanished(name: string): void
}

/** Files that people share. */
export interface Files {
  /** Lets the end of the server wait for something. */
  wait(work: Promise<void>): void
  /** Deletes those that nobody can come by any more. */
  sweep(): Promise<void>
}

/** What admins do; see `admin.ts`. */
export interface Admin {
  /** Does one thing in somebody's name, who was found to be an admin. */
  run<O extends AdminOp>(op: O, fields: AdminOperations[O], by: Person): Promise<AdminResults[O]>
}

/** The state of one server on this node. */
export interface Core {
  readonly name: string
  readonly lang: Lang
  /** The room text sessions start in; undefined: none. */
  readonly defaultRoom: string | undefined
  /** Newest entries shown to a person who joins by text. */
  readonly recentOnJoin: number
  readonly limits: Limits
  readonly clock: Clock
  readonly makeId: MakeId
  readonly logger: Logger
  readonly storage: Storage
  readonly link: Link | null
  /** Who is on the other nodes; null: there are none. */
  readonly presence: Presence | null
  readonly codecs: { readonly json: Codec; text(lang: Lang): Codec }
  readonly hooks: HookRunner
  /** Hashes the passwords of rooms. */
  readonly passwords: RoomPasswords
  /** The application's own persons; null: it has none. */
  readonly authenticate: Authenticate | null
  /** null: there are none. */
  readonly accounts: Accounts | null
  /** Who is neither may come in as a guest. */
  readonly guests: boolean
  /** Where to chat, told with every login; undefined: not known. */
  readonly url: string | undefined
  readonly events: Events
  /** What was done so far. */
  readonly counts: Counts
  readonly admin: Admin
  /** How long it has been there. */
  readonly uptimeMs: number
  readonly wires: Wires
  readonly directory: Directory<Session>
  readonly addresses: Addresses
  readonly sessions: Set<Session>
  readonly delivery: Delivery
  readonly committer: Committer
  readonly rooms: Rooms
  /** Null: none are kept here. */
  readonly files: Files | null
  readonly pages: Pages
  /** `close()` was called. */
  readonly closing: boolean
  /** Signs the guests' tickets. */
  readonly secret: string
  /** Who the host program is when it speaks itself. */
  readonly host: Person
  /** Appends one entry and resolves to its place. */
  append(draft: NewEntry): Promise<{ seq: number; ts: number; duplicate: boolean }>
  /** Asks storage something; rejects with `unavailable` when it fails or doesn't answer in time. */
  ask<T>(answer: Promise<T>): Promise<T>
  /** Is waited for when the server closes. What it rejects with is logged. */
  pending(work: Promise<unknown>): void
  /** A connection was refused something: one line of the log. */
  refused(session: Session, code: ErrorCode, op?: Op | null): void
  /** A connection has ended. */
  gone(session: Session): void
}
