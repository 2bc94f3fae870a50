/** What is told again of private conversations, and what is made of it. */

import { describe, expect, it } from 'vitest'
import { Openings, type OpenMessage } from '../../src/core/openings.ts'
import { manualClock } from './manual-clock.ts'

const KEEP_MS = 15_000
const said = (room: string, head: number) => ({ room, epoch: 'e', head, ids: ['a', 'b'] })
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('what was told', () => {
  it('is told again for a while, from the first on, to where somebody is', () => {
    const clock = manualClock()
    const openings = new Openings(clock, KEEP_MS)
    expect(openings.tell(said('r', 4))).toEqual({ t: 'open', ...said('r', 4), n: 1 })
    clock.pass(5000)
    expect(openings.tell(said('r', 5))).toMatchObject({ head: 5, n: 2 })
    clock.pass(5000)
    const again = { t: 'open', ...said('r', 4), n: 2, age: 5000 }
    expect(openings.again((id) => id === 'b')).toEqual([again])
    expect(openings.again(() => false)).toEqual([])
    clock.pass(10_000)
    expect(openings.again(() => true)).toMatchObject([{ age: KEEP_MS }])
    clock.pass(1)
    expect(openings.again(() => true)).toEqual([])
    // What is told from then on stands for itself.
    openings.tell(said('r', 9))
    expect(openings.again(() => true)).toMatchObject([{ head: 9 }])
  })

  it('is bounded', () => {
    const openings = new Openings(manualClock(), KEEP_MS)
    for (let n = 0; n < 1001; n++) openings.tell(said(`r${n}`, 0))
    openings.tell(said('r1', 0))
    openings.tell(said('new', 0))
    const rooms = openings.again(() => true).map(({ room }) => room)
    expect([rooms.length, rooms[0], rooms.at(-2), rooms.at(-1)]).toEqual([1000, 'r3', 'r1', 'new'])
  })
})

describe('what was heard', () => {
  function setup() {
    const openings = new Openings(manualClock(), KEEP_MS)
    const opened: number[] = []
    const hear = (n: number, done: boolean | null, age?: number) => {
      const message: OpenMessage = { t: 'open', ...said('r', 0), n, ...(age ? { age } : undefined) }
      openings.hear('node', message, () => {
        opened.push(n)
        return done === null ? null : Promise.resolve(done)
      })
    }
    return { opened, hear }
  }

  it('is done once, when it is told again', () => {
    const { opened, hear } = setup()
    hear(2, true)
    hear(2, true, 1000)
    hear(1, true, 1000)
    // An older one that comes late changes nothing.
    hear(1, true)
    hear(2, true, 2000)
    hear(3, true, 1000)
    hear(3, true, 2000)
    expect(opened).toEqual([2, 1, 3])
  })

  it('is done when it is told again, if it could not be done, or nobody was here', async () => {
    const { opened, hear } = setup()
    hear(1, false)
    await turn()
    hear(1, null, 1000)
    hear(1, true, 2000)
    hear(1, true, 3000)
    expect(opened).toEqual([1, 1, 1])
  })
})
