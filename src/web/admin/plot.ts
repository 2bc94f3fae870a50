/** What all charts have: SVG by DOM, scales, a grid, and a box that tells what is under the pointer. */

import { h, svg } from '../ui/dom.ts'

/** Where the data is drawn, in pixels; around it are the labels. */
export interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Steps that people like, from 0 to at least `most`: about `count`, whole numbers only. */
export function ticks(most: number, count = 3): readonly number[] {
  const rough = Math.max(most, count) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power)
  const whole = Math.ceil(step)
  const steps = Math.max(1, Math.ceil(most / whole))
  return Array.from({ length: steps + 1 }, (_, i) => i * whole)
}

/** Lines across with their numbers, the lowest being the ground. */
export function grid(
  steps: readonly number[],
  area: Area,
  label: (value: number) => string,
): SVGGElement {
  const most = steps.at(-1) ?? 1
  const group = svg('g', { class: 'plot-grid' })
  for (const step of steps) {
    const y = Math.round(area.bottom - ((area.bottom - area.top) * step) / most) + 0.5
    group.append(
      svg('line', {
        x1: area.left,
        x2: area.right,
        y1: y,
        y2: y,
        class: step === 0 ? 'plot-ground' : 'plot-line',
      }),
      svg('text', { x: area.left - 8, y: y + 4, 'text-anchor': 'end' }, label(step)),
    )
  }
  return group
}

/** A label below. The first and the last stay inside. */
export function below(x: number, area: Area, text: string, anchor = 'middle'): SVGTextElement {
  return svg('text', { x, y: area.bottom + 20, 'text-anchor': anchor }, text)
}

/** The inside of a chart, drawn anew whenever its width or its data changes. */
export interface Plot {
  readonly element: HTMLElement
  draw(): void
  stop(): void
}

/** What a chart draws. */
export interface PlotOptions {
  readonly height: number
  /** For those who can't see it: what it is, and what it shows at the moment. */
  readonly title: string
  describe(): string
  /** Draws it; returns what is to be told under a place (in pixels from the left), if anything. */
  draw(canvas: SVGSVGElement, area: Area): (x: number) => Pointed | null
}

/** What is under the pointer. */
export interface Pointed {
  readonly x: number
  readonly lines: readonly string[]
}

let ids = 0

/** Makes the frame of a chart. */
export function plot(options: PlotOptions): Plot {
  const id = `plot-${++ids}`
  const title = svg('title', { id: `${id}-title` }, options.title)
  const desc = svg('desc', { id: `${id}-desc` })
  const canvas = svg('svg', {
    role: 'img',
    'aria-labelledby': `${id}-title`,
    'aria-describedby': `${id}-desc`,
    class: 'plot',
    height: options.height,
  })
  const cursor = svg('line', { class: 'plot-cursor', y1: 0, y2: 0 })
  const tip = h('div', { class: 'plot-tip', hidden: true, 'aria-hidden': 'true' })
  const element = h('div', { class: 'plot-frame' }, canvas, tip)
  let at: (x: number) => Pointed | null = () => null
  let area: Area = { left: 0, right: 0, top: 0, bottom: 0 }

  const draw = (): void => {
    const width = Math.round(element.clientWidth)
    if (width === 0) return
    canvas.setAttribute('width', String(width))
    canvas.setAttribute('viewBox', `0 0 ${width} ${options.height}`)
    area = { left: 40, right: width - 6, top: 12, bottom: options.height - 30 }
    desc.textContent = options.describe()
    canvas.replaceChildren(title, desc)
    at = options.draw(canvas, area)
    canvas.append(cursor)
    cursor.setAttribute('y1', String(area.top))
    cursor.setAttribute('y2', String(area.bottom))
    hide()
  }
  const hide = (): void => {
    tip.hidden = true
    cursor.classList.remove('is-shown')
  }
  const show = (event: PointerEvent): void => {
    const pointed = at(event.clientX - canvas.getBoundingClientRect().left)
    if (pointed === null) return hide()
    cursor.setAttribute('x1', String(pointed.x))
    cursor.setAttribute('x2', String(pointed.x))
    cursor.classList.add('is-shown')
    tip.replaceChildren(...pointed.lines.map((line) => h('div', null, line)))
    tip.hidden = false
    const half = tip.offsetWidth / 2
    const middle = Math.min(Math.max(pointed.x, half), element.clientWidth - half)
    tip.style.left = `${middle - half}px`
  }
  canvas.addEventListener('pointermove', show)
  canvas.addEventListener('pointerleave', hide)
  const observer = new ResizeObserver(draw)
  observer.observe(element)
  return {
    element,
    draw,
    stop: () => observer.disconnect(),
  }
}
