/** How much was said when. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Course } from '../../src/core/course.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('the course of a counter', () => {
  it('forgets what is longer ago than a minute, an hour, a day', () => {
    const course = new Course(0)
    course.look(1 * SECOND, 10)
    expect(course.figures()).toMatchObject({ lastMinute: 10, lastHour: 10, lastDay: 10 })
    course.look(61 * SECOND, 12)
    expect(course.figures()).toMatchObject({ lastMinute: 2, lastHour: 12, lastDay: 12 })
    expect(course.figures().perMinute.slice(-2)).toEqual([10, 2])
    course.look(HOUR + 30 * SECOND, 13)
    expect(course.figures()).toMatchObject({ lastMinute: 1, lastHour: 3, lastDay: 13 })
    course.look(25 * HOUR, 13)
    expect(course.figures()).toMatchObject({ lastMinute: 0, lastHour: 0, lastDay: 0 })
  })

  it('has what a list of all that happened has', () => {
    const steps = fc.array(fc.tuple(fc.nat(5 * MINUTE), fc.nat(5)), { maxLength: 200 })
    fc.assert(
      fc.property(fc.nat(HOUR), steps, (begin, list) => {
        const course = new Course(begin)
        const all: { at: number; grew: number }[] = []
        let now = begin
        let total = 0
        for (const [pause, grew] of list) {
          now += pause
          total += grew
          all.push({ at: now, grew })
          course.look(now, total)
        }
        const within = (unit: number, count: number): number =>
          all
            .filter(({ at }) => Math.floor(at / unit) > Math.floor(now / unit) - count)
            .reduce((sum, { grew }) => sum + grew, 0)
        const { lastMinute, lastHour, lastDay, perMinute } = course.figures()
        expect(lastMinute).toBe(within(SECOND, 60))
        expect(lastHour).toBe(within(MINUTE, 60))
        expect(lastDay).toBe(within(MINUTE, 24 * 60))
        expect(perMinute).toHaveLength(60)
        expect(perMinute.reduce((sum, one) => sum + one, 0)).toBe(lastHour)
      }),
    )
  })
})
