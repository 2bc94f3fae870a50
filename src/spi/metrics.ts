/** Contract of metrics: where the server's figures go. */

/** What tells the series of one metric apart. Few values each: never a room, person or address. */
export type Labels = Readonly<Record<string, string>>

/** One figure at one moment. */
export interface Sample {
  readonly value: number
  /** Absent: the metric has one series only. */
  readonly labels?: Labels
}

/** What a metric is. */
export interface MetricInfo {
  /** Words of `a-z`, joined by dots: `connections.opened`. Sinks put it as is usual where they lead. */
  readonly name: string
  /** What is counted, in one line. */
  readonly help: string
  /** `s`: seconds. Absent: a number of things. */
  readonly unit?: 's'
}

/**
 * Takes the figures of one server. Called once for each metric, when the server is made; `read` is
 * called whenever the sink wants to know, and is cheap. A sink MUST NOT throw, and MUST NOT call
 * back while it is called.
 */
export interface MetricsSink {
  /** What only grows while the server lives. */
  counter(info: MetricInfo, read: () => readonly Sample[]): void
  /** What goes up and down. */
  gauge(info: MetricInfo, read: () => readonly Sample[]): void
  /**
   * How measurements are distributed. Gives the function that takes one, which is called in the hot
   * path. Called once for each series: the same `info`, other `labels`.
   *
   * @param bounds upper bounds of the buckets, ascending
   */
  histogram(info: MetricInfo, bounds: readonly number[], labels?: Labels): (value: number) => void
}
