/** What this node has done so far, in plain numbers: counting costs nothing worth speaking of. */

import { CLOSE, type ErrorCode } from '../errors.ts'
import type { Op } from '../protocol/types.ts'

/** Names of transports that are told apart; they are the host's. */
const TRANSPORTS = 16
const OTHER = 'other'
/** What a histogram takes, in seconds or a number of entries; null: nobody wants to know. */
export type Measure = ((value: number) => void) | null

/** Connections of one transport. */
export interface TransportCounts {
  /** At the moment. */
  open: number
  /** Since the server was made. */
  opened: number
}

const CLOSES: readonly number[] = [...Object.values(CLOSE), 1006]

/** See the file. All fields but `measure…` only grow. */
export class Counts {
  /** Entries stored by this node. */
  entries = 0
  /** Of them, what somebody said. */
  messages = 0
  /** Batches stored. */
  commits = 0
  /** Batches that storage refused, or didn't answer in time. */
  commitFailures = 0
  /** Other questions that storage didn't answer. */
  storageFailures = 0
  /** What rooms told their people, times those who were told. */
  deliveries = 0
  /** Joins that named a position. */
  resumes = 0
  /** Of them, those that were told of a gap. */
  gaps = 0
  /** Of them, those that were told that the log is another. */
  resets = 0
  /** Connections that weren't let in. */
  turnedAway = 0
  /** Files that arrived. */
  uploads = 0
  /** Requests that were read, by operation. */
  readonly requests: Record<string, number> = {}
  /** What was refused, by code. */
  readonly refusals = new Map<ErrorCode, number>()
  /** Connections that ended, by close code. */
  readonly closes = new Map<number | typeof OTHER, number>()
  readonly transports = new Map<string, TransportCounts>()
  /** Time of each commit, in seconds. */
  commitSeconds: Measure = null
  /** Entries of each commit. */
  commitEntries: Measure = null

  opened(transport: string): void {
    const counts = this.transport(transport)
    counts.open += 1
    counts.opened += 1
  }

  ended(transport: string, code: number): void {
    this.transport(transport).open -= 1
    const known = CLOSES.includes(code) ? code : OTHER
    this.closes.set(known, (this.closes.get(known) ?? 0) + 1)
  }

  refused(code: ErrorCode): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }

  requested(op: Op): void {
    this.requests[op] = (this.requests[op] ?? 0) + 1
  }

  /** Somebody came into a room. */
  joined(since: unknown, { gap, reset }: { gap?: unknown; reset?: unknown }): void {
    if (since === undefined) return
    this.resumes += 1
    if (gap !== undefined) this.gaps += 1
    if (reset === true) this.resets += 1
  }

  /** A batch was stored, in so many ms. */
  committed(entries: number, ms: number): void {
    this.commits += 1
    this.entries += entries
    this.commitSeconds?.(ms / 1000)
    this.commitEntries?.(entries)
  }

  private transport(name: string): TransportCounts {
    const known = this.transports.get(name)
    if (known !== undefined) return known
    if (this.transports.size >= TRANSPORTS && name !== OTHER) return this.transport(OTHER)
    const made = { open: 0, opened: 0 }
    this.transports.set(name, made)
    return made
  }
}
