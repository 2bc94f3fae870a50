/** What the page knows of a room one is in, besides what the client knows. */

import type { ChatRoom, Timeline } from '../../client/types.ts'
import { timeline } from '../../client.ts'
import type { Entry, Person } from '../../protocol/types.ts'
import { createScope } from '../ui/scope.ts'
import type { Bus } from './bus.ts'
import { draftOf } from './mine.ts'
import { add, type Passing, withPresence } from './passing.ts'

/** What one was about to say. */
export interface Draft {
  text: string
  files: readonly File[]
  answers?: Entry | undefined
  /** The message whose text is being changed. */
  edits?: Entry | undefined
}

/** Items of the timeline kept at most. */
const MOST_ITEMS = 3000

/** Names of private conversations begin so. */
export const isPrivate = (room: string): boolean => room.startsWith('@')

/** A room one is in. */
export class RoomState {
  readonly room: ChatRoom
  readonly timeline: Timeline
  readonly draft: Draft
  /** Messages of others that one hasn't read. */
  unread = 0
  /** Those of them that mention one. */
  mentions = 0
  /**
   * One had read up to here when one looked the last time: the line for new messages comes behind it. Of
   * a room one never was in, nothing is new.
   */
  seen: number
  passing: readonly Passing[] = []
  /** Who is typing, by id. */
  readonly typing = new Map<string, Person>()
  readonly #scope = createScope()
  readonly #me: () => string | undefined
  #other: Person | undefined

  constructor(room: ChatRoom, bus: Bus, me: () => string | undefined) {
    this.room = room
    this.#me = me
    this.draft = { text: draftOf(room.name), files: [] }
    this.seen = room.read > 0 ? room.read : this.head
    this.timeline = timeline(room, { limit: MOST_ITEMS })
    const scope = this.#scope
    scope.add(() => this.timeline.close())
    scope.add(this.timeline.on('change', () => bus.tell('items')))
    scope.add(
      room.on('presence', (event) => {
        this.passing = withPresence(this.passing, event, this.lastKey)
        bus.tell('people')
        bus.tell('items')
      }),
    )
    scope.add(
      room.on('reset', () => {
        this.passing = add([], { what: 'reset', after: undefined })
        this.seen = 0
        bus.tell('items')
      }),
    )
    scope.add(
      room.on('typing', ({ person, on }) => {
        if (on) this.typing.set(person.id, person)
        else this.typing.delete(person.id)
        bus.tell('typing')
      }),
    )
    scope.add(
      room.on('act', () => {
        bus.tell('people')
        bus.tell('rooms')
      }),
    )
    scope.add(room.on('state', () => bus.tell('rooms')))
  }

  get name(): string {
    return this.room.name
  }

  get isPrivate(): boolean {
    return isPrivate(this.name)
  }

  /** The other one of a private conversation. */
  get with(): Person | undefined {
    if (!this.isPrivate) return undefined
    if (this.room.with !== undefined) return this.room.with
    if (this.#other !== undefined) return this.#other
    const me = this.#me()
    const said = this.timeline.items.flatMap((item) => (item.type === 'entry' ? [item.entry] : []))
    const people = [...this.room.members.values(), ...said.flatMap(({ from, to }) => [from, to])]
    this.#other = people.find((person) => person !== undefined && person.id !== me)
    return this.#other
  }

  /** The key of the last item that is in its place for good. */
  get lastKey(): string | undefined {
    return this.timeline.items.findLast((item) => item.type === 'entry')?.key
  }

  /** The seq of the newest entry. */
  get head(): number {
    return this.room.position?.seq ?? 0
  }

  /** What was read so far isn't new any more. */
  noteSeen(): void {
    this.seen = Math.max(this.seen, this.room.read)
  }

  /** Ends what belongs to it; the room itself is left alone. */
  end(): void {
    this.#scope.end()
  }
}
