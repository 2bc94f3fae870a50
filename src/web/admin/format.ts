/** Numbers, sizes, times and durations as people of a language write them, and how they are read. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What a number counts. */
export type Unit = 'count' | 'bytes' | 'ms'

/** Writes numbers and times in one language. */
export interface Format {
  readonly lang: string
  /** `12,345`; where it has a fraction, one digit of it. */
  number(value: number): string
  /** `12 MiB` */
  bytes(value: number): string
  /** `3 days, 4 hr`: the two largest parts; below a second `40 ms`. */
  duration(ms: number): string
  /** A number of this unit. */
  quantity(value: number, unit: Unit): string
  /** Day and time, to the second. */
  moment(ts: number): string
  /** The time alone if it is of today, else the day and the time. */
  time(ts: number): string
  /** Hours and minutes. */
  clock(ts: number): string
  /** Hours, minutes and seconds. */
  exact(ts: number): string
  /** `5 min ago`, `in 3 hr` */
  ago(ts: number, now?: number): string
}

const STEPS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
] as const

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Makes it. `lang`: a BCP 47 tag. */
export function formatFor(lang: string): Format {
  const plain = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 })
  const units = new Map<string, Intl.NumberFormat>()
  const unit = (name: string, value: number): string => {
    let format = units.get(name)
    if (format === undefined) {
      format = new Intl.NumberFormat(lang, {
        style: 'unit',
        unit: name,
        unitDisplay: name === 'day' ? 'long' : 'short',
        maximumFractionDigits: 1,
      })
      units.set(name, format)
    }
    return format.format(value)
  }
  const full = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'medium' })
  const short = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' })
  const hours = new Intl.DateTimeFormat(lang, { timeStyle: 'short' })
  const seconds = new Intl.DateTimeFormat(lang, { timeStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' })

  const bytes = (value: number): string => {
    let power = 0
    let rest = value
    while (rest >= 1024 && power < SIZES.length - 1) {
      rest /= 1024
      power += 1
    }
    return `${plain.format(rest)} ${SIZES[power]}`
  }
  const duration = (ms: number): string => {
    if (ms < SECOND) return unit('millisecond', Math.round(ms))
    const first = STEPS.findIndex(([, size]) => ms >= size)
    const [name, size] = STEPS[first] ?? ['second', SECOND]
    const whole = Math.floor(ms / size)
    const next = STEPS[first + 1]
    if (next === undefined) return unit(name, ms / SECOND)
    const more = Math.floor((ms - whole * size) / next[1])
    return more === 0 ? unit(name, whole) : `${unit(name, whole)} ${unit(next[0], more)}`
  }
  return {
    lang,
    number: (value) => plain.format(value),
    bytes,
    duration,
    quantity: (value, of) =>
      of === 'bytes' ? bytes(value) : of === 'ms' ? duration(value) : plain.format(value),
    moment: (ts) => full.format(ts),
    time: (ts) =>
      new Date(ts).toDateString() === new Date().toDateString()
        ? hours.format(ts)
        : short.format(ts),
    clock: (ts) => hours.format(ts),
    exact: (ts) => seconds.format(ts),
    ago: (ts, now = Date.now()) => {
      const away = ts - now
      const [name, size] = STEPS.find(([, step]) => Math.abs(away) >= step) ?? ['second', SECOND]
      return relative.format(Math.trunc(away / size), name)
    },
  }
}

const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  count: {},
  bytes: {
    b: 1,
    k: 1024,
    kb: 1024,
    kib: 1024,
    m: 1024 ** 2,
    mb: 1024 ** 2,
    mib: 1024 ** 2,
    g: 1024 ** 3,
    gb: 1024 ** 3,
    gib: 1024 ** 3,
  },
  ms: {
    ms: 1,
    s: SECOND,
    sec: SECOND,
    seg: SECOND,
    m: MINUTE,
    min: MINUTE,
    h: HOUR,
    d: DAY,
  },
}

/**
 * Reads what somebody wrote: `500`, `64 KiB`, `10 min`, `1.5h`. Without a unit it is bytes, or
 * milliseconds. `null`: it is no whole number from 1 of this unit.
 */
export function readQuantity(text: string, unit: Unit): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z]*)\s*$/.exec(text)
  if (match === null) return null
  const [, digits = '', word = ''] = match
  const factor = word === '' ? 1 : FACTORS[unit][word.toLowerCase()]
  if (factor === undefined) return null
  const value = Number(digits.replace(',', '.')) * factor
  return Number.isSafeInteger(value) && value >= 1 ? value : null
}
