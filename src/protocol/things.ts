/** The things the protocol speaks of: people, rooms, entries. Types only. */

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

/** What changes an earlier entry, whose seq is its `ref`. */
export type ChangeKind = 'edit' | 'delete' | 'react' | 'unreact'

/** What is done to a person (`to`) in a room, or (`settings`) to the room itself. */
export type ActKind = 'kick' | 'ban' | 'unban' | 'mute' | 'unmute' | 'role' | 'invite' | 'settings'

/**
 * What an entry is. `message`: somebody said something. `notice`: the host program did. `edit`: the
 * text of `ref` is now this one's. `delete`: the text of `ref` is gone. `react`: its author holds
 * this text (an emoji) up to `ref`. `unreact`: no longer. The others tell what somebody did as owner
 * or moderator; their text is the reason, which may be empty.
 */
export type EntryKind = 'message' | 'notice' | ChangeKind | ActKind

/** What somebody is in a room, besides being in it. */
export type Role = 'owner' | 'moderator' | 'member'

/** A file that belongs to a message. */
export interface FileInfo {
  readonly id: string
  readonly name: string
  /** Media type, by its content. */
  readonly type: string
  /** Bytes. */
  readonly size: number
}

/** What an entry has besides its text, by its kind. */
export interface EntryDetails {
  /** The file that came with a message. */
  readonly file?: FileInfo
  /** Ids of the persons whose names a message mentions. */
  readonly mentions?: readonly string[]
  /** When a `ban` or `mute` ends by itself, in milliseconds since 1970; absent: it doesn't. */
  readonly until?: number
  /** What `to` is from now on, by a `role`. */
  readonly role?: Role
  /** What is set for the room from now on, by a `settings`. */
  readonly settings?: RoomSettings
}

/** What the owner of a room may set. Absent: as the server is set. */
export interface RoomSettings {
  /** Only who was invited may come in, and lists don't show it to others. */
  readonly private?: boolean
  /** Whoever comes in is asked for a password (which nobody is shown). */
  readonly password?: boolean
  /** Only moderators may speak. */
  readonly readOnly?: boolean
  /** A person may speak once in so many milliseconds. */
  readonly slowMs?: number
  /** Most people in it at a time. */
  readonly people?: number
  /** Entries kept, the newest. */
  readonly keepEntries?: number
  /** Days that entries are kept. */
  readonly keepDays?: number
  /** What the room is about. */
  readonly topic?: string
}

/** What people hold up to an entry: one emoji. */
export interface Reaction {
  readonly text: string
  /** How many people do. */
  readonly count: number
  /** Ids of those who do, the first ones: at most `REACTION_IDS`. */
  readonly by: readonly string[]
}

/**
 * Something durable that happened in a room: one line of its log. Its place, author and time never
 * change. A page of history shows it as it is now: with the text of its newest edit, its reactions,
 * or, when it was deleted, without text.
 */
export interface Entry {
  readonly room: string
  /** 1, 2, 3, … without holes. */
  readonly seq: number
  /** When the server took it in: milliseconds since 1970. Never less than that of the entry before. */
  readonly ts: number
  readonly kind: EntryKind
  readonly from: Person
  readonly text: string
  /** The other person of a private conversation, or the one to whom something is done. */
  readonly to?: Person
  /** The sender's own key of this entry. */
  readonly cid?: string
  /** The entry that this one changes or, for a message, answers: its seq, less than this one's. */
  readonly ref?: number
  /** The text is that of this edit: its seq. */
  readonly edited?: number
  /** It was deleted, or its edits were: the text is empty. */
  readonly deleted?: true
  /** Absent: none. */
  readonly reactions?: readonly Reaction[]
  readonly details?: EntryDetails
}

/** A change of {@link RoomSettings}; `null` sets a field back. */
export type SettingsChange = {
  readonly [K in Exclude<keyof RoomSettings, 'password'>]?: RoomSettings[K] | null
} & { readonly password?: string | null }

/** Which members `roster` lists. */
export type RosterFilter = 'role' | 'invited' | 'muted' | 'banned'

/** What somebody is in a room, and what they may not. Absent: nothing of the kind. */
export interface MemberInfo {
  readonly person: Person
  readonly role?: Role
  readonly invited?: true
  /** Milliseconds since 1970; `null`: for good. */
  readonly mutedUntil?: number | null
  readonly bannedUntil?: number | null
}

/** An account, as admins see it. */
export interface AccountInfo {
  readonly id: string
  readonly name: string
  /** May do everything. */
  readonly admin: boolean
  /** May not log in. */
  readonly disabled: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** A room as lists show it. */
export interface RoomInfo {
  readonly room: string
  /** How many people are in it. */
  readonly count: number
  /** Stays when nobody is in it. */
  readonly permanent: boolean
  /** Whoever comes in is asked for a password. */
  readonly password?: true
  readonly readOnly?: true
  readonly topic?: string
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
  /** Size of a file. Absent: this server keeps no files. */
  readonly fileBytes?: number
}

/** An inclusive range of sequence numbers that can't be had any more. */
export interface Gap {
  readonly from: number
  readonly to: number
}
