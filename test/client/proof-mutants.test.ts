/** The proof finds SDKs that are broken; and what the SDK as it is can take. */

import { describe, expect, it } from 'vitest'
import { BAD_LINKS, MUTANTS, type Mutant } from './proof-mutants.ts'
import { simulate } from './proof-sim.ts'

/** Worlds that a mutant gets to be found in. */
const SEEDS = 12

async function live({ wrapOpen, wrapClient, world }: Mutant, seed: number) {
  const { findings } = await simulate({
    clients: 3,
    acts: 15,
    ...world,
    seed,
    ...(wrapOpen === undefined ? {} : { wrapOpen }),
    ...(wrapClient === undefined ? {} : { wrapClient }),
  })
  return findings
}

describe('a broken SDK is found, that', () => {
  for (const mutant of MUTANTS) {
    it(`${mutant.name}: ${mutant.found}`, async () => {
      const found = new Set<string>()
      for (let seed = 1; seed <= SEEDS; seed++) {
        for (const finding of await live(mutant, seed)) found.add(finding.split(':')[0] ?? '')
        if (found.has(mutant.found ?? '')) return
      }
      expect([...found]).toContain(mutant.found)
    })
  }
})

describe('the SDK as it is does right', () => {
  for (const link of BAD_LINKS) {
    it(`where ${link.name}`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        expect((await live(link, seed)).slice(0, 10), `seed ${seed}`).toEqual([])
      }
    })
  }
})
