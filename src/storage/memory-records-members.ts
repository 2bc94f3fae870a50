/** Members of rooms, in memory. */

import type { Person } from '../protocol/types.ts'
import type {
  MemberChange,
  MemberFilter,
  MemberRecord,
  MemberStore,
  Membership,
} from '../spi/records.ts'
import type { MemoryLog } from './memory-log.ts'
import { SortedMap, take } from './memory-records-sorted.ts'
import { COUNTED, LOOKED_AT } from './records-common.ts'

/** The field that a member must have for the filter. */
const FILTERS = {
  role: 'role',
  invited: 'invited',
  muted: 'mutedUntil',
  banned: 'bannedUntil',
} as const satisfies Record<MemberFilter, keyof MemberRecord>

/** Members of a deleted room that are forgotten in one turn. */
const STEP = 2000

/** Puts a change on top of what there is. */
function changed(known: MemberRecord | undefined, room: string, person: Person, by: MemberChange) {
  const pick = <K extends Exclude<keyof MemberChange, 'read'>>(key: K) => {
    const value = by[key] === undefined ? known?.[key] : by[key]
    return value === undefined || value === null ? undefined : { [key]: value }
  }
  const record: MemberRecord = {
    room,
    person: { id: person.id, name: person.name },
    ...pick('role'),
    ...pick('invited'),
    ...pick('mutedUntil'),
    ...pick('bannedUntil'),
    read: Math.max(known?.read ?? 0, by.read ?? 0),
  }
  return record
}

/** The members of all rooms. A deleted room's are to be taken out by `forgetRoom`. */
export class MemoryMembers implements MemberStore {
  private readonly rooms: ReadonlyMap<string, MemoryLog>
  private readonly byRoom = new Map<MemoryLog, SortedMap<MemberRecord>>()
  /** Names of rooms, by person. */
  private readonly byPerson = new Map<string, SortedMap<string>>()

  constructor(rooms: ReadonlyMap<string, MemoryLog>) {
    this.rooms = rooms
  }

  async get(room: string, personId: string): Promise<MemberRecord | null> {
    return this.members(room)?.get(personId) ?? null
  }

  async put(room: string, person: Person, change: MemberChange): Promise<MemberRecord | null> {
    const log = this.rooms.get(room)
    if (log === undefined) return null
    const members = this.byRoom.get(log) ?? new SortedMap()
    const record = changed(members.get(person.id), room, person, change)
    members.set(person.id, record)
    this.byRoom.set(log, members)
    const rooms = this.byPerson.get(person.id) ?? new SortedMap()
    rooms.set(room, room)
    this.byPerson.set(person.id, rooms)
    return record
  }

  async list(
    room: string,
    filter: MemberFilter | undefined,
    after: string,
    limit: number,
  ): Promise<readonly MemberRecord[]> {
    const members = this.members(room)
    if (members === undefined) return []
    const fits = (record: MemberRecord): boolean =>
      filter === undefined || record[FILTERS[filter]] !== undefined
    return take(members.after(after), limit, fits)
  }

  async of(personId: string, after: string, limit: number): Promise<readonly Membership[]> {
    const names = this.byPerson.get(personId)?.after(after) ?? []
    // Until it is cleaned up there may be names of rooms that were deleted.
    const theirs = take(names, limit, (name) => this.members(name)?.has(personId) === true)
    return theirs.map((name) => {
      const log = this.rooms.get(name) as MemoryLog
      const member = this.byRoom.get(log)?.get(personId) as MemberRecord
      const { epoch } = log.record
      return { member, epoch, head: log.head, ...countUnread(log, member) }
    })
  }

  /** Forgets the members of a room that was deleted. */
  forgetRoom(log: MemoryLog): void {
    const { room } = log.record
    const ids = [...(this.byRoom.get(log)?.keys() ?? [])]
    this.byRoom.delete(log)
    // There may be very many: some in each turn.
    const clean = (): void => {
      for (const personId of ids.splice(-STEP)) {
        // Meanwhile there may be a room of the same name, with the same member.
        if (this.members(room)?.has(personId) !== true) this.leave(personId, room)
      }
      if (ids.length > 0) setImmediate(clean)
    }
    clean()
  }

  /** Forgets a person, wherever they are a member. */
  forgetPerson(personId: string): void {
    for (const name of this.byPerson.get(personId)?.keys() ?? []) {
      this.members(name)?.delete(personId)
    }
    this.byPerson.delete(personId)
  }

  private members(room: string): SortedMap<MemberRecord> | undefined {
    const log = this.rooms.get(room)
    return log === undefined ? undefined : this.byRoom.get(log)
  }

  private leave(personId: string, room: string): void {
    const rooms = this.byPerson.get(personId)
    rooms?.delete(room)
    if (rooms?.size === 0) this.byPerson.delete(personId)
  }
}

function countUnread(log: MemoryLog, { person, read }: MemberRecord) {
  let unread = 0
  let mentions = 0
  const from = Math.max(log.first, read + 1, log.head - LOOKED_AT + 1)
  for (let seq = from; seq <= log.head; seq++) {
    const entry = log.at(seq)
    if (entry === undefined || entry.kind !== 'message' || entry.deleted === true) continue
    if (entry.from.id === person.id) continue
    unread += 1
    if (entry.details?.mentions?.includes(person.id) === true) mentions += 1
  }
  return { unread: Math.min(unread, COUNTED), mentions: Math.min(mentions, COUNTED) }
}
