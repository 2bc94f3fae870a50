/** What a page keeps in the browser. Where nothing can be kept, it works for as long as the page is open. */

const fallback = new Map<string, string>()

function storage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return window[name]
  } catch {
    return undefined
  }
}

/** A store by key, whose methods don't throw. */
export interface Keep {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

function keepIn(name: 'localStorage' | 'sessionStorage'): Keep {
  return {
    getItem(key) {
      try {
        return storage(name)?.getItem(key) ?? fallback.get(key) ?? null
      } catch {
        return fallback.get(key) ?? null
      }
    },
    setItem(key, value) {
      try {
        const place = storage(name)
        if (place === undefined) throw new Error('nothing can be kept')
        place.setItem(key, value)
        fallback.delete(key)
      } catch {
        fallback.set(key, value)
      }
    },
    removeItem(key) {
      fallback.delete(key)
      try {
        storage(name)?.removeItem(key)
      } catch {
        // It wasn't there then.
      }
    },
  }
}

/** Outlives the browser's being closed. */
export const kept: Keep = keepIn('localStorage')

/** Lives as long as the window or tab, reloads included. */
export const keptInTab: Keep = keepIn('sessionStorage')

/** A value kept as JSON; undefined if there is none, or what is there isn't read. */
export function readKept(key: string, from: Keep = kept): unknown {
  const text = from.getItem(key)
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keeps a value as JSON; `undefined` takes it away. */
export function writeKept(key: string, value: unknown, to: Keep = kept): void {
  if (value === undefined) to.removeItem(key)
  else to.setItem(key, JSON.stringify(value))
}

// ── the login ───────────────────────────────────────────────────────────────────────────────

/** Who stays signed in, on all pages of this server. */
export interface KeptLogin {
  readonly token: string
  readonly name: string
  readonly expiresAt: number
}

const LOGIN = 'tertulia.login'

/** The login that was kept, unless it has ended. */
export function keptLogin(): KeptLogin | undefined {
  const value = readKept(LOGIN) as Partial<KeptLogin> | null | undefined
  if (typeof value?.token !== 'string' || typeof value.name !== 'string') return undefined
  const { token, name, expiresAt = 0 } = value
  return expiresAt > Date.now() ? { token, name, expiresAt } : undefined
}

/** Keeps a login, or forgets it. */
export function keepLogin(login: KeptLogin | undefined): void {
  writeKept(LOGIN, login)
}
