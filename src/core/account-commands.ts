/** The operations of accounts: making one, logging in and out, the password. */

import { addressKey } from '../address.ts'
import { ChatError, CLOSE } from '../errors.ts'
import { texts } from '../i18n/languages.ts'
import type { Login, Request, Results } from '../protocol/types.ts'
import type { Accounts } from '../spi/auth.ts'
import { carryRoles } from './carried-roles.ts'
import { become, comeAsGuest } from './entrance.ts'
import { byToken } from './identity.ts'
import type { Core, Session } from './model.ts'
import { revoked } from './revocation.ts'

/** Hashing a password is work: so much less else may be asked. */
const HASHING = 20

/** A part of the table of operations (`commands.ts`); only where there are accounts. */
export const ACCOUNT_COMMANDS = {
  register: { cost: HASHING, early: true, run: logIn },
  login: { cost: HASHING, early: true, run: logIn },
  logout: { cost: 2, early: true, run: logOut },
  validate: { cost: 2, early: true, run: validate },
  renew: { cost: 2, early: true, run: renew },
  password: { cost: HASHING, run: changePassword },
} as const

function accountsOf(core: Core): Accounts {
  if (core.accounts === null) throw new ChatError('unsupported')
  return core.accounts
}

const fromOf = ({ info }: Session): string => addressKey(info.address)

/** The token of a request, or else that of the connection. Programs that have none must say hello. */
function tokenOf(session: Session, token: string | undefined): string {
  const mine = token ?? session.identity.token
  if (mine !== undefined) return mine
  if (session.presence === null && !session.text) throw new ChatError('hello_required')
  throw new ChatError('unauthorized')
}

/**
 * To programs this only gives a token, for `hello`. People who speak text become who they log in as,
 * and never see a token: it lives as long as the connection.
 */
async function logIn(
  session: Session,
  { id, op, name, password }: Request<'register' | 'login'>,
): Promise<Login | undefined> {
  const { core } = session
  const accounts = accountsOf(core)
  let login: Login
  try {
    login = await accounts[op](name, password, fromOf(session))
  } catch (error) {
    // It was the first line, and they may stay without an account.
    if (!session.text || session.presence !== null || !core.guests) throw error
    session.refuse(id, op, error)
    await comeAsGuest(session)
    return undefined
  }
  if (!session.text) return withUrl(core, login)
  const guest = session.identity.verified ? undefined : session.presence?.person
  try {
    const valid = await core.ask(accounts.validate(login.token))
    if (valid === null) throw new ChatError('unauthorized')
    await become(session, byToken(core, login.token, valid, true), (person) =>
      session.reply(id, op, { ...login, token: '', person }),
    )
  } catch (error) {
    if (session.identity.token !== login.token) {
      core.pending(core.ask(accounts.logout(login.token, false)))
    }
    throw error
  }
  if (guest !== undefined) await carryRoles(core, guest, login.person)
  return undefined
}

const withUrl = ({ url }: Core, login: Login): Login =>
  url === undefined || login.url !== undefined ? login : { ...login, url }

/** Ends tokens, and with them the connections that came in by them: after the reply. */
async function logOut(session: Session, request: Request<'logout'>): Promise<undefined> {
  const { core, identity } = session
  const accounts = accountsOf(core)
  const token = tokenOf(session, request.token)
  const isOwn = token === identity.token
  // Whose it was can't be asked afterwards.
  const id = isOwn
    ? session.presence?.person.id
    : (await core.ask(accounts.validate(token)))?.identity.id
  const ended = await core.ask(accounts.logout(token, request.everywhere ?? false))
  if (session.text && isOwn) await staying(session, request, ended)
  else session.reply(request.id, 'logout', { ended })
  if (id !== undefined) revoked(core, id)
  return undefined
}

/** People who log out become guests where guests may be. */
async function staying(session: Session, request: Request<'logout'>, ended: number): Promise<void> {
  const tell = (): void => session.reply(request.id, 'logout', { ended })
  if (session.core.guests) await become(session, null, tell)
  else {
    tell()
    session.end(CLOSE.normal, texts(session.lang).goodbye)
  }
}

async function validate(
  { core }: Session,
  { token }: Request<'validate'>,
): Promise<Results['validate']> {
  const valid = await core.ask(accountsOf(core).validate(token))
  if (valid === null) return { valid: false }
  const { id, name, admin } = valid.identity
  return {
    valid: true,
    person: { id, name },
    expiresAt: valid.expiresAt,
    ...(admin === true ? { admin } : undefined),
  }
}

async function renew(session: Session, request: Request<'renew'>): Promise<Results['renew']> {
  const { core } = session
  const accounts = accountsOf(core)
  const token = tokenOf(session, request.token)
  const renewed = await core.ask(accounts.renew(token))
  if (renewed === null) throw new ChatError('unauthorized')
  const { expiresAt } = renewed
  // Other connections of this token find out when their time is over.
  if (session.identity.token === token) session.identity = { ...session.identity, expiresAt }
  return { expiresAt }
}

/** All tokens of the account end. This connection goes on with the new one. */
async function changePassword(
  session: Session,
  request: Request<'password'>,
): Promise<Login | undefined> {
  const { core, identity } = session
  const accounts = accountsOf(core)
  const token = tokenOf(session, undefined)
  // Not to be ended while the old token is gone and the new one isn't here.
  session.identity = without(identity)
  let login: Login
  try {
    login = await accounts.password(token, request.old, request.new, fromOf(session))
  } catch (error) {
    if (session.identity.token === token) session.identity = identity
    throw error
  }
  const valid = await core.ask(accounts.validate(login.token)).catch(() => null)
  if (session.presence?.person.id === login.person.id) {
    session.identity =
      valid === null ? identity : byToken(core, login.token, valid, identity.own).identity
  } else if (identity.own === true) {
    // It has gone meanwhile, and nobody else has the token.
    core.pending(core.ask(accounts.logout(login.token, false)))
  }
  const told = session.text ? { ...login, token: '' } : withUrl(core, login)
  session.reply(request.id, 'password', told)
  revoked(core, login.person.id)
  return undefined
}

function without({ hash: _, ...identity }: Session['identity']): Session['identity'] {
  return identity
}
