/** Contract of authentication: who somebody is. */

import type { AccountInfo, Login, Person } from '../protocol/types.ts'
import type { ConnectionInfo } from './transport.ts'

/** Who somebody is, as whoever checked it says. */
export interface Identity {
  /**
   * Never changes and is nobody else's: 1 to 64 of `A-Z a-z 0-9 _ . -`. Two connections of one id are
   * the same person.
   */
  readonly id: string
  /** As others see it; checked like every name. Two persons of different id may share it. */
  readonly name: string
  /** May do everything, in every room. */
  readonly admin?: boolean
  /** The connection is closed at this moment (milliseconds since 1970). */
  readonly expiresAt?: number
}

/** What a client shows. Its request's headers (cookies, `authorization`) are in the connection's info. */
export interface Credentials {
  /** The `token` of `hello`. */
  readonly token?: string
}

/**
 * Tells who shows these credentials; `null`: nobody it knows, ask the next. Called once per
 * connection, at `hello` (for text, before the greeting). May throw a `ChatError` to refuse with its
 * code; anything else thrown, or taking longer than `limits.hookMs`, refuses as `unavailable`.
 *
 * @example
 * authenticate: async ({ token }) => {
 *   const user = await users.byToken(token)
 *   return user === undefined ? null : { id: user.id, name: user.name }
 * }
 */
export type Authenticate = (
  credentials: Credentials,
  info: ConnectionInfo,
) => Identity | null | Promise<Identity | null>

/** What a token is worth. `hash` is how it is known without being told. */
export interface Validated {
  readonly hash: string
  readonly identity: Identity
  readonly expiresAt: number
}

/**
 * Accounts: ours on a storage (`auth/accounts.ts`), or those of an account service elsewhere
 * (`auth/remote.ts`). All reject with `unavailable` when what lies beneath doesn't answer.
 */
export interface Accounts {
  /**
   * Makes an account and logs in. `from`: the address that asks, for the limits of rate. Rejects with
   * `name_invalid`, `name_reserved`, `name_taken`, `password_weak`, `rate_limited`, `overloaded`.
   */
  register(name: string, password: string, from: string): Promise<Login>
  /**
   * Rejects with `credentials_wrong` (unknown name, wrong password, account disabled: which one can't
   * be told, by time either), `rate_limited`, `overloaded`.
   */
  login(name: string, password: string, from: string): Promise<Login>
  validate(token: string): Promise<Validated | null>
  /** Moves the end of a token; `null`: it is not worth anything. */
  renew(token: string): Promise<{ readonly expiresAt: number } | null>
  /** Ends a token, or all tokens of its account; resolves to how many were ended. */
  logout(token: string, everywhere: boolean): Promise<number>
  /**
   * Changes the password of the token's account: all its tokens end, a new one is given. Rejects with
   * `unauthorized`, `credentials_wrong`, `password_weak`, `rate_limited`, `overloaded`.
   */
  password(token: string, old: string, next: string, from: string): Promise<Login>
  /** Which of these tokens, by their hashes, are still worth something, in their order. */
  alive(hashes: readonly string[]): Promise<readonly boolean[]>
  /** The person whose name this is, or looks like, compared by `nameKey`; `null`: it is free. */
  owner(name: string): Promise<Person | null>
  /** What admins do with accounts. Absent: they are looked after elsewhere. */
  readonly admin?: AccountKeeper
}

/**
 * What admins do with accounts. Whoever calls it has checked that it is for one. What names an account
 * by `id` rejects with `person_not_found` when there is none.
 */
export interface AccountKeeper {
  /**
   * Makes an account; `limits.accounts` and the limits of rate don't hold here. Rejects with
   * `name_invalid`, `name_reserved`, `name_taken`, `password_weak`.
   */
  create(name: string, password: string, admin?: boolean): Promise<AccountInfo>
  /** The account of this name, or one that looks like it; `null`: there is none. */
  find(name: string): Promise<AccountInfo | null>
  get(id: string): Promise<AccountInfo | null>
  /** Some accounts, in an order that stays; from the place that the call before told in `next`. */
  list(
    after?: string,
    limit?: number,
  ): Promise<{ readonly accounts: readonly AccountInfo[]; readonly next?: string }>
  count(): Promise<number>
  /** Nobody can log in to a disabled account, and all its tokens end. */
  setDisabled(id: string, disabled: boolean): Promise<AccountInfo>
  /** Who is no admin any more is logged out, so that no connection stays one. */
  setAdmin(id: string, admin: boolean): Promise<AccountInfo>
  /** Sets another password and ends all tokens. Rejects with `password_weak`. */
  resetPassword(id: string, password: string): Promise<AccountInfo>
  /** Ends all tokens of an account. Resolves to how many there were. */
  logout(id: string): Promise<number>
  /** Deletes an account and its tokens. What the person wrote stays; their name is free again. */
  delete(id: string): Promise<void>
}
