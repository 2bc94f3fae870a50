/** Counts what was said and what was delivered, and whether each came once and in order. */

import type { ChatRoom, Entry } from 'tertulia/client'

/** Of so many deliveries one is timed. */
const SAMPLE = 100

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export class Tally {
  deliveries = 0
  private readonly begun = performance.now()
  private readonly perRoom = new Map<string, number>()
  /** Seq of the last entry that each receiver got. */
  private readonly last = new Map<ChatRoom, number>()
  private outOfOrder = 0
  private readonly delays: number[] = []
  private before = { deliveries: 0, said: 0, at: performance.now() }

  /** Somebody said something, and it is stored. */
  said({ name }: ChatRoom): void {
    this.perRoom.set(name, this.saidIn(name) + 1)
  }

  saidIn(name: string): number {
    return this.perRoom.get(name) ?? 0
  }

  /** One of those in the room got it. */
  heard(room: ChatRoom, { seq, text }: Entry): void {
    this.deliveries += 1
    const last = this.last.get(room)
    if (last !== undefined && seq !== last + 1) this.outOfOrder += 1
    this.last.set(room, seq)
    if (this.deliveries % SAMPLE === 0) this.delays.push(performance.now() - Number(text))
  }

  /** What happened since it was asked last. */
  line(): string {
    const now = { deliveries: this.deliveries, said: this.total(), at: performance.now() }
    const { before } = this
    const seconds = (now.at - before.at) / 1000
    this.before = now
    const delivered = whole.format((now.deliveries - before.deliveries) / seconds)
    const said = whole.format((now.said - before.said) / seconds)
    return `${delivered.padStart(10)} delivered/s ${said.padStart(8)} said/s`
  }

  summary(due: number): string {
    const seconds = (performance.now() - this.begun) / 1000
    const delays = this.delays.sort((a, b) => a - b)
    const percentile = (part: number): string =>
      `${whole.format(delays[Math.floor(delays.length * part)] ?? 0)} ms`
    return [
      `${whole.format(this.total())} messages, ${whole.format(this.deliveries)} deliveries`,
      `in ${seconds.toFixed(1)} s: ${whole.format(this.deliveries / seconds)} a second`,
      `missing or doubled: ${Math.abs(due - this.deliveries)}, out of order: ${this.outOfOrder}`,
      `from saying to hearing: half within ${percentile(0.5)}, 99 % within ${percentile(0.99)}`,
    ].join('\n')
  }

  private total(): number {
    return [...this.perRoom.values()].reduce((sum, count) => sum + count, 0)
  }
}
