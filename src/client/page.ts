/** What pages tell: the network is there again, or gone, or somebody looks. */

interface Target {
  addEventListener(event: string, listener: () => void): void
  removeEventListener(event: string, listener: () => void): void
}

/**
 * Calls back when it may be worth connecting at once, or (`isThere` false: the network is gone) looking
 * whether a connection is alive. Elsewhere than in pages it does nothing.
 */
export function onPageAwake(awake: (isThere: boolean) => void): () => void {
  const page = globalThis as unknown as Partial<Target> & {
    readonly document?: Target & { readonly visibilityState: string }
  }
  const { document } = page
  const listener = (): void => {
    if (document?.visibilityState !== 'hidden') awake(true)
  }
  const gone = (): void => awake(false)
  page.addEventListener?.('online', listener)
  page.addEventListener?.('offline', gone)
  document?.addEventListener('visibilitychange', listener)
  return () => {
    page.removeEventListener?.('online', listener)
    page.removeEventListener?.('offline', gone)
    document?.removeEventListener('visibilitychange', listener)
  }
}
