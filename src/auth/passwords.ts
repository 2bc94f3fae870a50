/** Passwords: what may be one, how they are hashed and checked, and how much of that at a time. */

import { ChatError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import {
  ARGON2_COST,
  type Argon2Cost,
  type Argon2Module,
  argon2Hash,
  argon2Verify,
  checkArgon2Cost,
  isArgon2Hash,
  isArgon2Outdated,
  loadArgon2,
} from './argon2.ts'
import { unavailable } from './beneath.ts'
import { Gate } from './gate.ts'
import {
  checkScryptCost,
  isScryptHash,
  isScryptOutdated,
  SCRYPT_COST,
  type ScryptCost,
  scryptHash,
  scryptVerify,
} from './scrypt.ts'
import { isWellKnown } from './weak-passwords.ts'

/** How passwords are hashed. */
export interface HashOptions {
  /**
   * Default `scrypt`, which Node has. `argon2id` needs the package `@node-rs/argon2`. Hashes of the
   * other one are understood all the same, and scrypt's replaced by argon2id's as people log in.
   */
  readonly algorithm?: 'scrypt' | 'argon2id'
  /** Default ln 17, r 8, p 1: 128 MiB for each of `limits.hashesAtOnce`, some 0.3 s. */
  readonly scrypt?: ScryptCost
  /** Default m 19456, t 2, p 1: 19 MiB. */
  readonly argon2?: Argon2Cost
}

/**
 * Hashes and checks passwords, never on the event loop's time, `limits.hashesAtOnce` at once. All
 * reject with `overloaded` when more than `limits.hashesWaiting` wait. `whose`: who asks, such as an
 * address; those who ask take turns.
 */
export interface Passwords {
  /**
   * Loads what is needed.
   *
   * @throws ChatError `invalid_options`, saying what to install
   */
  ready(): Promise<void>
  /** Refuses a password that is too short, too long, the name, or too well known: `password_weak`. */
  check(password: string, name: string): void
  /** Makes a hash, in PHC form. */
  hash(password: string, whose: string): Promise<string>
  /**
   * Does the password fit the hash? Takes as long as ever with `null` (there is nobody) and with
   * what is no hash: never. Never throws because of what the hash is.
   */
  verify(password: string, hash: string | null, whose: string): Promise<boolean>
  /** Was this hash made with less than what is used now? */
  isOutdated(hash: string): boolean
  /** Is it a hash that can be checked, at a bearable price? */
  isReadable(hash: string): boolean
}

/** Longer ones are wrong without a look, whatever the limit says today. */
const MOST_BYTES = 4096
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u

/**
 * A password in the form that is hashed: Unicode spaces become plain ones, then NFC; cases stay.
 * After the OpaqueString profile of RFC 8265, section 4.2; unlike there, invisible characters are
 * let in, since emoji are made with them, and unassigned ones, so that a newer Node means no other
 * passwords. `null`: it has control characters, halves of characters, or nothing; or is far too long.
 */
export function preparedPassword(password: string): string | null {
  if (password.length > MOST_BYTES || password === '' || FORBIDDEN.test(password)) return null
  const text = password.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  return Buffer.byteLength(text) > MOST_BYTES ? null : text
}

/**
 * Makes the hasher of one server.
 *
 * @param load how argon2 is loaded, where it is wanted or a hash asks for it
 * @throws ChatError `invalid_options`
 */
export function createPasswords(
  limits: Pick<Limits, 'passwordMinChars' | 'passwordBytes' | 'hashesAtOnce' | 'hashesWaiting'>,
  options: HashOptions = {},
  load?: () => Promise<unknown>,
): Passwords {
  const { algorithm = 'scrypt', scrypt = SCRYPT_COST, argon2 = ARGON2_COST } = options
  checkScryptCost(scrypt)
  checkArgon2Cost(argon2)
  const gate = new Gate(limits.hashesAtOnce, limits.hashesWaiting)
  let loading: Promise<Argon2Module> | undefined

  const loaded = async (): Promise<Argon2Module> => {
    loading ??= loadArgon2(load)
    try {
      return await loading
    } catch (error) {
      loading = undefined
      throw error
    }
  }
  /** While people log in: what to install is none of their business, but stands in the cause. */
  const module = (): Promise<Argon2Module> =>
    loaded().catch((error: unknown) => {
      throw unavailable(error)
    })

  const make = async (text: string): Promise<string> =>
    algorithm === 'scrypt' ? scryptHash(text, scrypt) : argon2Hash(await module(), text, argon2)

  return {
    async ready() {
      if (algorithm === 'argon2id') await loaded()
    },

    check(password, name) {
      const text = preparedPassword(password)
      if (
        text === null ||
        [...text].length < limits.passwordMinChars ||
        Buffer.byteLength(text) > limits.passwordBytes ||
        isWellKnown(text, name)
      ) {
        throw new ChatError('password_weak')
      }
    },

    async hash(password, whose) {
      const text = preparedPassword(password)
      if (text === null) throw new ChatError('password_weak')
      return gate.run(whose, () => make(text))
    },

    verify(password, hash, whose) {
      const text = preparedPassword(password)
      return gate.run(whose, async () => {
        if (text !== null && hash !== null) {
          if (isScryptHash(hash)) return scryptVerify(text, hash)
          if (isArgon2Hash(hash)) return argon2Verify(await module(), text, hash)
        }
        // The work is done all the same, so that time doesn't tell who has an account.
        await make(text ?? '-')
        return false
      })
    },

    isOutdated(hash) {
      if (isArgon2Hash(hash)) return algorithm === 'argon2id' && isArgon2Outdated(hash, argon2)
      return algorithm === 'argon2id' || isScryptOutdated(hash, scrypt)
    },

    isReadable: (hash) => isScryptHash(hash) || isArgon2Hash(hash),
  }
}
