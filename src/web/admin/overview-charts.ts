/** The two charts of the overview, each with a table that says the same. */

import type { AdminStats } from '../../protocol/admin-types.ts'
import { fill, h, setText } from '../ui/dom.ts'
import { barChart } from './bar-chart.ts'
import type { Context } from './context.ts'
import { lineChart, type Sample } from './line-chart.ts'
import type { Plot } from './plot.ts'
import { EVERY_MS } from './stats-feed.ts'

/** A part of the overview that shows figures. */
export interface Part {
  readonly element: HTMLElement
  show(stats: AdminStats): void
  stop(): void
}

const MINUTE = 60_000

/** Rows of a table of samples at most: evenly chosen. */
const ROWS = 30

function chartCard(
  title: string,
  lead: HTMLElement,
  since: string,
  chart: Plot,
  table: { readonly label: string; readonly rows: () => HTMLElement },
): { readonly element: HTMLElement; readonly draw: () => void } {
  const details = h('details', {
    class: 'as-table',
    ontoggle: () => draw(),
  })
  const place = h('div', {
    class: 'as-table-rows',
    tabindex: '0',
    role: 'group',
    'aria-label': title,
  })
  details.append(h('summary', null, table.label), place)
  const draw = (): void => {
    chart.draw()
    // Nobody reads it as long as it is closed.
    if (details.open) fill(place, table.rows())
  }
  const element = h(
    'section',
    { class: 'card chart-card', 'aria-label': title },
    h('header', { class: 'card-head' }, h('div', null, h('h2', null, title), lead)),
    chart.element,
    h('div', { class: 'chart-foot' }, details, h('p', { class: 'quiet' }, since)),
  )
  return { element, draw }
}

function plainTable(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  return h(
    'table',
    { class: 'plain-table' },
    h('caption', { class: 'unseen' }, caption),
    h('thead', null, h('tr', null, ...titles.map((title) => h('th', { scope: 'col' }, title)))),
    h(
      'tbody',
      null,
      ...rows.map(([first, ...rest]) =>
        h('tr', null, h('th', { scope: 'row' }, first), ...rest.map((text) => h('td', null, text))),
      ),
    ),
  )
}

/** Messages of each of the last sixty minutes. */
export function minutesCard({ t, f, feed }: Context): Part {
  const texts = t.overview
  let values: readonly number[] = []
  /** When a minute began, as far as this clock knows. */
  const at = (index: number): number => feed.at - (values.length - 1 - index) * MINUTE
  const label = (index: number): string =>
    index === values.length - 1 ? texts.underWay : f.clock(at(index))
  const quiet = h('p', { class: 'chart-quiet' }, texts.quiet)
  const chart = barChart({
    title: texts.perMinute,
    values: () => values,
    number: f.number,
    describe() {
      const most = Math.max(...values)
      const total = values.reduce((sum, value) => sum + value, 0)
      if (total === 0) return texts.quiet
      return texts.perMinuteDesc(f.number(total), f.number(most), f.clock(at(values.indexOf(most))))
    },
    tip: (index, value) => [label(index), texts.minuteTip(f.number(value), value)],
    labels: () =>
      [0, 0.25, 0.5, 0.75, 1].map((place) => [
        place,
        place === 1 ? t.common.now : f.clock(feed.at - (1 - place) * 60 * MINUTE),
      ]),
  })
  chart.element.append(quiet)
  const { element, draw } = chartCard(
    texts.perMinute,
    h('p', { class: 'card-lead' }, texts.perMinuteLead),
    '',
    chart,
    {
      label: texts.asTable,
      rows: () =>
        plainTable(
          texts.perMinute,
          [texts.minute, texts.count],
          values.map((value, i) => [label(i), f.number(value)]).reverse(),
        ),
    },
  )
  return {
    element,
    show({ messages }) {
      values = messages.perMinute
      quiet.hidden = values.some((value) => value > 0)
      draw()
    },
    stop: chart.stop,
  }
}

/** People and connections, since the page was opened. */
export function courseCard({ t, f, feed }: Context): Part {
  const texts = t.overview
  const people = h('b')
  const connections = h('b')
  const legend = h(
    'ul',
    { class: 'legend' },
    h('li', { class: 'legend-1' }, texts.coursePeople, ' ', people),
    h('li', { class: 'legend-2' }, texts.courseConnections, ' ', connections),
  )
  const told = ({ values: [one = 0, other = 0] }: Sample): readonly [string, string] => [
    f.number(one),
    f.number(other),
  ]
  const chart = lineChart({
    title: texts.course,
    samples: () => feed.samples,
    gapMs: 4 * EVERY_MS,
    number: f.number,
    time: f.clock,
    describe() {
      const last = feed.samples.at(-1)
      const [first] = feed.samples
      return last === undefined || first === undefined
        ? t.common.loading
        : texts.courseDesc(...told(last), f.clock(first.ts))
    },
    tip: (sample) => {
      const [one, other] = told(sample)
      return [
        f.time(sample.ts),
        `${texts.coursePeople}: ${one}`,
        `${texts.courseConnections}: ${other}`,
      ]
    },
  })
  const { element, draw } = chartCard(texts.course, legend, texts.courseLead, chart, {
    label: texts.asTable,
    rows: () => {
      const { samples } = feed
      const step = Math.max(1, Math.ceil(samples.length / ROWS))
      const some = samples.filter((_, i) => (samples.length - 1 - i) % step === 0).reverse()
      return plainTable(
        texts.course,
        [texts.time, texts.coursePeople, texts.courseConnections],
        some.map((sample) => [f.moment(sample.ts), ...told(sample)]),
      )
    },
  })
  return {
    element,
    show() {
      const last = feed.samples.at(-1)
      if (last !== undefined) {
        const [one, other] = told(last)
        setText(people, one)
        setText(connections, other)
      }
      draw()
    },
    stop: chart.stop,
  }
}
