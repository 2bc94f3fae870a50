/** Who may come in, and by which way: accounts, guests, the address that is told. */

import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { SECRET_HEADER } from '../../auth/service-routes.ts'
import { codeOf, messageOf } from '../../storage/sql/failures.ts'
import { validity } from './certificate.ts'
import { type Ask, type Finding, fail, type Look, ok, warn } from './finding.ts'

/** An answer takes no longer, in ms. */
const ANSWER_MS = 4000

const isLocal = (host: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host)

/** Accounts here, elsewhere, or none. */
export const lookAtAccounts: Look = async ({ options, t }, signal) => {
  const { accounts, accountsSecret, guests } = options
  if (accounts === false) {
    return [guests ? ok('accounts', t.accountsOff) : fail('accounts', t.accountsNobody)]
  }
  if (accounts === true) return [ok('accounts', t.accountsHere)]
  const { protocol, hostname } = new URL(accounts)
  const open = protocol === 'http:' && !isLocal(hostname)
  return [
    await service(accounts, accountsSecret, t, signal),
    ...(open ? [warn('accounts', t.accountsOpen)] : []),
  ]
}

/** Asks what only a chat server may ask, which changes nothing. */
async function service(
  url: string,
  secret: string | undefined,
  t: Ask['t'],
  signal: AbortSignal,
): Promise<Finding> {
  let status: number
  try {
    const response = await fetch(`${url.replace(/\/*$/, '')}/v1/accounts/alive`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { [SECRET_HEADER]: secret }),
      },
      body: '{"hashes":[]}',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    status = response.status
    await response.body?.cancel()
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error
    return fail('accounts', t.accountsSilent(url, messageOf(cause)))
  }
  if (status === 403) return fail('accounts', t.accountsSecret(url, secret !== undefined))
  if (status !== 200) return fail('accounts', t.accountsOther(url, status))
  return secret === undefined
    ? warn('accounts', t.accountsNoSecret(url))
    : ok('accounts', t.accounts(url))
}

/** The address that is told with every login. */
export const lookAtUrl: Look = async ({ options, t }, signal) => {
  if (options.url === undefined) return []
  const { protocol, hostname, port } = new URL(options.url)
  if (protocol !== 'ws:' && protocol !== 'wss:') return [fail('url', t.urlScheme(options.url))]
  if (protocol === 'ws:') {
    return isLocal(hostname)
      ? [ok('url', t.url(options.url))]
      : [warn('url', t.urlOpen(options.url))]
  }
  const host = hostname.replace(/^\[|\]$/g, '')
  return [await certificate(options.url, host, Number(port || 443), t, signal)]
}

function certificate(
  url: string,
  host: string,
  port: number,
  t: Ask['t'],
  signal: AbortSignal,
): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
    const end = (finding: Finding): void => {
      socket.destroy()
      resolve(finding)
    }
    socket.setTimeout(ANSWER_MS, () => end(warn('url', t.urlSilent(url, t.noAnswer))))
    signal.addEventListener('abort', () => end(warn('url', t.urlSilent(url, t.noAnswer))), {
      once: true,
    })
    socket.on('error', (error) => {
      // Nobody there yet may be right before the first start; a wrong certificate never is.
      const away = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT)/.test(codeOf(error))
      end(
        away
          ? warn('url', t.urlSilent(url, error.message))
          : fail('url', t.urlTls(url, error.message)),
      )
    })
    socket.on('secureConnect', () => {
      end(validity('url', url, socket.getPeerCertificate().valid_to, t))
    })
  })
}
