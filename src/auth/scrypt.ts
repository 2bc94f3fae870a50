/** Passwords hashed by scrypt (RFC 7914), written as PHC strings. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { ChatError } from '../errors.ts'

/** What a hash by scrypt costs: 128 · r · 2^ln bytes, and time by 2^ln · r · p. */
export interface ScryptCost {
  /** Binary logarithm of N. */
  readonly ln: number
  /** Block size. */
  readonly r: number
  /** Parallelisation. */
  readonly p: number
}

/** A hash, taken apart. */
interface ScryptHash extends ScryptCost {
  readonly salt: Buffer
  readonly key: Buffer
}

/** What OWASP's Password Storage Cheat Sheet recommends: 128 MiB, some 0.3 s. */
export const SCRYPT_COST: ScryptCost = { ln: 17, r: 8, p: 1 }

/** No hash may ask for more, whoever wrote it: 256 MiB, and eight times the work of the default. */
const MOST_BYTES = 256 * 1024 * 1024
const MOST_WORK = 2 ** 23
const SALT_BYTES = 16
const KEY_BYTES = 32

const PHC =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,2}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{6,86})\$([A-Za-z0-9+/]{22,86})$/

const bytes = ({ ln, r }: ScryptCost): number => 128 * r * 2 ** ln
const work = ({ ln, r, p }: ScryptCost): number => 2 ** ln * r * p
const base64 = (data: Buffer): string => data.toString('base64').replaceAll('=', '')

function isBearable(cost: ScryptCost): boolean {
  const { ln, r, p } = cost
  return (
    [ln, r, p].every((part) => Number.isInteger(part) && part >= 1) &&
    // RFC 7914 asks for N < 2^(128 r / 8); node and OpenSSL would refuse with an error of theirs.
    ln < 16 * r &&
    bytes(cost) <= MOST_BYTES &&
    work(cost) <= MOST_WORK
  )
}

function parse(hash: string): ScryptHash | null {
  const [, ln, r, p, salt = '', key = ''] = PHC.exec(hash) ?? []
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (key === '' || !isBearable(cost)) return null
  return { ...cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') }
}

/** In a thread of the pool: the event loop goes on. */
function derive(password: string, salt: Buffer, size: number, cost: ScryptCost): Promise<Buffer> {
  const { ln, r, p } = cost
  const N = 2 ** ln
  return new Promise((resolve, reject) => {
    scrypt(password, salt, size, { N, r, p, maxmem: 128 * r * (N + p + 2) }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/**
 * Refuses what no hash may cost, or what costs next to nothing by mistake.
 *
 * @throws ChatError `invalid_options`
 */
export function checkScryptCost(cost: ScryptCost): void {
  if (isBearable(cost)) return
  throw new ChatError(
    'invalid_options',
    'scrypt: ln, r and p are whole numbers from 1; at most 256 MiB (128 · r · 2^ln bytes), and ' +
      '2^ln · r · p at most 2^23',
  )
}

/** Hashes a password: `$scrypt$ln=17,r=8,p=1$<salt>$<key>`, base64 without padding. */
export async function scryptHash(password: string, cost: ScryptCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, KEY_BYTES, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`
}

/** Can {@link scryptVerify} make something of this? Broken hashes and those that cost too much can't. */
export function isScryptHash(hash: string): boolean {
  return parse(hash) !== null
}

/** Does the password fit the hash, by the parameters that stand in it? Never if it is none. */
export async function scryptVerify(password: string, hash: string): Promise<boolean> {
  const known = parse(hash)
  if (known === null) return false
  return timingSafeEqual(await derive(password, known.salt, known.key.length, known), known.key)
}

/** Was it made with less memory, less work or less salt than now? */
export function isScryptOutdated(hash: string, cost: ScryptCost): boolean {
  const known = parse(hash)
  if (known === null) return true
  return (
    bytes(known) < bytes(cost) ||
    work(known) < work(cost) ||
    known.salt.length < SALT_BYTES ||
    known.key.length < KEY_BYTES
  )
}
