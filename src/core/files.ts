/** Files that people share: bringing them in, giving them out, and what becomes of those left over. */

import { createHmac } from 'node:crypto'
import type { Readable } from 'node:stream'
import { addressKey } from '../address.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { FileInfo, Person } from '../protocol/types.ts'
import type { FileStore } from '../spi/files.ts'
import type { FileDownload, FileUpload } from '../spi/transport.ts'
import { mayBring, mayHave } from './file-access.ts'
import { type FileInspection, Intake } from './file-intake.ts'
import { FileSweep } from './file-sweep.ts'
import { personOf, roomName } from './membership.ts'
import type { Core, Files, Room, Session } from './model.ts'
import { Bucket } from './rates.ts'
import { Slots } from './slots.ts'
import { recordsOf } from './standing.ts'

/** What is accepted as a file, and how it is called. */
export interface FileRules {
  inspect(): FileInspection
  /** A harmless name for a file of this type. */
  nameOf(raw: string, type: string): string
  /** Browsers may show it in its place. */
  isShown(type: string): boolean
}

/** What files need from outside the core. */
export interface FileParts {
  readonly store: FileStore
  readonly rules: FileRules
}

/** What bringing a file takes from the allowance of commands, and what asking for one does. */
const UPLOAD_COST = 10
const DOWNLOAD_COST = 2
/** Files of one person, or one address, may have this part of what may come at once. */
const PART_OF_ONE = 4
/** Files given at once: on this node, and to one person or one address. */
const DOWNLOADS = 1024
const DOWNLOADS_OF_ONE = 64
/** How often it is looked again whether somebody may have what they are being given, in ms. */
const LOOK_AGAIN_MS = 1000
const BUSY = { retryAfterMs: 1000 }
const TAG_CHARS = 6
const TIME_CHARS = 9

/** See the file. */
export class SharedFiles implements Files {
  private readonly core: Core
  private readonly store: FileStore
  private readonly rules: FileRules
  private readonly sweeping: FileSweep
  private readonly uploads: Slots
  private readonly downloads = new Slots(DOWNLOADS, DOWNLOADS_OF_ONE)
  private readonly allowances = new WeakMap<Session, Bucket>()
  private readonly intakes = new Set<Intake>()
  private readonly waiting = new Set<Promise<void>>()
  private stopped = false

  constructor(core: Core, { store, rules }: FileParts) {
    this.core = core
    this.store = store
    this.rules = rules
    const { uploadsAtOnce } = core.limits
    this.uploads = new Slots(uploadsAtOnce, Math.ceil(uploadsAtOnce / PART_OF_ONE))
    this.sweeping = new FileSweep(core, store, (id) => this.madeAt(id))
  }

  open(): Promise<void> {
    return this.store.open()
  }

  /** Takes nothing more, and cuts off what is coming and going. */
  stop(): void {
    this.stopped = true
    for (const intake of this.intakes) intake.stop(new ChatError('shutting_down'))
  }

  wait(work: Promise<void>): void {
    this.waiting.add(work)
    void work.finally(() => this.waiting.delete(work))
  }

  /** Closes the store, when messages have been given their files. */
  async close(): Promise<void> {
    await Promise.allSettled(this.waiting)
    await this.store.close()
  }

  get sweepMs(): number {
    return this.sweeping.everyMs
  }

  sweep(): Promise<void> {
    return this.sweeping.run()
  }

  /**
   * Takes a file into a room, for a message that follows. Unless it is refused for that, the room is
   * not entered, and no byte is read before it is certain that the person may bring it. Rejects with
   * `not_member`, `room_not_found`, `muted`, `room_read_only`, `rate_limited`, `overloaded`,
   * `file_too_large`, `file_type_refused`, `quota_exceeded`, `frame_timeout`, `unavailable`, …: then
   * neither a record nor bytes are left.
   */
  async upload(session: Session, file: FileUpload): Promise<FileInfo> {
    const { core } = this
    if (session.presence === null) throw new ChatError('hello_required')
    if (this.stopped || core.closing) throw new ChatError('shutting_down')
    if ((file.size ?? 0) > core.limits.fileBytes) throw new ChatError('file_too_large')
    this.charge(session, UPLOAD_COST)
    const room = await core.rooms.hold(roomName(core, file.room))
    if (room === null) throw new ChatError('room_not_found')
    try {
      await mayBring(session, room)
      const release = this.uploads.take(...ownersOf(session))
      if (release === null) throw new ChatError('overloaded', undefined, BUSY)
      try {
        return await this.take(session, room, file)
      } finally {
        release()
      }
    } finally {
      core.rooms.release(room)
    }
  }

  /** Looks whether somebody may have a file. Rejects as `mayHave` does; `overloaded`, … */
  async download(session: Session, id: string): Promise<FileDownload> {
    if (session.presence === null) throw new ChatError('hello_required')
    this.charge(session, DOWNLOAD_COST)
    const { name, type, size } = await mayHave(session, id)
    return {
      ...{ id, name, type, size },
      shown: this.rules.isShown(type),
      read: (start, end) => this.give(session, id, start, end),
    }
  }

