/** The rooms that are open on this node, and how they are opened, made and closed. */

import { ChatError } from '../errors.ts'
import type { Entry } from '../protocol/types.ts'
import type { Unsubscribe } from '../spi/broker.ts'
import type { Page, RoomRecord } from '../spi/storage.ts'
import { acted, renewAll } from './acted.ts'
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
  /** Rooms that are being opened, and whose log went on meanwhile. */
  private readonly overtaken = new Set<string>()
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
      acted: (room, entry) => acted(core, room, entry),
      unsure: (room, reset) => {
        const looking = renewAll(core, room, reset)
        return core.storage.records === undefined ? null : looking
      },
      delivered: (count) => {
        core.counts.deliveries += count
      },
    }
  }

  /** Opens a room, if there is one, and keeps it open until `release`. */
  async hold(name: string): Promise<Room | null> {
    await this.left(name)
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

  /** Resolves when a room that goes is gone. */
  private async left(name: string): Promise<void> {
    const leaving = this.leaving.get(name)
    if (leaving !== undefined) await this.core.ask(leaving)
  }

  /** Makes a room, or opens the one that is there, and keeps it open until `release`. */
  async make(name: string, spec: RoomSpec): Promise<{ room: Room; created: boolean }> {
    const { core } = this
    const now = core.clock.now()
    for (;;) {
      await this.left(name)
      const made = await core.ask(
        core.storage.rooms.create(
          {
            room: name,
            epoch: core.makeId(),
            permanent: spec.permanent,
            ...(spec.only === undefined ? undefined : { only: spec.only }),
            ...(spec.settings === undefined ? undefined : { settings: spec.settings }),
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

  /** An entry was stored by this node, in the log of this epoch. */
  stored(entry: Entry, epoch: string): void {
    const room = this.open.get(entry.room)
    if (room !== undefined) {
      // Behind what was handed out: that was read a moment ago, or the log was cut short.
      if (entry.seq <= room.position && epoch === room.epoch) void room.repair()
      room.entry(entry, epoch)
    } else if (this.opening.has(entry.room)) this.overtaken.add(entry.room)
  }

  /** Ends a hold; a room that nobody needs here is closed. */
  release(room: Room): void {
    room.holds -= 1
    this.tidy(room, false)
  }

  /** Somebody left: a temporary room in which nothing was said, and nothing set, goes at once. */
  vacated(room: Room): void {
    // Other nodes, if there are any, may have people in it: then it goes when its time is over.
    const { committer, link } = this.core
    this.tidy(room, room.position === 0 && link === null && !committer.has(room.name))
  }

  private tidy(room: Room, gone: boolean): void {
    if (room.closed || room.holds > 0 || room.sessions.size > 0) return
    this.close(room)
    const { core } = this
    if (room.permanent || core.closing) return
    const until = core.clock.now() + core.limits.emptyRoomMs
    const work = gone ? this.discard(room.name, until) : core.storage.rooms.keep([room.name], until)
    core.ask(work).catch((error) => this.host.failed(room, error))
    if (!gone) return
    // However long it takes: made anew before, the room would be deleted with what was said in it.
    const left = work.catch(() => {}).finally(() => this.leaving.delete(room.name))
    this.leaving.set(room.name, left)
  }

  /** Deletes a room in which nothing was said. What somebody set up waits for them to come back. */
  private async discard(name: string, until: number): Promise<void> {
    const { storage, events } = this.core
    // What was said may have been stored though storage failed to say so.
    const record = await storage.rooms.get(name)
    if (record === null || record.head !== 0) return
    if (Object.keys(record.settings ?? {}).length > 0) return storage.rooms.keep([name], until)
    if (await storage.rooms.delete(name)) events.emit('delete', { room: name })
  }

  /** Deletes a room and its log, and puts out everybody who is in it. */
  async delete(name: string): Promise<boolean> {
    const { core } = this
    const epoch = this.open.get(name)?.epoch
    const deleted = await core.ask(core.storage.rooms.delete(name))
    if (!deleted) return false
    core.link?.deleted(name)
    const room = this.open.get(name)
    // Others may have made it anew, and then it is that one.
    if (room !== undefined && room.epoch !== epoch) await room.repair()
    else this.vanished(name)
    return true
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
    // Subscribed before the head is read: what is published in between is noted.
    this.overtaken.delete(name)
    const receive = (message: LinkMessage): void => {
      const room = this.open.get(name)
      if (room === undefined) this.overtaken.add(name)
      else this.receive(room, message)
    }
    const unsubscribe = (await core.link?.subscribe(name, receive)) ?? null
    let record: RoomRecord | null = null
    try {
      record = await this.find(name)
    } finally {
      if (record === null && unsubscribe !== null) {
        unsubscribe().catch((error) => core.logger.warn({ err: error }, 'unsubscribing failed'))
      }
    }
    if (record === null) {
      this.overtaken.delete(name)
      return null
    }
    const room = new RoomOf(record, this.host)
    if (unsubscribe !== null) this.subscriptions.set(room, unsubscribe)
    for (const person of core.presence?.remote.people(name) ?? []) room.arrive(person)
    this.open.set(name, room)
    if (this.overtaken.delete(name)) await room.repair()
    return room
  }

  /**
   * Reads the record of a room. One whose time is nearly over is kept longer first, so that no node
   * takes it for empty before this one has said that somebody is in it. Where storage can't do that
   * at the moment (it may still be read), and there is time left, it is for the upkeep to do.
   */
  private async find(name: string): Promise<RoomRecord | null> {
    const { rooms } = this.core.storage
    const record = await this.core.ask(rooms.get(name))
    if (record === null || record.permanent) return record
    const { emptyRoomMs } = this.core.limits
    const now = this.core.clock.now()
    if (record.keepUntil > now + emptyRoomMs / 2) return record
    try {
      await this.core.ask(rooms.keep([name], now + emptyRoomMs))
    } catch (error) {
      if (record.keepUntil <= this.core.clock.now()) throw error
      this.core.logger.warn({ err: error, room: name }, 'a room could not be kept for longer')
    }
    return this.core.ask(rooms.get(name))
  }

  private receive(room: Room, message: LinkMessage): void {
    // It may have been made anew since that was said: storage knows.
    if (message.gone) return void room.repair()
    if (message.signal !== undefined) return room.push(message.signal)
    const { epoch, head, entries = [] } = message
    if (epoch === undefined) return
    if (head !== undefined) room.head(epoch, head)
    for (const entry of entries) room.entry(entry, epoch)
  }

  private replaced(room: Room, page: Page | null): void {
    if (page === null) this.vanished(room.name)
    else room.restart(page.epoch, page.head)
  }
}
