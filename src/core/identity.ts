/** Who somebody is: as the application says, or an account. */

import { ChatError, isChatError } from '../errors.ts'
import { grantedName } from '../protocol/names.ts'
import type { Person } from '../protocol/types.ts'
import type { Identity, Validated } from '../spi/auth.ts'
import type { Core, Session, SessionIdentity } from './model.ts'

/** A person, and how that is known. */
export interface Known {
  readonly person: Person
  readonly identity: SessionIdentity
}

/** Nobody in particular. */
export const GUEST: SessionIdentity = Object.freeze({ verified: false, admin: false })

const ID = /^[A-Za-z0-9_.-]{1,64}$/
/** Names of accounts were checked when they were made, by limits that may have been others. */
const ACCOUNT_NAME_CHARS = 256
const RETRY_MS = 1000

/**
 * Finds out who this is: the application is asked first, then the accounts. `null`: nobody knows,
 * and no token was shown.
 *
 * Rejects with `unauthorized` (a token that is worth nothing), `unavailable`, `internal` (an identity
 * that can't be one), or what the application throws.
 */
export async function identify(session: Session, token: string | undefined): Promise<Known | null> {
  const { core } = session
  if (session.trusted) return null
  const told = await askApplication(session, token)
  if (told !== null) return knownTo(core, told, core.limits.nameChars)
  if (token === undefined) return null
  const valid = core.accounts && (await core.ask(core.accounts.validate(token)))
  if (valid === null) throw new ChatError('unauthorized')
  return byToken(core, token, valid)
}

/** Whose a token is that was found to be valid. `own`: it was given to this connection alone. */
export function byToken(core: Core, token: string, valid: Validated, own = false): Known {
  const { person, identity } = knownTo(core, valid.identity, ACCOUNT_NAME_CHARS)
  const { hash, expiresAt } = valid
  const mine = own ? { own: true as const } : undefined
  return { person, identity: { ...identity, token, hash, expiresAt, ...mine } }
}

async function askApplication(
  session: Session,
  token: string | undefined,
): Promise<Identity | null> {
  const { core, info } = session
  const { authenticate } = core
  if (authenticate === null) return null
  try {
    const credentials = token === undefined ? {} : { token }
    return (await inTime(core, async () => authenticate(credentials, info))) ?? null
  } catch (error) {
    if (isChatError(error)) throw error
    core.logger.error({ err: error }, 'authenticate failed')
    throw new ChatError('unavailable', undefined, { cause: error, retryAfterMs: RETRY_MS })
  }
}

function inTime<T>({ clock, limits }: Core, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limits.hookMs, () => {
      reject(new Error(`took longer than ${limits.hookMs} ms`))
    })
    work()
      .finally(() => timer.cancel())
      .then(resolve, reject)
  })
}

/** Checks an identity: it comes from a program, and may be anything. */
function knownTo(core: Core, given: Identity, nameChars: number): Known {
  const { id, name, admin, expiresAt } = given
  const wrong = (what: string): ChatError => {
    core.logger.error({ part: 'authenticate', id }, `an identity cannot have ${what}`)
    return new ChatError('internal')
  }
  if (typeof id !== 'string' || !ID.test(id)) throw wrong('such an id')
  if (id === core.host.id) throw wrong(`the id ${id}`)
  if (expiresAt !== undefined && typeof expiresAt !== 'number') throw wrong('such an expiresAt')
  if (expiresAt !== undefined && !(expiresAt > core.clock.now())) {
    throw new ChatError('unauthorized')
  }
  let shown: string
  try {
    shown = grantedName(name, nameChars)
  } catch {
    throw wrong('such a name')
  }
  return {
    person: { id, name: shown },
    identity: {
      verified: true,
      admin: admin === true,
      ...(expiresAt === undefined ? undefined : { expiresAt }),
    },
  }
}
