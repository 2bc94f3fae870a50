/** A storage as the contract describes it, in the plainest way: what others are compared with. */

import type { Entry } from '../protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord } from '../spi/storage.ts'
import { stored } from './storage-subject.ts'

interface ModelRoom {
  record: Omit<RoomRecord, 'head'>
  readonly log: Entry[]
}

/** Keeps everything, for ever, without any thought of speed. */
export class StorageModel {
  private readonly rooms = new Map<string, ModelRoom>()
  private readonly settings = new Map<string, string>()

  append(batch: readonly NewEntry[]): readonly Appended[] {
    return batch.map((draft) => this.appendOne(draft))
  }

  private appendOne(draft: NewEntry): Appended {
    const room = this.rooms.get(draft.room)
    if (room === undefined || room.record.epoch !== draft.epoch) return { error: 'room_not_found' }
    const known =
      draft.cid === undefined
        ? undefined
        : room.log.find(({ from, cid }) => from.id === draft.from.id && cid === draft.cid)
    if (known !== undefined) {
      if (known.text !== draft.text || known.kind !== draft.kind) return { error: 'conflict' }
      return { seq: known.seq, ts: known.ts, duplicate: true }
    }
    const seq = room.log.length + 1
    room.log.push(stored(draft, seq))
    return { seq, ts: draft.ts, duplicate: false }
  }

  read(name: string, range: Range): Page | null {
    const room = this.rooms.get(name)
    if (room === undefined) return null
    const { before, limit } = range
    const entries =
      before === undefined
        ? room.log.filter(({ seq }) => seq > (range.after ?? 0)).slice(0, limit)
        : room.log.filter(({ seq }) => seq < before).slice(-limit)
    return { epoch: room.record.epoch, head: room.log.length, first: 1, entries }
  }

  heads(names: readonly string[]): ({ epoch: string; head: number } | null)[] {
    return names.map((name) => {
      const room = this.rooms.get(name)
      return room === undefined ? null : { epoch: room.record.epoch, head: room.log.length }
    })
  }

  create(
    record: Omit<RoomRecord, 'head'>,
    limit: number,
  ): { room: RoomRecord; created: boolean } | null {
    const known = this.get(record.room)
    if (known !== null) return { room: known, created: false }
    if (this.rooms.size >= limit) return null
    this.rooms.set(record.room, { record, log: [] })
    return { room: { ...record, head: 0 }, created: true }
  }

  get(name: string): RoomRecord | null {
    const room = this.rooms.get(name)
    return room === undefined ? null : { ...room.record, head: room.log.length }
  }

  list(after: string, limit: number): readonly RoomRecord[] {
    return [...this.rooms.keys()]
      .sort((a, b) => (a < b ? -1 : 1))
      .filter((name) => name > after && this.get(name)?.only === undefined)
      .slice(0, limit)
      .map((name) => this.get(name) as RoomRecord)
  }

  delete(name: string): boolean {
    return this.rooms.delete(name)
  }

  keep(names: readonly string[], until: number): void {
    for (const name of names) {
      const room = this.rooms.get(name)
      if (room === undefined) continue
      const keepUntil = Math.max(room.record.keepUntil, until)
      room.record = { ...room.record, keepUntil }
    }
  }

  /** Names in no particular order. */
  expire(now: number): readonly string[] {
    const gone = [...this.rooms.values()]
      .filter(({ record }) => !record.permanent && record.keepUntil < now)
      .map(({ record }) => record.room)
    for (const name of gone) this.rooms.delete(name)
    return gone
  }

  setting(key: string, value: string): string {
    const known = this.settings.get(key)
    if (known !== undefined) return known
    this.settings.set(key, value)
    return value
  }
}
