import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/testing/history.ts'
import type { History } from '../../src/testing/history-events.ts'
import { seededRandom } from '../../src/testing/random.ts'
import { CORRUPTIONS } from './corruptions.ts'
import { correctRun } from './run.ts'
import { Scene } from './scene.ts'

/** One run for each seed, 1, 2, 3, … */
const RUNS = Array.from({ length: 150 }, (_, i) => correctRun(seededRandom(i + 1), { steps: 400 }))

describe('the history checker', () => {
  it('finds nothing in correct runs', () => {
    for (const [i, run] of RUNS.entries()) expect(checkHistory(run), `seed ${i + 1}`).toEqual([])
  })

  it.each(Object.entries(CORRUPTIONS))('finds it when %s', (_, corrupt) => {
    let tries = 0
    for (const [i, run] of RUNS.entries()) {
      const broken = corrupt(run, seededRandom(i))
      if (broken === null) continue
      tries += 1
      expect(checkHistory(broken), `seed ${i + 1}`).not.toEqual([])
    }
    expect(tries).toBeGreaterThan(10)
  })

  it('takes a million events in seconds', () => {
    const run = longRun(100_000, 8)
    expect(run.events.length).toBeGreaterThan(1_000_000)
    const start = performance.now()
    expect(checkHistory(run)).toEqual([])
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

/** Everything said by one is seen by so many. */
function longRun(entries: number, observers: number): History {
  const scene = new Scene()
  const actors = Array.from({ length: observers }, (_, i) => scene.client(`${i}`).joined())
  for (let n = 0; n < entries; n++) {
    const entry = actors[n % observers]?.says(`${n}`)
    if (entry !== undefined) for (const actor of actors) actor.saw(entry)
  }
  for (const actor of actors) actor.rests()
  return scene.history()
}
