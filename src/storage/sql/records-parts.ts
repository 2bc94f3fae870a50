/** What the records of an SQL storage work with. */

import type { Expression } from 'kysely'
import type { Dialect, Statement } from './dialect.ts'
import type { RowOf } from './queries.ts'
import { toInteger } from './text.ts'

/** What they are made of. */
export interface RecordParts {
  readonly dialect: Dialect
  /** Runs one statement in a transaction of its own. */
  readonly run: <S extends Statement>(statement: S) => Promise<readonly RowOf<S>[]>
  /** Seq of the oldest entry that readers see, of the room that is `r` in the statement. */
  readonly first: Expression<number>
}

/** A moment as it is stored: the largest safe integer stands for ever. */
export const toMoment = (moment: number): number => toInteger(moment)

/** The moment that was stored. */
export function fromMoment(stored: number | string): number {
  const moment = Number(stored)
  return moment === Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : moment
}

/** How many rows are asked for: a whole number, none for what is no number. */
export const toLimit = (limit: number): number => Math.max(0, toInteger(limit))
