/** Numbers that look random and come again: one seed, one run. */

/** A source of numbers. The same seed gives the same ones, in every process. */
export interface Random {
  /** From 0 (inclusive) to 1 (exclusive), like `Math.random`. */
  (): number
  /** What it was made from. */
  readonly seed: number
  /** A whole number from `min` to `max`, both inclusive. */
  int(min: number, max: number): number
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean
  /** One of these. Throws a `RangeError` when there is none. */
  pick<T>(list: readonly T[]): T
  /** A source of its own: what is taken from one doesn't move the other. */
  fork(): Random
}

/**
 * A source of numbers from a seed, for tests: not for secrets.
 *
 * The generator is Tommy Ettinger's mulberry32: 32 bits of state, period 2^32.
 *
 * @param seed any whole number; 32 bits of it count
 * @example
 * const random = seededRandom(7)
 * const ms = random.int(1, 50)
 * if (random.chance(0.1)) link.cut()
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return Object.assign(next, {
    seed,
    int,
    chance: (probability: number) => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('there is nothing to pick from')
      return list[int(0, list.length - 1)] as T
    },
    fork: () => seededRandom(int(0, 0xffff_ffff)),
  })
}

/**
 * A seed for a run that nobody has asked for: print it when the run fails.
 *
 * @example
 * const seed = Number(process.env.SEED ?? freshSeed())
 */
export function freshSeed(): number {
  return Math.floor(Math.random() * 0x1_0000_0000)
}
