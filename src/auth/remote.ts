/** Accounts of an account service elsewhere. */

import type { ErrorCode } from '../errors.ts'
import type { Login } from '../protocol/types.ts'
import type { Accounts, Validated } from '../spi/auth.ts'
import type { Clock } from '../spi/clock.ts'
import { systemClock } from '../system.ts'
import { aliveOf, askService, countOf, loginOf, personOf, timeOf, validOf } from './remote-call.ts'
import { HASHES_AT_ONCE } from './service-routes.ts'
import { hashToken } from './tokens.ts'

/** Options of {@link remoteAccounts}. */
export interface RemoteAccountsOptions {
  /** The `secret` of the service; without it all people here count as one address there. */
  readonly secret?: string
  /** Where to chat: told with every login, unless the service tells it. */
  readonly url?: string
  /** Time for an answer that needs no hashing, in ms. Default 4,000: less than `limits.hookMs`. */
  readonly timeoutMs?: number
  /** Time for those that hash a password, and may have to wait for their turn, in ms. Default 30,000. */
  readonly hashTimeoutMs?: number
  /** A token that was valid is taken for valid this long without asking, in ms. Default 2,000; 0: never. */
  readonly cacheMs?: number
  /** Tokens that are remembered so. Default 10,000. */
  readonly cacheTokens?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** No token is longer. */
const LONGEST_TOKEN = 4096

const HASHING: readonly ErrorCode[] = [
  'bad_request',
  'password_weak',
  'credentials_wrong',
  'rate_limited',
  'overloaded',
]
const NAMING: readonly ErrorCode[] = [...HASHING, 'name_invalid', 'name_reserved', 'name_taken']

/** What was said of tokens a moment ago. */
class Cache {
  private readonly known = new Map<string, { readonly valid: Validated; readonly until: number }>()
  private readonly ms: number
  private readonly most: number
  private readonly clock: Clock

  constructor(ms: number, most: number, clock: Clock) {
    this.ms = ms
    this.most = most
    this.clock = clock
  }

  get(hash: string): Validated | null {
    const entry = this.known.get(hash)
    if (entry === undefined) return null
    const { clock } = this
    if (entry.until > clock.monotonic() && entry.valid.expiresAt > clock.now()) return entry.valid
    this.known.delete(hash)
    return null
  }

  set(valid: Validated): void {
    if (this.ms <= 0) return
    this.known.delete(valid.hash)
    this.known.set(valid.hash, { valid, until: this.clock.monotonic() + this.ms })
    // Those that end next stand first.
    for (const hash of this.known.keys()) {
      if (this.known.size <= this.most) break
      this.known.delete(hash)
    }
  }

  delete(hash: string): void {
    this.known.delete(hash)
  }

  clear(): void {
    this.known.clear()
  }
}

/**
 * Accounts of a service elsewhere (see {@link accountService}), over HTTP: several chat servers share
 * one set of accounts. Everything rejects with `unavailable` while the service doesn't answer, and
 * nobody is let in meanwhile.
 *
 * How fast a logout elsewhere acts: `alive` always asks, so connections end as soon as it is asked
 * (every second). `validate` may let in a token for `cacheMs` more, and the next `alive` ends that
 * connection.
 *
 * @param url the address of the service, `https:` unless it is on the same machine
 * @throws ChatError `invalid_options`
 * @example
 * const accounts = remoteAccounts('https://accounts.example.org', { secret })
 */
export function remoteAccounts(url: string, options: RemoteAccountsOptions = {}): Accounts {
  const { timeoutMs = 4000, hashTimeoutMs = 30_000, clock = systemClock } = options
  const ask = askService(url, options.secret)
  const cache = new Cache(options.cacheMs ?? 2000, options.cacheTokens ?? 10_000, clock)
  const asking = new Map<string, Promise<Validated | null>>()

  const login = async (
    path: string,
    body: object,
    from: string,
    answers: readonly ErrorCode[],
  ): Promise<Login> => {
    const told = await ask({ path, body, from, timeoutMs: hashTimeoutMs, answers })
    return { ...(options.url === undefined ? {} : { url: options.url }), ...loginOf(told) }
  }

  async function look(token: string, hash: string): Promise<Validated | null> {
    const told = await ask({ path: 'validate_token', body: { token }, timeoutMs })
    if (!validOf(told.valid)) return null
    const expiresAt = timeOf(told.expiresAt)
    const admin = told.admin === true ? { admin: true } : {}
    const identity = { ...personOf(told.person), expiresAt, ...admin }
    const valid = { hash, identity, expiresAt }
    cache.set(valid)
    return valid
  }

  async function aliveOnes(hashes: readonly string[]): Promise<readonly boolean[]> {
    const told = await ask({ path: 'v1/accounts/alive', body: { hashes }, timeoutMs })
    const alive = aliveOf(told, hashes.length)
    for (const [index, hash] of hashes.entries()) if (!alive[index]) cache.delete(hash)
    return alive
  }

  return {
    register: (username, password, from) => login('register', { username, password }, from, NAMING),

    login: (username, password, from) => login('login', { username, password }, from, HASHING),

    validate(token) {
      if (token === '' || token.length > LONGEST_TOKEN) return Promise.resolve(null)
      const hash = hashToken(token)
      const valid = cache.get(hash)
      if (valid !== null) return Promise.resolve(valid)
      const going = asking.get(hash)
      if (going !== undefined) return going
      const answer = look(token, hash).finally(() => asking.delete(hash))
      asking.set(hash, answer)
      return answer
    },

    async renew(token) {
      cache.delete(hashToken(token))
      try {
        const answers: ErrorCode[] = ['unauthorized']
        const told = await ask({ path: 'v1/renew', body: { token }, timeoutMs, answers })
        return { expiresAt: timeOf(told.expiresAt) }
      } catch (error) {
        if ((error as { code?: unknown }).code === 'unauthorized') return null
        throw error
      }
    },

    async logout(token, everywhere) {
      // What is remembered isn't by account; it is asked again.
      if (everywhere) cache.clear()
      else cache.delete(hashToken(token))
      const told = await ask({ path: 'v1/logout', body: { token, everywhere }, timeoutMs })
      return countOf(told.ended)
    },

    password(token, old, next, from) {
      cache.clear()
      const answers: ErrorCode[] = [...HASHING, 'unauthorized']
      return login('v1/password', { token, old, new: next }, from, answers)
    },

    async alive(hashes) {
      const parts: (readonly string[])[] = []
      for (let at = 0; at < hashes.length; at += HASHES_AT_ONCE) {
        parts.push(hashes.slice(at, at + HASHES_AT_ONCE))
      }
      return (await Promise.all(parts.map(aliveOnes))).flat()
    },

    async owner(name) {
      const told = await ask({ path: 'v1/accounts/owner', body: { name }, timeoutMs })
      return told.person === null ? null : personOf(told.person)
    },
  }
}
