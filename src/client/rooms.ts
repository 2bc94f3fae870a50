/** The rooms of a client: those one is in, and those one comes into. */

import { ChatError } from '../errors.ts'
import type { Emitter } from './emitter.ts'
import type { Saying } from './outgoing.ts'
import type { Requests } from './requests.ts'
import { Room } from './room.ts'
import type { RoomHost } from './room-host.ts'
import type { ChatRoom, ClientEvents, JoinOptions } from './types.ts'
import type { Signal } from './wire.ts'

/** All rooms of one client. */
export class Rooms {
  /** By name. */
  readonly all = new Map<string, Room>()
  /** Those that are being joined for the first time, by the name that was asked for. */
  readonly #joining = new Map<string, Room>()
  readonly #host: () => RoomHost
  readonly #events: Emitter<ClientEvents>
  readonly #requests: Requests

  constructor(host: () => RoomHost, events: Emitter<ClientEvents>, requests: Requests) {
    this.#host = host
    this.#events = events
    this.#requests = requests
  }

  async join(name: string, options: JoinOptions): Promise<ChatRoom> {
    if (this.#host().closed()) throw new ChatError('closed')
    const known = this.#find(name)
    const room = known ?? new Room(this.#host(), name, options)
    room.await(options)
    if (known === undefined) {
      this.#joining.set(name, room)
      room.isAwaited = true
      room.enter()
    }
    return this.#requests.within((resolve, reject) => {
      room.entered.promise.then(resolve, reject)
      return () => {
        const error = new ChatError('unavailable', 'no answer in time')
        if (this.#joining.get(name) === room) room.gone({ why: 'refused', error })
      }
    })
  }

  /** Rooms in which something waits to be said. */
  restore(sayings: readonly Saying[]): void {
    for (const { room: name } of sayings) {
      if (name === undefined || this.all.has(name)) continue
      const room = this.#joining.get(name) ?? new Room(this.#host(), name, {})
      // What waits to be said there must not go with a join that fails for the moment.
      room.isAwaited = false
      this.all.set(name, room)
      this.#joining.delete(name)
    }
  }

  /** All is known of a room that one is in for the first time. */
  begun(): void {
    if (!this.#host().closed()) this.#events.emit('rooms', this.all)
  }

  /** There is a connection: joins all. */
  enter(): void {
    for (const room of [...this.all.values(), ...this.#joining.values()]) room.enter()
  }

  /** The connection is lost. */
  lost(): void {
    for (const room of [...this.all.values()]) room.lost()
  }

  /** There won't be one any more. */
  close(error: ChatError): void {
    this.lost()
    for (const room of this.all.values()) room.entered.reject(error)
    for (const room of [...this.#joining.values()]) room.gone({ why: 'refused', error })
  }

  /** Whether one isn't in this room, nor comes into it. */
  isAbandoned(name: string): boolean {
    return this.#find(name) === undefined
  }

  /** The room of this name that one is in, or comes into. */
  #find(name: string): Room | undefined {
    const key = keyOf(name)
    return [...this.all.values(), ...this.#joining.values()].find((one) => keyOf(one.name) === key)
  }

  /** One is in a room for the first time. Gives the one of this name that there is already. */
  entered(room: Room): Room {
    this.#forget(room)
    const known = this.all.get(room.name)
    if (known !== undefined) return known
    this.all.set(room.name, room)
    return room
  }

  gone(room: Room): void {
    this.#forget(room)
    if (this.all.get(room.name) !== room) return
    this.all.delete(room.name)
    this.#host().outgoing.pump()
    this.#events.emit('rooms', this.all)
  }

  /** A private conversation began, or goes on. */
  opened({ room: name, epoch, head, with: other }: Extract<Signal, { ev: 'opened' }>): void {
    let room = this.all.get(name)
    if (room === undefined) {
      room = new Room(this.#host(), name, { create: false })
      this.entered(room)
    }
    room.opened({ epoch, seq: head }, other)
    this.#events.emit('opened', { room, with: other })
  }

  #forget(room: Room): void {
    for (const [name, one] of this.#joining) if (one === room) this.#joining.delete(name)
  }
}

/** Rooms are told apart without regard to case, and a leading `#`. */
const keyOf = (name: string): string => name.replace(/^#/, '').normalize('NFKC').toLowerCase()
