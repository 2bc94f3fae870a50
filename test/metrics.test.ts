/** Where figures go: Prometheus' text, and OpenTelemetry's instruments. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEASURED, READ } from '../src/core/metrics.ts'
import { loadMeter, type MeterLike, openTelemetryMetrics } from '../src/metrics/opentelemetry.ts'
import { prometheusMetrics, prometheusName } from '../src/metrics/prometheus.ts'
import { parsePrometheus } from './support/prometheus.ts'

describe('the text for Prometheus', () => {
  it('has counters and gauges as they are at the moment', () => {
    const sink = prometheusMetrics()
    let value = 1
    sink.counter({ name: 'things.made', help: 'Things.' }, () => [{ value }])
    sink.gauge({ name: 'wait', help: 'Time.', unit: 's' }, () => [
      { value: 0.5, labels: { where: 'here' } },
      { value: 2e-7, labels: { where: 'there' } },
    ])
    value = 7
    expect(sink.text()).toBe(
      [
        '# HELP tertulia_things_made_total Things.',
        '# TYPE tertulia_things_made_total counter',
        'tertulia_things_made_total 7',
        '# HELP tertulia_wait_seconds Time.',
        '# TYPE tertulia_wait_seconds gauge',
        'tertulia_wait_seconds{where="here"} 0.5',
        'tertulia_wait_seconds{where="there"} 2e-7',
        '',
      ].join('\n'),
    )
  })

  it('has histograms with all their buckets, each with those below it', () => {
    const sink = prometheusMetrics()
    const info = { name: 'took', help: 'Time.', unit: 's' } as const
    const take = sink.histogram(info, [0.1, 1])
    const other = sink.histogram(info, [0.1, 1], { hook: 'b' })
    for (const value of [0.05, 0.1, 0.5, 3]) take(value)
    other(1)
    const family = parsePrometheus(sink.text()).get('tertulia_took_seconds')
    expect(family?.type).toBe('histogram')
    expect([...(family?.samples ?? [])]).toEqual([
      ['tertulia_took_seconds_bucket{le="0.1"}', 2],
      ['tertulia_took_seconds_bucket{le="1"}', 3],
      ['tertulia_took_seconds_bucket{le="+Inf"}', 4],
      ['tertulia_took_seconds_sum', 3.65],
      ['tertulia_took_seconds_count', 4],
      ['tertulia_took_seconds_bucket{hook="b",le="0.1"}', 0],
      ['tertulia_took_seconds_bucket{hook="b",le="1"}', 1],
      ['tertulia_took_seconds_bucket{hook="b",le="+Inf"}', 1],
      ['tertulia_took_seconds_sum{hook="b"}', 1],
      ['tertulia_took_seconds_count{hook="b"}', 1],
    ])
  })

  it('can be read back, whatever labels and helps say', () => {
    const wild = fc.string({ unit: fc.constantFrom(...'a"\\\n{}=,# é') })
    fc.assert(
      fc.property(wild, fc.uniqueArray(wild, { maxLength: 3 }), (help, values) => {
        const sink = prometheusMetrics()
        sink.gauge({ name: 'x', help }, () =>
          values.map((label, value) => ({ value, labels: { a: label } })),
        )
        const family = parsePrometheus(sink.text()).get('tertulia_x')
        expect([...(family?.samples.values() ?? [])]).toEqual(values.map((_, i) => i))
        expect(family?.help.replaceAll(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : '\\'))).toBe(
          help,
        )
      }),
    )
  })
})

it('every metric has a name of its own that Prometheus takes, and a help of one line', () => {
  const all = [...READ, ...Object.values(MEASURED)]
  const names = all.map((info) => prometheusName(info, info.type))
  expect(new Set(names).size).toBe(all.length)
  for (const name of names) expect(name).toMatch(/^tertulia_[a-z]+(_[a-z]+)*$/)
  for (const { help } of all) expect(help).toMatch(/^[A-Z][^\n]*\.$/)
})

describe('OpenTelemetry', () => {
  interface Instrument {
    readonly options: object
    readonly callbacks: ((result: {
      observe(value: number, attributes?: Record<string, string>): void
    }) => void)[]
    readonly records: unknown[]
  }

  function fakeMeter() {
    const made = new Map<string, Instrument>()
    const make = (name: string, options: object): Instrument => {
      if (made.has(name)) throw new Error(`${name} was made twice`)
      const instrument: Instrument = { options, callbacks: [], records: [] }
      made.set(name, instrument)
      return instrument
    }
    const observable = (name: string, options: object) => {
      const { callbacks } = make(name, options)
      return {
        addCallback(callback: Instrument['callbacks'][number]) {
          callbacks.push(callback)
        },
      }
    }
    const meter: MeterLike = {
      createObservableCounter: observable,
      createObservableGauge: observable,
      createHistogram(name, options) {
        const { records } = make(name, options)
        return { record: (...given) => void records.push(given) }
      },
    }
    const read = (name: string): unknown[] => {
      const seen: unknown[] = []
      for (const callback of made.get(name)?.callbacks ?? []) {
        callback({ observe: (...given) => void seen.push(given) })
      }
      return seen
    }
    return { meter, made, read }
  }

  it('gets the figures when it collects them, and times as they are measured', async () => {
    const { meter, made, read } = fakeMeter()
    const sink = await openTelemetryMetrics({ meter })
    let value = 1
    sink.counter({ name: 'things.made', help: 'Things.' }, () => [{ value }])
    sink.gauge({ name: 'open', help: 'Open.' }, () => [{ value: 3, labels: { a: 'b' } }])
    value = 2
    expect(read('tertulia.things.made')).toEqual([[2, {}]])
    expect(read('tertulia.open')).toEqual([[3, { a: 'b' }]])
    const info = { name: 'took', help: 'Time.', unit: 's' } as const
    sink.histogram(info, [0.1, 1], { hook: 'a' })(0.5)
    sink.histogram(info, [0.1, 1], { hook: 'b' })(2)
    expect(made.get('tertulia.took')).toMatchObject({
      options: {
        description: 'Time.',
        unit: 's',
        advice: { explicitBucketBoundaries: [0.1, 1] },
      },
      records: [
        [0.5, { hook: 'a' }],
        [2, { hook: 'b' }],
      ],
    })
  })

  it('is taken from the installed package; without it one is told what to do', async () => {
    const { meter } = fakeMeter()
    const names: string[] = []
    const api = {
      metrics: {
        getMeter(name: string) {
          names.push(name)
          return meter
        },
      },
    }
    expect(await loadMeter(async () => api)).toBe(meter)
    expect(names).toEqual(['tertulia'])
    await expect(loadMeter(() => Promise.reject(new Error('no such')))).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('npm install @opentelemetry/api'),
    })
  })
})
