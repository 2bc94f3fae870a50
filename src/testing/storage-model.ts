/** A storage as the contract describes it, in the plainest way: what others are compared with. */

import { isChange, REACTION_IDS } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Appended, NewEntry, Page, Range, RoomRecord, StoredSettings } from '../spi/storage.ts'
import { stored } from './storage-subject.ts'

interface ModelRoom {
  record: Omit<RoomRecord, 'head'>
  /** As it was appended. */
  readonly log: Entry[]
}

const canBeChanged = (entry: Entry | undefined): boolean =>
  (entry?.kind === 'message' || entry?.kind === 'notice') && entry.deleted !== true

/** What a log has become by the changes in it: all of them, each time. */
function shown(log: readonly Entry[]): readonly Entry[] {
  return log.map((entry) => {
    const { seq, kind, ref } = entry
    const isErased = log.some(
      (by) =>
        by.kind === 'delete' &&
        (by.ref === seq || (by.ref === ref && isChange(kind) && kind !== 'delete')),
    )
    if (isErased) {
      const { details: _, ...rest } = entry
      return { ...rest, text: '', deleted: true as const }
    }
    const changes = log.filter((by) => isChange(by.kind) && by.ref === seq)
    const edit = changes.findLast((by) => by.kind === 'edit')
    const held: { text: string; by: string[] }[] = []
    for (const { kind: done, text, from } of changes) {
      const known = held.find((one) => one.text === text)
      if (done === 'react') {
        if (known === undefined) held.push({ text, by: [from.id] })
        else if (!known.by.includes(from.id)) known.by.push(from.id)
      }
      if (done === 'unreact' && known !== undefined) {
        known.by = known.by.filter((id) => id !== from.id)
        if (known.by.length === 0) held.splice(held.indexOf(known), 1)
      }
    }
    const reactions = held.map(({ text, by }) => ({
      text,
      count: by.length,
      by: by.slice(0, REACTION_IDS),
    }))
    return {
      ...entry,
      ...(edit === undefined ? {} : { text: edit.text, edited: edit.seq }),
      ...(reactions.length === 0 ? {} : { reactions }),
    }
  })
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
    const now = shown(room.log)
    if (known !== undefined) {
      const gone = now[known.seq - 1]?.deleted === true
      const same = known.kind === draft.kind && known.ref === draft.ref
      if (!same || !(gone || known.text === draft.text)) return { error: 'conflict' }
      return { seq: known.seq, ts: known.ts, duplicate: true }
    }
    if (isChange(draft.kind) && !canBeChanged(now.find(({ seq }) => seq === draft.ref))) {
      return { error: 'entry_not_found' }
    }
    const seq = room.log.length + 1
    const ts = Math.max(draft.ts, room.log.at(-1)?.ts ?? draft.ts)
    room.log.push(stored(draft, seq, ts))
    return { seq, ts, duplicate: false }
  }

  read(name: string, range: Range): Page | null {
    const room = this.rooms.get(name)
    if (room === undefined) return null
    const { before, at, limit } = range
    const log = shown(room.log)
    const entries =
      before !== undefined
        ? log.filter(({ seq }) => seq < before).slice(-limit)
        : at !== undefined
          ? log.filter(({ ts }) => ts >= at).slice(0, limit)
          : log.filter(({ seq }) => seq > (range.after ?? 0)).slice(0, limit)
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
      .filter((name) => {
        const { only, settings } = this.get(name) as RoomRecord
        return name > after && only === undefined && settings?.private !== true
      })
      .slice(0, limit)
      .map((name) => this.get(name) as RoomRecord)
  }

  delete(name: string): boolean {
    return this.rooms.delete(name)
  }

  update(
    name: string,
    change: { permanent?: boolean; settings?: StoredSettings },
  ): RoomRecord | null {
    const room = this.rooms.get(name)
    if (room === undefined) return null
    room.record = { ...room.record, ...change }
    return this.get(name)
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
