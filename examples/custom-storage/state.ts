/** What the file holds. */

import type {
  AccountRecord,
  AuditRecord,
  Entry,
  FileRecord,
  MemberRecord,
  RoomRecord,
  TokenRecord,
} from 'tertulia'

/** A room with all that goes with it when it is deleted. */
export interface Room {
  record: Omit<RoomRecord, 'head'>
  /** Seq of `entries[0]`; what was before isn't kept any more. */
  first: number
  /** Time of the newest entry there ever was. */
  lastTs: number
  /** As they were said. Those of changes say what was changed: `shown` puts it together. */
  entries: Entry[]
  members: MemberRecord[]
  files: FileRecord[]
}

export interface State {
  version: 1
  settings: { key: string; value: string }[]
  accounts: AccountRecord[]
  tokens: TokenRecord[]
  rooms: Room[]
  /** Files of rooms that were deleted, until their bytes are. */
  strays: FileRecord[]
  audit: (AuditRecord & { readonly id: number })[]
  /** How many records of `audit` there ever were. */
  audits: number
}

export const EMPTY: State = {
  version: 1,
  settings: [],
  accounts: [],
  tokens: [],
  rooms: [],
  strays: [],
  audit: [],
  audits: 0,
}

export const roomOf = (state: State, name: string): Room | undefined =>
  state.rooms.find(({ record }) => record.room === name)

/** Seq of the newest entry. */
export const headOf = ({ first, entries }: Room): number => first + entries.length - 1

/** Deletes rooms; their files stay noted until somebody has deleted the bytes. */
export function removeRooms(state: State, which: (room: Room) => boolean): string[] {
  const gone = state.rooms.filter(which)
  state.rooms = state.rooms.filter((room) => !gone.includes(room))
  state.strays.push(...gone.flatMap(({ files }) => files))
  return gone.map(({ record }) => record.room)
}

/** The first `limit` whose name is greater than `after`, in the order of UTF-16 units. */
export function pageBy<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  after: string,
  limit: number,
): T[] {
  const order = (a: T, b: T): number => (nameOf(a) < nameOf(b) ? -1 : 1)
  const later = items.filter((item) => nameOf(item) > after)
  return later.sort(order).slice(0, Math.max(0, limit))
}
