/** What the page knows: the rooms one is in, which of them is shown, what is unread. */

import type { ChatClient, ChatRoom, JoinOptions, StateChange } from '../../client/types.ts'
import { type ChatError, isChatError } from '../../errors.ts'
import type { Entry, Person } from '../../protocol/types.ts'
import { createScope } from '../ui/scope.ts'
import { Bus } from './bus.ts'
import { Listing } from './listing.ts'
import { keepPassword, mineOf, noteEntered, noteLeft, passwordOf } from './mine.ts'
import { Roles } from './roles.ts'
import { isPrivate, RoomState } from './room-state.ts'
import { askUnread } from './unread.ts'

/** What is shown. */
export type Place =
  | { readonly type: 'room'; readonly name: string }
  /** A private conversation in which nothing was said yet. */
  | { readonly type: 'person'; readonly person: Person }
  /** A room one isn't in any more, or couldn't enter. */
  | { readonly type: 'gone'; readonly name: string; readonly why: Gone; readonly reason?: string }
  | { readonly type: 'none' }

/** Why one isn't in a room. */
export type Gone = 'kick' | 'ban' | 'closed' | 'refused'

/** Rooms that are entered at the same time when the page begins. */
const AT_ONCE = 4
/** Entries to begin with, of rooms that aren't shown yet, and of one that is. */
const RECENT = 50

/** Everything a chat page knows of one person's chat. */
export class ChatModel {
  readonly client: ChatClient
  readonly bus = new Bus()
  readonly rooms = new Map<string, RoomState>()
  /** Rooms of one's own that can't be entered just now, and why. */
  readonly shut = new Map<string, ChatError>()
  readonly listing: Listing
  readonly roles: Roles
  place: Place = { type: 'none' }
  status: StateChange
  /** Everything that could be entered at the beginning was. */
  started = false
  /** One may do everything. */
  admin = false
  /** The room whose newest messages somebody looks at just now. */
  reading: RoomState | undefined
  readonly #scope = createScope()
  readonly #entering = new WeakSet<ChatRoom>()

