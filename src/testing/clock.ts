/** Time for tests: one that stands still until told, and the real one. */

import type { Clock, Timer } from '../spi/clock.ts'

/** A clock that tests move. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass. Timers that fall due run in the order of their time (those of one moment in
   * the order they were set), with `now()` at that moment, and what they set off settles before
   * the next one runs. One call at a time: a second one waits for the first.
   */
  advance(ms: number): Promise<void>
  /**
   * Advances to the next timers, again and again, until `done()` says so. Rejects when `ms` have
   * passed without that.
   */
  advanceUntil(done: () => boolean, ms: number): Promise<void>
  /** Lets promises and immediates run; no time passes. */
  settle(): Promise<void>
  /** Sets the wall clock forward or (negative) back, as an operator does; timers don't notice. */
  jump(ms: number): void
  /** Timers that are set. */
  readonly pending: number
}

/** Options of {@link virtualClock}. */
export interface VirtualClockOptions {
  /** What `now()` says at first, in ms since 1970. Default: 2024-01-01T00:00:00Z. */
  readonly start?: number
  /**
   * Turns of the event loop (`setImmediate`) that one timer gets before the next one runs.
   * Default 5: enough for a message through one server and over a broker in memory.
   */
  readonly turns?: number
  /**
   * Timers of one moment share their turns: only promises settle between them, as in a process
   * that is busy. Default false: each has its turns to itself.
   */
  readonly together?: boolean
}

const START = Date.UTC(2024, 0, 1)

interface Alarm {
  readonly at: number
  /** Timers of one moment run in the order they were set. */
  readonly order: number
  task: (() => void) | null
}

const before = (a: Alarm, b: Alarm): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** A binary heap: the next alarm in front. */
class Alarms {
  private readonly heap: Alarm[] = []

  get next(): Alarm | undefined {
    return this.heap[0]
  }

  add(alarm: Alarm): void {
    const { heap } = this
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Alarm
      if (before(parent, alarm)) break
      heap[at] = parent
      at = above
    }
    heap[at] = alarm
  }

  shift(): void {
    const { heap } = this
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let below = at * 2 + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right !== undefined && before(right, heap[below] as Alarm)) below += 1
      const child = heap[below] as Alarm
      if (before(last, child)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
  }
}

/**
 * A clock that stands still until `advance`. Give it to a server, a transport or a client that
 * takes a `Clock`, and minutes pass in milliseconds, the same way each time.
 *
 * It settles by letting the event loop turn a few times, so it can't wait for real input and
 * output (sockets, files, databases): what depends on those is for the real clock.
 *
 * @example
 * const clock = virtualClock()
 * const chat = createChatServer({ clock, limits: { helloMs: 30_000 } })
 * await clock.advance(31_000) // connections that said nothing are closed now
 */
export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { turns = 5, together = false } = options
  const alarms = new Alarms()
  let time = 0
  let offset = options.start ?? START
  let order = 0
  let pending = 0
  let running: Promise<void> = Promise.resolve()

  async function settle(): Promise<void> {
    for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  /** Takes the next timer out, if it is due by then. */
  function take(until: number): { at: number; task: () => void } | null {
    for (let next = alarms.next; next !== undefined && next.at <= until; next = alarms.next) {
      alarms.shift()
      const { at, task } = next
      if (task === null) continue
      next.task = null
      pending -= 1
      return { at, task }
    }
    return null
  }

  /** Runs the next timer if it is due by then, or all of the next moment. */
  async function step(until: number): Promise<boolean> {
    let next = take(until)
    if (next === null) return false
    time = next.at
    while (next !== null) {
      next.task()
      if (!together) break
      // The queue of promises is empty before a tick comes.
      await new Promise<void>((resolve) => process.nextTick(resolve))
      next = take(time)
    }
    await settle()
    return true
  }

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = running.then(work)
    running = result.catch(() => {})
    return result
  }

  return {
    now: () => offset + time,
    monotonic: () => time,
    after(ms, task): Timer {
      // Not a number, or below zero: as soon as possible, as setTimeout has it.
      const alarm: Alarm = { at: time + (ms > 0 ? ms : 0), order: order++, task }
      alarms.add(alarm)
      pending += 1
      return {
        cancel() {
          if (alarm.task === null) return
          alarm.task = null
          pending -= 1
        },
      }
    },
    advance: (ms) =>
      inTurn(async () => {
        const until = time + ms
        await settle()
        while (await step(until)) {}
        time = until
      }),
    advanceUntil: (done, ms) =>
      inTurn(async () => {
        const until = time + ms
        await settle()
        while (!done()) {
          if (await step(until)) continue
          time = until
          throw new Error(`not done after ${ms} ms`)
        }
      }),
    settle: () => inTurn(settle),
    jump(ms) {
      offset += ms
    },
    get pending() {
      return pending
    },
  }
}

/**
 * Time as it is; its timers don't keep the process alive.
 *
 * @example
 * const network = testNetwork({ clock: realClock, delay: [20, 200] })
 */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
