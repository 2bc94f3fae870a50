/** Who is here: the persons connected to this node, by id and by name. */

import { ChatError } from '../errors.ts'
import { nameKey } from '../protocol/names.ts'
import type { Person } from '../protocol/types.ts'

/** A person who is connected, by one or several connections. */
export interface Connected<S> {
  /** Replaced, never changed, when the name does. */
  person: Person
  key: string
  readonly sessions: Set<S>
}

/** The persons of this node. Names are unique among those who are here. */
export class Directory<S> {
  private readonly byId = new Map<string, Connected<S>>()
  private readonly byKey = new Map<string, Connected<S>>()

  get size(): number {
    return this.byId.size
  }

  get(id: string): Connected<S> | undefined {
    return this.byId.get(id)
  }

  /** The person of this name, however it is written. */
  named(name: string): Connected<S> | undefined {
    return this.byKey.get(nameKey(name))
  }

  /** Is the name free for this person? */
  free(name: string, id: string): boolean {
    const holder = this.byKey.get(nameKey(name))
    return holder === undefined || holder.person.id === id
  }

  /** Adds a connection of a person; who is here already keeps the name. Throws `name_taken`. */
  enter(session: S, person: Person): Connected<S> {
    const known = this.byId.get(person.id)
    if (known !== undefined) {
      known.sessions.add(session)
      return known
    }
    const key = nameKey(person.name)
    if (this.byKey.has(key)) throw new ChatError('name_taken')
    const presence: Connected<S> = { person, key, sessions: new Set([session]) }
    this.byId.set(person.id, presence)
    this.byKey.set(key, presence)
    return presence
  }

  /** Gives a person another name. Throws `name_taken`. */
  rename(presence: Connected<S>, name: string): void {
    const key = nameKey(name)
    const holder = this.byKey.get(key)
    if (holder !== undefined && holder !== presence) throw new ChatError('name_taken')
    this.byKey.delete(presence.key)
    this.byKey.set(key, presence)
    presence.key = key
    presence.person = { id: presence.person.id, name }
  }

  /** Removes a connection. True: it was the person's last here; the name is free again. */
  leave(session: S, presence: Connected<S>): boolean {
    presence.sessions.delete(session)
    if (presence.sessions.size > 0) return false
    this.byId.delete(presence.person.id)
    this.byKey.delete(presence.key)
    return true
  }
}
