/** What a mutant is. */

import type { HistoryRule } from '../../src/testing/history-rules.ts'
import type { Damage, Plan } from './world.ts'

/** A server that is broken in one way. */
export interface Mutant {
  /** What is broken, as one would say it. */
  readonly name: string
  /** How it was broken. */
  readonly how: string
  /** The world in which it shows. */
  readonly plan: Plan
  readonly damage: Damage
  /** The rule that has to find it; others may, too. */
  readonly rule: HistoryRule
}
