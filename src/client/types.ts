/** What the client is to those who use it. Types only. */

import type { ChatError } from '../errors.ts'
import type {
  AnnouncedLimits,
  Entry,
  EntryKind,
  FileInfo,
  Gap,
  Op,
  Operations,
  Person,
  Position,
  Push,
  Results,
  Role,
  RoomSettings,
  Stored,
} from '../protocol/types.ts'

// ── connecting ──────────────────────────────────────────────────────────────────────────────

/** What comes from the other side of a {@link Link}. */
export interface LinkEars {
  /** It can be written to from now on. */
  opened(): void
  /** A payload: one JSON object of the protocol. */
  payload(text: string): void
  /** It is over, by whoever's doing; told once, and nothing after it. */
  closed(end: { readonly code?: number; readonly reason?: string }): void
}

/** One connection to a server that carries payloads whole and in order. */
export interface Link {
  /** Only after `opened`. After the end it does nothing. */
  send(payload: string): void
  /** Ends it; `closed` is told then, or was. */
  close(): void
}

/** Makes a connection. Must not call `ears` before it returns, nor throw for an address that doesn't answer. */
export type OpenLink = (url: string, ears: LinkEars) => Link

/**
 * Where a client keeps what has to outlive it: its ticket and what wasn't sent yet. `localStorage` and
 * `sessionStorage` are such stores; the methods may also be asynchronous. Each of two clients that run
 * at the same time needs one of its own (so `sessionStorage` rather than `localStorage`).
 */
