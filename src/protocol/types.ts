/** What is said between clients and server, as it stands on the wire. Types only. */

import type { ChatError, ErrorCode } from '../errors.ts'
import type { AdminOperations, AdminResults } from './admin-types.ts'
import type {
  AnnouncedLimits,
  Entry,
  EntryKind,
  FileInfo,
  Gap,
  MemberInfo,
  Person,
  Position,
  ProtocolVersion,
  Role,
  RoomInfo,
  RoomSettings,
  RosterFilter,
  SettingsChange,
} from './things.ts'

export type {
  AccountInfo,
  ActKind,
  AnnouncedLimits,
  ChangeKind,
  Entry,
  EntryDetails,
  EntryKind,
  FileInfo,
  Gap,
  MemberInfo,
  Person,
  Position,
  ProtocolVersion,
  Reaction,
  Role,
  RoomInfo,
  RoomSettings,
  RosterFilter,
  SettingsChange,
} from './things.ts'

// ── what clients ask ────────────────────────────────────────────────────────────────────────

/** The number or short text a client gives a request, to know the reply by. */
export type RequestId = number | string

/**
 * The fields of each operation. Optional ones may be absent. A codec for people may give `room: ''`:
 * the room the person is in.
 */
export interface Operations extends AdminOperations {
  help: object
  hello: {
    version: number
    name?: string
    /** From `login`, `register`, or the application: who it is. */
    token?: string
    /** From an earlier `hello`: be the same guest again. */
    ticket?: string
    lang?: string
  }
  /** Makes an account and logs in. */
  register: { name: string; password: string }
  login: { name: string; password: string }
  /** Ends a token (the one of `hello` when none is given), or all of its account. */
  logout: { token?: string; everywhere?: boolean }
  /** Asks what a token is worth. */
  validate: { token: string }
  /** Moves the end of a token: the one of `hello` when none is given. */
  renew: { token?: string }
  /** Changes the password of one's account: all its other tokens end. */
  password: { old: string; new: string }
  ping: object
  nick: { name: string }
  lang: { lang: string }
  create: { room: string; permanent?: boolean; settings?: SettingsChange }
  join: {
    room: string
    /** Make the room if it isn't there; default true. */
    create?: boolean
    since?: Position
    /** The newest N entries, for those who come without a position. */
    recent?: number
    /** The room's, where it has one. */
    password?: string
  }
  /** Changes the settings of a room; what is not given stays. */
  set: { room: string; settings: SettingsChange; permanent?: boolean }
  /** Deletes a room and its log. */
  close: { room: string }
  /** Lets a person, by id or name, into a private room. */
  invite: { room: string; person: string; reason?: string }
  kick: { room: string; person: string; reason?: string }
  /**
   * Puts a person out and keeps them out. `until`: it ends then; `forMs`: it ends so long from now.
   * `address`: also the guests of their address, since the id of a guest costs nothing.
   */
  ban: {
    room: string
    person: string
    until?: number
    forMs?: number
    reason?: string
    address?: boolean
  }
  unban: { room: string; person: string; reason?: string }
  /** Takes the word from a person. */
  mute: { room: string; person: string; until?: number; forMs?: number; reason?: string }
  unmute: { room: string; person: string; reason?: string }
  /** Gives a person a role; `null` takes it away. */
  role: { room: string; person: string; role: Role | null; reason?: string }
  /** Who is what in a room, present or not. */
  roster: { room: string; filter?: RosterFilter; after?: string; limit?: number }
  /** Notes that one has read up to here. Never goes back. */
  read: { room: string; seq: number }
  /** The rooms one has to do with, and how much is unread in each. */
  unread: { after?: string; limit?: number }
  /** Files of a room, newest first. */
  files: { room: string; before?: number; limit?: number }
  leave: { room: string }
  rooms: { after?: string; limit?: number }
  members: { room: string; after?: string; limit?: number }
  /** `ref`: the seq of the entry that is answered. `file`: the id of a file brought before. */
  send: { room: string; text: string; cid?: string; ref?: number; file?: string }
  edit: { room: string; seq: number; text: string; cid?: string }
  delete: { room: string; seq: number; cid?: string }
  /** Holds an emoji up to an entry; `on: false` takes it back. */
  react: { room: string; seq: number; text: string; on?: boolean; cid?: string }
  msg: { to: string; text: string; cid?: string }
  /** At most one of `after`, `before` and `at` (a time: from the first entry of then or later). */
  history: { room: string; after?: number; before?: number; at?: number; limit?: number }
  typing: { room: string; on?: boolean }
  quit: object
}

