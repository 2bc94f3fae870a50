/** Doing something again and again, while somebody looks. */

/** Something done again and again. */
export interface Poll {
  /** Does it at once, unless it is being done. */
  now(): void
  stop(): void
}

const LONGEST_MS = 60_000

/**
 * Does `work` now and `everyMs` after it is done, while the page is visible; at once when it becomes
 * visible again. When it fails it waits twice as long, up to a minute; `failed` is told.
 */
export function poll(
  work: () => Promise<void>,
  everyMs: number,
  failed: (error: unknown) => void,
): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined
  let busy = false
  let stopped = false
  let waitMs = everyMs

  const run = async (): Promise<void> => {
    if (busy || stopped) return
    clearTimeout(timer)
    timer = undefined
    busy = true
    try {
      await work()
      waitMs = everyMs
    } catch (error) {
      waitMs = Math.min(waitMs * 2, Math.max(LONGEST_MS, everyMs))
      if (!stopped) failed(error)
    } finally {
      busy = false
    }
    plan()
  }
  const plan = (): void => {
    if (stopped || document.hidden) return
    timer = setTimeout(() => void run(), waitMs)
  }
  const look = (): void => {
    if (document.hidden) {
      clearTimeout(timer)
      timer = undefined
    } else if (timer === undefined) void run()
  }
  document.addEventListener('visibilitychange', look)
  if (!document.hidden) void run()
  return {
    now: () => void run(),
    stop() {
      stopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    },
  }
}
