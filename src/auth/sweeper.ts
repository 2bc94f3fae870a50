/** Something done now and then. */

import type { Clock, Timer } from '../spi/clock.ts'

/** Runs a task now and then, never twice at a time. */
export interface Sweeper {
  /** Twice does no harm. */
  start(): void
  /** No more runs; resolves when the one that is under way has ended. */
  stop(): Promise<void>
}

/** Runs `task` every `ms` of the clock; what it throws goes to `failed`, and it goes on. */
export function makeSweeper(
  clock: Clock,
  ms: number,
  task: () => Promise<unknown>,
  failed: (error: unknown) => void,
): Sweeper {
  let timer: Timer | undefined
  let running: Promise<void> = Promise.resolve()

  const wait = (): void => {
    timer = clock.after(ms, () => {
      wait()
      running = running.then(async () => {
        try {
          await task()
        } catch (error) {
          failed(error)
        }
      })
    })
  }

  return {
    start() {
      if (timer === undefined) wait()
    },
    stop() {
      timer?.cancel()
      timer = undefined
      return running
    },
  }
}
