/** One line for each refusal, but no flood of them. */

import { describe, expect, it } from 'vitest'
import { RefusalLog } from '../../src/core/refusals.ts'
import { manualClock } from './manual-clock.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

function logged() {
  const lines: Line[] = []
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields })
  const clock = manualClock()
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  return { lines, clock, log: new RefusalLog(logger, clock) }
}

const input = { code: 'bad_json', transport: 'tcp' } as const

describe('the log of refusals', () => {
  it('says what was refused of whom, and nothing else', () => {
    const { lines, log } = logged()
    log.note({ ...input, op: 'send', address: '192.0.2.1', person: 'p1' }, {})
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'refused',
        code: 'bad_json',
        op: 'send',
        transport: 'tcp',
        address: '192.0.2.1',
        person: 'p1',
      },
    ])
  })

  it('leaves out what one connection does too often, and tells how much', () => {
    const { lines, clock, log } = logged()
    clock.pass(10_000)
    const [one, other] = [{}, {}]
    for (let i = 0; i < 25; i++) log.note({ ...input, address: '192.0.2.1' }, one)
    log.note({ ...input, address: '192.0.2.1' }, other)
    expect(lines).toHaveLength(11)
    clock.pass(10_000)
    log.sweep()
    expect(lines.at(-1)).toEqual({
      level: 'warn',
      message: 'more was refused',
      address: '192.0.2.1',
      leftOut: 15,
    })
    // From now on they are heard again.
    log.note({ ...input, address: '192.0.2.1' }, one)
    expect(lines).toHaveLength(13)
    clock.pass(10_000)
    log.sweep()
    expect(lines).toHaveLength(13)
  })

  it('does so for an address, whatever connections it makes', () => {
    const { lines, clock, log } = logged()
    clock.pass(10_000)
    // One customer has a whole /64.
    for (let i = 0; i < 200; i++) log.note({ ...input, address: `2001:db8::${i}` }, {})
    expect(lines).toHaveLength(50)
    clock.pass(10_000)
    log.sweep()
    expect(lines.at(-1)).toMatchObject({ leftOut: 150 })
  })

  it('does so for all together, with few lines about it', () => {
    const { lines, clock, log } = logged()
    clock.pass(10_000)
    for (let i = 0; i < 2000; i++) {
      log.note({ ...input, address: `10.0.${i >> 8}.${i & 255}` }, {})
    }
    expect(lines).toHaveLength(500)
    clock.pass(10_000)
    log.note({ ...input, address: '192.0.2.1' }, {})
    const told = lines.slice(500).filter(({ message }) => message === 'more was refused')
    expect(told).toHaveLength(21)
    expect(told.reduce((sum, { leftOut }) => sum + (leftOut as number), 0)).toBe(1500)
    expect(lines).toHaveLength(522)
  })
})
