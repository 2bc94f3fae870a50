/** Whatever is said, broken and mended, and in whatever order: who comes back misses nothing. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brokenPromises } from './simulation/check.ts'
import { World } from './simulation/world.ts'

const CLIENTS = 3
const who = fc.nat(CLIENTS - 1)

/** One thing that happens. Times are in ms of the world's own clock. */
type Step =
  | { readonly do: 'say'; readonly who: number; readonly times: number }
  | { readonly do: 'cut' | 'drop' | 'blackHole'; readonly who: number }
  | { readonly do: 'halfOpen'; readonly who: number; readonly survivor: 'client' | 'server' }
  | { readonly do: 'stay away'; readonly who: number; readonly ms: number }
  | { readonly do: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      who,
      times: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('cut', 'drop', 'blackHole'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('halfOpen' as const),
      who,
      survivor: fc.constantFrom('client', 'server'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('stay away' as const),
      who,
      ms: fc.integer({ min: 1, max: 2000 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 120 }),
    }),
  },
)

async function take(world: World, step: Step, n: number): Promise<void> {
  if (step.do === 'wait') return world.clock.advance(step.ms)
  const client = world.clients[step.who]
  switch (step.do) {
    case 'say':
      for (let i = 0; i < step.times; i++) client?.say(`${n}.${i}`)
      return
    case 'cut':
      client?.link?.cut()
      return
    case 'blackHole':
      client?.link?.blackHole()
      return
    case 'halfOpen':
      client?.link?.halfOpen(step.survivor)
      return
    case 'drop':
      client?.drop()
      return
    case 'stay away':
      client?.stop()
      world.clock.after(step.ms, () => client?.start())
  }
}

it('whoever comes back has seen everything once, in order, and said everything once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.integer({ min: 1, max: 2 }),
      fc.boolean(),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      async (seed, nodes, fails, steps) => {
        const world = await World.start({
          seed,
          nodes,
          clients: CLIENTS,
          drop: nodes === 1 ? 0 : 0.2,
          fail: fails ? 0.05 : 0,
        })
        try {
          for (const client of world.clients) client.start()
          for (const [n, one] of steps.entries()) await take(world, one, n)
          await world.rest()
          expect(brokenPromises(world)).toEqual([])
        } finally {
          await world.end()
        }
      },
    ),
    { numRuns: 300 },
  )
})
