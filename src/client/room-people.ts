/** Who is in a room, and who is typing there. */

import type { Person, Results } from '../protocol/types.ts'
import type { ClientClock, Presence } from './types.ts'

/** Whoever is typing says so again before this, in ms; else they have stopped. */
const TYPING_MS = 6000
/** One says it at most this often, in ms. */
const SAID_MS = 3000
/** Members of larger rooms than this aren't all asked for. */
const MOST = 1000

/** What {@link RoomPeople} needs. */
export interface PeopleOwner {
  readonly clock: ClientClock
  me(): string | undefined
  presence(presence: Presence): void
  typing(person: Person, on: boolean): void
  /** Tells the others, if one is in the room at the moment. */
  sayTyping(on: boolean): void
  /** Asks for a page of members; nothing comes when the connection is lost. */
  page(after: string | undefined, ok: (page: Results['members']) => void): void
}

/** The people of one room. */
export class RoomPeople {
  readonly members = new Map<string, Person>()
  count = 0
  readonly #owner: PeopleOwner
  readonly #typing = new Map<string, { readonly person: Person; cancel(): void }>()
  #said: { cancel(): void } | undefined
  #isTyping = false

  constructor(owner: PeopleOwner) {
    this.#owner = owner
  }

  /** Who is there at the moment of joining: all, or the first ones. */
  joined(count: number, members: readonly Person[]): void {
    this.count = count
    this.members.clear()
    this.#add(members)
    if (members.length < count && count <= MOST) this.#more(undefined)
  }

  /** The connection is lost. */
  lost(): void {
    for (const { person } of [...this.#typing.values()]) this.stopped(person)
    this.#said?.cancel()
    this.#said = undefined
    this.#isTyping = false
  }

  /** Somebody came, went, … */
  signal(push: Presence): void {
    if (push.ev === 'renamed') {
      if (this.members.has(push.person.id)) this.members.set(push.person.id, push.person)
    } else {
      this.count = push.count
      if (push.ev === 'joined') this.members.set(push.person.id, push.person)
      if (push.ev === 'left') {
        this.stopped(push.person)
        this.members.delete(push.person.id)
      }
    }
    this.#owner.presence(push)
  }

  /** Somebody is typing, or not any more. */
  typing(person: Person, on: boolean): void {
    if (person.id === this.#owner.me()) return
    const known = this.#typing.get(person.id)
    if (!on) return this.stopped(person)
    known?.cancel()
    const timer = this.#owner.clock.after(TYPING_MS, () => this.stopped(person))
    this.#typing.set(person.id, { person, cancel: () => timer.cancel() })
    if (known === undefined) this.#owner.typing(person, true)
  }

  /** They said something, went, or were silent for a while. */
  stopped(person: Person): void {
    const known = this.#typing.get(person.id)
    if (known === undefined) return
    known.cancel()
    this.#typing.delete(person.id)
    this.#owner.typing(person, false)
  }

  /** One is typing oneself: told when it begins, from time to time, and when it ends. */
  type(on: boolean): void {
    if (!on) {
      if (this.#isTyping) this.#owner.sayTyping(false)
      return this.said()
    }
    this.#isTyping = true
    if (this.#said !== undefined) return
    this.#owner.sayTyping(true)
    this.#said = this.#owner.clock.after(SAID_MS, () => {
      this.#said = undefined
    })
  }

  /** One said something: nobody need be told that one stopped. */
  said(): void {
    this.#isTyping = false
    this.#said?.cancel()
    this.#said = undefined
  }

  #add(members: readonly Person[]): void {
    for (const person of members) this.members.set(person.id, person)
  }

  #more(after: string | undefined): void {
    this.#owner.page(after, ({ members, more, next }) => {
      this.#add(members)
      if (more && next !== undefined && this.members.size <= MOST) this.#more(next)
    })
  }
}
