/** Certificates: do they fit, and for how long do they hold? */

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { messageOf } from '../../storage/sql/failures.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A certificate that ends sooner should be looked after, in days. */
const SOON_DAYS = 14

/**
 * How long a certificate holds.
 *
 * @param what it is for: an address, a file
 * @param until as OpenSSL writes it
 */
export function validity(check: string, what: string, until: string, t: Ask['t']): Finding {
  const days = Math.floor((Date.parse(until) - Date.now()) / DAY_MS)
  if (days < 0) return fail(check, t.certificateOver(what))
  return days < SOON_DAYS
    ? warn(check, t.certificateSoon(what, days))
    : ok(check, t.certificate(what, days))
}

/** The files of `--tls-cert` and `--tls-key`. */
export const lookAtTls: Look = async ({ options: { tls }, t }) => {
  if (tls === undefined) return []
  try {
    const cert = readFileSync(tls.cert)
    // Refuses a key that belongs to another one.
    createSecureContext({ cert, key: readFileSync(tls.key) })
    return [validity('tls', tls.cert, new X509Certificate(cert).validTo, t)]
  } catch (error) {
    return [fail('tls', t.tlsUnusable(messageOf(error)))]
  }
}
