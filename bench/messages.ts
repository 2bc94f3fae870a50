// What the bench's processes say to each other over Node's IPC channel.

import type { DialectName } from './load/dialects.ts'
import type { Scenario } from './scenarios.ts'

/** The whole order for one run of the load generator. */
export interface LoadOrder {
  readonly kind: 'order'
  readonly scenario: Scenario
  readonly dialect: DialectName
  readonly port: number
  readonly serverPid: number
  /** Of the database's first process; 0: there is none, or it is on another machine. */
  readonly databasePid: number
  readonly warmupMs: number
  readonly measureMs: number
}

export interface LoadResult {
  /** Messages received by all connections inside the measured window. */
  readonly deliveries: number
  readonly elapsedMs: number
  readonly serverCpuMs: number
  /** Of all processes of the database; NaN where there is none. */
  readonly databaseCpuMs: number
  readonly loadCpuMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Messages sent in the whole run, warm-up included. */
  readonly sent: number
  /** Lost, repeated or misordered messages, refusals, closed connections: empty when all is well. */
  readonly problems: readonly string[]
}

export type ToLoad = LoadOrder | { readonly kind: 'go' }

export type FromLoad =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly why: string }

export type ToServer =
  | { readonly kind: 'collect-garbage' }
  /** For what only commits. */
  | { readonly kind: 'commit'; readonly warmupMs: number; readonly measureMs: number }

export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'collected' }
  | { readonly kind: 'committed'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly why: string }
