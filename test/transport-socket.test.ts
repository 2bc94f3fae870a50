import { beforeEach, describe, expect, it } from 'vitest'
import { FrameDeadline, plainAddress } from '../src/transports/socket.ts'
import { ManualClock } from './support/transport-host.ts'

describe('FrameDeadline', () => {
  const late: number[] = []
  let clock: ManualClock
  let deadline: FrameDeadline

  beforeEach(() => {
    late.length = 0
    clock = new ManualClock()
    deadline = new FrameDeadline(clock, 100, { onLate: () => late.push(clock.monotonic() - 1000) })
  })

  it('counts from the first byte of a frame, not from the last', () => {
    deadline.note(true, true)
    for (let i = 0; i < 9; i++) {
      clock.advance(11)
      deadline.note(true, false)
    }
    clock.advance(1)
    expect(late).toEqual([100])
  })

  it('counts anew for a new frame, with one timer', () => {
    for (let i = 0; i < 10; i++) {
      deadline.note(true, true)
      expect(clock.pending).toBe(1)
      clock.advance(60)
    }
    expect(late).toEqual([])
    clock.advance(40)
    expect(late).toEqual([640])
  })

  it('is quiet after the end of a frame, a pause, a cancel', () => {
    deadline.note(true, true)
    deadline.note(false, false)
    clock.advance(1000)
    expect(clock.pending).toBe(0)
    deadline.note(true, true)
    deadline.hold()
    clock.advance(1000)
    deadline.restart()
    clock.advance(99)
    expect(late).toEqual([])
    deadline.cancel()
    expect(clock.pending).toBe(0)
  })
})

describe('plainAddress', () => {
  it('shows IPv4 as such', () => {
    expect(plainAddress('::ffff:1.2.3.4')).toBe('1.2.3.4')
    expect(plainAddress('1.2.3.4')).toBe('1.2.3.4')
    expect(plainAddress('::1')).toBe('::1')
    expect(plainAddress('::ffff:0:1')).toBe('::ffff:0:1')
  })
})
