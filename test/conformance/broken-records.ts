/** How records are broken, to see that their suite notices. */

import { it } from 'vitest'
import type { Records } from '../../src/spi/records.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { recordsSuite } from '../../src/testing/records-suite.ts'
import type { TestFunction } from '../../src/testing/suite.ts'
import { expectCaught } from './collect.ts'

export type Break = (good: Records) => Partial<Records>

/** The others get a turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Methods that use `this` stay bound to what they are of. */
export function over<T extends object>(good: T, changes: Partial<T>): T {
  return new Proxy(good, {
    get(target, key) {
      const changed = changes[key as keyof T]
      if (changed !== undefined) return changed
      const value = target[key as keyof T]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export const members =
  (change: (good: Records['members'], all: Records) => Partial<Records['members']>): Break =>
  (good) => ({ members: over(good.members, change(good.members, good)) })

export const accounts =
  (change: (good: Records['accounts'], all: Records) => Partial<Records['accounts']>): Break =>
  (good) => ({ accounts: over(good.accounts, change(good.accounts, good)) })

export const tokens =
  (change: (good: Records['tokens']) => Partial<Records['tokens']>): Break =>
  (good) => ({ tokens: over(good.tokens, change(good.tokens)) })

export const audit =
  (change: (good: Records['audit']) => Partial<Records['audit']>): Break =>
  (good) => ({ audit: over(good.audit, change(good.audit)) })

export const files =
  (change: (good: Records['files']) => Partial<Records['files']>): Break =>
  (good) => ({ files: over(good.files, change(good.files)) })

export const people =
  (change: (good: Records['people'], all: Records) => Partial<Records['people']>): Break =>
  (good) => ({ people: over(good.people, change(good.people, good)) })

const suite = (spoil: Break) => (test: TestFunction) =>
  recordsSuite({
    test,
    supports: { changes: true, retention: true },
    factory(wish) {
      const storage = memoryStorage(wish)
      const records = storage.records as Records
      return { storage: { ...storage, records: { ...records, ...spoil(records) } } }
    },
  })

/** Every case: what is broken, the test that must notice, and how. */
export type Case = readonly [what: string, name: string, spoil: Break]

/** Registers a test for each. */
export function brokenRecords(cases: readonly Case[]): void {
  for (const [what, name, spoil] of cases) {
    it(`${what}: noticed`, async () => {
      await expectCaught(
        name,
        suite(() => ({})),
        suite(spoil),
      )
    })
  }
}
