import { describe, expect, it } from 'vitest'
import { type SimResult, simulate } from './proof-sim.ts'
import type { SimOptions } from './proof-sim-parts.ts'

type Figures = Omit<SimResult, 'findings'>

/** Many worlds, one seed after the other; another range with `SEED=1000`, longer with `SEEDS=500`. */
async function many(count: number, options: Omit<SimOptions, 'seed'>): Promise<Figures> {
  const first = Number(process.env.SEED ?? 1)
  const seeds = Number(process.env.SEEDS ?? count)
  const total = { entries: 0, calls: 0, whispers: 0, faults: 0, connections: 0, gaps: 0, resets: 0 }
  for (let seed = first; seed < first + seeds; seed++) {
    const { findings, ...figures } = await simulate({ ...options, seed })
    expect(findings.slice(0, 10), `seed ${seed}`).toEqual([])
    for (const key of Object.keys(total) as (keyof Figures)[]) total[key] += figures[key]
  }
  return total
}

describe('SDK clients have the same log, and what they say is stored once', () => {
  it('in peace', async () => {
    const { calls, connections } = await many(20, { clients: 4, faultMs: [1e9, 1e9] })
    expect(calls).toBeGreaterThan(500)
    expect(connections).toBeLessThan(90)
  })

  it('when connections break in every way', async () => {
    const { calls, faults, connections } = await many(80, { clients: 3 })
    expect(calls).toBeGreaterThan(1500)
    expect(faults).toBeGreaterThan(500)
    expect(connections).toBeGreaterThan(faults / 2)
  })

  it('when they come and go, in two rooms', async () => {
    await many(50, { clients: 3, rooms: 2, strolls: true, acts: 20 })
  })

  it('when they are loaded anew, with what waited', async () => {
    await many(50, { clients: 3, reloads: true, acts: 25 })
  })

  it('when they also talk to single persons', async () => {
    const { whispers } = await many(50, { clients: 3, whispers: true, acts: 25 })
    expect(whispers).toBeGreaterThan(200)
  })

  it('when storage fails at times', async () => {
    await many(40, { clients: 3, fail: 0.1, duplicate: 0.1 })
  })

  it('when the server is replaced', async () => {
    await many(40, { clients: 3, restarts: 2 })
  })

  it('when the server loses everything: that is told', async () => {
    const { resets } = await many(40, { clients: 3, restarts: 2, forgets: true })
    expect(resets).toBeGreaterThan(40)
  })

  it('when old entries go: what is missing is told', async () => {
    // Only those listen badly who don't talk: a key protects as long as its entry is kept.
    const { gaps } = await many(40, { clients: 5, talkers: 2, kept: 8, acts: 40 })
    expect(gaps).toBeGreaterThan(10)
  })

  it('when everything goes wrong at once', async () => {
    const bad = {
      whispers: true,
      fail: 0.05,
      restarts: 2,
      strolls: true,
      reloads: true,
      duplicate: 0.05,
    }
    await many(60, { clients: 4, rooms: 2, acts: 25, ...bad })
  })
})

describe('a world', () => {
  it('comes again from its seed', async () => {
    const options = { seed: 42, clients: 4, rooms: 2, fail: 0.05, restarts: 1 }
    const [one, other] = [await simulate(options), await simulate(options)]
    expect(other).toEqual(one)
    expect(one.findings).toEqual([])
  })
})
