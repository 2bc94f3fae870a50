// What is said between the parent and a process that measures costs, and the tables that come of it.

import type { Place } from '../storage/places.ts'
import type { Sizes } from './list.ts'

/** How long something took: percentiles in ms. */
export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** One thing that was done, with little there and with much. */
export interface Row {
  readonly what: string
  readonly small: Spread
  readonly large: Spread
}

export interface CostTable {
  readonly what: string
  readonly small: string
  readonly large: string
  readonly rows: readonly Row[]
}

/** The order of a process that measures, as its argument. */
export interface CostOrder {
  readonly sizes: Sizes
  /** One for each storage that it opens. */
  readonly places: readonly Place[]
}

/** Where a visitor finds what it is to measure. */
export interface Visit {
  readonly sizes: Sizes
  readonly port: number
  /** Names of the rooms with the short log and the long one. */
  readonly rooms: readonly [small: string, large: string]
  readonly epoch: string
}

/** `go`: the next part. */
export interface ToCost {
  readonly kind: 'go'
}

export type FromCost =
  /** Everything is stored; what filling it has shown. */
  | { readonly kind: 'filled'; readonly tables: readonly CostTable[] }
  | { readonly kind: 'measured'; readonly tables: readonly CostTable[] }
  | { readonly kind: 'serving'; readonly visit: Visit }
  | { readonly kind: 'failed'; readonly why: string }
