/** What an account service can be asked: one row for each address. */

import { ChatError } from '../errors.ts'
import type { Results } from '../protocol/types.ts'
import type { Accounts } from '../spi/auth.ts'
import type { Fields } from './http.ts'
import { isTokenHash } from './tokens.ts'

/** Hashes in one question for what is alive. */
export const HASHES_AT_ONCE = 500
/** Header by which a chat server shows that it is one. */
export const SECRET_HEADER = 'x-tertulia-secret'
/** Header in which a chat server tells the address that its client asks from. */
export const CLIENT_HEADER = 'x-tertulia-client'

/** A request, as far as a route needs it. */
export interface Call {
  readonly fields: Fields
  /** Of the `authorization: Bearer` header. */
  readonly bearer: string | undefined
  /** The address that asks. */
  readonly from: string
}

/** One address of the service. All take POST. */
export interface Route {
  /** Status when it went well. Default 200. */
  readonly status?: number
  /** Where there is a secret, only chat servers may ask. */
  readonly inner?: true
  run(accounts: Accounts, call: Call): Promise<object>
}

function text(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (typeof value === 'string') return value
  }
  throw new ChatError('bad_request', `${names[0]}: a text is needed`)
}

/** The token of the body, or else of the header. */
function tokenOf({ fields, bearer }: Call): string {
  if (Object.hasOwn(fields, 'token')) return text(fields, 'token')
  if (bearer === undefined) throw new ChatError('unauthorized')
  return bearer
}

function flag(fields: Fields, name: string): boolean {
  const value = Object.hasOwn(fields, name) ? fields[name] : false
  if (typeof value !== 'boolean') throw new ChatError('bad_request', `${name}: true or false`)
  return value
}

function hashesOf(fields: Fields): readonly string[] {
  const { hashes } = fields
  if (
    !Array.isArray(hashes) ||
    hashes.length > HASHES_AT_ONCE ||
    !hashes.every((hash) => typeof hash === 'string' && isTokenHash(hash))
  ) {
    throw new ChatError('bad_request', `hashes: a list of at most ${HASHES_AT_ONCE} is needed`)
  }
  return hashes as string[]
}

const nameOf = (fields: Fields): string => text(fields, 'username', 'name')

/** The addresses of an account service. Each reply is one of the protocol's results of that name. */
export const ROUTES: Readonly<Record<string, Route>> = {
  '/register': {
    status: 201,
    run: (accounts, { fields, from }) =>
      accounts.register(nameOf(fields), text(fields, 'password'), from),
  },
  '/login': {
    run: (accounts, { fields, from }) =>
      accounts.login(nameOf(fields), text(fields, 'password'), from),
  },
  '/validate_token': {
    async run(accounts, call): Promise<Results['validate']> {
      const valid = await accounts.validate(tokenOf(call))
      if (valid === null) return { valid: false }
      const { id, name, admin } = valid.identity
      return {
        valid: true,
        person: { id, name },
        expiresAt: valid.expiresAt,
        ...(admin === true ? { admin } : {}),
      }
    },
  },
  '/v1/logout': {
    async run(accounts, call): Promise<Results['logout']> {
      return { ended: await accounts.logout(tokenOf(call), flag(call.fields, 'everywhere')) }
    },
  },
  '/v1/renew': {
    async run(accounts, call): Promise<Results['renew']> {
      const renewed = await accounts.renew(tokenOf(call))
      if (renewed === null) throw new ChatError('unauthorized')
      return renewed
    },
  },
  '/v1/password': {
    run: (accounts, call) =>
      accounts.password(
        tokenOf(call),
        text(call.fields, 'old'),
        text(call.fields, 'new'),
        call.from,
      ),
  },
  '/v1/accounts/alive': {
    inner: true,
    async run(accounts, { fields }) {
      return { alive: await accounts.alive(hashesOf(fields)) }
    },
  },
  '/v1/accounts/owner': {
    inner: true,
    async run(accounts, { fields }) {
      return { person: await accounts.owner(text(fields, 'name')) }
    },
  },
}
