/** Bars side by side: how much there was in each of some equal spans of time. */

import { svg } from '../ui/dom.ts'
import { below, grid, type Plot, plot, ticks } from './plot.ts'

/** What bars show. */
export interface BarsOptions {
  readonly title: string
  /** The oldest first; the last one is under way. */
  values(): readonly number[]
  describe(): string
  number(value: number): string
  /** What is told of one of them. */
  tip(index: number, value: number): readonly string[]
  /** Below the bars: place (0 to 1) and text. */
  labels(): readonly (readonly [at: number, text: string])[]
}

/** Below this width, in pixels, there is room for three labels only. */
const NARROW = 380

/** Makes them. */
export function barChart(options: BarsOptions): Plot {
  return plot({
    height: 220,
    title: options.title,
    describe: options.describe,
    draw(canvas, area) {
      const values = options.values()
      const steps = ticks(Math.max(...values, 1))
      const most = steps.at(-1) ?? 1
      canvas.append(grid(steps, area, options.number))
      const slot = (area.right - area.left) / Math.max(values.length, 1)
      const width = Math.max(1.5, slot * 0.68)
      const bars = svg('g', { class: 'plot-bars' })
      for (const [i, value] of values.entries()) {
        const height = value === 0 ? 0 : Math.max(2, ((area.bottom - area.top) * value) / most)
        const last = i === values.length - 1
        bars.append(
          svg('rect', {
            x: (area.left + slot * i + (slot - width) / 2).toFixed(2),
            y: (area.bottom - height).toFixed(2),
            width: width.toFixed(2),
            height: height.toFixed(2),
            rx: Math.min(3, width / 2, height / 2).toFixed(2),
            class: last ? 'plot-bar is-last' : 'plot-bar',
          }),
        )
      }
      canvas.append(bars)
      const narrow = area.right - area.left < NARROW
      for (const [at, text] of options.labels()) {
        if (narrow && (at * 2) % 1 !== 0) continue
        const anchor = at === 0 ? 'start' : at === 1 ? 'end' : 'middle'
        canvas.append(below(area.left + (area.right - area.left) * at, area, text, anchor))
      }
      return (x) => {
        const i = Math.floor((x - area.left) / slot)
        const value = values[i]
        if (value === undefined) return null
        for (const [j, bar] of [...bars.children].entries()) {
          bar.classList.toggle('is-pointed', j === i)
        }
        return { x: area.left + slot * (i + 0.5), lines: options.tip(i, value) }
      }
    },
  })
}
