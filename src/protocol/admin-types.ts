/** What admins ask of a server, and what they are told. Types only. */

import type { AccountInfo, Entry, Person, Role, RoomSettings } from './things.ts'

/** How much was said, on all nodes that answered. */
export interface MessageFigures {
  readonly total: number
  readonly lastMinute: number
  readonly lastHour: number
  readonly lastDay: number
  /** For each of the last 60 minutes, the oldest first. */
  readonly perMinute: readonly number[]
}

/** One node of a server. */
export interface NodeFigures {
  /** Its id among the others. */
  readonly node: string
  readonly uptimeMs: number
  /** Connections by transport. */
  readonly connections: Readonly<Record<string, number>>
  readonly people: number
  readonly roomsOpen: number
  /** Entries waiting for storage. */
  readonly waiting: number
  /** Resident memory of its process, in bytes. */
  readonly memoryBytes: number
}

/** Figures of a whole server. */
export interface AdminStats {
  readonly server: string
  /** Those that answered; the one that was asked first. */
  readonly nodes: readonly NodeFigures[]
  /** How many nodes there are, as far as this one knows. */
  readonly nodesKnown: number
  /** Rooms there are, without private conversations. Absent: the storage can't count them. */
  readonly rooms?: number
  /** Rooms that somebody is in. */
  readonly activeRooms: number
  /** People online, each counted once. */
  readonly people: number
  /** Connections by transport, on all nodes that answered. */
  readonly connections: Readonly<Record<string, number>>
  readonly messages: MessageFigures
  readonly storage: {
    readonly name: string
    /** It answered just now. */
    readonly ok: boolean
    readonly durable: boolean
    /** How long it took to answer. */
    readonly ms: number
  }
  /** Accounts there are. Absent: there are no accounts on this server. */
  readonly accounts?: number
}

/** A room as admins see it. */
export interface AdminRoom {
  readonly room: string
  readonly epoch: string
  readonly head: number
  /** People in it, on all nodes. */
  readonly count: number
  readonly permanent: boolean
  readonly createdAt: number
  /** It may go after this moment, when nobody is in it. Absent: it is permanent. */
  readonly keepUntil?: number
  readonly settings?: RoomSettings
}

/** A connection as admins see it. */
export interface AdminSession {
  /** To be given to `admin_disconnect`. */
  readonly id: string
  readonly node: string
  readonly transport: string
  readonly address: string
  /** Since when, in milliseconds since 1970. */
  readonly since: number
  /** The bytes are encrypted on the way. */
  readonly secure: boolean
  /** Rooms it is in, the first hundred; private conversations are left out. */
  readonly rooms: readonly string[]
}

/** Somebody who is online. */
export interface AdminPerson {
  readonly person: Person
  /** Is who they say they are, by an account or the application. */
  readonly verified: boolean
  readonly admin: boolean
  readonly sessions: readonly AdminSession[]
}

/** A limit and what it is at the moment. */
export interface AdminLimit {
  readonly name: string
  readonly value: number
  /** What it is without a change by an admin. */
  readonly initial: number
  /** May be changed while the server runs. */
  readonly changeable: boolean
}

/** Something that was done. */
export interface AuditLine {
  readonly id: number
  readonly ts: number
  readonly act: string
  readonly by: Person
  readonly room?: string
  readonly to?: Person
  readonly note?: string
}

/** A room that a person has to do with, as it is kept. */
export interface KeptMembership {
  readonly room: string
  readonly role?: Role
  readonly invited?: true
  readonly mutedUntil?: number | null
  readonly bannedUntil?: number | null
  readonly read: number
}

/** What admins ask; everybody else gets `forbidden`. */
export interface AdminOperations {
  /** Figures of the whole server. */
  admin_stats: object
  /** All rooms, also private ones; no private conversations. */
  admin_rooms: { after?: string; limit?: number }
  /** Who is online, with their connections; `person`: only the one of this id or name. */
  admin_people: { after?: string; limit?: number; person?: string }
  /** Ends the connections of a person (id or name), or one connection. */
  admin_disconnect: { person?: string; session?: string; reason?: string }
  /** Lists accounts; `name`: only the one that has it, or looks like it. */
  admin_accounts: { after?: string; limit?: number; name?: string }
  /** Changes an account (id or name), or `create`s one; `delete` takes it away. */
  admin_account: {
    account: string
    create?: boolean
    password?: string
    admin?: boolean
    disabled?: boolean
    /** Ends all its tokens. */
    logout?: boolean
    delete?: boolean
  }
  /** Tells all limits; `set`: changes some before, `null` sets one back. */
  admin_limits: { set?: Readonly<Record<string, number | null>> }
  /** Cleans up now: rooms, files, and tokens whose time has passed. */
  admin_sweep: object
  /** What was done, newest first. */
  admin_audit: { before?: number; limit?: number }
  /** Erases what a person (id) said, and what is kept of them. */
  admin_erase: { person: string }
  /** Gives what is kept of a person (id), a page at a time. */
  admin_export: { person: string; next?: string; limit?: number }
}

/** What they are told. */
export interface AdminResults {
  admin_stats: AdminStats
  admin_rooms: { rooms: readonly AdminRoom[]; more: boolean; next?: string }
  admin_people: { people: readonly AdminPerson[]; more: boolean; next?: string }
  admin_disconnect: { ended: number }
  admin_accounts: {
    accounts: readonly AccountInfo[]
    /** How many there are. */
    count: number
    more: boolean
    next?: string
  }
  /** `account` absent: it was deleted. */
  admin_account: { account?: AccountInfo }
  admin_limits: { limits: readonly AdminLimit[] }
  /** How many are gone. Files were looked through, too; absent: there are none on this server. */
  admin_sweep: { rooms: number; tokens?: number; files?: true }
  admin_audit: { lines: readonly AuditLine[]; more: boolean }
  /** How many entries were erased. */
  admin_erase: { entries: number }
  admin_export: {
    /** On the first page. */
    account?: AccountInfo
    /** On the first page: the first thousand. */
    rooms?: readonly KeptMembership[]
    entries: readonly Entry[]
    more: boolean
    next?: string
  }
}

/** The name of an operation for admins. */
export type AdminOp = keyof AdminOperations
