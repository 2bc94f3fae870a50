/** What the cases of the rules stand on. */

import type { History } from '../../src/testing/history-events.ts'
import { Scene } from './scene.ts'

/** Makes a history; told whether to break the rule. */
export type Case = (wrong: boolean) => History

/** A room with three entries by Ana, who is there. */
export function talk() {
  const scene = new Scene()
  const ana = scene.client('ana').joined()
  const entries = ['a', 'b', 'c'].map((cid) => {
    const entry = ana.says(cid)
    ana.saw(entry)
    return entry
  })
  const [first, second, third] = entries
  if (first === undefined || second === undefined || third === undefined) throw new Error()
  return { scene, ana, first, second, third }
}