export interface ClientStore {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

/** Time, for clients: so that tests can move it by hand. */
export interface ClientClock {
  /** Milliseconds since 1970. */
  now(): number
  after(ms: number, callback: () => void): { cancel(): void }
}

/** Options of `connect`. */
export interface ConnectOptions {
  /**
   * Who one is: the token of a login, or what the application gave. A function is asked anew before each
   * connection. None, or `undefined`: a guest, or whom the application knows by the request's cookies.
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  /** A name for a guest; without it they get one. */
  readonly name?: string
  /** Of a guest that one was before. Beside `store` it isn't needed. */
  readonly ticket?: string
  /** Language of error messages: `en` or `pt-BR`. Default: what the server is set to. */
  readonly lang?: string
  /** Keeps the ticket and what wasn't sent yet. Default: nothing outlives the client. */
  readonly store?: ClientStore
  /** Begins the keys in `store`. Default `tertulia`. */
  readonly storeKey?: string
  /** What may wait to be sent. Beyond that `send` is refused with `overloaded`. Default 1,000. */
  readonly queueLimit?: number
  /** How long a request waits, in ms, for a connection and its answer. Sends don't. Default 30,000. */
  readonly timeoutMs?: number
  /**
   * Waits before it connects again, in ms: the first, doubled with each failure, and the longest. A random
   * part of it is waited. Default 1,000 and 30,000.
   */
  readonly backoffMs?: readonly [number, number]
  /** Where files are brought to and got from. Default: the address of the WebSocket, by HTTP. */
  readonly httpUrl?: string
  /** How connections are made. Default: by the address: `ws:`, `wss:`; on Node also `tcp:` and `tls:`. */
  readonly open?: OpenLink
  readonly clock?: ClientClock
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * `connecting`: for the first time, or again. `online`: it can be talked. `waiting`: to connect again.
 * `closed`: for good, because of `close()`, or since the server wants it so.
 */
export type ClientState = 'connecting' | 'online' | 'waiting' | 'closed'

/** What came of a change of state. */
export interface StateChange {
  readonly state: ClientState
  /** Why it isn't online: absent at first, and after `close()`. */
  readonly error?: ChatError
  /** `waiting`: until it connects again, in ms. */
  readonly retryInMs?: number
}

/** The events of a {@link ChatClient}. */
export interface ClientEvents {
  state: StateChange
  /** Who one is: after the first `hello`, and when that, or one's name, changed. */
  person: Person
  /** Every new entry of every room one is in, after the room's own listeners. */
  entry: { readonly room: ChatRoom; readonly entry: Entry }
  /** A private conversation began, or goes on: one is in its room. */
  opened: { readonly room: ChatRoom; readonly with: Person }
  /** A room was entered for the first time (it has its `position`), or left: `rooms` changed. */
  rooms: ReadonlyMap<string, ChatRoom>
}

/** Takes a listener away again. */
export type Off = () => void

/** A person's side of a chat, for as long as they like: over as many connections as it takes. */
export interface ChatClient {
  readonly url: string
  readonly state: ClientState
  /** Who one is; undefined until the first `hello` was answered. */
  readonly person: Person | undefined
  /** What the server announced; undefined until then. */
  readonly limits: AnnouncedLimits | undefined
  /** The room to start in, if the server has one. */
  readonly defaultRoom: string | undefined
  /**
   * The first `hello` was answered. Rejects when that is refused for good (`unauthorized`, `name_taken`,
   * …) or the client is closed before; needn't be handled.
   */
  readonly ready: Promise<Person>
  /** The rooms one is in, or comes back to, by name. */
  readonly rooms: ReadonlyMap<string, ChatRoom>
  /**
   * Enters a room and stays in it, whatever becomes of connections. A room one is in already is returned
   * as it is.
   *
   * Events of the room begin after the code that awaits this had its turn to listen. Errors: those of
   * the operation `join`, `closed`, `unavailable` (no answer within `timeoutMs`).
   */
  join(room: string, options?: JoinOptions): Promise<ChatRoom>
  /**
   * Says something to one person, by name; sent once, like everything that is said. The conversation's
   * room is among `rooms` by then.
   */
  message(to: string, text: string): Promise<Results['msg']>
  /**
   * Any operation of the protocol, once: `closed` (retryable) if the connection is lost before the answer.
   * For what is kept in step by this client, its own methods are to be used: `join`, `leave`, `send`,
   * `edit`, `delete`, `react`, `msg`, `hello` and `quit` are refused with `bad_request`.
   */
  request<O extends Exclude<Op, Handled>>(op: O, fields: Operations[O]): Promise<Results[O]>
  /** Takes another name, as a guest. */
  rename(name: string): Promise<Person>
  /** Gets a file of a message: the response to a GET, with the bytes as its body. */
  download(file: FileInfo, init?: { readonly signal?: AbortSignal }): Promise<Response>
  /** Connects at once instead of waiting; looks whether the connection is alive, if there is one. */
  retry(): void
  on<E extends keyof ClientEvents>(event: E, listener: (what: ClientEvents[E]) => void): Off
  /** Ends it for good. What wasn't sent is refused with `closed`; with a `store` it is kept for the next one. */
  close(): Promise<void>
}

/** Operations that the client does by methods of their own. */
export type Handled =
  | 'hello'
  | 'join'
  | 'leave'
  | 'send'
  | 'edit'
  | 'delete'
  | 'react'
  | 'msg'
  | 'nick'
  | 'read'
  | 'typing'
  | 'quit'

// ── rooms ───────────────────────────────────────────────────────────────────────────────────

/** Options of {@link ChatClient.join}. */
export interface JoinOptions {
  /** The room's, where it has one. Remembered for coming back. */
  readonly password?: string
  /** Make the room if it isn't there. Default true. Coming back makes it again only if true. */
  readonly create?: boolean
  /** The newest N entries, to begin with: {@link ChatRoom.recent}. Default 50; at most `historyPage`. */
  readonly recent?: number
  /** Where one was before, in another life: what came since is told as events. */
  readonly since?: Position
}

/** Somebody came, went, or has another name; or how many there are. */
export type Presence = Extract<Push, { readonly ev: 'joined' | 'left' | 'renamed' | 'count' }>

/** The events of a {@link ChatRoom}. Each entry comes once, in order, or as part of a `gap` or `reset`. */
export interface RoomEvents {
  /** Every new entry, of whatever kind, before the event of its kind. */
  entry: Entry
  message: Entry
  notice: Entry
  edit: Entry
  delete: Entry
  react: Entry
  unreact: Entry
  /** What owners and moderators did: `kick`, `ban`, …, `settings`. */
  act: Entry
  presence: Presence
  /** Ends by itself when it isn't renewed. Not told of oneself. */
  typing: { readonly person: Person; readonly on: boolean }
  /** These can't be had any more; the next entry is the one after. */
  gap: Gap
  /** The log is another one: what one had of the room is void, `recent` is what there is. */
  reset: { readonly epoch: string; readonly recent: readonly Entry[] }
  /** One has read up to here, by whatever connection. */
  read: { readonly seq: number }
  /** In the room (again), or not at the moment. */
  state: RoomState
  /** What waits to be sent changed. */
  unsent: readonly Unsent[]
  /** One isn't in it any more, and doesn't come back. `why`: `leave` by oneself; `refused`: with `error`. */
  left: {
    readonly why: 'leave' | 'kick' | 'ban' | 'closed' | 'refused'
    readonly reason?: string
    readonly error?: ChatError
  }
}

/** `joining`: also while the connection is lost. */
export type RoomState = 'joining' | 'live' | 'left'

/** What was said and isn't acknowledged yet. */
export interface Unsent {
  readonly cid: string
  readonly op: 'send' | 'edit' | 'delete' | 'react'
  /** Milliseconds since 1970: when it was said. */
  readonly ts: number
  readonly text: string
  /** The entry it answers or changes. */
  readonly ref?: number
  readonly file?: FileInfo
  /** It is on its way; else it waits for a connection. */
  readonly sent: boolean
}

/** Options of {@link ChatRoom.send}. */
export interface SayOptions {
  /** The seq of the entry that is answered. */
  readonly ref?: number
  /** A file brought by {@link ChatRoom.upload}. The text may then be empty. */
  readonly file?: FileInfo
  /** One's own key of this entry. Default: one that nobody else has. */
  readonly cid?: string
}

/** Which entries {@link ChatRoom.history} goes through. */
export interface HistoryOptions {
  /** Backwards from before this seq. Default: from the newest. */
  readonly before?: number
  /** Forwards from after this seq. */
  readonly after?: number
  /** Forwards from this time, in ms since 1970. */
  readonly at?: number
  /** Entries per question, at most the server's `historyPage`. Default 100. */
  readonly page?: number
}

/** A room that one is in. */
export interface ChatRoom {
  readonly name: string
  readonly state: RoomState
  /** The newest entries at the moment of joining, or of the last `reset`, oldest first, as they were then. */
  readonly recent: readonly Entry[]
  /** The last entry that was told; undefined before the first join. */
  readonly position: Position | undefined
  /** Who is here, by id: as many as the server tells (in large rooms not all). */
  readonly members: ReadonlyMap<string, Person>
  /** How many are here. */
  readonly count: number
  readonly settings: RoomSettings
  /** Absent: nothing in particular. */
  readonly role: Role | undefined
  /** One may not speak until then (milliseconds since 1970); `null`: for good; undefined: one may. */
  readonly mutedUntil: number | null | undefined
  readonly permanent: boolean
  /** It wasn't there before one came: one made it. */
  readonly created: boolean
  /** Seq up to which one has read; 0: nothing. */
  readonly read: number
  /** The other one, in a private conversation, if known yet. */
  readonly with: Person | undefined
  /** What was said and isn't acknowledged yet, oldest first. */
  readonly unsent: readonly Unsent[]
  /**
   * Says something: once, however often it has to be tried. Resolves when it is stored; waits while there
   * is no connection. Errors: those of the operation `send` that don't pass by themselves, `overloaded`
   * (`queueLimit` wait already), `closed`.
   */
  send(text: string, options?: SayOptions): Promise<Stored>
  /** Gives a message of one's own another text. Like {@link send}. */
  edit(seq: number, text: string): Promise<Stored>
  /** Deletes a message. Like {@link send}. */
  delete(seq: number): Promise<Stored>
  /** Holds an emoji up to an entry, or (`on` false) takes it back. Like {@link send}. */
  react(seq: number, emoji: string, on?: boolean): Promise<Stored>
  /** Brings a file, to be sent with {@link send}. Errors: those of files, `closed`. */
  upload(
    data: Blob | Uint8Array<ArrayBuffer>,
    options: {
      readonly name: string
      readonly signal?: AbortSignal
    },
  ): Promise<FileInfo>
  /**
   * Entries, page by page, as they are now: backwards the newest first, forwards the oldest first. What
   * isn't kept any more is left out.
   */
  history(options?: HistoryOptions): AsyncIterableIterator<Entry>
  /** Notes that one has read up to an entry; default: the newest that was told. */
  markRead(seq?: number): Promise<void>
  /** Tells others that one is typing, or stopped. May be called with each key. */
  typing(on?: boolean): void
  on<E extends keyof RoomEvents>(event: E, listener: (what: RoomEvents[E]) => void): Off
  leave(): Promise<void>
}

// ── what a screen shows ─────────────────────────────────────────────────────────────────────

/** The kinds of entries that stand by themselves on a screen: no changes. */
export type ShownKind = Exclude<EntryKind, 'edit' | 'delete' | 'react' | 'unreact'>

/** One thing in a {@link Timeline}. */
export type TimelineItem =
  | { readonly type: 'entry'; readonly key: string; readonly entry: Entry }
  /** Of one's own, not acknowledged yet; `error`: it never will be, and can be said again or dropped. */
  | {
      readonly type: 'unsent'
      readonly key: string
      readonly unsent: Unsent
      readonly error?: ChatError
    }
  | { readonly type: 'gap'; readonly key: string; readonly gap: Gap }

/**
 * What a screen shows of a room: its messages as they are now, what waits to be sent, older ones on demand.
 * Changes are applied; they have no items of their own.
 */
export interface Timeline {
  /** Oldest first. Another array after each change; items that didn't change are the same objects. */
  readonly items: readonly TimelineItem[]
  /** The first entry of the room, or the first that is kept, is among them. */
  readonly complete: boolean
  /** Reads a page of older ones. False: there are none. One at a time: meanwhile it answers the same. */
  older(): Promise<boolean>
  /** Says something, showing it at once; a failure stays shown as item. Never rejects. */
  say(text: string, options?: SayOptions): void
  /** Drops an item that failed. */
  drop(key: string): void
  on(event: 'change', listener: () => void): Off
  /** Stops following the room. */
  close(): void
}

/** Options of `timeline`. */
export interface TimelineOptions {
  /** Items kept at most; beyond that the oldest go (and can be read again). Default 1,000. */
  readonly limit?: number
}
