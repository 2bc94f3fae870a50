/** How much happened in the last minute, hour and day, of something that is only counted. */

const SECONDS = 60
const MINUTES = 24 * 60

/** What a {@link Course} tells. */
export interface CourseFigures {
  readonly lastMinute: number
  readonly lastHour: number
  readonly lastDay: number
  /** Each of the last 60 minutes, the oldest first; the last one is under way. */
  readonly perMinute: readonly number[]
}

/** Looks at a counter from time to time, and remembers by how much it grew when. */
export class Course {
  private readonly seconds = new Float64Array(SECONDS)
  private readonly minutes = new Float64Array(MINUTES)
  private second: number
  private minute: number
  private total = 0

  /** @param now monotonic, in ms */
  constructor(now: number) {
    this.second = Math.floor(now / 1000)
    this.minute = Math.floor(now / 60_000)
  }

  /** The counter stands at `total` now. To be called every second or so. */
  look(now: number, total: number): void {
    this.second = moved(this.seconds, this.second, Math.floor(now / 1000))
    this.minute = moved(this.minutes, this.minute, Math.floor(now / 60_000))
    const grown = total - this.total
    this.total = total
    add(this.seconds, this.second, grown)
    add(this.minutes, this.minute, grown)
  }

  figures(): CourseFigures {
    const perMinute: number[] = []
    for (let minute = this.minute - 59; minute <= this.minute; minute++) {
      perMinute.push(this.minutes[slot(MINUTES, minute)] as number)
    }
    return {
      lastMinute: sum(this.seconds),
      lastHour: sum(perMinute),
      lastDay: sum(this.minutes),
      perMinute,
    }
  }
}

const slot = (length: number, at: number): number => ((at % length) + length) % length

/** Empties the slots between; returns the new place. */
function moved(slots: Float64Array, from: number, to: number): number {
  if (to <= from) return from
  const steps = Math.min(to - from, slots.length)
  for (let i = 1; i <= steps; i++) slots[slot(slots.length, to - steps + i)] = 0
  return to
}

function add(slots: Float64Array, at: number, amount: number): void {
  const i = slot(slots.length, at)
  slots[i] = (slots[i] as number) + amount
}

function sum(values: Iterable<number>): number {
  let all = 0
  for (const value of values) all += value
  return all
}
