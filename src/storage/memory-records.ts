/** What is kept about people, in memory. */

import type { Entry } from '../protocol/types.ts'
import type { PersonData, Records } from '../spi/records.ts'
import type { MemoryLog } from './memory-log.ts'
import { MemoryAccounts, MemoryAudit, MemoryTokens } from './memory-records-accounts.ts'
import { MemoryFiles } from './memory-records-files.ts'
import { MemoryMembers } from './memory-records-members.ts'
import { WALKED } from './records-common.ts'

/** What the records need of the storage they belong to. */
export interface MemoryRooms {
  /** The rooms that are there, by name. */
  readonly logs: ReadonlyMap<string, MemoryLog>
  /** Does something to a log, after which it may have other bytes. */
  change<T>(log: MemoryLog, work: () => T): T
}

/** The records of a storage in memory, and what it must tell them. */
export interface MemoryRecords extends Records {
  readonly members: MemoryMembers
}

/** Makes the records. The storage calls `members.forgetRoom` for each room it deletes. */
export function memoryRecords(rooms: MemoryRooms): MemoryRecords {
  const { logs } = rooms
  const tokens: MemoryTokens = new MemoryTokens((id) => accounts.has(id))
  const accounts = new MemoryAccounts(tokens)
  const members = new MemoryMembers(logs)
  const audit = new MemoryAudit()
  const files = new MemoryFiles(logs)
  const people: PersonData = {
    export: async (personId, next, limit) => exportFrom(logs, personId, next, limit),
    async erase(personId) {
      // First of all they are nobody any more, then what they said goes.
      await accounts.delete(personId)
      members.forgetPerson(personId)
      files.forgetOwner(personId)
      audit.forgetName(personId)
      let erased = 0
      let walked = 0
      for (const log of [...logs.values()]) {
        erased += rooms.change(log, () => eraseIn(log, personId))
        walked += log.kept
        if (walked < WALKED) continue
        walked = 0
        await new Promise((resolve) => setImmediate(resolve))
      }
      return erased
    },
  }
  return { members, accounts, tokens, audit, files, people }
}

/** Where an export goes on: after this entry of this room. */
type Place = readonly [room: string, seq: number]

function exportFrom(
  logs: ReadonlyMap<string, MemoryLog>,
  personId: string,
  next: string | undefined,
  limit: number,
): { readonly entries: readonly Entry[]; readonly next?: string } {
  const [fromRoom, fromSeq] = next === undefined ? ['', 0] : (JSON.parse(next) as Place)
  const entries: Entry[] = []
  let walked = 0
  for (const room of [...logs.keys()].filter((name) => name >= fromRoom).sort()) {
    const log = logs.get(room) as MemoryLog
    const start = room === fromRoom ? fromSeq + 1 : 1
    for (let seq = Math.max(log.first, start); seq <= log.head; seq++) {
      if (entries.length >= limit || walked >= WALKED) {
        return { entries, next: JSON.stringify([room, seq - 1] satisfies Place) }
      }
      walked += 1
      const entry = log.at(seq)
      if (entry?.from.id === personId) entries.push(entry)
    }
  }
  return { entries }
}

function eraseIn(log: MemoryLog, personId: string): number {
  const { only } = log.record
  if (only?.some(({ id }) => id === personId)) {
    const nameless = only.map((one) => (one.id === personId ? { id: one.id, name: '' } : one))
    log.record = { ...log.record, only: nameless }
  }
  log.forgetReactions(personId)
  const said: number[] = []
  for (let seq = log.first; seq <= log.head; seq++) {
    const entry = log.at(seq) as Entry
    const { from, to } = entry
    if (from.id !== personId && to?.id !== personId) continue
    log.replace(seq, {
      ...entry,
      from: from.id === personId ? { id: personId, name: '' } : from,
      ...(to?.id === personId ? { to: { id: personId, name: '' } } : undefined),
    })
    // That something was deleted is nothing they said.
    if (from.id === personId && entry.deleted !== true && entry.kind !== 'delete') said.push(seq)
  }
  // Counted before, since with an entry its edits go, too.
  for (const seq of said) log.erase(seq)
  return said.length
}
