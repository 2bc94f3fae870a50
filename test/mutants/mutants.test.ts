/** The history checker, proven: it finds what is wrong with servers that are broken on purpose. */

import { afterAll, describe, expect, it, vi } from 'vitest'
import { HISTORY_RULES, type HistoryRule } from '../../src/testing/history-rules.ts'
import { CHANGE_MUTANTS } from './change-mutants.ts'
import { CORE_MUTANTS } from './core-mutants.ts'
import type { Mutant } from './mutant.ts'
import { naiveStorage } from './naive-storage.ts'
import { STORAGE_MUTANTS } from './storage-mutants.ts'
import { inWords, readme } from './table.ts'
import { type Damage, type Plan, runWorld } from './world.ts'

vi.mock('../../src/core/catch-up.ts', async (importOriginal) => {
  const { switched } = await import('./switches.ts')
  return switched(await importOriginal())
})

const IN_CORE: readonly Mutant[] = [...CORE_MUTANTS, ...CHANGE_MUTANTS]
const MUTANTS: readonly Mutant[] = [...IN_CORE, ...STORAGE_MUTANTS]
/** Worlds that a mutant lives through, at most, until it is found. */
const TRIES = 40
/** Worlds of each kind that a right server lives through, at least. */
const RIGHT = 10

/** Worlds that no mutant lives in: much at once, and storage slower than servers wait for it. */
const HARD: readonly Plan[] = [
  { nodes: 3, drop: 0.9, fail: 0.3, slow: 60, churn: true },
  { nodes: 3, drop: 0.8, fail: 0.2, kept: 6, narrow: true },
  { nodes: 2, drop: 0.5, fail: 0.2, deletes: true, churn: true, restarts: true },
  { nodes: 3, drop: 0.5, fail: 0.2, whispers: true, restarts: true, conflicts: true },
  { nodes: 2, slow: 60, hasty: true, churn: true, restarts: true },
  { nodes: 3, drop: 0.5, fail: 0.1, crashes: true, churn: true, whispers: true },
  { nodes: 3, drop: 0.5, fail: 0.1, slow: 60, edits: true, kept: 20, conflicts: true, churn: true },
  { nodes: 2, drop: 0.9, crashes: true, restarts: true, edits: true, whispers: true, churn: true },
  { slow: 60, fail: 0.1, temporary: true, clients: 2, churn: true, whispers: true },
  { slow: 0, nodes: 3, drop: 0.5, clients: 6, deletes: true, churn: true, restarts: true },
]

/** Seeds that each kind of world was made with. */
const worlds = new Map<string, { readonly plan: Plan; seeds: number }>()
const lines: string[] = []

function note(plan: Plan, seed: number): void {
  const key = JSON.stringify(plan)
  worlds.set(key, { plan, seeds: Math.max(seed, worlds.get(key)?.seeds ?? RIGHT) })
}

/** The rules that were broken, world after world, until the right one was among them. */
async function hunt({ name, plan, damage, rule }: Mutant): Promise<readonly HistoryRule[]> {
  const found = new Set<HistoryRule>()
  let seed = 0
  while (seed < TRIES && !found.has(rule)) {
    seed += 1
    note(plan, seed)
    for (const violation of await runWorld(plan, seed, damage)) found.add(violation.rule)
  }
  lines.push(`${name}: ${rule} (world ${seed}; in all: ${[...found].join(', ')})`)
  return [...found]
}

/** Nothing may be found in any world that a mutant lived in, nor in harder ones. */
async function expectRight(damage: Damage = {}): Promise<void> {
  for (const plan of HARD) note(plan, RIGHT)
  for (const { plan, seeds } of worlds.values()) {
    for (let seed = 1; seed <= seeds; seed++) {
      const violations = await runWorld(plan, seed, damage)
      expect(violations, `${inWords(plan)}: seed ${seed}`).toEqual([])
    }
  }
}

describe('the history checker', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'finds it: %s',
    async (_, mutant) => {
      expect(await hunt(mutant)).toContain(mutant.rule)
    },
    30_000,
  )

  it('finds nothing in the same worlds when the server is right', () => expectRight(), 60_000)

  it('finds nothing when the storage that the mutants have is right', async () => {
    await expectRight({ storage: (tools) => naiveStorage(tools, {}) })
  }, 60_000)

  it('has a mutant for each of its rules', () => {
    const rules = new Set(MUTANTS.map(({ rule }) => rule))
    expect(Object.keys(HISTORY_RULES).filter((rule) => !rules.has(rule as HistoryRule))).toEqual([])
  })

  it('has a table of them in README.md', async () => {
    await expect(readme(IN_CORE, STORAGE_MUTANTS)).toMatchFileSnapshot('./README.md')
  })

  afterAll(() => console.log(lines.join('\n')))
})
