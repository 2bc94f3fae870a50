/** One server on this node: the parts, tied together. */

import { ChatError, type ErrorCode, isChatError } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'
import type { Limits } from '../limits.ts'
import type { Entry, Person } from '../protocol/types.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import type { NewEntry, Storage } from '../spi/storage.ts'
import { Committer, type Completion } from './committer.ts'
import { Delivery } from './delivery.ts'
import { Directory } from './directory.ts'
import { Events } from './events.ts'
import type { HookRunner } from './hook.ts'
import type { Link } from './link.ts'
import type { Core, Session } from './model.ts'
import { presenceOf } from './neighbours.ts'
import type { Presence } from './presence.ts'
import { Addresses } from './rates.ts'
import { OpenRooms } from './rooms.ts'
import type { ClientSession } from './session.ts'
import { Turn } from './turn.ts'
import { Wires } from './wire.ts'

/** What a node is made of; see `server.ts`. */
export type NodeParts = Pick<
  Core,
  | 'name'
  | 'lang'
  | 'defaultRoom'
  | 'recentOnJoin'
  | 'limits'
  | 'clock'
  | 'makeId'
  | 'logger'
  | 'storage'
  | 'link'
  | 'codecs'
  | 'hooks'
>

/** The state of one server on this node. No logic of its own beyond tying the parts together. */
export class Node implements Core {
  readonly name: string
  readonly lang: Lang
  readonly defaultRoom: string | undefined
  readonly recentOnJoin: number
  readonly limits: Limits
  readonly clock: Clock
  readonly makeId: MakeId
  readonly logger: Logger
  readonly storage: Storage
  readonly link: Link | null
  readonly presence: Presence | null
  readonly codecs: NodeParts['codecs']
  readonly hooks: HookRunner
  readonly events: Events
  readonly wires = new Wires()
  readonly directory = new Directory<Session>()
  readonly addresses: Addresses
  readonly sessions = new Set<ClientSession>()
  readonly delivery: Delivery
  readonly committer: Committer
  readonly rooms: OpenRooms
  /** `close()` was called. */
  closing = false
  /** Signs the guests' tickets; read from storage when the server starts. */
  secret = ''
  private emptied: (() => void) | null = null

  constructor(parts: NodeParts) {
    this.name = parts.name
    this.lang = parts.lang
    this.defaultRoom = parts.defaultRoom
    this.recentOnJoin = parts.recentOnJoin
    this.limits = parts.limits
    this.clock = parts.clock
    this.makeId = parts.makeId
    this.logger = parts.logger
    this.storage = parts.storage
    this.link = parts.link
    this.presence = parts.link === null ? null : presenceOf(this, parts.link)
    this.codecs = parts.codecs
    this.hooks = parts.hooks
    this.events = new Events(parts.logger)
    this.addresses = new Addresses(parts.limits)
    const turn = new Turn(
      () => this.committer.commit(),
      () => this.delivery.flush(),
    )
    this.delivery = new Delivery(
      () => turn.flush(),
      (error) => parts.logger.error({ err: error }, 'an adapter failed to write'),
    )
    this.committer = new Committer({
      storage: this.storage,
      limits: this.limits,
      clock: this.clock,
      logger: this.logger,
      wake: () => turn.commit(),
      stored: (entries) => this.stored(entries),
      advanced: (room, seq) => {
        const open = this.rooms.open.get(room)
        if (open !== undefined) open.head(open.epoch, seq)
      },
    })
    this.rooms = new OpenRooms(this)
  }

  /** Appends one entry and resolves to its place. */
  append(draft: NewEntry): Promise<{ seq: number; ts: number; duplicate: boolean }> {
    return new Promise((resolve, reject) => {
      const done: Completion = { committed: resolve, failed: reject }
      this.committer.submit(draft, done)
    })
  }

  /** Asks storage something; rejects with `unavailable` when it doesn't answer in time. */
  ask<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(this.limits.storageMs, () => {
        reject(new ChatError('unavailable', undefined, { retryAfterMs: 1000 }))
      })
      answer.then(
        (value) => {
          timer.cancel()
          resolve(value)
        },
        (error: unknown) => {
          timer.cancel()
          reject(this.unavailable(error))
        },
      )
    })
  }

  /** Who the host program is when it speaks itself. */
  get host(): Person {
    return { id: 'server', name: this.name }
  }

  /** A connection was refused something: one line of the log. */
  refused(session: Session, code: ErrorCode): void {
    const { address, transport } = session.info
    const person = session.presence?.person.id
    this.logger.debug({ code, address, transport, person }, 'refused')
  }

  /** A connection has ended. */
  gone(session: ClientSession): void {
    this.sessions.delete(session)
    if (this.sessions.size === 0) this.emptied?.()
  }

  /** Resolves when no connection is left. */
  deserted(): Promise<void> {
    if (this.sessions.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.emptied = resolve
    })
  }

  private stored(entries: readonly Entry[]): void {
    for (const entry of entries) this.rooms.open.get(entry.room)?.entry(entry)
    this.link?.entries(entries, (room) => this.rooms.open.get(room)?.epoch)
    if (this.events.has('message')) for (const entry of entries) this.events.emit('message', entry)
  }

  private unavailable(error: unknown): ChatError {
    if (isChatError(error)) return error
    this.logger.error({ err: error }, 'storage failed')
    return new ChatError('unavailable', undefined, { cause: error, retryAfterMs: 1000 })
  }
}
