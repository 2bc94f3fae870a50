/** Contract of time, so that tests can make it pass. */

/** A timer that was set. */
export interface Timer {
  cancel(): void
}

/**
 * Time, as the server sees it. `now` may jump (it is the wall clock); delays MUST NOT depend on it.
 * Timers MUST NOT keep the process alive by themselves.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since any fixed moment; never goes back. */
  monotonic(): number
  /** Runs `task` once, `ms` from now. */
  after(ms: number, task: () => void): Timer
}

/** Makes random ids: at least 96 bits, letters, digits, `-` and `_`. */
export type MakeId = () => string
