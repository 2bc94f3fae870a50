/**
 * Figures for OpenTelemetry: `tertulia/opentelemetry`.
 *
 * @module tertulia/opentelemetry
 */

import { ChatError } from '../errors.ts'
import type { Labels, MetricsSink, Sample } from '../spi/metrics.ts'

/** What is used of a `Meter` of `@opentelemetry/api`. */
export interface MeterLike {
  createObservableCounter(name: string, options: InstrumentOptions): ObservableLike
  createObservableGauge(name: string, options: InstrumentOptions): ObservableLike
  createHistogram(
    name: string,
    options: InstrumentOptions & {
      readonly advice: { readonly explicitBucketBoundaries: number[] }
    },
  ): { record(value: number, attributes?: Record<string, string>): void }
}

/** How an instrument is described. */
export interface InstrumentOptions {
  readonly description: string
  readonly unit: string
}

/** What is asked for its figures by whoever reads them. */
export interface ObservableLike {
  addCallback(
    callback: (result: {
      observe(value: number, attributes?: Record<string, string>): void
    }) => void,
  ): void
}

/** Options of {@link openTelemetryMetrics}. */
export interface OpenTelemetryOptions {
  /** Where the figures go. Default: a meter of the name `tertulia` of the installed API package. */
  readonly meter?: MeterLike
}

/**
 * Gives the figures to OpenTelemetry: counters and gauges when they are collected, histograms as they
 * are measured. Names are those of the table in the documents with `tertulia.` before them.
 *
 * Without a `meter` it needs the package `@opentelemetry/api`, and whatever the program has set up as
 * its meter provider: do that before.
 *
 * @throws ChatError `invalid_options`: the package isn't installed
 * @example
 * const chat = createChatServer({ metrics: await openTelemetryMetrics() })
 */
export async function openTelemetryMetrics(
  options: OpenTelemetryOptions = {},
): Promise<MetricsSink> {
  return sinkOf(options.meter ?? (await loadMeter()))
}

/** Loads the package; with its error, of an `import()` that failed, told as what to do. */
export async function loadMeter(
  load: () => Promise<unknown> = () => import('@opentelemetry/api'),
): Promise<MeterLike> {
  let api: { metrics: { getMeter(name: string): MeterLike } }
  try {
    api = (await load()) as typeof api
  } catch (cause) {
    throw new ChatError(
      'invalid_options',
      'OpenTelemetry needs a package: npm install @opentelemetry/api',
      { cause },
    )
  }
  return api.metrics.getMeter('tertulia')
}

function sinkOf(meter: MeterLike): MetricsSink {
  const nameOf = (name: string): string => `tertulia.${name}`
  const optionsOf = ({ help, unit = '1' }: { help: string; unit?: string }): InstrumentOptions => ({
    description: help,
    unit,
  })
  const observed = (instrument: ObservableLike, read: () => readonly Sample[]): void =>
    instrument.addCallback((result) => {
      for (const { value, labels } of read()) result.observe(value, attributes(labels))
    })
  const histograms = new Map<string, ReturnType<MeterLike['createHistogram']>>()

  return {
    counter: (info, read) =>
      observed(meter.createObservableCounter(nameOf(info.name), optionsOf(info)), read),
    gauge: (info, read) =>
      observed(meter.createObservableGauge(nameOf(info.name), optionsOf(info)), read),
    histogram(info, bounds, labels) {
      let histogram = histograms.get(info.name)
      if (histogram === undefined) {
        const advice = { explicitBucketBoundaries: [...bounds] }
        histogram = meter.createHistogram(nameOf(info.name), { ...optionsOf(info), advice })
        histograms.set(info.name, histogram)
      }
      const made = histogram
      const fixed = attributes(labels)
      return (value) => made.record(value, fixed)
    },
  }
}

const attributes = (labels: Labels | undefined): Record<string, string> => ({ ...labels })
