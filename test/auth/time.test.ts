/** What time tells, and what it costs the event loop. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { storageAccounts } from '../../src/auth/accounts.ts'
import { codeOf, freshRecords, HERE, PASSWORD } from './world.ts'

/** Some 15 ms: long beside everything else, short enough to be done often. */
const MEDIUM = { ln: 12, r: 8, p: 1 } as const
/** Some 80 ms. */
const DEAR = { ln: 15, r: 8, p: 1 } as const
const ROOMY = { failuresPerHour: 1e6, accountFailuresPerHour: 1e6 }

const median = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number

describe('logging in', () => {
  it('takes as long for an unknown name as for a wrong password or a disabled account', async () => {
    const accounts = storageAccounts({
      records: freshRecords(),
      hashing: { scrypt: MEDIUM },
      limits: ROOMY,
    })
    await accounts.admin.create('Alice', PASSWORD)
    const { id } = await accounts.admin.create('Davi', PASSWORD)
    await accounts.admin.setDisabled(id, true)
    const cases = [
      ['Alice', 'wrong wrong'],
      ['Nobody', 'wrong wrong'],
      ['Davi', PASSWORD],
      ['Alice', 'with\u0000zero'],
    ] as const
    const times = cases.map((): number[] => [])
    // In turn, so that whatever else the machine does hits all alike.
    for (let round = 0; round < 25; round++) {
      for (const [index, [name, password]] of cases.entries()) {
        const begun = performance.now()
        expect(await codeOf(accounts.login(name, password, HERE))).toBe('credentials_wrong')
        times[index]?.push(performance.now() - begun)
      }
    }
    const [wrong = 0, ...others] = times.map(median)
    // Without the same work an answer takes less than a hundredth.
    for (const other of others) {
      expect(other).toBeGreaterThan(wrong * 0.6)
      expect(other).toBeLessThan(wrong / 0.6)
    }
  })

  it('leaves the event loop alone while twenty people do', async () => {
    const accounts = storageAccounts({
      records: freshRecords(),
      hashing: { scrypt: DEAR },
      limits: ROOMY,
    })
    await accounts.admin.create('Alice', PASSWORD)
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const begun = performance.now()
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        codeOf(accounts.login('Alice', i % 2 === 0 ? PASSWORD : 'wrong wrong', HERE)),
      ),
    )
    const took = performance.now() - begun
    delay.disable()
    expect(codes.filter((code) => code === 'ok')).toHaveLength(10)
    expect(codes.filter((code) => code === 'credentials_wrong')).toHaveLength(10)
    // Done on the event loop, each of them would stop it for a twentieth of all at least.
    expect(delay.percentile(90) / 1e6).toBeLessThan(took / 40)
  })
})
