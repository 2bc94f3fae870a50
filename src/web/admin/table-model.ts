/** What tables are made of. Types only. */

import type { Child } from '../ui/dom.ts'
import type { Format } from './format.ts'
import type { ListState } from './listing.ts'
import type { Texts } from './texts.ts'

/** A column. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => Child
  /** What rows are ordered by; absent: they can't be by this one. */
  readonly order?: (row: T) => string | number
  /** Numbers stand at the end of their cells. */
  readonly numeric?: boolean
  /** On cards: what the card is about. */
  readonly head?: boolean
  /** `may-be-empty`: on cards it is left out if the cell is; `is-wide`: it has a line of its own. */
  readonly class?: string
}

/** What a table shows. */
export interface TableOptions<T> {
  readonly t: Texts
  readonly f: Format
  /** For screen readers: what is in it. */
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly key: (row: T) => string
  /** What is searched in; absent: there is no search. */
  readonly words?: (row: T) => string
  readonly searchHint?: string
  /** Besides the search. */
  readonly keep?: (row: T) => boolean
  /** Stands beside the search. */
  readonly tools?: readonly Child[]
  readonly empty: string
  readonly emptyHint?: string
  /** Reads more rows than were read. */
  readonly more?: () => void
  /** Column and direction at the beginning; absent: as the rows come. */
  readonly first?: { readonly column: number; readonly down: boolean }
  readonly pageRows?: number
}

/** What a table is given to show. */
export interface Rows<T> {
  readonly rows: readonly T[]
  readonly state: ListState
  readonly error?: unknown
}
