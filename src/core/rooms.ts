/** The rooms that are open on this node, and how they are opened, made and closed. */

import { ChatError } from '../errors.ts'
import type { Unsubscribe } from '../spi/broker.ts'
import type { Page, RoomRecord } from '../spi/storage.ts'
import type { LinkMessage } from './link.ts'
import { removeAll } from './membership.ts'
import type { Core, Room, RoomSpec, Rooms, Session } from './model.ts'
import { type RoomHost, Room as RoomOf } from './room.ts'

/** Rooms are opened when somebody needs them here and closed when nobody does. */
export class OpenRooms implements Rooms {
  readonly open = new Map<string, Room>()
  private readonly opening = new Map<string, Promise<Room | null>>()
  /** Rooms that go because nothing was said in them: they may only be opened again after that. */
  private readonly leaving = new Map<string, Promise<void>>()
  private readonly subscriptions = new WeakMap<Room, Unsubscribe>()
  private readonly core: Core
  private readonly host: RoomHost<Session>

  constructor(core: Core) {
    this.core = core
    this.host = {
      recentEntries: core.limits.recentEntries,
      recentUnits: core.limits.recentUnits,
      dirty: (room) => core.delivery.room(room),
      read: (room, after) =>
        core.ask(core.storage.read(room.name, { after, limit: core.limits.commitBatch })),
      replaced: (room, page) => this.replaced(room, page),
      failed: (room, error) =>
        core.logger.warn(
          { err: error, room: room.name },
          'a room could not be compared with storage',
        ),
    }
  }

  /** Opens a room, if there is one, and keeps it open until `release`. */
  async hold(name: string): Promise<Room | null> {
    await this.leaving.get(name)
    let room = this.open.get(name) ?? null
    while (room === null) {
      let opening = this.opening.get(name)
      if (opening === undefined) {
        opening = this.load(name).finally(() => this.opening.delete(name))
        this.opening.set(name, opening)
      }
      room = await opening
      if (room === null) return null
      // Others waited for the same opening and may have closed it again meanwhile.
      if (room.closed) room = null
    }
    room.holds += 1
    return room
  }

  /** Makes a room, or opens the one that is there, and keeps it open until `release`. */
  async make(name: string, spec: RoomSpec): Promise<{ room: Room; created: boolean }> {
    const { core } = this
    const now = core.clock.now()
    for (;;) {
      await this.leaving.get(name)
      const made = await core.ask(
        core.storage.rooms.create(
          {
            room: name,
            epoch: core.makeId(),
            permanent: spec.permanent,
            ...(spec.only === undefined ? undefined : { only: spec.only }),
            createdAt: now,
            keepUntil: now + core.limits.emptyRoomMs,
          },
          core.limits.rooms,
        ),
      )
      if (made === null) throw new ChatError('server_full')
      const room = await this.hold(name)
      // Null: deleted in between. The next round makes it anew.
      if (room === null) continue
      if (made.created) core.events.emit('create', { room: name, permanent: spec.permanent })
      return { room, created: made.created }
    }
  }

  /** Ends a hold; a room that nobody needs here is closed. */
  release(room: Room): void {
    room.holds -= 1
    this.tidy(room, false)
  }

  /** Somebody left: a temporary room in which nothing was said goes at once. */
  vacated(room: Room): void {
    // Other nodes, if there are any, may have people in it: then it goes when its time is over.
    this.tidy(room, room.position === 0 && this.core.link === null)
  }

  private tidy(room: Room, gone: boolean): void {
    if (room.closed || room.holds > 0 || room.sessions.size > 0) return
    this.close(room)
    const { core } = this
    if (room.permanent || core.closing) return
    const until = core.clock.now() + core.limits.emptyRoomMs
    const work = gone
      ? core.storage.rooms.delete(room.name).then((deleted) => {
          if (deleted) core.events.emit('delete', { room: room.name })
        })
      : core.storage.rooms.keep([room.name], until)
    const done = core.ask(work).catch((error) => this.host.failed(room, error))
    if (!gone) return
    const left = done.finally(() => this.leaving.delete(room.name))
    this.leaving.set(room.name, left)
  }

  /** Deletes a room and its log, and puts out everybody who is in it. */
  async delete(name: string): Promise<boolean> {
    const { core } = this
    const deleted = await core.ask(core.storage.rooms.delete(name))
    if (deleted) {
      this.vanished(name)
      core.link?.deleted(name)
    }
    return deleted
  }

  /** A room is no more: tells who is in it here. */
  vanished(name: string): void {
    const room = this.open.get(name)
    if (room !== undefined) {
      removeAll(room)
      this.close(room)
    }
    this.core.events.emit('delete', { room: name })
  }

  private close(room: Room): void {
    room.closed = true
    if (this.open.get(room.name) === room) this.open.delete(room.name)
    this.subscriptions
      .get(room)?.()
      .catch((error) => this.host.failed(room, error))
  }

  private async load(name: string): Promise<Room | null> {
    const { core } = this
    // Subscribed before the head is read: what is published in between is seen as `missed`.
    let missed = false
    const receive = (message: LinkMessage): void => {
      const room = this.open.get(name)
      if (room === undefined) missed = true
      else this.receive(room, message)
    }
    const unsubscribe = (await core.link?.subscribe(name, receive)) ?? null
    let record: RoomRecord | null = null
    try {
      record = await core.ask(core.storage.rooms.get(name))
    } finally {
      if (record === null && unsubscribe !== null) {
        unsubscribe().catch((error) => core.logger.warn({ err: error }, 'unsubscribing failed'))
      }
    }
    if (record === null) return null
    const room = new RoomOf(record, this.host)
    if (unsubscribe !== null) this.subscriptions.set(room, unsubscribe)
    for (const person of core.presence?.remote.people(name) ?? []) room.arrive(person)
    this.open.set(name, room)
    if (missed) await room.repair()
    return room
  }

  private receive(room: Room, message: LinkMessage): void {
    if (message.gone) return this.vanished(room.name)
    if (message.signal !== undefined) return room.push(message.signal)
    if (message.epoch !== room.epoch) return void room.repair()
    if (message.head !== undefined) room.head(message.epoch, message.head)
    for (const entry of message.entries ?? []) room.entry(entry)
  }

  private replaced(room: Room, page: Page | null): void {
    if (page === null) this.vanished(room.name)
    else room.restart(page.epoch, page.head)
  }
}
