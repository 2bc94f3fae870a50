/** Lines over time: some figures, looked at every now and then. */

import { svg } from '../ui/dom.ts'
import { type Area, below, grid, type Plot, plot, ticks } from './plot.ts'

/** The figures at one moment. */
export interface Sample {
  readonly ts: number
  /** One per line. */
  readonly values: readonly number[]
}

/** What lines show. */
export interface LinesOptions {
  readonly title: string
  samples(): readonly Sample[]
  describe(): string
  number(value: number): string
  time(ts: number): string
  tip(sample: Sample): readonly string[]
  /** Between samples further apart nothing is known, in ms. */
  readonly gapMs: number
}

/** At least so much time is shown, in ms: or the first samples would run wild. */
const SPAN_MS = 120_000

/** Makes them. */
export function lineChart(options: LinesOptions): Plot {
  return plot({
    height: 220,
    title: options.title,
    describe: options.describe,
    draw(canvas, area) {
      const samples = options.samples()
      const end = samples.at(-1)?.ts ?? 0
      const begin = Math.min(samples[0]?.ts ?? 0, end - SPAN_MS)
      const steps = ticks(Math.max(4, ...samples.flatMap(({ values }) => values)))
      const most = steps.at(-1) ?? 1
      const x = (ts: number): number =>
        area.left + ((area.right - area.left) * (ts - begin)) / (end - begin || 1)
      const y = (value: number): number => area.bottom - ((area.bottom - area.top) * value) / most
      canvas.append(grid(steps, area, options.number))
      const count = samples[0]?.values.length ?? 0
      // The first line is drawn last: it is the one that matters most.
      for (let line = count - 1; line >= 0; line--) {
        canvas.append(drawLine(samples, line, { x, y, area, gapMs: options.gapMs }))
      }
      canvas.append(below(area.left, area, options.time(begin), 'start'))
      if (area.right - area.left > 240) {
        canvas.append(below((area.left + area.right) / 2, area, options.time((begin + end) / 2)))
      }
      canvas.append(below(area.right, area, options.time(end), 'end'))
      return (at) => {
        const [first] = samples
        if (first === undefined) return null
        const nearest = samples.reduce(
          (best, one) => (Math.abs(x(one.ts) - at) < Math.abs(x(best.ts) - at) ? one : best),
          first,
        )
        return { x: x(nearest.ts), lines: options.tip(nearest) }
      }
    },
  })
}

function drawLine(
  samples: readonly Sample[],
  line: number,
  {
    x,
    y,
    area,
    gapMs,
  }: {
    readonly x: (ts: number) => number
    readonly y: (value: number) => number
    readonly area: Area
    readonly gapMs: number
  },
): SVGGElement {
  const group = svg('g', { class: `plot-series plot-series-${line + 1}` })
  let points: string[] = []
  let from = 0
  let to = 0
  const finish = (): void => {
    if (points.length > 1) {
      const path = points.join('L')
      if (line === 0) {
        const fill = `M${from},${area.bottom}L${path}L${to},${area.bottom}Z`
        group.append(svg('path', { d: fill, class: 'plot-fill' }))
      }
      group.append(svg('path', { d: `M${path}`, class: 'plot-path' }))
    }
    points = []
  }
  let before: Sample | undefined
  for (const sample of samples) {
    if (before !== undefined && sample.ts - before.ts > gapMs) finish()
    const px = Number(x(sample.ts).toFixed(1))
    if (points.length === 0) from = px
    to = px
    points.push(`${px},${y(sample.values[line] ?? 0).toFixed(1)}`)
    before = sample
  }
  finish()
  if (before !== undefined) {
    const value = before.values[line] ?? 0
    group.append(
      svg('circle', {
        cx: x(before.ts).toFixed(1),
        cy: y(value).toFixed(1),
        r: 4,
        class: 'plot-dot',
      }),
    )
  }
  return group
}
