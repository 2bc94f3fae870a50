/** Group commit without timers: what arrives while a batch is in flight forms the next one. */

import { ChatError, isChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { entryOf } from '../protocol/entry.ts'
import type { Entry } from '../protocol/types.ts'
import type { Clock } from '../spi/clock.ts'
import type { Logger } from '../spi/logger.ts'
import type { Appended, NewEntry, Storage } from '../spi/storage.ts'

/** Told what became of one entry. Exactly one of the two is called, once. */
export interface Completion {
  committed(place: { seq: number; ts: number; duplicate: boolean }): void
  failed(error: ChatError): void
}

/** What the committer needs from the rest. */
export interface CommitterHost {
  readonly storage: Storage
  readonly limits: Limits
  readonly clock: Clock
  readonly logger: Logger
  /** Called when something waits to be committed; leads to `commit()` soon. */
  wake(): void
  /**
   * New entries, in order within each room; `epochs[i]` names the log that `entries[i]` is in.
   * Called after their completions.
   */
  stored(entries: readonly Entry[], epochs: readonly string[]): void
  /** Whether anybody wants to know how long a batch takes. */
  timed?(): boolean
  /** A batch was stored, in so many ms; 0 where nobody wants to know. */
  committed?(entries: number, ms: number): void
  /** A batch wasn't stored, or not in time. */
  failed?(): void
  /** This log is longer than `seq - 1`: somebody should look. */
  advanced(room: string, epoch: string, seq: number): void
}

interface Job {
  readonly draft: NewEntry
  /** Null once the sender has been told. */
  done: Completion | null
}

/** Takes entries in, appends them in batches, and tells each sender. */
export class Committer {
  private queue: Job[] = []
  private bytes = 0
  private flying = 0
  /** Batches whose outcome isn't known: also those that nobody waits for any more. */
  private readonly batches = new Set<readonly Job[]>()
  /** Rooms in flight; only kept where several batches may be. */
  private readonly busy = new Set<string>()
  private waiters: (() => void)[] = []
  private readonly host: CommitterHost

  constructor(host: CommitterHost) {
    this.host = host
  }

  /** Entries taken in and not yet stored. */
  get waiting(): number {
    return this.queue.length
  }

  /** Whether anything for this room waits or is in flight. */
  has(room: string): boolean {
    const isFor = ({ draft }: Job): boolean => draft.room === room
    if (this.queue.some(isFor)) return true
    for (const batch of this.batches) if (batch.some(isFor)) return true
    return false
  }

  /** Takes an entry in. Throws `overloaded` when too much is waiting already. */
  submit(draft: NewEntry, done: Completion): void {
    const { limits } = this.host
    const size = Buffer.byteLength(draft.text)
    if (
      this.queue.length >= limits.commitQueue ||
      (this.queue.length > 0 && this.bytes + size > limits.commitQueueBytes)
    ) {
      throw new ChatError('overloaded', undefined, { retryAfterMs: 1000 })
    }
    this.queue.push({ draft, done })
    this.bytes += size
    if (this.queue.length === 1) this.host.wake()
  }

  /** Starts as many batches as may be in flight. */
  commit(): void {
    const { storage } = this.host
    while (this.queue.length > 0 && this.flying < storage.supports.appends) {
      const batch = this.take()
      if (batch.length === 0) return
      void this.run(batch)
    }
  }

  /** Resolves when nothing is waiting and nothing is in flight. */
  idle(): Promise<void> {
    if (this.flying === 0 && this.queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.waiters.push(resolve))
  }

  private take(): Job[] {
    const most = this.host.limits.commitBatch
    let batch: Job[]
    if (this.host.storage.supports.appends === 1) {
      if (this.queue.length <= most) {
        batch = this.queue
        this.queue = []
        this.bytes = 0
        return batch
      }
      batch = this.queue.splice(0, most)
    } else {
      // A room is in one batch at a time, or its order would depend on which commits first.
      batch = []
      const rest: Job[] = []
      for (const job of this.queue) {
        const take = batch.length < most && !this.busy.has(job.draft.room)
        ;(take ? batch : rest).push(job)
      }
      for (const job of batch) this.busy.add(job.draft.room)
      this.queue = rest
    }
    for (const job of batch) this.bytes -= Buffer.byteLength(job.draft.text)
    return batch
  }

  private async run(batch: readonly Job[]): Promise<void> {
    this.flying += 1
    this.batches.add(batch)
    const { storage, limits, clock, logger } = this.host
    let landed = false
    const land = (): void => {
      if (landed) return
      landed = true
      this.land(batch)
    }
    // A storage that doesn't answer must not keep senders waiting, nor those behind them. What it
    // does later still counts: `settle` delivers what was stored, though its sender was told to retry.
    const timer = clock.after(limits.storageMs, () => {
      logger.error({ entries: batch.length, ms: limits.storageMs }, 'storage does not answer')
      this.host.failed?.()
      fail(batch, new ChatError('unavailable', undefined, { retryAfterMs: 1000 }))
      land()
    })
    const timed = this.host.timed?.() === true
    const began = timed ? clock.monotonic() : 0
    try {
      const results = await storage.append(batch.map((job) => job.draft))
      this.host.committed?.(batch.length, timed ? clock.monotonic() - began : 0)
      this.settle(batch, results)
    } catch (error) {
      logger.error({ err: error, entries: batch.length }, 'storage refused a batch')
      if (!landed) this.host.failed?.()
      fail(
        batch,
        isChatError(error)
          ? error
          : new ChatError('unavailable', undefined, { cause: error, retryAfterMs: 1000 }),
      )
      // It may have been stored all the same: the rooms' positions are compared soon.
    } finally {
      timer.cancel()
      this.batches.delete(batch)
      land()
    }
  }

  private land(batch: readonly Job[]): void {
    this.flying -= 1
    if (this.host.storage.supports.appends > 1) {
      for (const job of batch) this.busy.delete(job.draft.room)
    }
    if (this.queue.length > 0) this.host.wake()
    else if (this.flying === 0) {
      for (const resolve of this.waiters.splice(0)) resolve()
    }
  }

  private settle(batch: readonly Job[], results: readonly Appended[]): void {
    const entries: Entry[] = []
    const epochs: string[] = []
    for (let i = 0; i < batch.length; i++) {
      const job = batch[i] as Job
      const result = results[i]
      if (result === undefined) {
        job.done?.failed(new ChatError('internal'))
      } else if ('error' in result) {
        job.done?.failed(new ChatError(result.error))
      } else {
        job.done?.committed(result)
        if (result.duplicate) this.host.advanced(job.draft.room, job.draft.epoch, result.seq)
        else {
          entries.push(entryOf(job.draft, result.seq, result.ts))
          epochs.push(job.draft.epoch)
        }
      }
      job.done = null
    }
    if (entries.length > 0) this.host.stored(entries, epochs)
  }
}

function fail(batch: readonly Job[], error: ChatError): void {
  for (const job of batch) {
    job.done?.failed(error)
    job.done = null
  }
}
