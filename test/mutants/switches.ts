/**
 * What takes the place of functions of `src/core/catch-up.ts`. Modules can't be patched from
 * outside, so the test replaces the module by one that looks here first.
 */

import type * as CatchUp from '../../src/core/catch-up.ts'
import type { Mend } from './patch.ts'

type Functions = {
  [K in 'readMissed' | 'spliced' | 'readPage' | 'gapBefore']: (typeof CatchUp)[K]
}
type Wrap = { [K in keyof Functions]?: (original: Functions[K]) => Functions[K] }

/** The wrappers of the moment. */
export const switches: { catchUp: Wrap } = { catchUp: {} }

/** Wraps functions of `catch-up.ts`. */
export function wrapCatchUp(wrap: Wrap): Mend {
  switches.catchUp = wrap
  return () => {
    switches.catchUp = {}
  }
}

/** The module, with its switches. */
export function switched(actual: typeof CatchUp): typeof CatchUp {
  const through = <K extends keyof Functions>(name: K): Functions[K] => {
    const original = actual[name]
    const call = (...args: unknown[]): unknown => {
      const now = switches.catchUp[name]?.(original) ?? original
      return (now as (...args: unknown[]) => unknown)(...args)
    }
    return call as unknown as Functions[K]
  }
  return {
    ...actual,
    readMissed: through('readMissed'),
    spliced: through('spliced'),
    readPage: through('readPage'),
    gapBefore: through('gapBefore'),
  }
}
