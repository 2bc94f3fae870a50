/** What browsers are told about the pages, so that nothing but the pages runs in them. */

/** Where a page may turn to, and who may show it in a frame. */
export interface PolicyOptions {
  /** Addresses of the chat; what is on the page's own host needs none. */
  readonly addresses: readonly string[]
  /** Sources of the CSP, such as `https://example.org`. None: nobody. */
  readonly frameAncestors: readonly string[]
}

/** The name of the one policy of Trusted Types there may be: see `ui/register-worker.ts`. */
const TRUSTED_POLICY = 'tertulia'

/**
 * The Content Security Policy (CSP Level 3) of a page. `'self'` covers a WebSocket of the same host in
 * every browser that can show the pages at all (Safari since 15.4; `light-dark()` in their style came
 * later). So the address needn't be taken from the request's Host, which may be anybody's word, and which
 * a cache before us might give to others.
 */
export function policyOf({ addresses, frameAncestors }: PolicyOptions): string {
  const origins = new Set(addresses.map((address) => originOf(address)))
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // What people share is shown from memory: an address of a file that needs a login can't be one of an image.
    "img-src 'self' blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...origins].join(' '),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_POLICY}`,
  ].join('; ')
}

/** Scheme, host and port; of WebSockets too, for which `origin` isn't defined everywhere. */
export function originOf(address: string): string {
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}

const ALL = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const

/** Of a page. */
export const pageHeaders = (policy: string): Readonly<Record<string, string>> => ({
  ...ALL,
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
})

/** Of what belongs to it. Opened by itself, it may do nothing. */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
  ...ALL,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
}

/** Of the service worker, which has a policy of its own: it gets what it keeps. */
export const WORKER_HEADERS: Readonly<Record<string, string>> = {
  ...FILE_HEADERS,
  'content-security-policy': "default-src 'none'; connect-src 'self'",
}

/** Of the SDK: pages of anywhere may import it, and ask the chat as far as its `origins` let them. */
export const SDK_HEADERS: Readonly<Record<string, string>> = {
  ...FILE_HEADERS,
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
}
