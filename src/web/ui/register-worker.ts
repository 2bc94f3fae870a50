/** Makes the pages installable, and there without a network. */

/** Chromium's Trusted Types, as far as they are used here: addresses of scripts must be vouched for. */
interface ScriptUrls {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

/**
 * Registers `worker.js` of the folder at this address, once the page is loaded, for all that is below
 * it. Where that can't be (no HTTPS, a private window) nothing happens. Call it once.
 */
export function registerWorker(base: string): void {
  if (!('serviceWorker' in navigator)) return
  const url = new URL('worker.js', base).href
  const { trustedTypes } = globalThis as { readonly trustedTypes?: ScriptUrls }
  // The CSP allows one policy, of this name; this is the only address it is for.
  const policy = trustedTypes?.createPolicy('tertulia', { createScriptURL: () => url })
  const register = (): void => {
    navigator.serviceWorker.register(policy?.createScriptURL(url) ?? url).catch(() => {})
  }
  if (document.readyState === 'complete') register()
  else addEventListener('load', register, { once: true })
}
