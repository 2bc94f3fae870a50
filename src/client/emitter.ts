/** Listeners, and what becomes of those that throw. */

import type { Off } from './types.ts'

/** Tells listeners what happens. */
export interface Emitter<E extends object> {
  on<K extends keyof E>(event: K, listener: (what: E[K]) => void): Off
  emit<K extends keyof E>(event: K, what: E[K]): void
}

/** What a listener throws is the page's affair: it is reported like any error nobody caught. */
export function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void }
  if (reportError !== undefined) reportError(error)
  else
    setTimeout(() => {
      throw error
    })
}

/** Makes an {@link Emitter}. A listener that goes while an event is told may still be told it. */
export function emitter<E extends object>(): Emitter<E> {
  const listeners = new Map<keyof E, readonly ((what: never) => void)[]>()
  return {
    on(event, listener) {
      // A function of its own, so that the same listener may be there twice.
      const own = (what: never): void => listener(what)
      listeners.set(event, [...(listeners.get(event) ?? []), own])
      return () => {
        listeners.set(
          event,
          (listeners.get(event) ?? []).filter((one) => one !== own),
        )
      }
    },
    emit(event, what) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(what as never)
        } catch (error) {
          report(error)
        }
      }
    },
  }
}
