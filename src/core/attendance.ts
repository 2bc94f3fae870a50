/** Who is in a room, by connections of this node, of others, or both. */

import type { Person } from '../protocol/types.ts'

interface Presence {
  person: Person
  /** Their connections here. */
  sessions: number
  elsewhere: boolean
  /** Of their coming; increases, so the map is in order of it. */
  readonly number: number
}

/** The people in one room. */
export class Attendance {
  private readonly people = new Map<string, Presence>()
  private arrivals = 0

  get count(): number {
    return this.people.size
  }

  get(personId: string): Person | undefined {
    return this.people.get(personId)?.person
  }

  /** People in the order they came, after the one whose coming had the number `after`. */
  list(after: number, limit: number): { members: Person[]; next: number | undefined } {
    const members: Person[] = []
    let last = 0
    for (const { person, number } of this.people.values()) {
      if (number <= after) continue
      if (members.length === limit) return { members, next: last }
      members.push(person)
      last = number
    }
    return { members, next: undefined }
  }

  /** A person comes by one more connection. True: it is their first on this node. */
  add(person: Person): boolean {
    const known = this.people.get(person.id)
    if (known !== undefined) {
      known.sessions += 1
      return known.sessions === 1
    }
    this.people.set(person.id, { person, sessions: 1, elsewhere: false, number: ++this.arrivals })
    return true
  }

  /** One of a person's connections goes. True: it was their last on this node. */
  remove(personId: string): boolean {
    const known = this.people.get(personId)
    if (known === undefined) return false
    known.sessions -= 1
    if (known.sessions > 0) return false
    if (!known.elsewhere) this.people.delete(personId)
    return true
  }

  /** A person is in the room on another node. True: they weren't in it anywhere we know of. */
  arrive(person: Person): boolean {
    const known = this.people.get(person.id)
    if (known !== undefined) {
      known.elsewhere = true
      return false
    }
    this.people.set(person.id, { person, sessions: 0, elsewhere: true, number: ++this.arrivals })
    return true
  }

  /** A person is on no other node any more. True: they aren't here either. */
  depart(personId: string): boolean {
    const known = this.people.get(personId)
    if (known === undefined) return false
    known.elsewhere = false
    return known.sessions === 0 && this.people.delete(personId)
  }

  rename(person: Person): void {
    const known = this.people.get(person.id)
    if (known !== undefined) known.person = person
  }
}
