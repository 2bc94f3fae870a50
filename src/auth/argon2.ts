/** Passwords hashed by argon2id (RFC 9106), where `@node-rs/argon2` is installed. */

import { ChatError } from '../errors.ts'

/** What is used of `@node-rs/argon2`. */
export interface Argon2Module {
  hash(
    password: string,
    options: {
      readonly memoryCost: number
      readonly timeCost: number
      readonly parallelism: number
      readonly algorithm: number
    },
  ): Promise<string>
  verify(hash: string, password: string): Promise<boolean>
}

/** What a hash by argon2id costs. */
export interface Argon2Cost {
  /** Memory, in KiB. */
  readonly m: number
  /** Passes over it. */
  readonly t: number
  /** Lanes. */
  readonly p: number
}

/** What OWASP's Password Storage Cheat Sheet recommends. */
export const ARGON2_COST: Argon2Cost = { m: 19_456, t: 2, p: 1 }

/** `Algorithm.Argon2id` of the package: an enum that only its types know. */
const ARGON2ID = 2
/** No hash may ask for more, whoever wrote it: 256 MiB, and some 30 times the work of the default. */
const MOST_KIB = 256 * 1024
const MOST_WORK = 2 ** 20
const MOST_LANES = 16

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,8}),t=([1-9]\d{0,5}),p=([1-9]\d?)\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/

function isBearable({ m, t, p }: Argon2Cost): boolean {
  return (
    [m, t, p].every((part) => Number.isInteger(part) && part >= 1) &&
    p <= MOST_LANES &&
    m >= 8 * p &&
    m <= MOST_KIB &&
    m * t <= MOST_WORK
  )
}

function parse(hash: string): Argon2Cost | null {
  const [, m, t, p] = PHC.exec(hash) ?? []
  const cost = { m: Number(m), t: Number(t), p: Number(p) }
  return p !== undefined && isBearable(cost) ? cost : null
}

/** Loads the package: with its error, of an `import()` that failed, told as what to do. */
export async function loadArgon2(
  load: () => Promise<unknown> = () => import('@node-rs/argon2'),
): Promise<Argon2Module> {
  try {
    return (await load()) as Argon2Module
  } catch (cause) {
    throw new ChatError(
      'invalid_options',
      'argon2id needs a package: npm install @node-rs/argon2',
      { cause },
    )
  }
}

/**
 * Refuses what no hash may cost.
 *
 * @throws ChatError `invalid_options`
 */
export function checkArgon2Cost(cost: Argon2Cost): void {
  if (isBearable(cost)) return
  throw new ChatError(
    'invalid_options',
    'argon2: m (KiB), t and p are whole numbers from 1; p at most 16, m from 8 · p to 262144, m · t ' +
      'at most 2^20',
  )
}

/** Hashes a password: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>`. In a thread of the pool. */
export function argon2Hash(
  module: Argon2Module,
  password: string,
  { m, t, p }: Argon2Cost,
): Promise<string> {
  return module.hash(password, {
    memoryCost: m,
    timeCost: t,
    parallelism: p,
    algorithm: ARGON2ID,
  })
}

/** Can {@link argon2Verify} make something of this? Broken hashes and those that cost too much can't. */
export function isArgon2Hash(hash: string): boolean {
  return parse(hash) !== null
}

/** Does the password fit the hash, by the parameters that stand in it? Never if it is none. */
export async function argon2Verify(
  module: Argon2Module,
  password: string,
  hash: string,
): Promise<boolean> {
  if (parse(hash) === null) return false
  try {
    return await module.verify(hash, password)
  } catch {
    // The shape was right, but the base64 in it makes no sense.
    return false
  }
}

/** Was it made with less memory or less work than now? */
export function isArgon2Outdated(hash: string, cost: Argon2Cost): boolean {
  const known = parse(hash)
  return known === null || known.m < cost.m || known.m * known.t < cost.m * cost.t
}
