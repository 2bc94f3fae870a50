/** Figures as Prometheus reads them: its text format, version 0.0.4. */

import type { Labels, MetricInfo, MetricsSink, Sample } from '../spi/metrics.ts'

/** The media type of the text. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Begins every name. */
const PREFIX = 'tertulia_'
const UNITS = { s: '_seconds' } as const

/** Figures that can be read as one text at any moment. */
export interface PrometheusMetrics extends MetricsSink {
  /** All figures of this moment, in the text format 0.0.4. */
  text(): string
}

/** The measurements of one series. */
interface Distribution {
  readonly labels: Labels
  readonly bounds: readonly number[]
  /** How many fell into each bucket alone; the last one is for what is above all bounds. */
  readonly counts: number[]
  sum: number
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly read: (() => readonly Sample[]) | null
  readonly series: Distribution[]
}

/**
 * The name of a metric in the text: `connections.opened`, a counter, is
 * `tertulia_connections_opened_total`.
 */
export function prometheusName({ name, unit }: MetricInfo, type: Family['type']): string {
  const words = PREFIX + name.replaceAll('.', '_') + (unit === undefined ? '' : UNITS[unit])
  return type === 'counter' ? `${words}_total` : words
}

/** Keeps figures to be asked for: `GET /metrics` and `chat.metrics()` give its text. */
export function prometheusMetrics(): PrometheusMetrics {
  const families = new Map<string, Family>()

  function family(
    info: MetricInfo,
    type: Family['type'],
    read: (() => readonly Sample[]) | null,
  ): Family {
    const name = prometheusName(info, type)
    const known = families.get(name)
    if (known !== undefined) return known
    const made: Family = { name, help: info.help, type, read, series: [] }
    families.set(name, made)
    return made
  }

  return {
    counter: (info, read) => void family(info, 'counter', read),
    gauge: (info, read) => void family(info, 'gauge', read),
    histogram(info, bounds, labels = {}) {
      const counts = new Array<number>(bounds.length + 1).fill(0)
      const series: Distribution = { labels, bounds, counts, sum: 0 }
      family(info, 'histogram', null).series.push(series)
      return (value) => {
        let i = 0
        while (i < bounds.length && value > (bounds[i] as number)) i += 1
        counts[i] = (counts[i] as number) + 1
        series.sum += value
      }
    },
    text: () => [...families.values()].map(written).join(''),
  }
}

function written({ name, help, type, read, series }: Family): string {
  const lines = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`]
  for (const { value, labels = {} } of read?.() ?? []) lines.push(line(name, labels, value))
  for (const { labels, bounds, counts, sum } of series) {
    let below = 0
    for (const [i, count] of counts.entries()) {
      below += count
      const le = i < bounds.length ? number(bounds[i] as number) : '+Inf'
      lines.push(line(`${name}_bucket`, { ...labels, le }, below))
    }
    lines.push(line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, below))
  }
  return `${lines.join('\n')}\n`
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([key, text]) => `${key}="${escaped(text).replaceAll('"', '\\"')}"`,
  )
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}`
}

/** Backslashes and line feeds are the format's own. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : `${value}`
}
