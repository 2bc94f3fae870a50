// Percentiles of many durations in little memory: buckets about one percent wide.

const BUCKETS_PER_OCTAVE = 64
/** Up to 2^27 µs, more than two minutes. */
const BUCKETS = 27 * BUCKETS_PER_OCTAVE

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #total = 0

  add(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(ms, 0) * 1000 + 1) * BUCKETS_PER_OCTAVE)
    const at = Math.min(bucket, BUCKETS - 1)
    this.#counts[at] = (this.#counts[at] as number) + 1
    this.#total++
  }

  /** The duration, in ms, that `share` (0…1) of all are no longer than; NaN when there are none. */
  percentile(share: number): number {
    if (this.#total === 0) return Number.NaN
    let left = Math.ceil(this.#total * share)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] as number
      if (left <= 0) return (2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE) - 1) / 1000
    }
    return Number.NaN
  }
}
