/** The things the protocol speaks of, as they stand on the wire. Types only. */

import type { ChatError, ErrorCode } from '../errors.ts'

/** The version announced in `hello`. */
export type ProtocolVersion = 1

/** A person as others see them. `id` is for machines and never changes; `name` is for people. */
export interface Person {
  readonly id: string
  readonly name: string
}

/** Where a client is in a room's log. */
export interface Position {
  /** Which log: changes when the room's log starts afresh. */
  readonly epoch: string
  /** The last entry seen; 0 = none. */
  readonly seq: number
}

/** What an entry is. `message`: somebody said something. `notice`: the host program did. */
export type EntryKind = 'message' | 'notice'

/** Something durable that happened in a room: one line of its log. */
export interface Entry {
  readonly room: string
  /** 1, 2, 3, … without holes. */
  readonly seq: number
  /** When the server took it in: milliseconds since 1970. */
  readonly ts: number
  readonly kind: EntryKind
  readonly from: Person
  readonly text: string
  /** The other person of a private conversation. */
  readonly to?: Person
  /** The sender's own key of this entry. */
  readonly cid?: string
}

/** A room as lists show it. */
export interface RoomInfo {
  readonly room: string
  /** How many people are in it. */
  readonly count: number
  /** Stays when nobody is in it. */
  readonly permanent: boolean
}

/** Limits that a client should know, told in the reply to `hello`. */
export interface AnnouncedLimits {
  readonly frameBytes: number
  readonly messageChars: number
  readonly messageBytes: number
  readonly historyPage: number
  readonly listPage: number
  readonly commandsPerSecond: number
  readonly commandBurst: number
  readonly pingMs: number
}

/** An inclusive range of sequence numbers that can't be had any more. */
export interface Gap {
  readonly from: number
  readonly to: number
}

// ── what clients ask ────────────────────────────────────────────────────────────────────────

/** The number or short text a client gives a request, to know the reply by. */
export type RequestId = number | string

/**
 * The fields of each operation. Optional ones may be absent. A codec for people may give `room: ''`:
 * the room the person is in.
 */
export interface Operations {
  help: object
  hello: {
    version: number
    name?: string
    /** From an earlier `hello`: be the same guest again. */
    ticket?: string
    lang?: string
  }
  ping: object
  nick: { name: string }
  lang: { lang: string }
  create: { room: string; permanent?: boolean }
  join: {
    room: string
    /** Make the room if it isn't there; default true. */
    create?: boolean
    since?: Position
    /** The newest N entries, for those who come without a position. */
    recent?: number
  }
  leave: { room: string }
  rooms: { after?: string; limit?: number }
  members: { room: string; after?: string; limit?: number }
  send: { room: string; text: string; cid?: string }
  msg: { to: string; text: string; cid?: string }
  history: { room: string; after?: number; before?: number; limit?: number }
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

/**
 * The fields of each operation's successful reply. In JSON their entries look like pushes: `ev`
 * stands for `kind`.
 */
export interface Results {
  /** The operations this server knows. */
  help: { ops: readonly Op[] }
  hello: {
    version: ProtocolVersion
    server: string
    person: Person
    ticket: string
    /** The room to start in, when the server has one. */
    defaultRoom?: string
    limits: AnnouncedLimits
  }
  ping: { ts: number }
  nick: { person: Person; ticket: string }
  lang: { lang: string }
  create: { room: string; epoch: string; permanent: boolean }
  join: JoinResult
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
  send: { seq: number; ts: number; duplicate?: true }
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
  | ({ readonly ev: 'message' | 'notice' } & Omit<Entry, 'kind'>)
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
