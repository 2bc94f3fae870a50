/** Who is here: the persons connected to this node, by id and by name. */

import { ChatError } from '../errors.ts'
import { nameKey } from '../protocol/names.ts'
import type { Person } from '../protocol/types.ts'
import { ByName } from './by-name.ts'

/** A person who is connected, by one or several connections. */
export interface Connected<S> {
  /** Replaced, never changed, when the name does. */
  person: Person
  key: string
  /** Has shown who they are; the name is theirs. */
  verified: boolean
  readonly sessions: Set<S>
}

/** The persons of this node. Those who are not verified have names of their own among all. */
export class Directory<S> {
  private readonly byId = new Map<string, Connected<S>>()
  private readonly byKey = new ByName<Connected<S>>()

  get size(): number {
    return this.byId.size
  }

  /** Everybody who is here. */
  people(): Iterable<Connected<S>> {
    return this.byId.values()
  }

  get(id: string): Connected<S> | undefined {
    return this.byId.get(id)
  }

  /** The person of this name, however it is written; of several, who has been here the longest. */
  named(name: string): Connected<S> | undefined {
    return this.byKey.first(nameKey(name))
  }

  /** Everybody of this name. */
  allNamed(name: string): readonly Connected<S>[] {
    return [...this.byKey.all(nameKey(name))]
  }

  /** Has nobody but this person the name? */
  free(name: string, id: string): boolean {
    return this.byKey.all(nameKey(name)).every(({ person }) => person.id === id)
  }

  /**
   * Adds a connection of a person; who is here already keeps the name. Throws `name_taken` for one
   * who isn't verified.
   */
  enter(session: S, person: Person, verified = false): Connected<S> {
    const known = this.byId.get(person.id)
    if (known !== undefined) {
      known.sessions.add(session)
      known.verified ||= verified
      return known
    }
    const key = nameKey(person.name)
    if (!verified && this.byKey.first(key) !== undefined) throw new ChatError('name_taken')
    const presence: Connected<S> = { person, key, verified, sessions: new Set([session]) }
    this.byId.set(person.id, presence)
    this.byKey.add(key, presence)
    return presence
  }

  /** Gives a person another name. Throws `name_taken` for one who isn't verified. */
  rename(presence: Connected<S>, name: string): void {
    if (!presence.verified && !this.free(name, presence.person.id)) {
      throw new ChatError('name_taken')
    }
    const key = nameKey(name)
    this.byKey.delete(presence.key, presence)
    this.byKey.add(key, presence)
    presence.key = key
    presence.person = { id: presence.person.id, name }
  }

  /** Removes a connection. True: it was the person's last here; the name is free again. */
  leave(session: S, presence: Connected<S>): boolean {
    presence.sessions.delete(session)
    if (presence.sessions.size > 0) return false
    this.byId.delete(presence.person.id)
    this.byKey.delete(presence.key, presence)
    return true
  }
}
