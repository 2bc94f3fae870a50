/** So many at once, so many waiting, and everybody's turn comes. */

import { ChatError } from '../errors.ts'
import { RETRY_MS } from './beneath.ts'

interface Waiter {
  begin(): void
  refuse(error: ChatError): void
}

const overloaded = (): ChatError =>
  new ChatError('overloaded', undefined, { retryAfterMs: RETRY_MS })

/**
 * Runs tasks, a few at a time; a bounded number wait. Those who wait come in turn: one task of each
 * who asks, then the next of each. When the place for waiting is full, the newest task of whoever
 * has most there makes room for one of somebody with less, so that nobody fills it alone.
 */
export class Gate {
  private readonly atOnce: number
  private readonly most: number
  private running = 0
  private waiting = 0
  /** By who asks; whose turn is next stands first. None is empty. */
  private readonly lines = new Map<string, Waiter[]>()

  /**
   * @param atOnce tasks that run at a time
   * @param most tasks that wait
   */
  constructor(atOnce: number, most: number) {
    this.atOnce = atOnce
    this.most = most
  }

  /**
   * Runs a task when its turn comes.
   *
   * @param whose who asks for it
   * @throws ChatError `overloaded`: too many wait
   */
  async run<T>(whose: string, task: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running += 1
    else await this.turn(whose)
    try {
      return await task()
    } finally {
      this.next()
    }
  }

  private async turn(whose: string): Promise<void> {
    if (this.waiting >= this.most) this.makeRoom(whose)
    const turn = new Promise<void>((begin, refuse) => {
      const line = this.lines.get(whose)
      if (line === undefined) this.lines.set(whose, [{ begin, refuse }])
      else line.push({ begin, refuse })
    })
    this.waiting += 1
    await turn
  }

  /** Hands the place of a task that is done to the next one. */
  private next(): void {
    for (const [whose, line] of this.lines) {
      this.lines.delete(whose)
      const waiter = line.shift() as Waiter
      if (line.length > 0) this.lines.set(whose, line)
      this.waiting -= 1
      waiter.begin()
      return
    }
    this.running -= 1
  }

  private makeRoom(whose: string): void {
    let longest: Waiter[] = []
    for (const line of this.lines.values()) if (line.length > longest.length) longest = line
    // Two more, or the two would push each other out for ever.
    if (longest.length < (this.lines.get(whose)?.length ?? 0) + 2) throw overloaded()
    this.waiting -= 1
    longest.pop()?.refuse(overloaded())
  }
}
