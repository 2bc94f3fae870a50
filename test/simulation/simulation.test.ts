import { describe, expect, it } from 'vitest'
import { type ChaosOptions, chaos } from './chaos.ts'
import { brokenPromises } from './check.ts'
import { World, type WorldOptions } from './world.ts'

interface Figures {
  faults: number
  connections: number
  retries: number
  /** Edits, deletions and reactions that were stored. */
  changes: number
  gaps: number
  dropped: number
  failures: number
}

/** One world from a seed. Throws with the seed in the message. */
async function run(options: WorldOptions, what: ChaosOptions): Promise<Figures> {
  const world = await World.start(options)
  try {
    const faults = await chaos(world, what)
    await world.rest()
    const problems = brokenPromises(world)
    if (problems.length > 0) throw new Error(problems.slice(0, 10).join('\n'))
    const sent = world.clients.flatMap((client) => client.sent)
    return {
      faults,
      connections: world.clients.reduce((sum, { connections }) => sum + connections, 0),
      retries: sent.reduce((sum, { tries }) => sum + tries - 1, 0),
      changes: sent.filter(({ change, ack }) => change !== undefined && ack !== null).length,
      gaps: world.clients.reduce((sum, { view }) => sum + view.gaps.length, 0),
      ...world.damage,
    }
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${(error as Error).message}`, { cause: error })
  } finally {
    await world.end()
  }
}

/** Many worlds, one seed after the other; another range with `SEED=1000`, longer with `SEEDS=500`. */
async function runMany(
  count: number,
  options: Omit<WorldOptions, 'seed'>,
  what: ChaosOptions,
): Promise<Figures> {
  const total = {
    faults: 0,
    connections: 0,
    retries: 0,
    changes: 0,
    gaps: 0,
    dropped: 0,
    failures: 0,
  }
  const first = Number(process.env.SEED ?? 1)
  const seeds = Number(process.env.SEEDS ?? count)
  for (let seed = first; seed < first + seeds; seed++) {
    const figures = await run({ ...options, seed }, what)
    for (const key of Object.keys(total) as (keyof Figures)[]) total[key] += figures[key]
  }
  return total
}

const TALK: ChaosOptions = { sends: 10, forMs: 8000, faultMs: [50, 800] }

describe('everybody sees exactly the log, and what is acknowledged is in it once', () => {
  it('on one server, in peace', async () => {
    await runMany(10, { clients: 5 }, { ...TALK, faultMs: [1e6, 1e6] })
  })

  it('on one server, when connections break in every way', async () => {
    const { faults, connections, retries, changes } = await runMany(
      60,
      { clients: 4, duplicate: 0.1 },
      TALK,
    )
    expect(faults).toBeGreaterThan(50)
    expect(changes).toBeGreaterThan(300)
    expect(connections).toBeGreaterThan(faults / 3)
    expect(retries).toBeGreaterThan(10)
  })

  it('on one server whose storage fails at times', async () => {
    const { failures } = await runMany(40, { clients: 4, rooms: 2, fail: 0.1 }, TALK)
    expect(failures).toBeGreaterThan(20)
  })

  it('on one server that gives up old entries: what is missing is told exactly', async () => {
    // Only those listen badly who don't talk: a key protects as long as its entry is kept.
    const old = { clients: 5, kept: 8, window: 100_000 }
    const { gaps } = await runMany(30, old, {
      ...TALK,
      sends: 40,
      // Who misses a change doesn't know what it changed.
      changes: 0,
      talkers: 2,
    })
    expect(gaps).toBeGreaterThan(10)
  })

  it('on two servers', async () => {
    await runMany(60, { clients: 4, nodes: 2, duplicate: 0.1 }, TALK)
  })

  it('on two servers whose broker loses a third of the hints', async () => {
    const { dropped } = await runMany(40, { clients: 4, nodes: 2, drop: 0.3 }, TALK)
    expect(dropped).toBeGreaterThan(100)
  })

  it('on two servers whose broker loses hints, and whose storage fails often', async () => {
    const { dropped, failures } = await runMany(
      40,
      { clients: 4, nodes: 2, drop: 0.3, fail: 0.2 },
      TALK,
    )
    expect(dropped).toBeGreaterThan(100)
    expect(failures).toBeGreaterThan(100)
  })

  it('on two servers whose broker loses everything', async () => {
    await runMany(20, { clients: 3, nodes: 2, drop: 1 }, { ...TALK, sends: 5 })
  })

  it('while servers are replaced and everything else goes wrong too', async () => {
    const bad = { clients: 6, rooms: 2, nodes: 3, drop: 0.2, fail: 0.03, duplicate: 0.05 }
    await runMany(40, { ...bad, delay: [1, 150] }, { ...TALK, restarts: 3 })
  })
})

describe('nobody waits without need', () => {
  it('hints are enough for the other server, without a look into storage', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await World.start({ seed, clients: 4, nodes: 2, positionMs: 1e9 })
      for (const client of world.clients) client.start()
      for (let n = 0; n < 20; n++) {
        world.random.pick(world.clients).say(`${n}`)
        await world.clock.advance(world.random.int(0, 100))
      }
      await world.rest(800)
      expect(brokenPromises(world)).toEqual([])
      await world.end()
    }
  })

  it('who reads again gets what waited, without having to ask', async () => {
    const world = await World.start({ seed: 1, clients: 2, window: 200, positionMs: 1e9 })
    const [ana, bob] = world.clients
    for (const client of world.clients) client.start()
    await world.rest(800)
    bob?.link?.pause()
    for (let n = 0; n < 10; n++) {
      ana?.say(`${n}`)
      await world.clock.advance(10)
    }
    await world.clock.advance(200)
    expect(bob?.view.seen).toEqual([])
    bob?.link?.resume()
    await world.rest(300)
    expect(bob?.connections).toBe(1)
    expect(brokenPromises(world)).toEqual([])
    await world.end()
  })
})

describe('a simulation', () => {
  it('comes again from its seed', async () => {
    const options = { seed: 42, clients: 4, nodes: 2, drop: 0.2, fail: 0.05, duplicate: 0.1 }
    const logs: string[] = []
    for (let round = 0; round < 2; round++) {
      const world = await World.start(options)
      await chaos(world, TALK)
      await world.rest()
      logs.push(JSON.stringify([world.log, world.clients.map(({ sent }) => sent)]))
      await world.end()
    }
    expect(logs[1]).toBe(logs[0])
  })
})
