/** Runs single tests of a suite by hand, to see that they fail when they should. */

import { expect } from 'vitest'
import type { TestFunction } from '../../src/testing/suite.ts'

/** The tests that a suite registers, by name. */
export function collect(
  register: (test: TestFunction) => void,
): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  register((name, run) => {
    if (tests.has(name)) throw new Error(`two tests have the name ${name}`)
    tests.set(name, run)
  })
  return tests
}

/** The test passes for the one and fails for the other. */
export async function expectCaught(
  name: string,
  good: (test: TestFunction) => void,
  bad: (test: TestFunction) => void,
): Promise<void> {
  const [passes, fails] = [collect(good).get(name), collect(bad).get(name)]
  if (passes === undefined || fails === undefined) throw new Error(`there is no test: ${name}`)
  await passes()
  const error: unknown = await fails().then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error, `nobody noticed: ${name}`).toBeInstanceOf(Error)
  // A mistake in the broken adapter itself would prove nothing.
  expect(error).not.toBeInstanceOf(TypeError)
  expect(error).not.toBeInstanceOf(ReferenceError)
}
