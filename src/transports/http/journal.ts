/** What a session was told lately, so that whoever receives it needn't read it from the log. */

import type { Heard } from './channel.ts'

/** Somebody who reads: where they are. */
export interface Place {
  /** Number of the next one they want; -1: they aren't in the journal, but in the log. */
  next: number
}

/**
 * Numbered, and bounded in bytes. It is only a short way: what it had to let go of is in the log
 * of the rooms, and a reader that finds itself behind goes there.
 */
export class Journal {
  private readonly most: number
  private readonly places = new Set<Place>()
  private kept: Heard[] = []
  private bytes = 0
  /** Number of the oldest that is kept. */
  private first = 0
  /** Nobody has ever read: nothing is kept. */
  private asleep = true

  /** `most`: bytes. */
  constructor(most: number) {
    this.most = most
  }

  /** The number that the next one gets. */
  get end(): number {
    return this.first + this.kept.length
  }

  /** From now on everything is kept for this reader, within bounds. */
  enter(place: Place): void {
    this.asleep = false
    this.places.add(place)
  }

  leave(place: Place): void {
    this.places.delete(place)
  }

  /** What begins with this number is still here. */
  has(number: number): boolean {
    return !this.asleep && number >= this.first && number <= this.end
  }

  at(number: number): Heard | undefined {
    return this.kept[number - this.first]
  }

  add(heard: Heard): void {
    if (this.asleep) {
      this.first += 1
      return
    }
    this.kept.push(heard)
    this.bytes += heard.bytes
    // By halves, so that a reader that has stopped doesn't cost a move of everything each time.
    if (this.bytes > this.most) this.drop(Math.ceil(this.kept.length / 2))
  }

  /** Lets go of what every reader has had. */
  trim(): void {
    let least = this.end
    for (const { next } of this.places) if (next >= 0) least = Math.min(least, next)
    if (least > this.first) this.drop(least - this.first)
  }

  private drop(count: number): void {
    for (const { bytes } of this.kept.splice(0, count)) this.bytes -= bytes
    this.first += count
  }
}