  constructor(client: ChatClient) {
    this.client = client
    this.status = { state: client.state }
    this.listing = new Listing(client, this.bus)
    this.roles = new Roles(client, this.bus)
    const scope = this.#scope
    scope.add(
      client.on('state', (change) => {
        this.status = change
        this.bus.tell('status')
        if (change.state === 'online' && this.started) void this.countUnread()
      }),
    )
    scope.add(client.on('person', () => this.bus.tell('me')))
    scope.add(client.on('rooms', () => this.#adoptAll()))
    scope.add(client.on('opened', () => this.#adoptAll()))
    scope.add(client.on('entry', ({ room, entry }) => this.#heard(room.name, entry)))
  }

  /** One's own id; empty until it is known. */
  get myId(): string {
    return this.client.person?.id ?? ''
  }

  /** The room that is shown. */
  get current(): RoomState | undefined {
    return this.place.type === 'room' ? this.rooms.get(this.place.name) : undefined
  }

  /** Messages that are unread, in all rooms. */
  get unread(): number {
    return [...this.rooms.values()].reduce((sum, { unread }) => sum + unread, 0)
  }

  /** Enters the rooms one was in the last time, `first` before the others. */
  async start(first: string | undefined): Promise<void> {
    await this.client.ready
    const mine = mineOf(this.myId)
    const unread = await askUnread(this.client)
    const known = [...unread.keys()].filter((room) => !mine.left.includes(room))
    const names = new Set([...mine.rooms, ...known])
    if (first !== undefined) names.delete(first)
    const waiting = [...names]
    const enterNext = async (): Promise<void> => {
      for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
        await this.#comeBack(room)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, enterNext))
    this.started = true
    await this.countUnread(unread)
  }

  async #comeBack(room: string): Promise<void> {
    try {
      await this.enter(room, { create: false })
    } catch (error) {
      if (!isChatError(error)) throw error
      const refused = error as ChatError
      if (['room_not_found', 'room_invalid', 'room_closed'].includes(refused.code)) {
        noteLeft(this.myId, room)
      } else if (!isPrivate(room)) {
        this.shut.set(room, refused)
        this.bus.tell('rooms')
      }
    }
  }

  /** Enters a room, or is in it already. Rejects like `client.join`. */
  async enter(name: string, options: JoinOptions = {}): Promise<RoomState> {
    const password = options.password ?? passwordOf(name)
    const room = await this.client.join(name, {
      recent: RECENT,
      ...options,
      ...(password !== undefined && { password }),
    })
    if (options.password !== undefined) keepPassword(room.name, options.password)
    return this.#adopt(room.name) as RoomState
  }

  /** Leaves a room, for good. */
  async leave(name: string): Promise<void> {
    this.shut.delete(name)
    noteLeft(this.myId, name)
    await this.rooms.get(name)?.room.leave()
    this.bus.tell('rooms')
  }

  #adoptAll(): void {
    for (const name of this.client.rooms.keys()) this.#adopt(name)
    this.bus.tell('rooms')
  }

  #adopt(name: string): RoomState | undefined {
    const room = this.client.rooms.get(name)
    const known = this.rooms.get(name)
    if (known !== undefined && known.room === room) return known
    if (room === undefined) return undefined
    if (room.position === undefined) {
      // It is being entered: what was said in it comes with the answer.
      this.#adoptLater(room)
      return undefined
    }
    known?.end()
    const state = new RoomState(room, this.bus, () => this.myId)
    this.rooms.set(name, state)
    this.shut.delete(name)
    noteEntered(this.myId, name)
    room.on('left', ({ why, reason }) => {
      if (this.rooms.get(name) === state) this.#gone(state, why, reason)
    })
    room.on('read', () => {
      if (room.read >= state.head) this.read(state)
    })
    this.bus.tell('rooms')
    return state
  }

  #adoptLater(room: ChatRoom): void {
    if (this.#entering.has(room)) return
    this.#entering.add(room)
    const stop = room.on('state', () => {
      if (room.position === undefined) return
      stop()
      this.#adopt(room.name)
    })
  }

  #gone(state: RoomState, why: Gone | 'leave', reason: string | undefined): void {
    const { name } = state
    state.end()
    this.rooms.delete(name)
    this.roles.forget(name)
    if (why === 'ban' || why === 'closed' || why === 'kick') noteLeft(this.myId, name)
    if (this.place.type === 'room' && this.place.name === name) {
      this.show(
        why === 'leave'
          ? { type: 'none' }
          : { type: 'gone', name, why, ...(reason !== undefined && { reason }) },
      )
    }
    this.bus.tell('rooms')
    void this.listing.refresh()
  }

  #heard(name: string, entry: Entry): void {
    const state = this.#adopt(name)
    if (state === undefined) return
    state.typing.delete(entry.from.id)
    if (entry.kind === 'role' || entry.kind === 'unmute') this.roles.stale(name)
    if (entry.from.id === this.myId) return
    if (entry.kind !== 'message' && entry.kind !== 'notice') return
    if (entry.seq <= state.room.read || this.reading === state) return
    state.unread += 1
    if (this.concerns(entry)) state.mentions += 1
    this.bus.tell('rooms')
    this.heard?.(state, entry)
  }

  /** Called with each message of others that comes and isn't read yet. */
  heard: ((state: RoomState, entry: Entry) => void) | undefined

  /** An entry speaks to one: by name, or in private. */
  concerns(entry: Entry): boolean {
    return isPrivate(entry.room) || entry.details?.mentions?.includes(this.myId) === true
  }

  /** Everything there is in a room was read. */
  read(state: RoomState): void {
    if (state.unread === 0 && state.mentions === 0) return
    state.unread = 0
    state.mentions = 0
    this.bus.tell('rooms')
  }

  /** Notes with the server that everything in a room was read, if it wasn't. */
  markRead(state: RoomState): void {
    this.read(state)
    if (state.head > state.room.read) state.room.markRead().catch(() => {})
  }

  /** Asks the server how much is unread. */
  async countUnread(counts?: Awaited<ReturnType<typeof askUnread>>): Promise<void> {
    const all = counts ?? (await askUnread(this.client))
    for (const [name, { unread, mentions, read }] of all) {
      const state = this.rooms.get(name)
      if (state === undefined || read < state.room.read) continue
      state.unread = unread
      state.mentions = state.isPrivate ? unread : mentions
    }
    this.bus.tell('rooms')
  }

  /** Shows something else. */
  show(place: Place): void {
    if (place.type === 'room' && this.place.type === 'room' && place.name === this.place.name)
      return
    const before = this.current
    before?.noteSeen()
    this.place = place
    const now = this.current
    now?.noteSeen()
    this.bus.tell('place')
    this.bus.tell('rooms')
  }

  /** The private conversation with a person, if there is one already. */
  conversation(personId: string): RoomState | undefined {
    return [...this.rooms.values()].find((state) => state.with?.id === personId)
  }

  /** Ends the model, not the client. */
  end(): void {
    this.#scope.end()
    this.listing.end()
    for (const state of this.rooms.values()) state.end()
  }
}
