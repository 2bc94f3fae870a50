/** What the conformance suites have in common: the runner, and waiting with an end. */

import assert from 'node:assert/strict'

/**
 * Registers one test, as vitest's and mocha's `it` and node:test's `test` do. What an adapter
 * doesn't support is registered with `skip`, where the runner has it.
 */
export interface TestFunction {
  (name: string, run: () => Promise<void>): unknown
  skip?(name: string, run: () => Promise<void>): unknown
}

/** How long a suite waits for something that must happen, in ms. */
export const PATIENCE_MS = 5000

/** Rejects with `what` when the promise isn't settled in time. */
export function within<T>(promise: Promise<T>, what: string, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Resolves when `check` is true; looks again and again. */
export async function eventually(
  check: () => boolean,
  what: string,
  ms = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + ms
  while (!check()) {
    if (performance.now() > end) assert.fail(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Lets the event loop turn a few times: what is already on its way in this process arrives. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A test's own subject: made before it, disposed of after it, whatever became of it. */
export type WithSubject<S> = (name: string, body: (subject: S) => Promise<void>) => void

/**
 * Makes tests that each get a fresh subject.
 *
 * @param skip registers as skipped
 */
export function withSubject<S>(
  test: TestFunction,
  make: () => Promise<S>,
  dispose: (subject: S) => Promise<void>,
  skip = false,
): WithSubject<S> {
  return (name, body) => {
    const run = async (): Promise<void> => {
      const subject = await make()
      try {
        await body(subject)
      } catch (error) {
        // What the test found out counts, not what it left behind.
        await dispose(subject).catch(() => {})
        throw error
      }
      await dispose(subject)
    }
    if (skip) test.skip?.(name, run)
    else test(name, run)
  }
}