/** The name of an operation. */
export type Op = keyof Operations

/** A request, decoded and validated. `id` absent: no reply unless it fails. */
export type Request<O extends Op = Op> = {
  [K in O]: { readonly id: RequestId | undefined; readonly op: K } & Readonly<Operations[K]>
}[O]

/** What could not be read as a request. `id` where it could be found. */
export interface Malformed {
  readonly id: RequestId | null
  readonly op: null
  readonly error: ChatError
}

// ── what the server answers ─────────────────────────────────────────────────────────────────

/** What was done to a person stands in the log, here. */
export interface Done extends Stored {
  room: string
  person: Person
}

/** A file of a room, with who brought it and when. */
export interface SharedFile extends FileInfo {
  readonly from: Person
  readonly ts: number
  /** The message it came with. */
  readonly seq?: number
}

/** How much of a room is unread. */
export interface UnreadInfo {
  readonly room: string
  readonly epoch: string
  readonly head: number
  /** Seq up to which was read. */
  readonly read: number
  /** Messages of others behind that; counting stops at 100. */
  readonly unread: number
  /** How many of those mention one; counting stops at 100. */
  readonly mentions: number
}

/** What `login` and `register` give. */
export interface Login {
  /** To be given at `hello`. Secret. */
  token: string
  /** When it ends, in milliseconds since 1970. */
  expiresAt: number
  person: Person
  /** Where to chat, if the server was told its address. */
  url?: string
}

/** Where what was sent stands in the log. `duplicate`: since an earlier request of the same `cid`. */
export interface Stored {
  seq: number
  ts: number
  duplicate?: true
}

/**
 * The fields of each operation's successful reply. In JSON their entries look like pushes: `ev`
 * stands for `kind`.
 */
export interface Results extends AdminResults {
  /** The operations this server knows. */
  help: { ops: readonly Op[] }
  hello: {
    version: ProtocolVersion
    server: string
    person: Person
    /** With this a guest can come back; absent for others. */
    ticket?: string
    /** The room to start in, when the server has one. */
    defaultRoom?: string
    limits: AnnouncedLimits
  }
  register: Login
  login: Login
  logout: { ended: number }
  validate: { valid: true; person: Person; expiresAt: number; admin?: true } | { valid: false }
  renew: { expiresAt: number }
  password: Login
  ping: { ts: number }
  nick: { person: Person; ticket?: string }
  lang: { lang: string }
  create: { room: string; epoch: string; permanent: boolean; settings?: RoomSettings }
  join: JoinResult
  set: { room: string; permanent: boolean; settings: RoomSettings }
  close: { room: string }
  invite: Done
  kick: Done
  ban: Done
  unban: Done
  mute: Done
  unmute: Done
  role: Done
  roster: { room: string; members: readonly MemberInfo[]; more: boolean; next?: string }
  read: { room: string; seq: number }
  unread: { rooms: readonly UnreadInfo[]; more: boolean; next?: string }
  files: { room: string; files: readonly SharedFile[]; more: boolean }
  leave: { room: string }
  rooms: { rooms: readonly RoomInfo[]; more: boolean }
  members: {
    room: string
    count: number
    members: readonly Person[]
    more: boolean
    /** Where the list goes on, to be given as `after`. */
    next?: string
  }
  send: Stored
  edit: Stored
  delete: Stored
  react: Stored
  msg: { room: string; to: Person; seq: number; ts: number; duplicate?: true }
  history: {
    room: string
    epoch: string
    head: number
    entries: readonly Entry[]
    more: boolean
    gap?: Gap
  }
  typing: object
  quit: object
}

