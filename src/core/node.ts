/** One server on this node: the parts, tied together. */

import { ChatError, type ErrorCode, isChatError } from '../errors.ts'
import type { Lang } from '../i18n/languages.ts'
import type { Limits } from '../limits.ts'
import { isChange } from '../protocol/entry.ts'
import type { Entry, Op, Person } from '../protocol/types.ts'
import type { Clock, MakeId } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import type { NewEntry, Storage } from '../spi/storage.ts'
import { Administration } from './admin.ts'
import { Committer, type Completion } from './committer.ts'
import { Counts } from './counts.ts'
import { Delivery } from './delivery.ts'
import { Directory } from './directory.ts'
import { Events } from './events.ts'
import { type FileParts, SharedFiles } from './files.ts'
import type { HookRunner } from './hook.ts'
import type { Link } from './link.ts'
import { tellMentions } from './mentions.ts'
import type { Core, Session } from './model.ts'
import { presenceOf } from './neighbours.ts'
import { Pages } from './pages.ts'
import type { Presence } from './presence.ts'
import { Addresses } from './rates.ts'
import { RefusalLog } from './refusals.ts'
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
  | 'passwords'
  | 'authenticate'
  | 'accounts'
  | 'guests'
> & { readonly files?: FileParts | undefined }

/** The events that tell of entries. */
const REPORTED = ['message', 'change', 'act'] as const

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
  readonly passwords: NodeParts['passwords']
  readonly authenticate: NodeParts['authenticate']
  readonly accounts: NodeParts['accounts']
  readonly guests: boolean
  url: string | undefined
  readonly events: Events
  readonly counts = new Counts()
  readonly admin: Administration
  readonly wires = new Wires()
  readonly directory = new Directory<Session>()
  readonly addresses: Addresses
  readonly refusals: RefusalLog
  readonly sessions = new Set<ClientSession>()
  readonly delivery: Delivery
  readonly committer: Committer
  readonly rooms: OpenRooms
  readonly files: SharedFiles | null
  readonly pages: Pages
  /** `close()` was called. */
  closing = false
  /** Signs the guests' tickets; read from storage when the server starts. */
  secret = ''
  /** When it was made (monotonic). */
  private readonly started: number
  private emptied: (() => void) | null = null
  private readonly works = new Set<Promise<void>>()

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
    this.passwords = parts.passwords
    this.authenticate = parts.authenticate
    this.accounts = parts.accounts
    this.guests = parts.guests
    this.events = new Events(parts.logger)
    this.addresses = new Addresses(parts.limits)
    this.refusals = new RefusalLog(parts.logger, parts.clock)
    this.started = parts.clock.monotonic()
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
      timed: () => this.counts.commitSeconds !== null,
      committed: (entries, ms) => this.counts.committed(entries, ms),
      failed: () => {
        this.counts.commitFailures += 1
      },
      stored: (entries, epochs) => this.stored(entries, epochs),
      advanced: (room, epoch, seq) => this.rooms.open.get(room)?.head(epoch, seq),
    })
    this.rooms = new OpenRooms(this)
    this.files = parts.files === undefined ? null : new SharedFiles(this, parts.files)
    this.admin = new Administration(this)
    this.pages = new Pages(
      (room, range) => this.ask(this.storage.read(room, range)),
      parts.limits.historyPage,
    )
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
        reject(this.unavailable(new ChatError('unavailable', undefined, { retryAfterMs: 1000 })))
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

  /** How long it has been there. */
  get uptimeMs(): number {
    return Math.round(this.clock.monotonic() - this.started)
  }

  /** Who the host program is when it speaks itself. */
  get host(): Person {
    return { id: 'server', name: this.name }
  }

  /** Is waited for when the server closes. What it rejects with is logged. */
  pending(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => void this.works.delete(done),
      (error) => {
        this.works.delete(done)
        this.logger.warn({ err: error }, 'something was left undone')
      },
    )
    this.works.add(done)
  }

  /** Resolves when nothing is pending. */
  async finished(): Promise<void> {
    while (this.works.size > 0) await Promise.all(this.works)
  }

  /** A connection was refused something: one line of the log. */
  refused(session: Session, code: ErrorCode, op?: Op | null): void {
    this.counts.refused(code)
    const { address, transport } = session.info
    const person = session.presence?.person.id
    this.refusals.note({ code, op: op ?? undefined, transport, address, person }, session)
  }

  /** A connection from there wasn't let in. */
  turnAway(address: string): void {
    this.counts.turnedAway += 1
    this.refusals.note({ code: 'too_many_connections', address }, address)
  }

  /** A connection has come. */
  came(session: ClientSession): void {
    this.sessions.add(session)
    this.counts.opened(session.info.transport)
  }

  /** A connection has ended. */
  gone(session: ClientSession): void {
    if (this.sessions.delete(session)) {
      this.counts.ended(session.info.transport, session.closeCode)
    }
    if (this.sessions.size === 0) this.emptied?.()
  }

  /** Resolves when no connection is left. */
  deserted(): Promise<void> {
    if (this.sessions.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.emptied = resolve
    })
  }

  private stored(entries: readonly Entry[], epochs: readonly string[]): void {
    for (const [i, entry] of entries.entries()) {
      if (entry.kind === 'message') this.counts.messages += 1
      this.rooms.stored(entry, epochs[i] as string)
    }
    this.link?.entries(entries, epochs)
    if (this.events.has('mention')) for (const entry of entries) tellMentions(this, entry)
    if (REPORTED.some((name) => this.events.has(name))) this.report(entries)
  }

  private report(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (isChange(entry.kind)) this.events.emit('change', entry)
      else if (entry.kind === 'message' || entry.kind === 'notice') {
        this.events.emit('message', entry)
      } else this.events.emit('act', entry)
    }
  }

  private unavailable(error: unknown): ChatError {
    if (!isChatError(error) || error.code === 'unavailable') this.counts.storageFailures += 1
    if (isChatError(error)) return error
    this.logger.error({ err: error }, 'storage failed')
    return new ChatError('unavailable', undefined, { cause: error, retryAfterMs: 1000 })
  }
}
