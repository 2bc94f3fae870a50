/** Files, in memory: whose they are and where, and how much space they take. */

import { ChatError } from '../errors.ts'
import type { FileRecord, FileRecords } from '../spi/records.ts'
import type { MemoryLog } from './memory-log.ts'
import { take } from './memory-records-sorted.ts'

interface Noted {
  file: FileRecord
  /** The room of that name when the file came. */
  readonly log: MemoryLog | undefined
}

/**
 * The files. Of one whose room was deleted only its bytes count, until `delete`: `get` and `list`
 * don't give it, not even to a later room of the same name.
 */
export class MemoryFiles implements FileRecords {
  private readonly rooms: ReadonlyMap<string, MemoryLog>
  private readonly noted = new Map<string, Noted>()
  private readonly byRoom = new WeakMap<MemoryLog, Set<Noted>>()
  private readonly bytesOf = new Map<string, number>()
  private bytes = 0

  constructor(rooms: ReadonlyMap<string, MemoryLog>) {
    this.rooms = rooms
  }

  async add(file: FileRecord, most: { readonly all: number; readonly owner: number }) {
    const { id, name, type, size, room, owner, createdAt, seq } = file
    if (this.noted.has(id)) throw new ChatError('unavailable')
    if (this.bytes + size > most.all) return false
    if ((this.bytesOf.get(owner.id) ?? 0) + size > most.owner) return false
    const log = this.rooms.get(room)
    const kept = {
      ...{ id, name, type, size, room, createdAt },
      owner: { id: owner.id, name: owner.name },
      ...(seq === undefined ? undefined : { seq }),
    }
    const noted = { file: kept, log }
    this.noted.set(id, noted)
    if (log !== undefined) this.byRoom.set(log, (this.byRoom.get(log) ?? new Set()).add(noted))
    this.count(owner.id, size)
    return true
  }

  async get(id: string): Promise<FileRecord | null> {
    return this.present(id)?.file ?? null
  }

  async attach(id: string, seq: number): Promise<boolean> {
    const noted = this.present(id)
    if (noted === undefined || noted.file.seq !== undefined) return false
    noted.file = { ...noted.file, seq }
    return true
  }

  async delete(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const noted = this.noted.get(id)
      if (noted === undefined) continue
      this.noted.delete(id)
      if (noted.log !== undefined) this.byRoom.get(noted.log)?.delete(noted)
      this.count(noted.file.owner.id, -noted.file.size)
    }
  }

  async list(room: string, before: number, limit: number): Promise<readonly FileRecord[]> {
    const log = this.rooms.get(room)
    const noted = log === undefined ? undefined : this.byRoom.get(log)
    const files = [...(noted ?? [])].map(({ file }) => file)
    files.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    return take(files, limit, ({ createdAt }) => createdAt < before)
  }

  async orphans(before: number, limit: number): Promise<readonly string[]> {
    const orphans = take(this.noted.values(), limit, (noted) => this.isOrphan(noted, before))
    return orphans.map(({ file }) => file.id)
  }

  /** Takes the messages from the files of a person, and their name. */
  forgetOwner(personId: string): void {
    for (const noted of this.noted.values()) {
      if (noted.file.owner.id !== personId) continue
      const { seq: _, ...file } = noted.file
      noted.file = { ...file, owner: { id: personId, name: '' } }
    }
  }

  private isOrphan({ file, log }: Noted, before: number): boolean {
    if (log === undefined || this.rooms.get(file.room) !== log) return true
    if (file.seq === undefined) return file.createdAt < before
    const entry = log.at(file.seq)
    return entry === undefined || entry.deleted === true
  }

  private present(id: string): Noted | undefined {
    const noted = this.noted.get(id)
    const there = noted?.log !== undefined && this.rooms.get(noted.file.room) === noted.log
    return there ? noted : undefined
  }

  private count(owner: string, size: number): void {
    this.bytes += size
    const bytes = (this.bytesOf.get(owner) ?? 0) + size
    if (bytes > 0) this.bytesOf.set(owner, bytes)
    else this.bytesOf.delete(owner)
  }
}
