/** What a look at a set-up finds. */

import type { ServeOptions } from '../options.ts'
import type { Manifest } from './package.ts'
import type { Said } from './said.ts'
import type { Texts } from './texts-en.ts'

/** `ok`: as it should be. `warn`: it runs, but look at it. `fail`: something has to be done. */
export type Level = 'ok' | 'warn' | 'fail'

/** One line of the report. */
export interface Finding extends Said {
  /** What was looked at, such as `node` or `postgres`: the same in all languages. */
  readonly check: string
  readonly level: Level
}

/** What the checks are told. */
export interface Ask {
  /** What `serve` would run with. */
  readonly options: ServeOptions
  readonly manifest: Manifest
  /** The folder that this package is in. */
  readonly root: string
  readonly t: Texts
}

/**
 * Looks at one thing, and changes nothing. When `signal` is aborted nobody waits any more: what it
 * holds open is to be let go of.
 */
export type Look = (ask: Ask, signal: AbortSignal) => Promise<readonly Finding[]>

/** All is well. */
export const ok = (check: string, said: Said): Finding => ({ check, level: 'ok', ...said })
/** Worth a look. */
export const warn = (check: string, said: Said): Finding => ({ check, level: 'warn', ...said })
/** Something has to be done. */
export const fail = (check: string, said: Said): Finding => ({ check, level: 'fail', ...said })
