/** Connections whose right to be somebody has ended: found and closed, on every node. */

import { CLOSE } from '../errors.ts'
import { texts } from '../i18n/languages.ts'
import type { Core, Session } from './model.ts'
import type { PersonMessage } from './presence.ts'

/** Tokens asked for at once. */
const HASHES = 500

/** Ends a connection that isn't its person's any more. */
function revoke(session: Session): void {
  if (session.ended) return
  session.core.refused(session, 'unauthorized')
  session.end(CLOSE.unauthorized, texts(session.lang).you.loggedOut)
}

/**
 * Ends those of these connections whose tokens have ended. Rejects, and ends none, when the accounts
 * don't answer.
 */
export async function recheck(core: Core, sessions: Iterable<Session>): Promise<void> {
  const { accounts } = core
  if (accounts === null) return
  const byHash = new Map<string, Session[]>()
  for (const session of sessions) {
    const { hash } = session.identity
    if (hash === undefined) continue
    const same = byHash.get(hash)
    if (same === undefined) byHash.set(hash, [session])
    else same.push(session)
  }
  const hashes = [...byHash.keys()]
  for (let at = 0; at < hashes.length; at += HASHES) {
    const some = hashes.slice(at, at + HASHES)
    const alive = await core.ask(accounts.alive(some))
    for (const [i, hash] of some.entries()) {
      if (alive[i] !== false) continue
      for (const session of byHash.get(hash) ?? []) {
        // It may have got another one meanwhile.
        if (session.identity.hash === hash) revoke(session)
      }
    }
  }
}

/** Tokens of a person have ended: their connections are looked at, here and on the other nodes. */
export function revoked(core: Core, id: string): void {
  core.link?.tell({ t: 'recheck', id })
  recheckPerson(core, id)
}

/** Ends all connections of a person, here and on the other nodes. */
export function disconnect(core: Core, id: string): void {
  core.link?.tell({ t: 'end', id })
  endPerson(core, id)
}

/** Another node speaks of a person. */
export function hearRevocation(core: Core, { t, id }: PersonMessage): void {
  if (t === 'end') endPerson(core, id)
  else recheckPerson(core, id)
}

function endPerson(core: Core, id: string): void {
  for (const session of [...(core.directory.get(id)?.sessions ?? [])]) {
    if (!session.trusted) revoke(session)
  }
}

function recheckPerson(core: Core, id: string): void {
  recheck(core, core.directory.get(id)?.sessions ?? []).catch((error) => {
    // The next look at all tokens finds them.
    core.logger.warn({ err: error, person: id }, 'tokens could not be looked at')
  })
}

/** A connection whose time is over ends, unless its token was renewed meanwhile. */
export async function expire(session: Session): Promise<void> {
  const { core, identity } = session
  const { token } = identity
  const valid =
    token === undefined || core.accounts === null
      ? null
      : await core.ask(core.accounts.validate(token))
  // It may be somebody else by now.
  if (session.identity !== identity) return
  if (valid === null || !(valid.expiresAt > core.clock.now())) revoke(session)
  else session.identity = { ...identity, expiresAt: valid.expiresAt }
}

/** Ends the token that a connection had for itself. To be called when it is somebody else, or nobody. */
export function forget({ core, identity }: Session): void {
  const { own, token } = identity
  if (own !== true || token === undefined || core.accounts === null) return
  core.pending(core.ask(core.accounts.logout(token, false)))
}