  private async take(
    session: Session,
    room: Room,
    { name, bytes, signal }: FileUpload,
  ): Promise<FileInfo> {
    const { core, store } = this
    const owner = personOf(session)
    const id = this.newId()
    const intake = new Intake(core, this.rules.inspect(), () => !session.ended && !room.closed)
    const gone = (): void => intake.stop(new ChatError('closed'))
    this.intakes.add(intake)
    signal.addEventListener('abort', gone)
    if (signal.aborted) gone()
    try {
      const { type, size } = await intake.into(store, id, bytes)
      const file = { id, name: this.rules.nameOf(name, type), type, size }
      await this.note(session, room, owner, file, signal)
      return file
    } finally {
      this.intakes.delete(intake)
      signal.removeEventListener('abort', gone)
    }
  }

  /** Notes a file whose bytes are kept; if that can't be, they go. */
  private async note(
    session: Session,
    room: Room,
    owner: Person,
    file: FileInfo,
    signal: AbortSignal,
  ): Promise<void> {
    const { core, store } = this
    const { files } = recordsOf(core)
    const { allFilesBytes: all, personFilesBytes } = core.limits
    const most = { all, owner: personFilesBytes }
    const createdAt = core.clock.now()
    let asked = false
    try {
      if (this.stopped) throw new ChatError('shutting_down')
      await mayBring(session, room).catch((error: unknown) => {
        // `not_member` says that nothing was read: to come in and try again would be in vain.
        const isOut = isChatError(error) && error.code === 'not_member'
        throw isOut ? new ChatError('forbidden') : error
      })
      asked = true
      const noted = await core.ask(files.add({ ...file, room: room.name, owner, createdAt }, most))
      if (!noted) throw new ChatError('quota_exceeded')
      // Nobody will ever ask for what nobody was told of.
      if (signal.aborted) throw new ChatError('closed')
    } catch (error) {
      try {
        await core.ask(store.delete([file.id]))
        if (asked) await core.ask(files.delete([file.id]))
      } catch (left) {
        core.logger.warn({ err: left, file: file.id }, 'a file is left to be swept away')
      }
      throw error
    }
  }

  private async give(
    session: Session,
    id: string,
    start: number,
    end: number,
  ): Promise<AsyncIterable<Uint8Array>> {
    const release = this.downloads.take(...ownersOf(session))
    if (release === null) throw new ChatError('overloaded', undefined, BUSY)
    try {
      const stream = await this.core.ask(this.store.get(id, { start, end }))
      if (stream === null) throw new ChatError('file_not_found')
      stream.once('close', release)
      return this.watched(session, id, stream)
    } catch (error) {
      release()
      throw error
    }
  }

  /** Gives what comes, as long as it may be given. */
  private async *watched(session: Session, id: string, stream: Readable) {
    const { clock } = this.core
    let looked = clock.monotonic()
    try {
      for await (const bytes of stream as AsyncIterable<Uint8Array>) {
        if (this.stopped) throw new ChatError('shutting_down')
        if (clock.monotonic() - looked >= LOOK_AGAIN_MS) {
          await mayHave(session, id)
          looked = clock.monotonic()
        }
        yield bytes
      }
    } finally {
      stream.destroy()
    }
  }

  private charge(session: Session, cost: number): void {
    const { clock, limits } = this.core
    const now = clock.monotonic()
    const own = this.allowances.get(session) ?? new Bucket(limits.commandBurst, now)
    this.allowances.set(session, own)
    const retryAfterMs =
      own.take(cost, limits.commandsPerSecond, limits.commandBurst, now) ||
      session.address.commands.take(
        cost,
        limits.addressCommandsPerSecond,
        limits.addressCommandBurst,
        now,
      )
    if (retryAfterMs > 0) throw new ChatError('rate_limited', undefined, { retryAfterMs })
  }

  // ── ids ────────────────────────────────────────────────────────────────────────────────────

  /**
   * An id tells, to who knows the server's secret, whose it is, and when it was made: so bytes that
   * nothing is known of can be swept away, and those of another server that uses the same store can't.
   */
  private newId(): string {
    const { clock, makeId } = this.core
    const time = clock.now().toString(36).padStart(TIME_CHARS, '0')
    return `${this.tag}${time}${makeId()}`.slice(0, 64)
  }

  /** When an id of this server was made; null: it isn't of this server. */
  private madeAt(id: string): number | null {
    if (!id.startsWith(this.tag)) return null
    const at = Number.parseInt(id.slice(TAG_CHARS, TAG_CHARS + TIME_CHARS), 36)
    return Number.isFinite(at) ? at : null
  }

  private get tag(): string {
    const hmac = createHmac('sha256', this.core.secret).update('files')
    return hmac.digest('base64url').slice(0, TAG_CHARS)
  }
}

const ownersOf = (session: Session): readonly string[] => [
  `person ${personOf(session).id}`,
  `address ${addressKey(session.info.address)}`,
]
