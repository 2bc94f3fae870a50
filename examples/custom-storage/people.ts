/** What is kept of one person: to be shown to them, or to be erased. */

import type { Entry, Person, Records } from 'tertulia'
import type { JsonFile } from './json-file.ts'
import { erase, shown } from './log.ts'
import { pageBy, type Room, type State } from './state.ts'

/** Where an export goes on: after this entry of this room. */
type Place = readonly [room: string, seq: number]

export function jsonPeople(file: JsonFile<State>): Records['people'] {
  return {
    export: (id, next, limit) =>
      file.read(({ rooms }) => {
        const [room, after] = next === undefined ? ['', 0] : (JSON.parse(next) as Place)
        const later = (entry: Entry): boolean => entry.room !== room || entry.seq > after
        const nameOf = ({ record }: Room): string => record.room
        const here = rooms.filter((one) => nameOf(one) === room)
        const all = [...here, ...pageBy(rooms, nameOf, room, Infinity)]
          .flatMap((one) => shown(one))
          .filter((entry) => entry.from.id === id && later(entry))
        const entries = all.slice(0, limit)
        const last = entries.at(-1)
        if (last === undefined || entries.length === all.length) return { entries }
        return { entries, next: JSON.stringify([last.room, last.seq] satisfies Place) }
      }),
    erase: (id) =>
      file.change((state) => {
        // A person without a name, wherever they stand.
        const nameless = <P extends Person>(person: P): P =>
          person.id === id ? { ...person, name: '' } : person
        state.accounts = state.accounts.filter((account) => account.id !== id)
        state.tokens = state.tokens.filter(({ accountId }) => accountId !== id)
        state.audit = state.audit.map((act) => ({
          ...act,
          by: nameless(act.by),
          ...(act.to === undefined ? undefined : { to: nameless(act.to) }),
        }))
        const without = (record: State['strays'][number]) => {
          if (record.owner.id !== id) return record
          const { seq: _, ...rest } = record
          return { ...rest, owner: nameless(record.owner) }
        }
        state.strays = state.strays.map(without)
        let erased = 0
        for (const room of state.rooms) {
          const { only } = room.record
          if (only !== undefined) room.record = { ...room.record, only: only.map(nameless) }
          room.members = room.members.filter(({ person }) => person.id !== id)
          room.files = room.files.map(without)
          erased += eraseIn(room, id, nameless)
        }
        return erased
      }),
  }
}

function eraseIn(room: Room, id: string, nameless: (person: Person) => Person): number {
  room.entries = room.entries.map((entry) => ({
    ...entry,
    from: nameless(entry.from),
    ...(entry.to === undefined ? undefined : { to: nameless(entry.to) }),
  }))
  // That something was deleted is nothing they said.
  const said = room.entries.filter(
    ({ from, kind, deleted }) => from.id === id && kind !== 'delete' && deleted !== true,
  )
  for (const { seq } of said) erase(room, seq)
  return said.length
}
