/** A storage that keeps everything in one JSON file. */

import type { RoomRecord, Storage } from 'tertulia'
import { JsonFile } from './json-file.ts'
import { append, page, trim } from './log.ts'
import { jsonRecords } from './records.ts'
import { EMPTY, headOf, pageBy, type Room, removeRooms, roomOf, type State } from './state.ts'

export interface JsonStorageOptions {
  /** The file; made when there is none, with its folder. */
  readonly file: string
  /** Entries kept per room; the oldest are given up first. Default 1,000. */
  readonly entriesPerRoom?: number
}

const recordOf = (room: Room): RoomRecord => ({ ...room.record, head: headOf(room) })
const nameOf = ({ record }: Room): string => record.room

/**
 * Keeps rooms, messages, accounts and all else in a JSON file, for one process. Every change writes
 * the whole file, so this is for what fits in some megabytes.
 */
export function jsonStorage({ file: path, entriesPerRoom = 1000 }: JsonStorageOptions): Storage {
  const file = new JsonFile<State>(path, EMPTY)

  const rooms: Storage['rooms'] = {
    create: (record, limit) =>
      file.change((state) => {
        const known = roomOf(state, record.room)
        if (known !== undefined) return { room: recordOf(known), created: false }
        if (state.rooms.length >= limit) return null
        const room = { record, first: 1, lastTs: 0, entries: [], members: [], files: [] }
        state.rooms.push(room)
        return { room: recordOf(room), created: true }
      }),
    get: (name) =>
      file.read((state) => {
        const room = roomOf(state, name)
        return room === undefined ? null : recordOf(room)
      }),
    list: (after, limit, all = false) =>
      file.read((state) => {
        const listed = state.rooms.filter(
          ({ record: { only, settings } }) => !only && (all || settings?.private !== true),
        )
        return pageBy(listed, nameOf, after, limit).map(recordOf)
      }),
    count: () => file.read((state) => state.rooms.filter(({ record }) => !record.only).length),
    delete: (name) =>
      file.change((state) => removeRooms(state, (room) => nameOf(room) === name).length > 0),
    update: (name, change) =>
      file.change((state) => {
        const room = roomOf(state, name)
        if (room === undefined) return null
        room.record = { ...room.record, ...change }
        trim(room, entriesPerRoom)
        return recordOf(room)
      }),
    keep: (names, until) =>
      file.change((state) => {
        for (const room of state.rooms) {
          if (!names.includes(nameOf(room)) || room.record.keepUntil >= until) continue
          room.record = { ...room.record, keepUntil: until }
        }
      }),
    expire: (now) =>
      file.change((state) =>
        removeRooms(state, ({ record }) => !record.permanent && record.keepUntil < now),
      ),
    renew: (prefix) =>
      file.change((state) => {
        for (const [i, room] of state.rooms.entries()) {
          room.record = { ...room.record, epoch: `${prefix}${i}` }
        }
        return state.rooms.length
      }),
  }

  return {
    name: 'json',
    supports: { durable: true, appends: 1, changes: true },
    rooms,
    records: jsonRecords(file),
    open: () => file.open(),
    close: () => file.close(),
    append: (batch) =>
      file.change((state) =>
        batch.map((draft) => {
          const room = roomOf(state, draft.room)
          if (room?.record.epoch !== draft.epoch) return { error: 'room_not_found' }
          const appended = append(room, draft)
          trim(room, entriesPerRoom)
          return appended
        }),
      ),
    read: (name, range) =>
      file.read((state) => {
        const room = roomOf(state, name)
        return room === undefined ? null : page(room, range)
      }),
    heads: (names) =>
      file.read((state) =>
        names.map((name) => {
          const room = roomOf(state, name)
          return room === undefined ? null : { epoch: room.record.epoch, head: headOf(room) }
        }),
      ),
    setting: (key, value, replace = false) =>
      file.change((state) => {
        const known = state.settings.find((setting) => setting.key === key)
        if (known === undefined) state.settings.push({ key, value })
        else if (replace) known.value = value
        else return known.value
        return value
      }),
  }
}