/** What a join tells. The live stream of the room begins with `head + 1`, after this reply. */
export interface JoinResult {
  readonly room: string
  readonly epoch: string
  /** Seq of the newest entry at the moment of joining. */
  readonly head: number
  /** The room was made by this join. */
  readonly created: boolean
  readonly permanent: boolean
  readonly settings?: RoomSettings
  /** What one is in it. */
  readonly role?: Role
  readonly mutedUntil?: number | null
  /** Seq up to which one has read. */
  readonly read?: number
  readonly count: number
  /** The first page of members; more with `members`. */
  readonly members: readonly Person[]
  /** What was missed since `since` (the first page), or the newest `recent` entries. */
  readonly entries: readonly Entry[]
  /** Between the last of `entries` and `head` there are more: ask for them with `history`. */
  readonly more: boolean
  /** The log isn't the one of `since`: forget what you had of this room. */
  readonly reset?: true
  /** These were missed and can't be had any more. */
  readonly gap?: Gap
}

/** What stands in an error reply. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
}

/** What the server sends without being asked. */
export type Push =
  | ({ readonly ev: EntryKind } & Omit<Entry, 'kind'>)
  | {
      readonly ev: 'joined'
      readonly room: string
      readonly person: Person
      readonly count: number
    }
  | {
      readonly ev: 'left'
      readonly room: string
      readonly person: Person
      readonly count: number
      /** `leave`: they said so. `lost`: their connection ended. `removed`: they were put out. */
      readonly why: 'leave' | 'lost' | 'removed'
    }
  | { readonly ev: 'renamed'; readonly room: string; readonly person: Person; readonly was: string }
  | { readonly ev: 'count'; readonly room: string; readonly count: number }
  | { readonly ev: 'typing'; readonly room: string; readonly person: Person; readonly on: boolean }
  | {
      /** A private conversation was opened with you: its entries follow from `head + 1`. */
      readonly ev: 'opened'
      readonly room: string
      readonly epoch: string
      readonly head: number
      readonly with: Person
    }
  | { readonly ev: 'reset'; readonly room: string; readonly epoch: string; readonly head: number }
  | { readonly ev: 'gap'; readonly room: string; readonly from: number; readonly to: number }
  | { readonly ev: 'closed'; readonly room: string }
  | {
      /** You were put out of a room. */
      readonly ev: 'removed'
      readonly room: string
      readonly why: 'kick' | 'ban' | 'closed'
      readonly reason?: string
    }
  | {
      /** You have read up to here, by another of your connections. */
      readonly ev: 'read'
      readonly room: string
      readonly seq: number
    }
  | {
      readonly ev: 'close'
      readonly code: number
      readonly reason: string
      readonly reconnect: boolean
      readonly retryAfterMs?: number
    }

// ── what a codec turns into a payload ───────────────────────────────────────────────────────

/** A successful reply, with the operation it answers (which JSON leaves out). */
export type Reply = {
  [K in Op]: {
    readonly type: 'reply'
    readonly id: RequestId
    readonly op: K
    readonly ok: Results[K]
  }
}[Op]

/** A refusal. `id` null: the request had none, or it couldn't be read. */
export interface Refusal {
  readonly type: 'error'
  readonly id: RequestId | null
  readonly op: Op | null
  readonly err: WireError
}

/** Everything a server tells a client. */
export type ServerEvent =
  | Reply
  | Refusal
  | { readonly type: 'entry'; readonly entry: Entry }
  | { readonly type: 'push'; readonly push: Push }
  | {
      /** Text sessions only: greets a person who just came. */
      readonly type: 'welcome'
      readonly person: Person
      readonly room: string | undefined
    }
