/** Sweeps away files that nobody can come by any more, and bytes that nobody knows of. */

import { ChatError } from '../errors.ts'
import type { FileStore } from '../spi/files.ts'
import type { FileRecord } from '../spi/records.ts'
import type { Core } from './model.ts'
import { recordsOf } from './standing.ts'

/** Longest time between two sweeps, in ms. */
const EVERY_MS = 5 * 60_000
/** A look at all that the store keeps comes with the first sweep, and then every so many. */
const LIST_EVERY = 288
/** Files looked at, and deleted, at once. */
const BATCH = 200
/** Entries read at once. */
const PAGE = 500

/** See the file. Every node sweeps; that two do at the same time does no harm. */
export class FileSweep {
  /** How often it should run, in ms. */
  readonly everyMs: number
  private readonly core: Core
  private readonly store: FileStore
  private readonly madeAt: (id: string) => number | null
  private runs = 0

  /** @param madeAt when the id of a file of this server was made; null: it isn't of this server */
  constructor(core: Core, store: FileStore, madeAt: (id: string) => number | null) {
    this.core = core
    this.store = store
    this.madeAt = madeAt
    this.everyMs = Math.min(EVERY_MS, core.limits.orphanMs / 4)
  }

  async run(): Promise<void> {
    await this.orphans()
    if (this.runs++ % LIST_EVERY === 0) await this.strangers()
  }

  /** Files without message, or whose message or room is gone. Their bytes go first: those count. */
  private async orphans(): Promise<void> {
    const { core } = this
    const { files } = recordsOf(core)
    const before = core.clock.now() - core.limits.orphanMs
    for (;;) {
      const ids = await core.ask(files.orphans(before, BATCH))
      const doomed = await this.withoutMessage(ids)
      await this.delete(doomed)
      await core.ask(files.delete(doomed))
      if (ids.length < BATCH || core.closing) return
    }
  }

  /**
   * Those of these files that can go. A server that ended between storing a message and giving the
   * message its file has left a file without message: the message is looked for, and given its file.
   */
  private async withoutMessage(ids: readonly string[]): Promise<string[]> {
    const { core } = this
    const { files } = recordsOf(core)
    const doomed: string[] = []
    const byRoom = new Map<string, FileRecord[]>()
    for (const id of ids) {
      const file = await core.ask(files.get(id))
      if (file === null || file.seq !== undefined) doomed.push(id)
      else byRoom.set(file.room, [...(byRoom.get(file.room) ?? []), file])
    }
    for (const [room, unsent] of byRoom) {
      const sent = await this.sent(room, unsent)
      for (const { id } of unsent) {
        const seq = sent.get(id)
        if (seq === undefined) doomed.push(id)
        else await core.ask(files.attach(id, seq))
      }
    }
    return doomed
  }

  /** The messages in the log of a room that have one of these files. */
  private async sent(room: string, files: readonly FileRecord[]): Promise<Map<string, number>> {
    const { core } = this
    // Clocks of nodes differ; a message can't have been sent later than `SENT_WITHIN` says.
    const slack = core.limits.orphanMs
    const found = new Map<string, number>()
    let seq = 0
    let until = Number.NEGATIVE_INFINITY
    for (const { createdAt } of [...files].sort((a, b) => a.createdAt - b.createdAt)) {
      const from = createdAt - slack
      // What lies between two files that were brought far apart isn't read.
      let range: { after: number } | { at: number } = from > until ? { at: from } : { after: seq }
      while (until <= createdAt + slack) {
        const page = await core.ask(core.storage.read(room, { ...range, limit: PAGE }))
        for (const entry of page?.entries ?? []) {
          const id = entry.details?.file?.id
          if (id !== undefined) found.set(id, entry.seq)
        }
        const last = page?.entries.at(-1)
        if (last === undefined) break
        seq = last.seq
        until = last.ts
        range = { after: seq }
      }
    }
    return found
  }

  /** Bytes without a record: left by a server that ended in the middle of taking a file. */
  private async strangers(): Promise<void> {
    const { core } = this
    const { orphanMs, uploadMs, storageMs } = core.limits
    const before = core.clock.now() - orphanMs - uploadMs - storageMs
    let strange: string[] = []
    for await (const id of this.store.list()) {
      if (core.closing) return
      const madeAt = this.madeAt(id)
      if (madeAt === null || madeAt >= before) continue
      if ((await core.ask(recordsOf(core).files.get(id))) === null) strange.push(id)
      if (strange.length < BATCH) continue
      await this.delete(strange)
      strange = []
    }
    await this.delete(strange)
  }

  private async delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    if (this.core.closing) throw new ChatError('shutting_down')
    await this.core.ask(this.store.delete(ids))
    this.core.logger.info({ files: ids.length }, 'files were swept away')
  }
}
