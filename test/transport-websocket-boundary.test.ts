import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameBoundary } from '../src/transports/websocket-boundary.ts'
import { clientFrame, PONG } from './support/frames.ts'

describe('FrameBoundary', () => {
  it('is open exactly between the first byte of a message and its last', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.uint8Array({ minLength: 120, maxLength: 300 }),
    )
    const control = fc.constant(PONG)
    const message = fc
      .tuple(fc.array(fc.tuple(payload, fc.option(control))), payload)
      .map(([parts, last]) => {
        const frames = parts.flatMap(([part, between], i) => [
          clientFrame(i === 0 ? 0x01 : 0x00, part),
          ...(between === null ? [] : [between]),
        ])
        return Buffer.concat([...frames, clientFrame(parts.length === 0 ? 0x81 : 0x80, last)])
      })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(message, control), { maxLength: 5 }),
        fc.nat(50),
        (units, step) => {
          const boundary = new FrameBoundary()
          const stream = Buffer.concat(units)
          const ends = new Set<number>([0])
          let at = 0
          for (const unit of units) {
            at += unit.length
            ends.add(at)
          }
          for (let from = 0; from < stream.length; from += step + 1) {
            const to = Math.min(from + step + 1, stream.length)
            boundary.push(stream.subarray(from, to))
            expect(boundary.open).toBe(!ends.has(to))
            const began = [...ends].filter((end) => end < to).at(-1) as number
            if (boundary.open) expect(boundary.fresh).toBe(began >= from)
          }
        },
      ),
    )
  })

  it('reads the longest form of a length', () => {
    const boundary = new FrameBoundary()
    const frame = clientFrame(0x81, new Uint8Array(70_000))
    boundary.push(frame.subarray(0, -1))
    expect(boundary.open).toBe(true)
    boundary.push(frame.subarray(-1))
    expect(boundary.open).toBe(false)
  })
})
