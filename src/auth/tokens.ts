/** Tokens: what a client shows to be an account. */

import { createHash, randomBytes } from 'node:crypto'

/** So that a token is recognised where it doesn't belong: in a log, in a repository. */
export const TOKEN_PREFIX = 'tertulia_'

const SHAPE = new RegExp(`^${TOKEN_PREFIX}[A-Za-z0-9_-]{43}$`)
const HASH = /^[0-9a-f]{64}$/

/** A new token: 256 random bits. It is told once, to its owner, and neither stored nor logged. */
export function makeToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url')
}

/** Has it the shape of a token? Whatever hasn't needs no look into storage. */
export function isToken(text: string): boolean {
  return SHAPE.test(text)
}

/**
 * How a token is known without being told: its SHA-256 in hexadecimal. It needs no salt and no slow
 * hash, since nobody can guess 256 random bits.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Has it the shape of a token's hash? */
export function isTokenHash(text: string): boolean {
  return HASH.test(text)
}
