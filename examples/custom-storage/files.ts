/** What is noted of files. Their bytes are a file store's business: `directoryFiles`, for example. */

import { ChatError, type FileRecord, type Records } from 'tertulia'
import type { JsonFile } from './json-file.ts'
import { type Room, roomOf, type State } from './state.ts'

const allFiles = ({ rooms, strays }: State): FileRecord[] => [
  ...strays,
  ...rooms.flatMap(({ files }) => files),
]

const bytesOf = (files: readonly FileRecord[]): number =>
  files.reduce((sum, { size }) => sum + size, 0)

export function jsonFiles(file: JsonFile<State>): Records['files'] {
  return {
    add: (record, most) =>
      file.change((state) => {
        const files = allFiles(state)
        if (files.some(({ id }) => id === record.id)) throw new ChatError('unavailable')
        const theirs = files.filter(({ owner }) => owner.id === record.owner.id)
        if (bytesOf(files) + record.size > most.all) return false
        if (bytesOf(theirs) + record.size > most.owner) return false
        const place = roomOf(state, record.room)?.files ?? state.strays
        place.push(record)
        return true
      }),
    get: (id) =>
      file.read(
        ({ rooms }) => rooms.flatMap(({ files }) => files).find((f) => f.id === id) ?? null,
      ),
    attach: (id, seq) =>
      file.change(({ rooms }) => {
        for (const { files } of rooms) {
          const place = files.findIndex((one) => one.id === id)
          const known = files[place]
          if (known === undefined) continue
          if (known.seq !== undefined) return false
          files[place] = { ...known, seq }
          return true
        }
        return false
      }),
    delete: (ids) =>
      file.change((state) => {
        const stays = ({ id }: FileRecord): boolean => !ids.includes(id)
        state.strays = state.strays.filter(stays)
        for (const room of state.rooms) room.files = room.files.filter(stays)
      }),
    list: (name, before, limit) =>
      file.read((state) => {
        const files = roomOf(state, name)?.files.filter(({ createdAt }) => createdAt < before)
        const order = (a: FileRecord, b: FileRecord): number =>
          b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
        return (files ?? []).sort(order).slice(0, Math.max(0, limit))
      }),
    orphans: (before, limit) =>
      file.read(({ rooms, strays }) => {
        const lost = rooms.flatMap((room) =>
          room.files.filter((one) => isOrphan(room, one, before)),
        )
        return [...strays, ...lost].slice(0, Math.max(0, limit)).map(({ id }) => id)
      }),
  }
}

function isOrphan(room: Room, { seq, createdAt }: FileRecord, before: number): boolean {
  if (seq === undefined) return createdAt < before
  const entry = room.entries[seq - room.first]
  return entry === undefined || entry.deleted === true
}
